//! What stays: values in names and archives, and what nobody could look into.

use std::collections::BTreeMap;
use std::io::{self, Write};

use domain::Carrier;
use rewrite::Residue;

use super::{LISTED, write_more};
use crate::output::text;

/// How many archives were not opened, by reason.
pub(super) fn unopened(reasons: &BTreeMap<String, u64>) -> Option<(&'static str, String)> {
    let all = reasons.values().sum();
    let each = reasons
        .iter()
        .map(|(reason, count)| format!("{count} × {reason}"));
    let each = each.collect::<Vec<_>>().join("; ");
    let packed = text::count(all, "packed file");
    (all > 0).then(|| ("Not opened", format!("{packed}, whose values stay: {each}")))
}

/// For the list below.
pub(super) fn write(residue: &[Residue], out: &mut dyn Write) -> io::Result<()> {
    for left in residue.iter().take(LISTED) {
        let id = text::short(&left.object_id);
        if left.in_archive {
            writeln!(
                out,
                "  STAYS: packed in the archive {id}, which is not rewritten; take it out of the history first"
            )?;
            continue;
        }
        let holder = match left.carrier {
            Carrier::RefName => "the name of a ref on",
            Carrier::Path => "a file name in folder",
            Carrier::Blob
            | Carrier::CommitMessage
            | Carrier::CommitHeader
            | Carrier::TagMessage
            | Carrier::TagHeader => text::carrier(left.carrier),
        };
        writeln!(
            out,
            "  STAYS: {holder} {id} cannot be rewritten; rename it first"
        )?;
    }
    write_more(residue.len(), LISTED, "places", out)
}
