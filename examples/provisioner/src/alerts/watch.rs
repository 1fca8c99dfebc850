use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use provisioning_core::Endpoint;
use provisioning_core::driver::StoreError;
use tokio::sync::{Mutex, watch as signal};

use super::Alerts;
use super::arrivals::Arrivals;
use super::kind::NoticeKind;
use super::notice::Notice;
use crate::clock::Clock;
use crate::intake;
use crate::metrics::Metrics;
use crate::parts::Parts;
use crate::store::{Process, SqlStore};

/// Looks every minute at what no turn shows: whether deliveries come, whether their signatures are
/// right, and whether the other processes live. Every hour it removes what is past its time.
#[derive(Debug)]
pub(crate) struct Watch {
    alerts: Arc<Alerts>,
    arrivals: Arc<Arrivals>,
    metrics: Arc<Metrics>,
    store: SqlStore,
    process: Process,
    swept: Mutex<Option<Timestamp>>,
}

impl Watch {
    /// Writes down that this process has begun.
    ///
    /// # Errors
    /// If that cannot be written.
    pub(crate) async fn begin(parts: &Parts) -> Result<Self, StoreError> {
        let now = parts.clock.now().await;
        Ok(Self {
            alerts: Arc::clone(&parts.alerts),
            arrivals: Arc::clone(&parts.arrivals),
            metrics: Arc::clone(&parts.metrics),
            store: parts.store.clone(),
            process: parts.store.begin_process(now).await?,
            swept: Mutex::default(),
        })
    }

    /// Looks once.
    ///
    /// # Errors
    /// If the database fails.
    pub(crate) async fn look(&self, now: Timestamp) -> Result<(), StoreError> {
        self.metrics.upkeep();
        self.store.process_lives(self.process, now).await?;
        let lost = self.store.lost_processes(self.process, now).await?;
        if lost > 0 {
            let notice = Notice::new(NoticeKind::UnexpectedStop, "killed, or out of power", now);
            self.alerts.raise(notice.of(lost)).await;
        }
        for endpoint in [Endpoint::Upsert, Endpoint::Deactivation] {
            self.signatures(endpoint, now).await;
        }
        self.silence(now).await?;
        self.sweep(now).await
    }

    /// Looks until it is told to stop.
    pub(crate) async fn run(&self, clock: &Clock, mut stop: signal::Receiver<bool>) {
        loop {
            let now = clock.now().await;
            if let Err(error) = self.look(now).await {
                tracing::error!(%error, "the watch waits for the database");
            }
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => return,
                () = clock.sleep_until(now.checked_add(EVERY).ok()) => {}
            }
        }
    }

    /// Writes down that this process ends as it should.
    ///
    /// # Errors
    /// If that cannot be written.
    pub(crate) async fn end(&self, now: Timestamp) -> Result<(), StoreError> {
        self.store.end_process(self.process, now).await
    }

    /// Every hour.
    async fn sweep(&self, now: Timestamp) -> Result<(), StoreError> {
        let is_due = |last: Timestamp| now.duration_since(last).abs() >= SWEEP_EVERY;
        let mut swept = self.swept.lock().await;
        if swept.is_none_or(is_due) {
            self.store.sweep(now).await?;
            *swept = Some(now);
        }
        Ok(())
    }

    /// SEC-01.
    async fn signatures(&self, endpoint: Endpoint, now: Timestamp) {
        let about = intake::name(endpoint);
        match self.arrivals.all_wrong(endpoint, now) {
            Some(wrong) => {
                let mut notice = Notice::new(NoticeKind::SignaturesWrong, about, now);
                notice.since = wrong.since;
                self.alerts.stands(notice.of(wrong.times)).await;
            }
            None => {
                let over = self.alerts.is_over(NoticeKind::SignaturesWrong, about);
                over.await;
            }
        }
    }

    async fn silence(&self, now: Timestamp) -> Result<(), StoreError> {
        let here = [Endpoint::Upsert, Endpoint::Deactivation].map(|it| self.arrivals.last(it));
        let anywhere = self.store.last_sign().await?;
        let last = here.into_iter().flatten().chain(anywhere).max();
        match last.filter(|last| now.duration_since(*last) >= LONGEST_SILENCE) {
            Some(last) => {
                let mut notice = Notice::new(NoticeKind::Silence, "no_delivery", now);
                notice.since = last;
                self.alerts.stands(notice).await;
            }
            None => {
                let over = self.alerts.is_over(NoticeKind::Silence, "no_delivery");
                over.await;
            }
        }
        Ok(())
    }
}

const EVERY: SignedDuration = SignedDuration::from_mins(1);

const SWEEP_EVERY: SignedDuration = SignedDuration::from_hours(1);

/// Bob repeats for three days, and then switches the webhook off.
const LONGEST_SILENCE: SignedDuration = SignedDuration::from_hours(72);
