//! One stage's turn at one job: the job as last read, and every way in which the stage may touch it.
//!
//! Writes are conditional. When somebody else wrote first, the job is read again: if it has ended, the turn is over; if another
//! worker has moved it on, likewise; else the change is made again on what is stored now.

use std::sync::Arc;
use std::time::Duration;

use domain::ports::{Clock, JobStore, PortError};
use domain::{Event, EventKind, Job, JobStatus, Selection, Stage, TransitionError, Watch};
use jiff::Timestamp;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};

use crate::error::StageError;
use crate::oversight::{CancelOnDrop, Oversight};
use crate::plan;

/// How often a working stage looks at its job: how late it learns of a cancellation, and how often it writes its progress.
/// A look that fails is made up for by the next.
pub const LOOK_EVERY: Duration = Duration::from_secs(2);
/// How often a change is tried against other writers.
const TRIES: usize = 10;

/// One stage's turn.
pub(crate) struct Turn {
    jobs: Arc<dyn JobStore>,
    clock: Arc<dyn Clock>,
    deadline: Arc<dyn Watch + Send + Sync>,
    stage: Stage,
    look_every: Duration,
    /// As last read or written.
    pub(crate) job: Job,
}

impl Turn {
    pub(crate) fn new(
        jobs: Arc<dyn JobStore>,
        clock: Arc<dyn Clock>,
        deadline: Arc<dyn Watch + Send + Sync>,
        stage: Stage,
        job: Job,
    ) -> Self {
        Self {
            jobs,
            clock,
            deadline,
            stage,
            look_every: LOOK_EVERY,
            job,
        }
    }

    /// Moves the job to a state in which this stage works, unless it is there already.
    pub(crate) async fn enter(&mut self, to: JobStatus, message: &str) -> Result<(), StageError> {
        self.change(None, |job, now| {
            if job.status == to {
                return Ok(None);
            }
            Ok(Some(vec![job.transition(to, message, now)?]))
        })
        .await
    }

    /// Moves the job to where this stage leaves it; `finish` sets what else it has learnt, and names the event for that.
    pub(crate) async fn leave(
        &mut self,
        to: JobStatus,
        message: &str,
        finish: impl Fn(&mut Job) -> Option<EventKind> + Send + Sync,
    ) -> Result<(), StageError> {
        self.leave_with(None, to, message, finish).await
    }

    /// The same, and writes `selection` with the job if one is given.
    pub(crate) async fn leave_with(
        &mut self,
        selection: Option<&Selection>,
        to: JobStatus,
        message: &str,
        finish: impl Fn(&mut Job) -> Option<EventKind> + Send + Sync,
    ) -> Result<(), StageError> {
        self.change(selection, |job, now| {
            let learnt = finish(job).map(|kind| job.event(kind, now));
            let moved = job.transition(to, message, now)?;
            Ok(Some(learnt.into_iter().chain([moved]).collect()))
        })
        .await
    }

    /// Ends the job with a reason.
    pub(crate) async fn fail(
        &mut self,
        code: domain::ErrorCode,
        message: &str,
    ) -> Result<(), StageError> {
        self.change(None, |job, now| {
            Ok(Some(vec![job.fail(code, message, now)?]))
        })
        .await
    }

    /// Changes the stored job. `edit` gives the events, or none if there is nothing to change.
    async fn change(
        &mut self,
        selection: Option<&Selection>,
        edit: impl Fn(&mut Job, Timestamp) -> Result<Option<Vec<Event>>, TransitionError> + Send,
    ) -> Result<(), StageError> {
        for _ in 0..TRIES {
            let mut job = self.job.clone();
            let Ok(events) = edit(&mut job, self.clock.now()) else {
                return Err(StageError::Overtaken);
            };
            let Some(events) = events else { return Ok(()) };
            match self.jobs.save(&mut job, &events, selection).await {
                Ok(()) => {
                    self.job = job;
                    return Ok(());
                }
                Err(PortError::Conflict) => self.read_again().await?,
                Err(PortError::NotFound) => return Err(StageError::Gone),
                Err(error) => return Err(error.into()),
            }
        }
        Err(PortError::Conflict.into())
    }

    async fn read_again(&mut self) -> Result<(), StageError> {
        let read = self.jobs.get(&self.job.tenant, &self.job.id).await;
        match read {
            Ok(job) if job.status.is_terminal() && job.status != plan::leaves(self.stage) => {
                Err(StageError::Gone)
            }
            Ok(job) if plan::stage_of(job.status) != Some(self.stage) => Err(StageError::Overtaken),
            Ok(job) => {
                self.job = job;
                Ok(())
            }
            Err(PortError::NotFound) => Err(StageError::Gone),
            Err(error) => Err(error.into()),
        }
    }

