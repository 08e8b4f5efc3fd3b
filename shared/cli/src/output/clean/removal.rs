//! Files that are removed whole: what goes, what stays at other paths, which patterns meant nothing.

use std::io::{self, Write};

use indicatif::HumanBytes;
use rewrite::RemovalPlan;

use crate::output::text;

/// The most paths that are named for a person.
const PATHS: usize = 4;

/// For the head of the page.
pub(super) fn facts(plan: &RemovalPlan, is_done: bool) -> Vec<(&'static str, String)> {
    let verb = if is_done { "Removed" } else { "Would remove" };
    let (blobs, paths) = (plan.blobs, plan.paths.len() as u64);
    let files = format!(
        "{} ({}) at {}",
        text::count(blobs, "distinct file"),
        HumanBytes(plan.bytes),
        text::count(paths, "path")
    );
    let mut facts = vec![(verb, files)];
    if plan.elsewhere > 0 {
        let files = text::count(plan.elsewhere, "file");
        let rest = "removed at one path stay at another, or on a tag";
        facts.push(("Elsewhere", format!("{files} {rest}")));
    }
    facts
}

/// For the list below it.
pub(super) fn write(plan: &RemovalPlan, out: &mut dyn Write) -> io::Result<()> {
    for path in plan.paths.iter().take(PATHS) {
        writeln!(out, "  GOES: {}", text::printable(path))?;
    }
    super::write_more(plan.paths.len(), PATHS, "paths", out)?;
    for pattern in plan.unmatched() {
        let pattern = text::printable(pattern);
        writeln!(
            out,
            "  NOTHING: `{pattern}` means no file of the history, or only what goes anyway"
        )?;
    }
    Ok(())
}
