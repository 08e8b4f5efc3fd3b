//! Stops the waiting for a silent server: reads and writes block, so that somebody else has to look up.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use domain::Watch;
use ureq::Agent;

use super::RemoteError;

/// How often to look up.
const INTERVAL: Duration = Duration::from_millis(100);

/// Does `work`, which speaks through `agent`. When `watch` says stop, the agent's connections are cut, and
/// whatever `work` makes of that, the outcome is that it was stopped.
pub(super) fn stoppable<T>(
    agent: &Agent,
    watch: &dyn Watch,
    work: impl FnOnce() -> Result<T, RemoteError>,
) -> Result<T, RemoteError> {
    let (done, is_done) = channel::<()>();
    std::thread::scope(|scope| {
        let lookout = scope.spawn(move || {
            loop {
                if let Some(stop) = watch.stop() {
                    agent.clone().shutdown();
                    return Some(stop);
                }
                if is_done.recv_timeout(INTERVAL) != Err(RecvTimeoutError::Timeout) {
                    return None;
                }
            }
        });
        let outcome = work();
        drop(done);
        let stop = lookout.join().unwrap_or_default();
        match (outcome, stop) {
            (Err(_), Some(stop)) => Err(RemoteError::Stopped(stop)),
            (outcome, _) => outcome,
        }
    })
}
