//! A stage that is stopped at any of its calls, and run again, ends where one ends that was not stopped; nothing is there twice.

use std::time::Instant;

use domain::{ErrorCode, Job, JobStatus, Stage, WorkError};
use stages::LOOK_EVERY;

use crate::bench::Bench;
use crate::trouble::{Fused, Trouble};

/// Stops `stage` at every call that it makes to a store, for a job in state `from` each time; hands each outcome to `check`.
pub(crate) async fn stop_everywhere(
    seed: u32,
    stage: Stage,
    from: JobStatus,
    check: impl AsyncFn(&Bench, &Job),
) {
    let bench = Bench::new(seed);
    let job = bench.job_at(from).await;
    let snapshot = bench.snapshot(&job).await;
    for trouble in Trouble::STOPS {
        for n in 0.. {
            bench.restore(&snapshot).await;
            let fused = Fused::new(&bench, &job, trouble, n);
            let started = Instant::now();
            let outcome = bench.run(stage, &job, &fused.ports()).await;
            // On a slow machine the trouble may hit a look at the job that the stage takes while it works.
            let may_look = started.elapsed() >= LOOK_EVERY;
            if !fused.has_blown() {
                outcome.unwrap();
                assert!(
                    n > 2,
                    "a stage reads its job, writes it, and does something in between"
                );
                break;
            }
            assert!(
                matches!(outcome, Err(WorkError::Retry(_))) || may_look && outcome.is_ok(),
                "{trouble:?} at {n}: {outcome:?}"
            );
            bench.later();
            bench.run(stage, &job, &bench.ports()).await.unwrap();
            let now = bench.stored(&job).await;
            assert_eq!(
                now.error_code, None::<ErrorCode>,
                "{trouble:?} at {n}: {}",
                now.status_message
            );
            let mut moves = bench.moves(&job).await;
            moves.dedup();
            assert_eq!(
                moves,
                bench.moves(&job).await,
                "{trouble:?} at {n}: no move is made twice"
            );
            check(&bench, &now).await;
        }
    }
}
