use std::time::Duration;

use jiff::SignedDuration;
use learning360_client::{BulkReport, Error, ErrorCode, ItemOutcome, Patience, UserMembership};

use super::Lms;
use super::steps::{failed, user_membership};
use crate::absorb::{Effect, Outcome};
use crate::facts::Unavailable;
use crate::sync::{Batch, BatchKind};

impl Lms {
    /// Gives or takes many roles with one bulk operation, and waits for its end.
    ///
    /// `None` if the credentials lack the scope for it: single calls do the same.
    pub(super) async fn change_roles(&self, batch: &Batch) -> Option<Vec<Outcome>> {
        let items = batch.items.iter();
        let memberships: Option<Vec<_>> = items
            .map(|item| user_membership(&item.user, &item.membership))
            .collect();
        let bulk = self.client.bulk();
        let request = match batch.kind {
            BatchKind::Add => bulk.add_roles(memberships?),
            BatchKind::Remove => bulk.remove_roles(memberships?),
        };
        let report = request.run(Patience::of(PATIENCE), |_| {}).await;
        self.learners.clear().await;
        outcomes(&report)
    }
}

fn outcomes(report: &BulkReport<UserMembership>) -> Option<Vec<Outcome>> {
    let untouched = match report.error() {
        Some(error) if report.operations().is_empty() && lacks_scope(error) => return None,
        Some(error) => refused(error),
        // Nothing was left out then.
        None => Outcome::Unavailable(Unavailable::Broken),
    };
    let outcome = |(_, outcome): &(UserMembership, ItemOutcome)| match outcome {
        ItemOutcome::Done { .. } => Outcome::Done(Effect::Plain),
        ItemOutcome::NotSubmitted => untouched.clone(),
        // Its reason is prose; a single call will give a code.
        ItemOutcome::Failed { .. } => Outcome::Unavailable(Unavailable::Broken),
        _ => Outcome::Unanswered,
    };
    Some(report.items().iter().map(outcome).collect())
}

/// Why nothing was submitted.
fn refused(error: &Error) -> Outcome {
    if error.code() == Some(&ErrorCode::BulkOperationsConcurrencyLimitReached) {
        // Others of the company are at work; that is no fault and costs no attempt.
        return Outcome::Unavailable(Unavailable::Pause(FULL));
    }
    match failed(error) {
        // A code for the whole list says nothing about any of its people.
        Outcome::Refused { .. } | Outcome::Unanswered => Outcome::Unavailable(Unavailable::Broken),
        outcome => outcome,
    }
}

fn lacks_scope(error: &Error) -> bool {
    let forbidden = error.status().is_some_and(|status| status.as_u16() == 403);
    forbidden || error.code() == Some(&ErrorCode::InvalidScope)
}

/// Less than a lease, so that nobody takes the people over meanwhile.
const PATIENCE: Duration = Duration::from_secs(240);

/// How long to leave a company's bulk operations alone that did not end in that time.
const FULL: SignedDuration = SignedDuration::from_mins(1);
