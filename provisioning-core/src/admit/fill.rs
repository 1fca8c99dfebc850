use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::Population;
use super::budget::{Ask, When};
use super::ledger::Ledger;
use crate::plan::ChargeKind;
use crate::policy::Guards;

/// How much of one budget is used up in one of its rolling windows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fill {
    /// The kind of charge.
    pub kind: ChargeKind,
    /// The window's length.
    pub window: SignedDuration,
    /// How much was let through in it.
    pub used: u32,
    /// How much may be let through in it; zero = it is always held.
    pub allowed: u32,
}

impl Ledger {
    /// How much of each window of each budget is used up now.
    ///
    /// Where each group or field has a budget of its own, it is that of the fullest.
    pub fn fill(&self, guards: &Guards, population: &Population, now: Timestamp) -> Vec<Fill> {
        let windows = guards
            .budgets()
            .flat_map(|(kind, budget)| budget.windows.iter().map(move |window| (kind, window)));
        let fills = windows.map(|(kind, window)| {
            let recent = |when: When<'_>| now.duration_since(when.at) < window.length;
            let of = |object: Option<&str>| {
                let ask = Ask::new(self, population, kind, object);
                (ask.used(recent), window.share.of(ask.people(recent)))
            };
            let objects = self.objects(kind);
            let each = objects.iter().map(|object| of(Some(object)));
            // The fullest: compared as fractions, without dividing.
            let fullest = each.max_by_key(|(used, allowed)| {
                u64::from(*used) * SCALE / u64::from(*allowed).max(1)
            });
            let (used, allowed) = fullest.unwrap_or_else(|| of(None));
            Fill {
                kind,
                window: window.length,
                used,
                allowed,
            }
        });
        fills.collect()
    }

    /// The groups or fields whose budgets were used, where the kind knows such.
    fn objects(&self, kind: ChargeKind) -> BTreeSet<&str> {
        let spent = self.spent.iter();
        let of_kind = spent.filter(|spent| spent.kind == kind);
        of_kind
            .filter_map(|spent| spent.object.as_deref())
            .collect()
    }
}

const SCALE: u64 = 1_000_000;
