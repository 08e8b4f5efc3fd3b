//! What a rewrite would change, or has changed and proven: for a person and for programs.

mod removal;
mod residue;

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use domain::Secret;
use indicatif::HumanBytes;
use rewrite::{Certificate, Paths, Plan, ProofVerdict, Request};
use scan::suppress::{Account, Suppression};
use scan::{ScanReport, Spellings};
use serde_json::{Value, json};

use super::mask::Mask;
use super::table::write_facts;
use super::{text, write_json};
use crate::args::Format;

/// The most refs, commits and leftovers that are listed for a person; the JSON document has all.
const LISTED: usize = 20;

/// The most paths that are named for a person.
const PATHS: usize = 2;

/// A rewrite, planned or done.
pub(crate) struct Cleaning<'a> {
    /// The source, as it was given.
    pub(crate) source: &'a Path,
    /// Bytes of its packs.
    pub(crate) bytes: u64,
    /// What was found in it, if it was scanned.
    pub(crate) scan: Option<&'a ScanReport>,
    /// Secrets in the names of its refs.
    pub(crate) names: &'a [Secret<Vec<u8>>],
    /// What is not cleaned though all is, if all is.
    pub(crate) left_out: Option<&'a Suppression>,
    /// What is replaced: values of findings, and the user's own.
    pub(crate) request: &'a Request,
    /// What changes.
    pub(crate) plan: &'a Plan,
    /// The files among that, if it is a dry run.
    pub(crate) changed: Option<&'a Paths>,
    /// What was made of it; none for a dry run.
    pub(crate) done: Option<&'a Done>,
}

/// What a rewrite made.
pub(crate) struct Done {
    /// Where the clean history is.
    pub(crate) folder: PathBuf,
    /// Where what was replaced in place is kept.
    pub(crate) backup: Option<PathBuf>,
    /// The account and the proof.
    pub(crate) certificate: Certificate,
    /// The same as a file.
    pub(crate) certificate_file: PathBuf,
}

