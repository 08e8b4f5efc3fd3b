//! `deployguard demo`: the whole way on a made-up repository, each step by the code that does it for real.

use std::io::Write;
use std::path::{Path, PathBuf};

use domain::Verdict;
use git::remote::{PushOptions, PushRefs};
use git::{Pack, Repository};
use jiff::Timestamp;
use rewrite::{ProofVerdict, Signer};
use scan::suppress::Suppression;
use scan::{RuleSet, ScanReport};

use super::{Session, clean, push, scan as scanning};
use crate::args::{CredentialArgs, DemoArgs, Format, ScanFormat};
use crate::demo::planted::Planted;
use crate::demo::stage::{CLEAN, REPORT, SOURCE, Stage, TARGET};
use crate::demo::{history, host, search, writer};
use crate::output::Report;
use crate::output::clean::{Cleaning, Done};
use crate::output::table::Width;
use crate::sink::{STANDARD_OUTPUT, Sink};
use crate::source::Place;
use crate::{CliError, Exit, credentials};

/// Runs the demo.
pub(crate) fn execute(args: &DemoArgs, session: &Session) -> Result<Exit, CliError> {
    let stage = Stage::prepare(args.output_dir.as_deref())?;
    let planted = Planted::new();
    heading("1  A made-up repository with secrets in its history")?;
    let source = stage.path(SOURCE);
    history::write(&source, &planted)?;
    say(
        "A shop: a password in a file that was deleted later, a key on a merged branch,\nkeys in a binary file, tokens in the messages of a commit and a tag, a private\nkey in the tip.",
    )?;

    heading("2  Scanned: every object of the whole history")?;
    let rules = RuleSet::builtin()?;
    let repo = Repository::open(&source)?;
    let found = show_scan(&repo, &source, &rules, session)?;
    write_report(&stage, &repo, &rules, &found)?;
    expect(
        found.findings.len() == planted.needles().len(),
        "the scan does not find what was planted",
    )?;

    heading("3  Cleaned: only what must change is written anew")?;
    clean_all(&stage, &repo, &rules, &found, session)?;

    heading("4  Verified: by other code than that which wrote it")?;
    let cleaned = Repository::open(&stage.path(CLEAN))?;
    verify(&cleaned, &planted, &rules, session)?;

    heading("5  Pushed: to another host")?;
    let is_pushed = push_to_new_home(&stage, cleaned, session)?;

    heading("Done")?;
    say(if is_pushed {
        "Scanned, cleaned, verified, pushed."
    } else {
        "Scanned, cleaned, verified; not pushed."
    })?;
    say(&stage.hint())?;
    Ok(Exit::Done)
}

fn show_scan(
    repo: &Repository,
    path: &Path,
    rules: &RuleSet,
    session: &Session,
) -> Result<ScanReport, CliError> {
    let scan = scanning::search(repo, rules, session)?;
    let mut place = Place::of_path(repo, path);
    place.path = Some(SOURCE.to_owned());
    let report = Report {
        place: &place,
        rules,
        scan: &scan,
        suppression: &Suppression::default(),
        validity: None,
        started: Timestamp::now(),
        show_secrets: false,
    };
    print(|out| report.write(ScanFormat::Table, Width::of_reader(false), out))?;
    Ok(scan)
}

fn write_report(
    stage: &Stage,
    repo: &Repository,
    rules: &RuleSet,
    scan: &ScanReport,
) -> Result<(), CliError> {
    let place = Place::of_path(repo, &stage.path(SOURCE));
    let report = Report {
        place: &place,
        rules,
        scan,
        suppression: &Suppression::default(),
        validity: None,
        started: Timestamp::now(),
        show_secrets: false,
    };
    let file = stage.path(REPORT);
    let sink = Sink {
        file: Some(&file),
        confidential: false,
    };
    sink.put(|out| report.write(ScanFormat::Json, Width::of_reader(true), out))
}

