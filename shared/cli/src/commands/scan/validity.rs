//! `scan --verify`: the reported secrets are asked about, each at its own provider.

use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::{Finding, Secret};
use git::{ObjectId, Repository};
use jiff::Timestamp;
use memchr::memmem;
use scan::ScanReport;
use verify::{Clock, Limits, Loopback, Route, Subject, Verification};

use super::Session;
use crate::args::VerifyArgs;
use crate::{CliError, network};

/// What the providers say of the findings of `scan`, if they are to be asked.
pub(super) fn ask(
    args: &VerifyArgs,
    scan: &ScanReport,
    repo: &Repository,
    session: &Session,
) -> Result<Option<Verification>, CliError> {
    if !args.verify {
        return Ok(None);
    }
    let route = match args.verify_at.map(Loopback::new) {
        None => Route::Providers,
        Some(Some(address)) => Route::Loopback(address),
        Some(None) => {
            return Err(CliError::usage(
                "--verify-at takes an address of this machine only",
            ));
        }
    };
    let subject = |finding: &Finding| {
        let value = scan.values.get(&finding.id)?.first().clone();
        let wants_text = verify::wants_text(&finding.rule);
        let text = wants_text.then(|| text_around(finding, &value, repo));
        Some(Subject {
            id: finding.id.clone(),
            rule: finding.rule.clone(),
            value,
            text: text.flatten().unwrap_or_default(),
        })
    };
    let subjects: Vec<_> = scan.findings.iter().filter_map(subject).collect();
    let progress = Arc::clone(&session.progress);
    let asked = network::abandonable(move || {
        let clock = MachineClock(Instant::now());
        verify::verify(&subjects, route, Limits::default(), &clock, &*progress)
    });
    session.progress.clear();
    Ok(Some(asked??))
}

/// So many bytes before and after a value may say what belongs to it.
const AROUND: usize = 2048;

/// The text around the first place where the value stands as it is.
fn text_around(
    finding: &Finding,
    value: &Secret<Vec<u8>>,
    repo: &Repository,
) -> Option<Secret<Vec<u8>>> {
    let value = value.expose();
    let mut plain = finding
        .occurrences
        .iter()
        .filter(|place| place.encoding.is_empty() && !place.in_archive);
    plain.find_map(|place| {
        let id = ObjectId::from_hex(place.object_id.as_bytes())?;
        let object = repo.find(&id).ok()??;
        let at = memmem::find(&object.data, value)?;
        let end = (at + value.len() + AROUND).min(object.data.len());
        let text = object.data.get(at.saturating_sub(AROUND)..end)?;
        Some(Secret::new(text.to_vec()))
    })
}

/// The machine's clock.
struct MachineClock(Instant);

impl Clock for MachineClock {
    fn now(&self) -> Duration {
        self.0.elapsed()
    }

    fn today(&self) -> Timestamp {
        Timestamp::now()
    }

    fn wait(&self, time: Duration) {
        std::thread::sleep(time);
    }
}
