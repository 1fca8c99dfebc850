//! Full synchronizations by the clock: surveyed here, carried out by the worker's turns.

mod report;

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use provisioning_core::driver::{
    Approval, Begun, RunMode, RunStore as _, Store as _, StoreError, Survey, SurveyError, Whom,
};
use provisioning_core::policy::Depth;
use provisioning_core::sync::SourceHealth;
use tokio::sync::watch;

pub(crate) use self::report::Counts;
use crate::alerts::{Notice, NoticeKind};
use crate::parts::Parts;
use crate::settings::{Schedule, Slot};
use crate::worker::Worker;

/// Compares everybody when it is time.
#[derive(Debug)]
pub(crate) struct Scheduler {
    schedule: Schedule,
    worker: Arc<Worker>,
    parts: Parts,
}

/// What came of a slot.
enum Came {
    /// There is nothing more to do for it.
    Done,
    /// It is tried again then.
    Again(Timestamp),
}

impl Scheduler {
    pub(crate) fn new(schedule: Schedule, worker: Arc<Worker>, parts: Parts) -> Self {
        Self {
            schedule,
            worker,
            parts,
        }
    }

    /// Compares everybody if it is time, and has the worker carry out what that finds.
    ///
    /// # Errors
    /// If the Store fails.
    pub(crate) async fn look(&self, now: Timestamp) -> Result<(), StoreError> {
        let zone = self.worker.policy().await.zone().clone();
        let Some(slot) = self.schedule.latest(&zone, now) else {
            return Ok(());
        };
        if !self.parts.store.take_slot(slot.at, now).await? {
            return Ok(());
        }
        match self.compare(slot, now).await? {
            Came::Done => {
                self.tell_next(now).await;
                self.parts.store.slot_is_done(slot.at).await
            }
            Came::Again(until) => self.parts.store.slot_waits(until).await,
        }
    }

    /// Looks every minute until it is told to stop. A survey that is under way then is dropped: it
    /// has written nothing.
    pub(crate) async fn run(&self, mut stop: watch::Receiver<bool>) {
        self.tell_next(self.parts.clock.now().await).await;
        loop {
            let now = self.parts.clock.now().await;
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => return,
                looked = self.look(now) => if let Err(error) = looked {
                    tracing::error!(%error, "the full synchronization waits for the database");
                }
            }
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => return,
                () = self.parts.clock.sleep_until(now.checked_add(EVERY).ok()) => {}
            }
        }
    }

    async fn tell_next(&self, now: Timestamp) {
        let policy = self.worker.policy().await;
        match self.schedule.next(policy.zone(), now) {
            Some(Slot { at, depth }) => {
                let depth = name(depth);
                tracing::info!(%at, depth, "the next full synchronization");
            }
            None => tracing::info!("nobody is compared by the clock: SYNC_AT is off"),
        }
    }

    async fn compare(&self, slot: Slot, now: Timestamp) -> Result<Came, StoreError> {
        let later = || now.checked_add(PATIENCE).unwrap_or(now);
        if self.parts.store.paused().await? || self.parts.store.running().await?.is_some() {
            tracing::info!("a full synchronization is due and waits");
            return Ok(Came::Again(later()));
        }
        let depth = name(slot.depth);
        tracing::info!(depth, "a full synchronization begins");
        let driver = self.worker.surveyor().await;
        let mut far = |step| tracing::debug!(?step, "survey");
        let survey = driver.survey(slot.depth, &Whom::Everybody, now, &mut far);
        let survey = match survey.await {
            Ok(survey) => survey,
            Err(SurveyError::Store(error)) => return Err(error),
            Err(SurveyError::Closed { until, .. }) => return Ok(Came::Again(until.max(later()))),
            Err(error) => {
                tracing::warn!(%error, depth, "the full synchronization has no lists");
                let kind = match error {
                    SurveyError::Empty => NoticeKind::SourceSuspicious,
                    _ => NoticeKind::SyncFailed,
                };
                let about = match kind {
                    NoticeKind::SourceSuspicious => "empty",
                    _ => depth,
                };
                self.parts.alerts.raise(Notice::new(kind, about, now)).await;
                return Ok(Came::Again(later()));
            }
        };
        self.begin(&survey, depth, now).await
    }

    async fn begin(
        &self,
        survey: &Survey,
        depth: &'static str,
        now: Timestamp,
    ) -> Result<Came, StoreError> {
        if survey.health == SourceHealth::Shrunken {
            let notice = Notice::new(NoticeKind::SourceSuspicious, "shrunken", now);
            self.parts.alerts.raise(notice).await;
        }
        let driver = self.worker.surveyor().await;
        let begun = driver.begin(survey, RunMode::Fresh, Approval::Standing, now);
        match begun.await? {
            Begun::Running(run) => {
                self.parts
                    .alerts
                    .is_over(NoticeKind::SyncWaits, FIRST)
                    .await;
                tracing::info!(%run, depth, found = %survey.tally, "it is carried out");
                self.parts.wake.notify_one();
                Ok(Came::Done)
            }
            Begun::Waiting(run) => {
                tracing::warn!(%run, depth, found = %survey.tally, "it waits for approval");
                let notice = Notice::new(NoticeKind::SyncWaits, FIRST, now);
                let people = survey.to_change().count();
                self.parts.alerts.stands(notice.of(people)).await;
                Ok(Came::Done)
            }
            // Somebody was faster, or the policy is another one by now.
            _ => Ok(Came::Again(now.checked_add(PATIENCE).unwrap_or(now))),
        }
    }
}

/// The name of a depth in notices, logs and labels.
pub(crate) fn name(depth: Depth) -> &'static str {
    match depth {
        Depth::Light => "light",
        _ => "deep",
    }
}

const EVERY: SignedDuration = SignedDuration::from_mins(1);

/// How long to wait when it was not possible.
const PATIENCE: SignedDuration = SignedDuration::from_mins(15);

/// GRD-13.
const FIRST: &str = "first";
