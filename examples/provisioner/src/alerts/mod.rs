//! What an operator has to hear of: written down, gathered, told in the log, and sent to the
//! notification URL.
//!
//! A notice is a row of the database before it is anything else, so that it survives a restart and
//! several instances tell it once. What happens again about the same matter is counted into it.
//! Sending never holds up the work: it has a task and an HTTP client of its own, and what does not
//! arrive is tried again, for days if need be.

mod arrivals;
mod concern;
mod kind;
mod notice;
mod post;
mod turn;
mod watch;

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use provisioning_core::driver::{RunId, StoreError, report};
use tokio::sync::{Notify, watch as signal};
use tokio::time::sleep;

pub(crate) use self::arrivals::Arrivals;
pub(crate) use self::concern::{Concern, Says, concerns};
pub use self::kind::NoticeKind;
pub use self::notice::Notice;
pub(crate) use self::post::Post;
pub(crate) use self::watch::Watch;
use crate::clock::Clock;
use crate::metrics::Metrics;
use crate::schedule::Counts;
use crate::settings::NotifyUrl;
use crate::store::{Lasting, Sending, SqlStore};

/// Tells an operator.
#[derive(Debug)]
pub(crate) struct Alerts {
    store: SqlStore,
    metrics: Arc<Metrics>,
    post: Option<Post>,
    wake: Notify,
}

impl Alerts {
    /// # Errors
    /// If there is no way to send anything.
    pub(crate) fn new(
        store: SqlStore,
        metrics: Arc<Metrics>,
        url: Option<&NotifyUrl>,
    ) -> anyhow::Result<Self> {
        Ok(Self {
            store,
            metrics,
            post: url.cloned().map(Post::new).transpose()?,
            wake: Notify::new(),
        })
    }

    /// Something has happened.
    pub(crate) async fn raise(&self, notice: Notice) {
        self.write_down(notice, Lasting::No).await;
    }

    /// Something is so; it is told once, until [`Alerts::is_over`].
    pub(crate) async fn stands(&self, notice: Notice) {
        self.write_down(notice, Lasting::Yes).await;
    }

    /// It is so no more.
    pub(crate) async fn is_over(&self, kind: NoticeKind, about: &str) {
        if let Err(error) = self.store.is_over(kind, about).await {
            tracing::error!(%error, kind = kind.as_str(), "the end of a state was not written down");
        }
    }

    /// Tells and sends whatever is due; returns when there is more.
    ///
    /// # Errors
    /// If the database fails.
    pub(crate) async fn deliver(&self, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        while let Some(sending) = self.store.next_notice(now).await? {
            if sending.attempts == 0 {
                self.tell(&sending.notice);
            }
            match self.send(&sending).await {
                Ok(()) => self.store.sent(&sending, now).await?,
                Err(again) => {
                    let again = now.checked_add(again).unwrap_or(now);
                    self.store.not_sent(&sending, again).await?;
                }
            }
        }
        self.store.notice_due().await
    }

    /// Sends until it is told to stop.
    pub(crate) async fn run(&self, clock: &Clock, mut stop: signal::Receiver<bool>) {
        loop {
            let now = clock.now().await;
            let next = tokio::select! {
                biased;
                next = self.deliver(now) => next,
                () = patience(stop.clone()) => return,
            };
            let next = next.unwrap_or_else(|error| {
                tracing::error!(%error, "notices wait for the database");
                now.checked_add(BROKEN).ok()
            });
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => return,
                () = self.wake.notified() => {}
                () = clock.sleep_until(next) => {}
            }
        }
    }

    async fn write_down(&self, notice: Notice, lasting: Lasting) {
        match self.store.raise(&notice, lasting).await {
            Ok(()) => self.wake.notify_one(),
            Err(error) => {
                tracing::error!(%error, "a notice could not be written down and is told here");
                self.tell(&notice);
            }
        }
    }

    /// What became of the full synchronization that a notice is about.
    async fn counts(&self, notice: &Notice) -> Option<Counts> {
        if notice.kind != NoticeKind::SyncReport {
            return None;
        }
        let run = RunId(notice.digest.parse().ok()?);
        let report = report(&self.store, run).await.ok()??;
        Some(Counts::of(&report))
    }

    /// Tells in the log, and counts.
    fn tell(&self, notice: &Notice) {
        let kind = notice.kind.as_str();
        self.metrics.told(notice.kind);
        let (reason, count, digest) = (&notice.about, notice.count, &notice.digest);
        let (text, next) = (notice.text(), notice.what_to_do());
        match notice.kind {
            NoticeKind::Recovered | NoticeKind::SyncReport | NoticeKind::Test => {
                tracing::info!(kind, reason, count, digest, next, "{text}");
            }
            _ => tracing::warn!(kind, reason, count, digest, next, "{text}"),
        }
    }

    /// If it did not arrive, how long to wait before it is tried again.
    async fn send(&self, sending: &Sending) -> Result<(), SignedDuration> {
        let Some(post) = &self.post else {
            return Ok(());
        };
        let told = sending.notice.told();
        let told = match self.counts(&sending.notice).await {
            Some(counts) => told.with(counts),
            None => told,
        };
        let sent = post.send(&told).await;
        sent.map_err(|error| {
            let kind = sending.notice.kind.as_str();
            let wait = backoff(sending.attempts);
            tracing::warn!(%error, kind, again_in = %wait, "a notice could not be sent");
            self.metrics.not_told();
            wait
        })
    }
}

/// Ends when a stop was asked for and the time for a last notice is over; what was not sent by
/// then is sent after the next start.
async fn patience(mut stop: signal::Receiver<bool>) {
    drop(stop.wait_for(|stop| *stop).await);
    sleep(LAST).await;
}

/// 30 s, 1 min, 2 min, …, an hour.
fn backoff(attempts: i64) -> SignedDuration {
    let doublings = attempts.clamp(0, 7);
    SignedDuration::from_secs(30 << doublings).min(SignedDuration::from_hours(1))
}

/// How long sending may go on after a stop was asked for.
const LAST: Duration = Duration::from_secs(3);

/// How long to wait for a database that fails.
const BROKEN: SignedDuration = SignedDuration::from_secs(30);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notices_are_tried_again_more_and_more_slowly() {
        let seconds = [0, 1, 2, 6, 7, 1_000].map(|attempts| backoff(attempts).as_secs());
        assert_eq!(seconds, [30, 60, 120, 1_920, 3_600, 3_600]);
    }
}