    /// Runs an engine beside the runtime, watched: it stops at the deadline and when the job is no longer wanted.
    pub(crate) async fn engine<T: Send + 'static>(
        &mut self,
        work: impl FnOnce(&dyn Watch) -> Result<T, StageError> + Send + 'static,
    ) -> Result<T, StageError> {
        let oversight = Arc::new(Oversight::new(Arc::clone(&self.deadline)));
        let _guard = CancelOnDrop(Arc::clone(&oversight));
        let watch = Arc::clone(&oversight);
        let mut engine = tokio::task::spawn_blocking(move || work(&*watch));
        let mut looks = self.looks();
        loop {
            tokio::select! {
                biased;
                done = &mut engine => return done.unwrap_or(Err(StageError::BrokeDown(self.stage))),
                _ = looks.tick() => self.look(&oversight).await,
            }
        }
    }

    /// Waits for transfers, watched likewise: what is not done by then is dropped.
    pub(crate) async fn transfer<T, E: Into<StageError>>(
        &mut self,
        work: impl Future<Output = Result<T, E>> + Send,
    ) -> Result<T, StageError> {
        let oversight = Oversight::new(Arc::clone(&self.deadline));
        let mut looks = self.looks();
        tokio::pin!(work);
        loop {
            tokio::select! {
                biased;
                done = &mut work => return done.map_err(Into::into),
                _ = looks.tick() => self.look(&oversight).await,
            }
            if let Some(stop) = oversight.stop() {
                return Err(stop.into());
            }
        }
    }

    fn looks(&self) -> Interval {
        let mut looks = interval_at(Instant::now() + self.look_every, self.look_every);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        looks
    }

    /// Reads the job and notes the progress. Whatever goes wrong here is tried again at the next look.
    async fn look(&mut self, oversight: &Oversight) {
        let mut job = match self.jobs.get(&self.job.tenant, &self.job.id).await {
            Ok(job) if plan::stage_of(job.status) == Some(self.stage) => job,
            Ok(_) | Err(PortError::NotFound) => return oversight.cancel(),
            Err(error) => return tracing::debug!(%error, "the job could not be looked at"),
        };
        let from = job.status.progress().unwrap_or_default();
        let percent = oversight.percent(from, plan::ceiling(job.status).saturating_sub(1));
        if percent > job.progress_percent {
            job.progress_percent = percent;
            job.updated_at = self.clock.now();
            if let Err(error) = self.jobs.save(&mut job, &[], None).await {
                return tracing::debug!(%error, "the progress could not be noted");
            }
        }
        self.job = job;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use domain::ports::JobStore as _;
    use domain::{ErrorCode, Job, JobStatus, Stage, Stop, Unwatched, Watch};
    use local::{MemoryJobs, TestClock};
    use testkit::contracts::samples;

    use super::{StageError, Turn};

    /// A job that is being scanned, and the turn of its scan.
    async fn scanning() -> (MemoryJobs, Turn) {
        let jobs = MemoryJobs::default();
        let mut job = samples::job(&samples::tenant());
        job.status = JobStatus::Scanning;
        jobs.create(&job, &samples::created(&job)).await.unwrap();
        let clock = TestClock::at(job.created_at);
        let store = Arc::new(jobs.clone());
        let mut turn = Turn::new(
            store,
            Arc::new(clock),
            Arc::new(Unwatched),
            Stage::Scan,
            job,
        );
        turn.look_every = Duration::from_millis(1);
        (jobs, turn)
    }

    async fn stored(jobs: &MemoryJobs, job: &Job) -> Job {
        jobs.get(&job.tenant, &job.id).await.unwrap()
    }

    /// Somebody else writes the job.
    async fn write(jobs: &MemoryJobs, job: &Job, status: JobStatus) {
        let mut job = stored(jobs, job).await;
        job.status = status;
        jobs.save(&mut job, &[], None).await.unwrap();
    }

    /// Works until it is told to stop.
    fn endless(watch: &dyn Watch) -> Result<(), StageError> {
        watch.progress("searching", 1, 2);
        loop {
            if let Some(stop) = watch.stop() {
                return Err(stop.into());
            }
            std::thread::yield_now();
        }
    }

    #[tokio::test]
    async fn a_working_engine_writes_its_progress_and_stops_when_the_job_is_cancelled() {
        let (jobs, mut turn) = scanning().await;
        let job = turn.job.clone();
        let owner = async {
            while stored(&jobs, &job).await.progress_percent != 32 {
                tokio::task::yield_now().await;
            }
            write(&jobs, &job, JobStatus::Cancelled).await;
        };
        let (outcome, ()) = tokio::join!(turn.engine(endless), owner);
        assert!(matches!(outcome, Err(StageError::Stopped(Stop::Cancelled))));
        assert_eq!(stored(&jobs, &job).await.status, JobStatus::Cancelled);
    }

    #[tokio::test]
    async fn a_transfer_ends_when_the_job_is_gone() {
        let (jobs, mut turn) = scanning().await;
        jobs.delete(&turn.job.tenant, &turn.job.id).await.unwrap();
        let never = std::future::pending::<Result<(), StageError>>();
        let outcome = turn.transfer(never).await;
        assert!(matches!(outcome, Err(StageError::Stopped(Stop::Cancelled))));
    }

    #[tokio::test]
    async fn a_write_that_comes_second_is_made_again_on_what_is_stored() {
        let (jobs, mut turn) = scanning().await;
        write(&jobs, &turn.job, JobStatus::Scanning).await;
        turn.fail(ErrorCode::ScanError, "why").await.unwrap();
        assert_eq!((turn.job.status, turn.job.version), (JobStatus::Failed, 2));
        assert_eq!(stored(&jobs, &turn.job).await, turn.job);
    }

    #[tokio::test]
    async fn a_write_that_comes_too_late_is_not_made() {
        for (status, is_over) in [
            (JobStatus::Cancelled, true),
            (JobStatus::ScanComplete, false),
        ] {
            let (jobs, mut turn) = scanning().await;
            write(&jobs, &turn.job, status).await;
            match turn.fail(ErrorCode::ScanError, "why").await {
                Err(StageError::Gone) => assert!(is_over),
                Err(StageError::Overtaken) => assert!(!is_over),
                other => panic!("{other:?}"),
            }
            assert_eq!(stored(&jobs, &turn.job).await.status, status);
        }
    }

    #[tokio::test]
    async fn an_engine_that_panics_is_an_error() {
        let (_jobs, mut turn) = scanning().await;
        let outcome: Result<(), _> = turn.engine(|_| panic!("made to panic")).await;
        assert!(matches!(outcome, Err(StageError::BrokeDown(Stage::Scan))));
        assert!(turn.clock.now() >= turn.job.created_at);
    }
}
