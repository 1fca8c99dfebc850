use std::collections::BTreeMap;

use jiff::Timestamp;
use provisioning_core::driver::{StoreError, Turn};
use provisioning_core::{Alarm, Alert, HoldAlert, Side};

use super::kind::NoticeKind;
use super::notice::Notice;
use super::{Alerts, Concern};
use crate::schedule::{self, Counts};

impl Alerts {
    /// Takes in what a turn has to tell.
    ///
    /// # Errors
    /// If what stays different could not be written down.
    pub(crate) async fn of_turn(&self, turn: &Turn, now: Timestamp) -> Result<(), StoreError> {
        for alert in &turn.alerts {
            if let Some(notice) = of_alert(alert, now) {
                self.raise(notice).await;
            }
        }
        for alarm in &turn.alarms {
            if let Some(notice) = of_alarm(*alarm, now) {
                self.raise(notice).await;
            }
        }
        for report in &turn.ended {
            let counts = Counts::of(report);
            counts.tell();
            let depth = schedule::name(report.run.begun.depth);
            let notice = Notice::new(NoticeKind::SyncReport, depth, now);
            let run = report.run.id.to_string();
            self.raise(notice.with_digest(run)).await;
        }
        if turn.decided.is_empty() {
            return Ok(());
        }
        let news = self.store.note_drift(&turn.decided, now).await?;
        for (kind, reason, people) in counted(&news) {
            self.raise(Notice::new(kind, reason, now).of(people)).await;
        }
        Ok(())
    }
}

fn of_alert(alert: &Alert, now: Timestamp) -> Option<Notice> {
    match alert {
        Alert::Holds {
            stage,
            reason,
            batch,
            holds,
        } => {
            let kind = match stage {
                HoldAlert::Held => NoticeKind::Held,
                HoldAlert::StillHeld => NoticeKind::StillHeld,
                HoldAlert::Expired => NoticeKind::HoldExpired,
            };
            let notice = Notice::new(kind, reason.as_str(), now);
            Some(notice.of(holds.len()).with_digest(batch.to_string()))
        }
        Alert::PermissionChange { fields } => {
            let names: Vec<_> = fields.iter().map(ToString::to_string).collect();
            let notice = Notice::new(NoticeKind::PermissionChange, names.join(", "), now);
            Some(notice.of(fields.len()))
        }
        // These are told by the people whom they concern, all of them in one notice.
        Alert::Protected { .. } | Alert::Missing { .. } => None,
        // One that a later version of the core knows has a name all the same.
        other => {
            tracing::warn!(alert = other.as_str(), "an alert of an unknown kind");
            None
        }
    }
}

fn of_alarm(alarm: Alarm, now: Timestamp) -> Option<Notice> {
    match alarm {
        Alarm::Stopped { side, cause } => {
            let about = format!("{} ({})", name(side), cause.as_str());
            Some(Notice::new(NoticeKind::Quarantine, about, now))
        }
        Alarm::Recovered { side } => Some(Notice::new(NoticeKind::Recovered, name(side), now)),
        Alarm::ScopeMissing { kind } => {
            Some(Notice::new(NoticeKind::ScopeMissing, kind.as_str(), now))
        }
        Alarm::WrongPlatform => Some(Notice::new(NoticeKind::WrongPlatform, "links", now)),
        other => {
            tracing::warn!(alarm = other.as_str(), "an alarm of an unknown kind");
            None
        }
    }
}

fn name(side: Side) -> &'static str {
    match side {
        Side::Source => "Bob",
        Side::Target => "360Learning",
    }
}

/// How many people each concern is about.
fn counted(news: &[Concern]) -> impl Iterator<Item = (NoticeKind, &str, usize)> {
    let mut counts: BTreeMap<(NoticeKind, &str), usize> = BTreeMap::new();
    for concern in news {
        if let Some(kind) = concern.tells {
            *counts.entry((kind, concern.reason.as_str())).or_default() += 1;
        }
    }
    counts
        .into_iter()
        .map(|((kind, reason), people)| (kind, reason, people))
}
