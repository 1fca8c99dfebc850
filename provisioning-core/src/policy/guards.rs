use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;
use learning360_client::UserId;

use crate::plan::ChargeKind;

/// The limits on destructive change.
///
/// Each kind of charge has a [`Budget`]; a kind without one is not limited. A step over its
/// budget is held and shown, never dropped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guards {
    budgets: BTreeMap<ChargeKind, Budget>,
    protected: BTreeSet<UserId>,
}

/// How much of one kind may pass.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Budget {
    /// Rolling windows; the tightest counts.
    pub windows: Vec<Window>,
    /// In one full synchronization.
    pub run: Option<Share>,
}

/// A limit in any span of time of this length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Window {
    /// The length.
    pub length: SignedDuration,
    /// How much may pass in it.
    pub share: Share,
}

/// A share of a population, with a floor and perhaps a cap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Share {
    /// So many always pass.
    pub floor: u32,
    /// So many of a hundred pass, if that is more. Under 100 people only the floor counts.
    pub percent: u32,
    /// More never pass; `None` = no cap.
    pub cap: Option<u32>,
}

impl Guards {
    /// The budget of a kind; `None` = not limited.
    pub fn budget(&self, kind: ChargeKind) -> Option<&Budget> {
        self.budgets.get(&kind)
    }

    /// The budgets, by kind.
    pub fn budgets(&self) -> impl Iterator<Item = (ChargeKind, &Budget)> {
        self.budgets.iter().map(|(kind, budget)| (*kind, budget))
    }

    /// The longest rolling window of any budget.
    pub(crate) fn longest_window(&self) -> SignedDuration {
        let longest = self.budgets.values().map(Budget::longest_window);
        longest.max().unwrap_or(SignedDuration::ZERO)
    }

    /// The same guards with another budget for a kind.
    #[must_use]
    pub fn with_budget(mut self, kind: ChargeKind, budget: Budget) -> Self {
        self.budgets.insert(kind, budget);
        self
    }

    /// Accounts that are never deactivated by us.
    pub fn protected(&self) -> &BTreeSet<UserId> {
        &self.protected
    }

    /// The same guards, which also protect this account.
    #[must_use]
    pub fn protecting(mut self, user: UserId) -> Self {
        self.protected.insert(user);
        self
    }
}

impl Budget {
    /// A budget that lets nothing pass.
    pub fn nothing() -> Self {
        let share = Share::new(0, 0);
        Self::default().within(SignedDuration::from_hours(24), share)
    }

    /// The longest of its windows.
    pub(crate) fn longest_window(&self) -> SignedDuration {
        let lengths = self.windows.iter().map(|window| window.length);
        lengths.max().unwrap_or(SignedDuration::ZERO)
    }

    /// The same budget with one more window.
    #[must_use]
    pub fn within(mut self, length: SignedDuration, share: Share) -> Self {
        self.windows.push(Window { length, share });
        self
    }

    /// The same budget with a limit for one full synchronization.
    #[must_use]
    pub fn per_run(self, share: Share) -> Self {
        Self {
            run: Some(share),
            ..self
        }
    }
}

impl Share {
    /// The greater of a fixed number and a share.
    pub fn new(floor: u32, percent: u32) -> Self {
        Self {
            floor,
            percent,
            cap: None,
        }
    }

    /// The same share, but never more than this.
    #[must_use]
    pub fn capped(self, cap: u32) -> Self {
        Self {
            cap: Some(cap),
            ..self
        }
    }

    /// How many that is of so many people.
    pub fn of(&self, people: u32) -> u32 {
        let share = if people < SMALL {
            0
        } else {
            percent(people, self.percent)
        };
        let allowed = self.floor.max(share);
        self.cap.map_or(allowed, |cap| allowed.min(cap))
    }
}

fn percent(people: u32, percent: u32) -> u32 {
    let share = u64::from(people) * u64::from(percent) / 100;
    u32::try_from(share).unwrap_or(u32::MAX)
}

/// The numbers of the documentation's table of guards.
impl Default for Guards {
    fn default() -> Self {
        let (hour, day) = (
            SignedDuration::from_hours(1),
            SignedDuration::from_hours(24),
        );
        let daily = |floor, percent| Budget::default().within(day, Share::new(floor, percent));
        let budgets = [
            (
                ChargeKind::Deactivation,
                Budget::default()
                    .within(hour, Share::new(5, 3))
                    .within(day, Share::new(10, 5).capped(200))
                    .per_run(Share::new(10, 5).capped(200)),
            ),
            (
                ChargeKind::UrgentDeactivation,
                Budget::default().within(hour, Share::new(10, 0)),
            ),
            (ChargeKind::Privileged, Budget::nothing()),
            (ChargeKind::SourceGone, Budget::nothing()),
            (ChargeKind::ScopeExit, Budget::nothing()),
            (ChargeKind::Reactivation, daily(10, 5)),
            (ChargeKind::EmailChange, daily(10, 5)),
            (ChargeKind::FieldClear, daily(20, 5)),
            (
                ChargeKind::GroupRemoval,
                Budget::default()
                    .within(day, Share::new(20, 10))
                    .per_run(Share::new(20, 10)),
            ),
            (
                ChargeKind::Invitation,
                Budget::default().within(hour, Share::new(50, 10)),
            ),
        ];
        Self {
            budgets: BTreeMap::from(budgets),
            protected: BTreeSet::new(),
        }
    }
}

/// Below so many people a share says nothing.
const SMALL: u32 = 100;
