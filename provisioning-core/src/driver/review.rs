use std::collections::BTreeSet;

use hibob_client::EmployeeId;
use jiff::Timestamp;

use super::ports::{Intake, Store, StoreError};
use super::turn::Decided;
use crate::admit::{Alert, HoldId};
use crate::event::Hint;
use crate::plan::{Disposition, Reason};

/// What a person says to holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "a person says yes or no")]
pub enum Review {
    /// Decide again, and let exactly these steps of these people pass.
    Approve,
    /// Do not do it.
    Reject,
}

/// Writes down what a person says to these holds, and has everybody looked at again who is
/// concerned. Returns whom that is; numbers that do not exist are left out.
///
/// # Errors
/// If the Store fails. What was written down stays so; say it again.
pub async fn review<D: Store + ?Sized>(
    store: &D,
    review: Review,
    holds: &[HoldId],
    now: Timestamp,
) -> Result<BTreeSet<EmployeeId>, StoreError> {
    let concerned = loop {
        let known = store.ledger().await?;
        let mut ledger = known.value;
        let concerned = match review {
            Review::Approve => ledger.approve(holds, now),
            Review::Reject => ledger.reject(holds, now),
        };
        if store.replace_ledger(&ledger, known.version).await? {
            break concerned;
        }
    };
    for employee in &concerned {
        let intake = Intake::new(employee.clone(), Hint::refresh(now), now);
        store.note(intake).await?;
    }
    Ok(concerned)
}

/// What was decided calls for an operator, whatever the guards say.
pub(super) async fn alerts_of<D: Store + ?Sized>(
    store: &D,
    decided: &[Decided],
    now: Timestamp,
) -> Result<Vec<Alert>, StoreError> {
    let protected = decided
        .iter()
        .filter(|decided| decided.disposition == Disposition::NoOp(Reason::Protected))
        .map(|decided| Alert::Protected {
            employee: decided.employee.clone(),
        });
    let mut alerts: Vec<_> = protected.collect();
    let missing: BTreeSet<_> = decided
        .iter()
        .flat_map(|decided| &decided.findings)
        .filter(|found| {
            matches!(
                found.reason,
                Reason::GroupNotFound | Reason::CustomFieldNotFound
            )
        })
        .map(|found| &found.subject)
        .collect();
    if missing.is_empty() {
        return Ok(alerts);
    }
    loop {
        let known = store.ledger().await?;
        let mut ledger = known.value.clone();
        let new: Vec<_> = missing
            .iter()
            .filter(|what| ledger.misses(what, now))
            .map(|what| Alert::Missing {
                what: (*what).clone(),
            })
            .collect();
        if new.is_empty() || store.replace_ledger(&ledger, known.version).await? {
            alerts.extend(new);
            return Ok(alerts);
        }
    }
}

/// Lets holds expire, and takes what an operator has to hear of; with the time of the next alert.
pub(super) async fn alerts<D: Store + ?Sized>(
    store: &D,
    now: Timestamp,
) -> Result<(Vec<Alert>, Option<Timestamp>), StoreError> {
    loop {
        let known = store.ledger().await?;
        let mut ledger = known.value.clone();
        let alerts = ledger.alerts(now);
        let next = ledger.next_alert();
        if ledger == known.value || store.replace_ledger(&ledger, known.version).await? {
            return Ok((alerts, next));
        }
    }
}
