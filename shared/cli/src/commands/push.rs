//! `deployguard push`: a repository's refs and objects, sent to another host without a git program.

use std::io::{self, Write};
use std::sync::Arc;

use domain::RemoteUrl;
use git::Repository;
use git::remote::{self, PushOptions, PushRefs, PushReport};
use indicatif::HumanBytes;
use serde_json::json;

use super::Session;
use crate::args::{CredentialArgs, Format, PushArgs};
use crate::output::{table, text, write_json};
use crate::sink::STANDARD_OUTPUT;
use crate::{CliError, Exit, credentials, network, source};

/// Pushes.
pub(crate) fn execute(args: &PushArgs, session: &Session) -> Result<Exit, CliError> {
    let url = credentials::remote_url("--target-url", &args.target_url)?;
    let repo = Repository::open(&args.repo_path)?;
    let refs = match &args.branch {
        None => PushRefs::All,
        Some(name) => {
            let full = source::branch(&repo, name)?;
            PushRefs::Branch(source::short_name(&full))
        }
    };
    let options = PushOptions {
        force: args.force,
        refs,
    };
    let report = send(repo, &url, &options, &args.credential, session)?;
    STANDARD_OUTPUT.put(|out| match args.format {
        Format::Json => write_json(out, &document(&url, &report)),
        Format::Table => write_report(&url, &report, out),
    })?;
    Ok(Exit::Done)
}

/// Pushes `repo` to `url`.
pub(crate) fn send(
    repo: Repository,
    url: &RemoteUrl,
    options: &PushOptions,
    credential: &CredentialArgs,
    session: &Session,
) -> Result<PushReport, CliError> {
    let (repo, options) = (Arc::new(repo), options.clone());
    session.progress.say(&format!("Pushing to {url}"));
    let report = network::with_host(url, credential, session, move |remote, progress| {
        remote::push(remote, &repo, &options, progress)
    });
    session.progress.clear();
    report
}

fn document(url: &RemoteUrl, report: &PushReport) -> serde_json::Value {
    let pushed = report.pushed.iter().map(|pushed| {
        let old = pushed.old.map(|id| id.to_string());
        json!({"name": pushed.name, "old": old, "new": pushed.new.to_string()})
    });
    let skipped = report.skipped.iter();
    let skipped = skipped.map(|skipped| json!({"name": skipped.name, "reason": skipped.reason}));
    json!({
        "schema": "deployguard.push/1",
        "url": url.as_str(),
        "pushed": pushed.collect::<Vec<_>>(),
        "unchanged": report.unchanged,
        "skipped": skipped.collect::<Vec<_>>(),
        "pack_bytes": report.pack_bytes,
    })
}

/// Writes what was pushed, for a person.
pub(crate) fn write_report(
    url: &RemoteUrl,
    report: &PushReport,
    out: &mut dyn Write,
) -> io::Result<()> {
    let (pushed, skipped) = (&report.pushed, &report.skipped);
    let counts = format!(
        "{} pushed, {} unchanged, {} left out",
        text::count(pushed.len() as u64, "ref"),
        report.unchanged,
        skipped.len()
    );
    let facts = [
        ("Target", text::printable(url.as_str())),
        ("Refs", counts),
        ("Sent", HumanBytes(report.pack_bytes).to_string()),
    ];
    table::write_facts(&facts, out)?;
    for pushed in pushed {
        let old = pushed.old.map(|id| id.to_string());
        let old = old.as_deref().map_or("new", text::short);
        let (name, new) = (text::printable(&pushed.name), pushed.new.to_string());
        writeln!(out, "  {old:>10} → {}  {name}", text::short(&new))?;
    }
    for skipped in skipped {
        let name = text::printable(&skipped.name);
        writeln!(out, "  left out: {name}: {}", skipped.reason)?;
    }
    Ok(())
}