impl Cleaning<'_> {
    /// Writes plan and result.
    pub(crate) fn write(&self, format: Format, out: &mut dyn Write) -> io::Result<()> {
        let own = self
            .request
            .replacements
            .iter()
            .map(|replacement| &replacement.value);
        let found = self.scan.into_iter().flat_map(|scan| scan.values.values());
        let found = found.flat_map(Spellings::all);
        let mask = Mask::of(found.chain(self.names).chain(own));
        match format {
            Format::Json => write_json(out, &mask.json(self.document()?)),
            Format::Table => {
                let mut page = Vec::new();
                self.write_page(&mut page)?;
                out.write_all(mask.text(&String::from_utf8_lossy(&page)).as_bytes())
            }
        }
    }

    fn document(&self) -> io::Result<Value> {
        let done = self.done;
        let path = |path: &Path| path.display().to_string();
        Ok(json!({
            "schema": "deployguard.clean/1",
            "executed": done.is_some(),
            "source": path(self.source),
            "source_bytes": self.bytes,
            "paths": self.paths(),
            "paths_are_cut": self.changed.is_some_and(|paths| paths.is_cut),
            "pull_request_refs": self.proposals(),
            "output_dir": done.map(|done| path(&done.folder)),
            "backup": done.and_then(|done| done.backup.as_deref()).map(path),
            "suppressed": self.left_out(),
            "plan": serde_json::to_value(self.plan)?,
            "certificate": done.map(|done| certificate(&done.certificate)).transpose()?,
        }))
    }

    fn write_page(&self, out: &mut dyn Write) -> io::Result<()> {
        write_facts(&self.facts(), out)?;
        self.write_chosen(out)?;
        if let Some(plan) = &self.plan.removal {
            removal::write(plan, out)?;
        }
        self.write_refs(out)?;
        if let Some(done) = self.done {
            writeln!(out)?;
            write_facts(&proof(done), out)?;
            write_next_steps(done, out)?;
        }
        Ok(())
    }

    fn facts(&self) -> Vec<(&'static str, String)> {
        let plan = self.plan;
        let verb = if self.done.is_some() {
            "Changed"
        } else {
            "Would change"
        };
        let parts = [
            (plan.blobs, "file"),
            (plan.trees, "folder"),
            (plan.commits, "commit"),
            (plan.tags, "tag"),
        ];
        let parts: Vec<_> = parts
            .into_iter()
            .map(|(number, noun)| text::count(number, noun))
            .collect();
        let source = text::printable(&self.source.display().to_string());
        let mut facts = vec![
            ("Source", format!("{source} ({})", HumanBytes(self.bytes))),
            ("Chosen", self.choice()),
            (
                verb,
                format!(
                    "{} of {}",
                    parts.join(", "),
                    text::count(plan.objects, "object")
                ),
            ),
            (
                "Refs",
                format!(
                    "{} moved, {} unchanged",
                    plan.changed_refs.len(),
                    plan.unchanged_refs
                ),
            ),
        ];
        let removal = self.plan.removal.iter();
        facts.extend(removal.flat_map(|plan| removal::facts(plan, self.done.is_some())));
        let left_out = self.left_out().iter();
        facts.extend(left_out.map(|account| ("Left out", text::account(account))));
        facts.extend(self.reach());
        facts.extend(residue::unopened(&plan.unopened));
        if !plan.first_changed_commits.is_empty() {
            facts.push(("Begins at", ids(&plan.first_changed_commits)));
        }
        if !plan.signatures_dropped.is_empty() {
            facts.push((
                "Signatures",
                format!(
                    "left out, since they no longer hold: {}",
                    ids(&plan.signatures_dropped)
                ),
            ));
        }
        facts
    }

    /// How many findings and values are cleaned.
    fn choice(&self) -> String {
        let chosen = self.chosen().count() as u64;
        let findings = self.scan.map(|scan| {
            let found = scan.findings.len() as u64;
            format!("{chosen} of {}", text::count(found, "finding"))
        });
        let own = self.plan.findings.len() as u64 - chosen;
        let own = (own > 0).then(|| format!("{} from the file", text::count(own, "value")));
        let is_alone = findings.is_none() && own.is_none() && self.plan.removal.is_some();
        let files = is_alone.then(|| "files".to_owned());
        let parts: Vec<_> = findings.into_iter().chain(own).chain(files).collect();
        parts.join(", ")
    }

    /// How much is not cleaned, by reason.
    fn left_out(&self) -> &[Account] {
        self.left_out.map_or(&[], |left_out| &left_out.accounts)
    }

    /// How far it reaches: paths, and what only the host can change.
    fn reach(&self) -> Vec<(&'static str, String)> {
        let mut facts = Vec::new();
        let paths = self.paths();
        if !paths.is_empty() {
            let shown = paths.iter().take(PATHS).map(|path| text::printable(path));
            let more = match paths.len().saturating_sub(PATHS) {
                0 => String::new(),
                more if self.changed.is_some_and(|paths| paths.is_cut) => {
                    format!(" and more than {more} more")
                }
                more => format!(" and {more} more"),
            };
            facts.push(("Paths", shown.collect::<Vec<_>>().join(", ") + &more));
        }
        let proposals = self.proposals().len() as u64;
        if proposals > 0 {
            let refs = text::count(proposals, "ref");
            let how = format!("{refs} moved here; on the host, only the host can");
            facts.push(("Requests", how));
        }
        facts
    }

    /// Files, by the paths that they have in the scan's report; in a dry run, at whatever path they change.
    fn paths(&self) -> BTreeSet<&str> {
        let places = self.chosen().flat_map(|finding| &finding.occurrences);
        let paths = places.map(|place| place.file_path.as_str());
        let changed = self.changed.into_iter().flat_map(|paths| &paths.files);
        let paths = paths.chain(changed.map(String::as_str));
        paths.filter(|path| !path.is_empty()).collect()
    }

    /// Refs of pull requests that move, which only the host can do.
    fn proposals(&self) -> Vec<&str> {
        let refs = self.plan.changed_refs.iter();
        rewrite::proposals(refs.map(|moved| moved.name.as_str()))
    }

    /// The findings that were chosen.
    fn chosen(&self) -> impl Iterator<Item = &domain::Finding> {
        let is_chosen = |finding: &&domain::Finding| self.plan.findings.contains(&finding.id);
        let findings = self.scan.into_iter().flat_map(|scan| &scan.findings);
        findings.filter(is_chosen)
    }

    fn write_chosen(&self, out: &mut dyn Write) -> io::Result<()> {
        for finding in self.chosen() {
            let preview = &finding.secret_value_preview;
            writeln!(
                out,
                "  {}  {preview:9}  {}",
                finding.id, finding.secret_name
            )?;
        }
        Ok(())
    }

    fn write_refs(&self, out: &mut dyn Write) -> io::Result<()> {
        let plan = self.plan;
        for moved in plan.changed_refs.iter().take(LISTED) {
            let name = match &moved.renamed {
                Some(new) => format!("{} → {}", moved.name, text::printable(new)),
                None => text::printable(&moved.name),
            };
            writeln!(
                out,
                "  {} → {}  {name}",
                text::short(&moved.old),
                text::short(&moved.new)
            )?;
        }
        write_more(plan.changed_refs.len(), LISTED, "refs", out)?;
        residue::write(&plan.residue, out)
    }
}

