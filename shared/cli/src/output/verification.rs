//! What a verification says: for a person and for programs.

use std::io::{self, Write};
use std::path::Path;

use domain::FindingId;
use rewrite::{Certificate, Difference, ProofVerdict, Verification};
use serde::Serialize;
use serde_json::{Value, json};

use super::table::write_facts;
use super::{text, write_json};
use crate::Exit;
use crate::args::Format;

/// The most differences and names that are listed for a person; the JSON document has all.
const LISTED: usize = 20;

/// What the rules found of that which was removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Search {
    /// Nothing, in everything.
    Nothing,
    /// These.
    Found(Vec<FindingId>),
    /// Nothing in what could be read.
    Incomplete,
    /// They could not tell: the certificate's findings are named with another key.
    OtherKey,
}

/// The conclusion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Conclusion {
    /// The repository is what the certificate says, and holds nothing of what was removed.
    Verified,
    /// Something that was removed is here.
    Found,
    /// The repository is something else.
    Differs,
    /// Not all of it could be judged.
    Incomplete,
}

impl Conclusion {
    /// What it means to a script.
    pub(crate) fn exit(self) -> Exit {
        match self {
            Self::Verified => Exit::Done,
            Self::Found => Exit::Findings,
            Self::Differs | Self::Incomplete => Exit::Incomplete,
        }
    }
}

/// A verification, ready to be written.
pub(crate) struct Account<'a> {
    /// The repository, as it was given.
    pub(crate) path: &'a Path,
    /// What it should be.
    pub(crate) certificate: &'a Certificate,
    /// What it is.
    pub(crate) verification: &'a Verification,
    /// What the rules found.
    pub(crate) search: &'a Search,
}

