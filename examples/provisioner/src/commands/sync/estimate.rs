//! How long a plan takes.

use provisioning_core::driver::Survey;
use provisioning_core::{Action, ActionKind};

/// How long it takes to carry out a plan, in seconds, from what 360Learning allows. Other programs
/// on the same account may make it longer.
pub(super) fn seconds(survey: &Survey) -> u64 {
    let changing = survey.to_change().flat_map(|planned| planned.plan.steps());
    let looks = survey.people.iter().filter(|it| !it.plan.is_empty());
    let looks = u64::try_from(looks.count()).unwrap_or(u64::MAX);
    estimated(changing.map(|step| &step.action).map(Action::kind), looks)
}

/// For these steps, and so many people who are decided again.
fn estimated(steps: impl Iterator<Item = ActionKind>, looks: u64) -> u64 {
    let (mut writes, mut additions, mut removals) = (0_u64, 0_u64, 0_u64);
    for step in steps {
        match step {
            ActionKind::AddMembership => additions += 1,
            ActionKind::RemoveMembership => removals += 1,
            _ => writes += 1,
        }
    }
    writes += additions.min(BULK) + removals.min(BULK);
    let write = writes.div_ceil(WRITES);
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

/// Fewer changes of groups than this are made one by one. More of them are one operation, which
/// has no limit that is known; it is taken to last as long as so many calls.
const BULK: u64 = 200;

#[cfg(test)]
mod tests {
    use std::iter::repeat_n;

    use super::*;

    #[test]
    fn it_takes_as_long_as_the_rate_limits_say() {
        let of = |kind, steps, looks| estimated(repeat_n(kind, steps), looks);
        assert_eq!(of(ActionKind::Edit, 1, 1), 1);
        assert_eq!(
            of(ActionKind::Create, 5_000, 5_000),
            500,
            "10 writes a second"
        );
        assert_eq!(
            of(ActionKind::Edit, 100, 10_000),
            1_000,
            "50 reads, and 5 each"
        );
        assert_eq!(of(ActionKind::AddMembership, 150, 150), 15, "one by one");
        assert_eq!(of(ActionKind::AddMembership, 5_000, 0), 20, "one operation");
        assert_eq!(of(ActionKind::RemoveMembership, 5_000, 0), 20);
        assert_eq!(estimated([].into_iter(), 0), 0);
    }
}