fn clean_all(
    stage: &Stage,
    repo: &Repository,
    rules: &RuleSet,
    scan: &ScanReport,
    session: &Session,
) -> Result<(), CliError> {
    let folder = stage.path(CLEAN);
    let chosen = clean::all_of(scan);
    // Everybody sees the same demo: it is signed with a key that is no secret.
    let signer = Signer::from_seed(&session.key.signing_seed());
    let how = clean::options(session);
    let outcome = clean::rewrite_to(
        &folder,
        repo,
        (rules, Some(scan)),
        &chosen,
        &how,
        &signer,
        session,
    )?;
    expect(
        outcome.certificate.verdict == ProofVerdict::Proven,
        "the rewrite left a residue",
    )?;
    let certificate_file = Path::new(CLEAN).join(rewrite::CERTIFICATE);
    let done = Done {
        folder: PathBuf::from(CLEAN),
        backup: None,
        certificate: outcome.certificate,
        certificate_file,
    };
    let cleaning = Cleaning {
        source: Path::new(SOURCE),
        bytes: repo.packs().iter().map(Pack::bytes).sum(),
        scan: Some(scan),
        names: &[],
        left_out: None,
        request: &chosen,
        plan: &outcome.plan,
        changed: None,
        done: Some(&done),
    };
    print(|out| cleaning.write(Format::Table, out))
}

/// Scans again, searches every object for the very bytes that were planted, and asks stock git.
fn verify(
    cleaned: &Repository,
    planted: &Planted,
    rules: &RuleSet,
    session: &Session,
) -> Result<(), CliError> {
    let scan = scanning::search(cleaned, rules, session)?;
    expect(
        matches!(scan.verdict(), Verdict::Clean(_)),
        "the clean history is not clean",
    )?;
    let objects = scan.coverage.scanned().objects;
    say(&format!(
        "A new scan       clean: {objects} of {} objects, no finding",
        scan.coverage.total().objects
    ))?;
    let hits = search::count(cleaned, planted, session)?;
    expect(hits == 0, "a planted secret is left in an object")?;
    say(&format!(
        "Byte by byte     none of the {} planted secrets in any object",
        planted.needles().len()
    ))?;
    if !host::has_git() {
        return say("git fsck         not asked: there is no git program here");
    }
    match host::complaints(cleaned.git_dir()) {
        None => say("git fsck         --full --strict finds nothing wrong"),
        Some(complaints) => Err(CliError::Internal(format!(
            "git fsck complains of the clean history: {complaints}"
        ))),
    }
}

/// Pushes over HTTP to stock git's own server. Says whether there was one.
fn push_to_new_home(
    stage: &Stage,
    cleaned: Repository,
    session: &Session,
) -> Result<bool, CliError> {
    if !host::has_git() {
        say(
            "Skipped: the demo's host is stock git's own server, and there is no git program here.\n(The push itself needs none: deployguard push --repo-path … --target-url …)",
        )?;
        return Ok(false);
    }
    let target = stage.path(TARGET);
    writer::HistoryWriter::default().write(&target, history::MAIN)?;
    let server = host::serve(stage.folder())?;
    let url = credentials::remote_url("--target-url", &server.url(TARGET))?;
    let sent = cleaned.refs().to_vec();
    let options = PushOptions {
        force: false,
        refs: PushRefs::All,
    };
    let nobody = CredentialArgs {
        credential_env: None,
    };
    let report = push::send(cleaned, &url, &options, &nobody, session)?;
    print(|out| push::write_report(&url, &report, out))?;
    let arrived = Repository::open(&target)?;
    expect(
        arrived.refs() == sent,
        "the new home has other refs than were pushed",
    )?;
    expect(
        host::complaints(&target).is_none(),
        "git fsck complains of the new home",
    )?;
    say("The new home has the same refs; git fsck finds nothing wrong there either.")?;
    Ok(true)
}

fn expect(holds: bool, otherwise: &str) -> Result<(), CliError> {
    if holds {
        Ok(())
    } else {
        Err(CliError::Internal(otherwise.to_owned()))
    }
}

fn heading(text: &str) -> Result<(), CliError> {
    print(|out| {
        writeln!(
            out,
            "\n━━ {text} {}",
            "━".repeat(70_usize.saturating_sub(text.chars().count()))
        )
    })
}

fn say(text: &str) -> Result<(), CliError> {
    print(|out| writeln!(out, "{text}"))
}

fn print(write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> Result<(), CliError> {
    STANDARD_OUTPUT.put(write)
}
