//! How much a budget still lets pass.

use std::collections::BTreeSet;

use hibob_client::EmployeeId;
use jiff::Timestamp;
use learning360_client::GroupId;

use super::ledger::{Invitations, Ledger, Spent};
use super::{Case, Population};
use crate::plan::ChargeKind;

impl Ledger {
    /// Whether every window of the budget, and that of the full synchronization, lets one more
    /// pass. A share is taken of the people that there were at the window's start.
    pub(super) fn has_room(&self, case: &Case<'_>, kind: ChargeKind, object: Option<&str>) -> bool {
        let Some(budget) = case.guards.budget(kind) else {
            return true;
        };
        let ask = Ask {
            about: Some(&case.verdict.employee),
            ..Ask::new(self, case.population, kind, object)
        };
        let in_windows = budget.windows.iter().all(|window| {
            let recent = |when: When<'_>| case.now.duration_since(when.at) < window.length;
            ask.used(recent) < window.share.of(ask.people(recent))
        });
        let in_run = match (case.population.run.as_deref(), budget.run) {
            (Some(run), Some(share)) => {
                let of_run = |when: When<'_>| when.run == Some(run);
                ask.used(of_run) < share.of(ask.people(of_run))
            }
            _ => true,
        };
        in_windows && in_run
    }
}

/// When something was let through.
#[derive(Clone, Copy)]
pub(super) struct When<'a> {
    pub(super) at: Timestamp,
    run: Option<&'a str>,
}

/// A question about one budget.
pub(super) struct Ask<'a> {
    ledger: &'a Ledger,
    population: &'a Population,
    kind: ChargeKind,
    object: Option<&'a str>,
    /// Whoever is decided about right now.
    about: Option<&'a EmployeeId>,
}

impl<'a> Ask<'a> {
    pub(super) fn new(
        ledger: &'a Ledger,
        population: &'a Population,
        kind: ChargeKind,
        object: Option<&'a str>,
    ) -> Self {
        Self {
            ledger,
            population,
            kind,
            object,
            about: None,
        }
    }

    /// How many charges count. What a person approved does not.
    pub(super) fn used(&self, counts: impl Fn(When<'_>) -> bool) -> u32 {
        let used = self
            .of_kind()
            .filter(|it| !it.approved && counts(it.when()));
        let invited = self.ledger.invited(self.kind, |it| counts(it.when()));
        saturating(used.count()).saturating_add(invited)
    }

    /// How many people there were before what counts took place.
    pub(super) fn people(&self, counts: impl Fn(When<'_>) -> bool) -> u32 {
        if self.kind == ChargeKind::GroupRemoval {
            let group = self.object.and_then(|id| GroupId::try_from(id).ok());
            let members = group.and_then(|group| self.population.members.get(&group));
            let removed = self.of_kind().filter(|it| counts(it.when())).count();
            return members.map_or(0, |members| members.saturating_add(saturating(removed)));
        }
        let left = self.left(counts);
        self.population.linked_active.saturating_add(left)
    }

    /// How many people lost their account and did not get it back since.
    fn left(&self, counts: impl Fn(When<'_>) -> bool) -> u32 {
        let mut gone: BTreeSet<&EmployeeId> = BTreeSet::new();
        for spent in &self.ledger.spent {
            if spent.kind == ChargeKind::Reactivation {
                gone.remove(&spent.employee);
            } else if deactivates(spent.kind) && counts(spent.when()) {
                gone.insert(&spent.employee);
            }
        }
        // Whoever is decided about right now still has the account.
        if let Some(employee) = self.about {
            gone.remove(employee);
        }
        saturating(gone.len())
    }

    fn of_kind(&self) -> impl Iterator<Item = &Spent> {
        let spent = self.ledger.spent.iter();
        spent.filter(|it| it.kind == self.kind && it.is_of(self.object))
    }
}

impl Spent {
    fn is_of(&self, object: Option<&str>) -> bool {
        object.is_none() || self.object.as_deref() == object
    }

    fn when(&self) -> When<'_> {
        When {
            at: self.at,
            run: self.run.as_deref(),
        }
    }
}

impl Invitations {
    fn when(&self) -> When<'_> {
        When {
            at: self.at,
            run: self.run.as_deref(),
        }
    }
}

fn deactivates(kind: ChargeKind) -> bool {
    matches!(
        kind,
        ChargeKind::Deactivation
            | ChargeKind::UrgentDeactivation
            | ChargeKind::Privileged
            | ChargeKind::SourceGone
            | ChargeKind::ScopeExit
    )
}

fn saturating(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
