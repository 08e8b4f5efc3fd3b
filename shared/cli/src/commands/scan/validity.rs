//! `scan --verify`: the reported secrets are asked about, each at its own provider.

use std::sync::Arc;
use std::time::{Duration, Instant};

use scan::ScanReport;
use verify::{Clock, Limits, Loopback, Route, Subject, Verification};

use super::Session;
use crate::args::VerifyArgs;
use crate::{CliError, network};

/// What the providers say of the findings of `scan`, if they are to be asked.
pub(super) fn ask(
    args: &VerifyArgs,
    scan: &ScanReport,
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
    let subject = |finding: &domain::Finding| {
        Some(Subject {
            id: finding.id.clone(),
            rule: finding.rule.clone(),
            value: scan.values.get(&finding.id)?.first().clone(),
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

/// The machine's clock.
struct MachineClock(Instant);

impl Clock for MachineClock {
    fn now(&self) -> Duration {
        self.0.elapsed()
    }

    fn wait(&self, time: Duration) {
        std::thread::sleep(time);
    }
}