impl Account<'_> {
    /// The conclusion.
    pub(crate) fn verdict(&self) -> Conclusion {
        let of_value = |difference: &Difference| matches!(difference, Difference::Value { .. });
        let values = self.verification.differences.iter().any(of_value);
        if values || matches!(self.search, Search::Found(_)) {
            return Conclusion::Found;
        }
        if !self.verification.differences.is_empty() {
            return Conclusion::Differs;
        }
        // What nobody has proven must have been searched, now.
        let is_judged = match self.search {
            Search::Nothing => true,
            Search::OtherKey => self.verification.is_exact(),
            Search::Found(_) | Search::Incomplete => false,
        };
        let is_proven = self.certificate.verdict == ProofVerdict::Proven;
        if is_judged && is_proven && self.verification.holds() {
            Conclusion::Verified
        } else {
            Conclusion::Incomplete
        }
    }

    /// Writes it.
    pub(crate) fn write(&self, format: Format, out: &mut dyn Write) -> io::Result<()> {
        match format {
            Format::Json => write_json(out, &self.document()),
            Format::Table => self.write_page(out),
        }
    }

    fn document(&self) -> Value {
        let found = self.verification;
        let (search, values): (_, &[FindingId]) = match self.search {
            Search::Nothing => ("nothing_found", &[]),
            Search::Found(ids) => ("found", ids),
            Search::Incomplete => ("incomplete", &[]),
            Search::OtherKey => ("other_key", &[]),
        };
        json!({
            "schema": "deployguard.verify/1",
            "repository": self.path.display().to_string(),
            "conclusion": self.verdict(),
            "public_key": self.certificate.public_key(),
            "objects": found.objects,
            "refs": {"same": found.same, "newer": found.newer, "absent": found.absent},
            "gaps": found.gaps,
            "unopened": found.unopened,
            "search": {"result": search, "findings": values},
            "residue": self.certificate.residue,
            "differences": found.differences.iter().map(row).collect::<Vec<_>>(),
        })
    }

    fn write_page(&self, out: &mut dyn Write) -> io::Result<()> {
        let found = self.verification;
        let conclusion = match self.verdict() {
            Conclusion::Verified => {
                "VERIFIED: it is what the certificate says, and nothing that was removed is in it"
            }
            Conclusion::Found => "FOUND: something that was removed is here",
            Conclusion::Differs => "DIFFERS: it is not what the certificate says",
            Conclusion::Incomplete => {
                "INCOMPLETE: nothing speaks against it, but not all of it could be judged"
            }
        };
        let search = match self.search {
            Search::Nothing => "the rules find nothing of what was removed".to_owned(),
            Search::Found(ids) => format!(
                "the rules find {} again",
                text::count(ids.len() as u64, "removed secret")
            ),
            Search::Incomplete => {
                "not all objects could be searched (see `deployguard scan`)".to_owned()
            }
            Search::OtherKey => {
                "not made: the findings are named with another key (--workspace, DEPLOYGUARD_KEY)"
                    .to_owned()
            }
        };
        let refs = format!(
            "{} as certified, {} newer or not certified, {} not here",
            found.same,
            found.newer.len(),
            found.absent.len()
        );
        let facts = [
            (
                "Repository",
                text::printable(&self.path.display().to_string()),
            ),
            ("Signed by", self.certificate.public_key().to_owned()),
            ("Objects", format!("{} hashed anew", found.objects)),
            ("Refs", refs),
            ("Search", search),
            ("Verdict", conclusion.to_owned()),
        ];
        write_facts(&facts, out)?;
        self.write_remarks(out)
    }

    fn write_remarks(&self, out: &mut dyn Write) -> io::Result<()> {
        let found = self.verification;
        for left in &self.certificate.residue {
            writeln!(
                out,
                "  residue: {} holds a value that could not be rewritten, as the certificate says",
                left.object_id
            )?;
        }
        for (reason, archives) in &found.unopened {
            writeln!(out, "  not opened: {archives} × {reason}")?;
        }
        for gap in &found.gaps {
            writeln!(out, "  not here: {gap}")?;
        }
        if let Search::Found(ids) = self.search {
            ids.iter()
                .try_for_each(|id| writeln!(out, "  found: {id}"))?;
        }
        for difference in found.differences.iter().take(LISTED) {
            writeln!(out, "  {}", text::printable(&sentence(difference)))?;
        }
        super::clean::write_more(found.differences.len(), LISTED, "differences", out)?;
        for name in found.newer.iter().take(LISTED) {
            writeln!(out, "  newer, or not certified: {}", text::printable(name))?;
        }
        super::clean::write_more(found.newer.len(), LISTED, "refs", out)
    }
}

fn row(difference: &Difference) -> Value {
    let of_object = |kind: &str, id: &String| json!({"kind": kind, "object_id": id});
    match difference {
        Difference::ObjectFormat => json!({"kind": "object_format"}),
        Difference::Unrelated => json!({"kind": "unrelated"}),
        Difference::OldObject { id } => of_object("old_object", id),
        Difference::Damaged { id } => of_object("damaged", id),
        Difference::Missing { id } => of_object("missing", id),
        Difference::Value { id } => of_object("value", id),
        Difference::Ref {
            name,
            certified,
            found,
        } => {
            json!({"kind": "ref", "ref": name, "certified": certified, "found": found})
        }
    }
}

fn sentence(difference: &Difference) -> String {
    match difference {
        Difference::ObjectFormat => "its ids are made with another hash function".to_owned(),
        Difference::Unrelated => {
            "none of the certified refs is in it: it is another repository".to_owned()
        }
        Difference::OldObject { id } => {
            format!("old object {id} is here, which the rewrite replaced")
        }
        Difference::Damaged { id } => format!("object {id} is damaged"),
        Difference::Missing { id } => format!("object {id} is missing"),
        Difference::Value { id } => format!("a value of the file stands in object {id}"),
        Difference::Ref {
            name,
            certified,
            found,
        } => {
            format!(
                "{name} is {}, which is not built on the certified {}",
                text::short(found),
                text::short(certified)
            )
        }
    }
}
