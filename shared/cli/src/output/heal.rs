//! What becomes of a clone: for a person and for programs.

use std::io::{self, Write};
use std::path::Path;

use rewrite::{Certificate, Outcome};
use serde_json::{Value, json};

use super::table::write_facts;
use super::{text, write_json};
use crate::args::Format;
use crate::in_place::Checkout;

/// The most refs that are listed for a person.
const LISTED: usize = 20;

/// A clone, healed or to be healed.
pub(crate) struct Healing<'a> {
    /// The clone, as it was given.
    pub(crate) path: &'a Path,
    /// What it comes to.
    pub(crate) certificate: &'a Certificate,
    /// Its own rewrite.
    pub(crate) outcome: &'a Outcome,
    /// Its index and files.
    pub(crate) checkout: &'a Checkout,
    /// Whether it was done.
    pub(crate) is_done: bool,
}

impl Healing<'_> {
    /// Writes it.
    pub(crate) fn write(&self, format: Format, out: &mut dyn Write) -> io::Result<()> {
        match format {
            Format::Json => write_json(out, &self.document()),
            Format::Table => self.write_page(out),
        }
    }

    /// Commits that change and are only here.
    fn local_commits(&self) -> u64 {
        let commits = self.outcome.commits.keys();
        commits
            .filter(|old| !self.certificate.map.contains_key(*old))
            .count() as u64
    }

    fn document(&self) -> Value {
        let plan = &self.outcome.plan;
        json!({
            "schema": "deployguard.heal/1",
            "executed": self.is_done,
            "repository": self.path.display().to_string(),
            "commits": plan.commits,
            "local_commits": self.local_commits(),
            "refs": plan.changed_refs,
            "files": self.checkout.file_count(),
            "signatures_dropped": plan.signatures_dropped,
        })
    }

    fn write_page(&self, out: &mut dyn Write) -> io::Result<()> {
        let plan = &self.outcome.plan;
        let local = text::count(self.local_commits(), "commit");
        let verdict = match (self.outcome.certificate.map.is_empty(), self.is_done) {
            (true, _) => "CLEAN: nothing of the old history is here",
            (false, true) => {
                "HEALED: what is shared has the certified ids; the old objects are gone"
            }
            (false, false) => "CAN BE HEALED: what is shared would come to the certified ids",
        };
        let facts = [
            ("Clone", text::printable(&self.path.display().to_string())),
            ("Signed by", self.certificate.public_key().to_owned()),
            (
                "Commits",
                format!("{} change, of which {local} only here", plan.commits),
            ),
            (
                "Refs",
                format!(
                    "{} moved, {} unchanged",
                    plan.changed_refs.len(),
                    plan.unchanged_refs
                ),
            ),
            (
                "Files",
                format!(
                    "{} checked out without what was removed",
                    self.checkout.file_count()
                ),
            ),
            ("Verdict", verdict.to_owned()),
        ];
        write_facts(&facts, out)?;
        for moved in plan.changed_refs.iter().take(LISTED) {
            let (old, new) = (text::short(&moved.old), text::short(&moved.new));
            writeln!(out, "  {old} → {new}  {}", text::printable(&moved.name))?;
        }
        super::clean::write_more(plan.changed_refs.len(), LISTED, "refs", out)
    }
}
