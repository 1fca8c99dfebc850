//! How long a plan takes.

use provisioning_core::Action;
use provisioning_core::driver::Survey;

/// How long it takes to carry out a plan, in seconds, from what 360Learning allows. Other programs
/// on the same account may make it longer.
pub(super) fn seconds(survey: &Survey) -> u64 {
    let (mut writes, mut memberships) = (0_u64, 0_u64);
    for planned in survey.to_change() {
        for step in planned.plan.steps() {
            match step.action {
                Action::AddMembership { .. } | Action::RemoveMembership { .. } => memberships += 1,
                _ => writes += 1,
            }
        }
    }
    // Many memberships go in one call.
    writes += memberships.min(memberships / PER_BULK + PER_BULK);
    let write = writes.div_ceil(WRITES);
    let looks = survey.people.iter().filter(|it| !it.plan.is_empty());
    let looks = u64::try_from(looks.count()).unwrap_or(u64::MAX);
    let read = looks.saturating_mul(READS_EACH).div_ceil(READS);
    write.max(read)
}

/// As much as 360Learning takes from one company in a second.
const WRITES: u64 = 10;

/// As much as it answers.
const READS: u64 = 50;

/// Everybody with a plan is decided again from fresh facts, also who is held then: link, account,
/// roles, managers, values.
const READS_EACH: u64 = 5;

/// Fewer changes of groups than this are made one by one.
const PER_BULK: u64 = 20;
