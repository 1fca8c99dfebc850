use std::collections::{BTreeMap, BTreeSet};

use hibob_client::EmployeeId;

use crate::decide::Verdict;
use crate::wait::Wait;

/// In which order plans are carried out, so that none of them makes another one stale: whoever
/// waits for somebody comes before him. Those who wait for each other come last.
///
/// A report whose manager has no account yet is planned without him. If the manager came first,
/// the report would need more than was planned; like this the manager's account wakes the report.
pub(super) fn ranks<'v>(verdicts: impl Iterator<Item = &'v Verdict>) -> BTreeMap<EmployeeId, u32> {
    let waits: BTreeMap<&EmployeeId, &BTreeSet<EmployeeId>> = verdicts
        .map(|verdict| {
            let on = verdict.wait.as_ref().map(Wait::on);
            (&verdict.employee, on.unwrap_or(&NOBODY))
        })
        .collect();
    let mut waited_for: BTreeMap<&EmployeeId, u32> = BTreeMap::new();
    for on in waits.values() {
        for other in on.iter().filter(|other| waits.contains_key(*other)) {
            *waited_for.entry(other).or_default() += 1;
        }
    }
    let mut ranks = BTreeMap::new();
    let mut ready: Vec<_> = waits
        .keys()
        .copied()
        .filter(|employee| !waited_for.contains_key(*employee))
        .collect();
    let mut rank = 0;
    while !ready.is_empty() {
        let mut next = Vec::new();
        for employee in ready {
            ranks.insert(employee.clone(), rank);
            for other in waits.get(employee).into_iter().copied().flatten() {
                if let Some(count) = waited_for.get_mut(other) {
                    *count = count.saturating_sub(1);
                    if *count == 0 {
                        next.push(other);
                    }
                }
            }
        }
        next.sort();
        ready = next;
        rank += 1;
    }
    for employee in waits.into_keys() {
        ranks.entry(employee.clone()).or_insert(rank);
    }
    ranks
}

static NOBODY: BTreeSet<EmployeeId> = BTreeSet::new();