/// All but the map and what is removed, which are as long as the history.
fn certificate(certificate: &Certificate) -> serde_json::Result<Value> {
    let mut document = serde_json::to_value(certificate)?;
    if let Some(all) = document.as_object_mut() {
        all.remove("map");
        all.remove("removed");
    }
    Ok(document)
}

/// How many more there are than were listed.
pub(crate) fn write_more(
    all: usize,
    listed: usize,
    what: &str,
    out: &mut dyn Write,
) -> io::Result<()> {
    match all.saturating_sub(listed) {
        0 => Ok(()),
        more => writeln!(out, "  … and {more} more {what}"),
    }
}

fn ids(ids: &[String]) -> String {
    let shown: Vec<_> = ids.iter().take(5).map(|id| text::short(id)).collect();
    let more = if ids.len() > shown.len() {
        format!(" and {} more", ids.len() - shown.len())
    } else {
        String::new()
    };
    shown.join(", ") + &more
}

fn proof(done: &Done) -> Vec<(&'static str, String)> {
    let certificate = &done.certificate;
    let (objects, bytes) = (
        certificate.result_objects,
        HumanBytes(certificate.result_bytes),
    );
    let (unchanged, replaced) = (certificate.unchanged_objects, certificate.replaced_objects);
    let verdict = match certificate.verdict {
        ProofVerdict::Proven => {
            let plan = &certificate.plan;
            let what = match &plan.removal {
                Some(_) if plan.findings.is_empty() => "removed file",
                Some(_) => "chosen secret or removed file",
                None => "chosen secret",
            };
            format!("PROVEN: no {what} in any of {objects} objects ({bytes})")
        }
        ProofVerdict::Residual => format!(
            "RESIDUE: chosen secrets are left in {}",
            text::count(certificate.residue.len() as u64, "place")
        ),
    };
    let mut facts = vec![
        (
            "Result",
            text::printable(&done.folder.display().to_string()),
        ),
        ("Proof", verdict),
        (
            "Objects",
            match certificate.removed_objects {
                0 => format!("{unchanged} as they were, {replaced} rewritten"),
                gone => format!("{unchanged} as they were, {replaced} rewritten, {gone} left out"),
            },
        ),
        (
            "Certificate",
            text::printable(&done.certificate_file.display().to_string()),
        ),
        ("Signed by", certificate.public_key().to_owned()),
    ];
    if let Some(backup) = &done.backup {
        facts.push(("Backup", text::printable(&backup.display().to_string())));
    }
    facts
}

/// What a rewrite alone does not do; the most urgent first.
fn write_next_steps(done: &Done, out: &mut dyn Write) -> io::Result<()> {
    let folder = text::printable(&done.folder.display().to_string());
    let push = format!(
        "Push the result over the old history:\ndeployguard push --force --repo-path {folder} --target-url …"
    );
    let papers = format!(
        "All of this with links and text for the host's support is in\n{folder}/CHECKLIST.md."
    );
    let mut steps = vec![
        "Revoke and replace the secrets, before anything else: whoever has a copy of\nthe old history still has them.",
        &push,
        "Have everybody run `deployguard heal --certificate C --execute`, or clone\nanew: an old clone that is merged or pushed brings the secrets back. On the\nserver, the hook deployguard-pre-receive refuses it.",
        "Forks, pull requests and the host's caches keep old commits reachable:\ndelete or clean them, and ask the host to drop unreachable commits.",
        &papers,
    ];
    if done.backup.is_some() {
        steps.push(
            "Delete the backup, which holds the secrets, once the result is in use;
`deployguard clean --undo` brings it back.",
        );
    }
    writeln!(out, "\nNext steps")?;
    for (number, step) in (1..).zip(steps) {
        writeln!(out, "  {number}. {}", step.replace('\n', "\n     "))?;
    }
    Ok(())
}
