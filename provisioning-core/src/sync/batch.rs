use hibob_client::EmployeeId;
use learning360_client::UserId;

use crate::facts::Membership;
use crate::plan::{Action, Step, StepId};

/// Group steps of many people that one bulk call can do.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Batch {
    /// What it does.
    pub kind: BatchKind,
    /// Whom it is about, in the order in which they came; results come back in this order.
    pub items: Vec<Item>,
}

/// What a batch does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(
    clippy::exhaustive_enums,
    reason = "360Learning has these two bulk calls"
)]
pub enum BatchKind {
    /// It gives roles in groups.
    Add,
    /// It takes them back.
    Remove,
}

/// One membership of a batch, and the step that it stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Item {
    /// The employee whose plan it comes from.
    pub employee: EmployeeId,
    /// The step; feed its outcome to [`absorb`](crate::absorb()).
    pub step: StepId,
    /// The user.
    pub user: UserId,
    /// The group and the role.
    pub membership: Membership,
}

/// Merges the group steps of many plans into as few bulk calls as possible, additions first.
///
/// Steps about users that a plan itself creates are left out: their ids are not known yet. Fewer
/// steps of one kind than `least` are left out too, because single calls are quicker for them.
pub fn batch<'s>(
    steps: impl IntoIterator<Item = (&'s EmployeeId, &'s Step)>,
    least: usize,
) -> Vec<Batch> {
    let (mut add, mut remove) = (Vec::new(), Vec::new());
    for (employee, step) in steps {
        let (list, membership) = match &step.action {
            Action::AddMembership { membership } => (&mut add, membership),
            Action::RemoveMembership { membership } => (&mut remove, membership),
            _ => continue,
        };
        let Some(user) = step.known_user().filter(|_| step.needs.is_none()) else {
            continue;
        };
        list.push(Item {
            employee: employee.clone(),
            step: step.id.clone(),
            user: user.clone(),
            membership: membership.clone(),
        });
    }
    let kinds = [(BatchKind::Add, add), (BatchKind::Remove, remove)];
    let worth_it = kinds
        .into_iter()
        .filter(|(_, items)| items.len() >= least.max(1));
    worth_it
        .flat_map(|(kind, items)| split(kind, &items))
        .collect()
}

fn split(kind: BatchKind, items: &[Item]) -> Vec<Batch> {
    let parts = items.chunks(LIMIT).map(<[Item]>::to_vec);
    parts.map(|items| Batch { kind, items }).collect()
}

/// 360Learning takes so many in one call.
const LIMIT: usize = 20_000;
