//! `deployguard baseline`: what is known now, written down; and what `scan --baseline` makes of it.

use std::path::Path;

use domain::Verdict;
use git::Repository;
use scan::RuleSet;
use scan::baseline::document::BaselineDocument;
use scan::suppress::{Reason, Suppression};

use super::Session;
use crate::args::{BaselineArgs, BaselineCommand, BaselineCreateArgs};
use crate::output::{text, write_json};
use crate::sink::Sink;
use crate::{CliError, Exit, key};

/// Does what was asked for.
pub(crate) fn execute(args: &BaselineArgs, session: &Session) -> Result<Exit, CliError> {
    match &args.command {
        BaselineCommand::Create(args) => create(args, session),
    }
}

fn create(args: &BaselineCreateArgs, session: &Session) -> Result<Exit, CliError> {
    let repo = Repository::open(&args.repo_path)?;
    let rules = RuleSet::builtin()?;
    let scan = super::scan::search(&repo, &rules, session)?;
    let (reported, left_out) =
        super::policy::reported(&args.leave_out, &scan, &repo, &rules, session)?;
    let mut document = BaselineDocument::new(&reported, &session.key);
    let file = args.output.as_deref();
    let earlier = file.and_then(|file| crate::baseline::own(file, &session.key));
    document.explain(earlier.as_ref(), args.reason.as_deref());
    let sink = Sink {
        file,
        confidential: false,
    };
    sink.put(|out| write_json(out, &document))?;
    remark(&document, file, session);
    for account in &left_out.accounts {
        let account = text::account(account);
        session.progress.say(&format!("not accepted: {account}"));
    }
    if scan.verdict() == Verdict::Incomplete {
        session.progress.warn(
            "not every object could be searched, so that the baseline may lack findings (see `deployguard scan`)",
        );
        return Ok(Exit::Incomplete);
    }
    Ok(Exit::Done)
}

fn remark(document: &BaselineDocument, file: Option<&Path>, session: &Session) {
    let name = file.map_or_else(|| "…".to_owned(), |file| file.display().to_string());
    let findings = text::count(document.len() as u64, "finding");
    session.progress.say(&format!(
        "{findings} accepted. What is new from now on: deployguard scan --repo-path … --baseline {}",
        text::printable(&name)
    ));
    if !document.is_empty() && key::is_public() {
        session.progress.say(&format!(
            "note: the ids were made with the public key, so that whoever sees the file can test guessed values against it; set {} to a key of your own",
            key::KEY
        ));
    }
}

/// Says which entries of baselines and of the ignore file apply to nothing any more, what does not suppress any more since its
/// day is over, and what cannot be understood.
pub(crate) fn remark_on(suppression: &Suppression, session: &Session) {
    for account in &suppression.accounts {
        let stale = account.stale.unwrap_or_default();
        if stale > 0 {
            let entries = if stale == 1 {
                "1 entry applies".to_owned()
            } else {
                format!("{stale} entries apply")
            };
            let file = text::printable(account.file.as_deref().unwrap_or_default());
            let what = match account.by {
                Reason::Baseline => format!("baseline {file}"),
                _ => file,
            };
            session.progress.say(&format!(
                "note: {what}: {entries} to nothing any more (stale)"
            ));
        }
    }
    for expired in &suppression.expired {
        session
            .progress
            .say(&format!("note: {}", text::expired(expired)));
    }
    for fault in &suppression.faults {
        let fault = text::printable(fault);
        session
            .progress
            .warn(&format!("it suppresses nothing: {fault}"));
    }
}
