use std::collections::BTreeMap;

use hibob_client::EmployeeId;
use learning360_client::{User, UserStatus};

use super::Case;
use super::draft::Draft;
use super::record::Record;
use crate::facts::{Desk, MailKey, Told};
use crate::memory::Moving;
use crate::plan::Reason;
use crate::wait::next_look;

/// The people who hold each other's wanted mails, as far as they are known.
///
/// Whoever holds the mail that a person wants may want one that somebody else holds, and so on;
/// if that comes back to the person, nobody can begin. Each decision learns of one more of them,
/// so that it never takes more rounds than any other.
#[derive(Default)]
pub(crate) struct Moves(BTreeMap<EmployeeId, Hop>);

/// What is known of one of them.
struct Hop {
    wants: Option<MailKey>,
    /// Who holds that.
    next: Option<EmployeeId>,
}

impl Moves {
    /// Asks about those who are remembered, all of them at the same time, and about who follows
    /// after the last.
    pub(crate) fn ask<'a>(case: Case<'a>, desk: &Desk<'a>) -> Self {
        let way = case.memory.moving.as_ref().map(|moving| &moving.way);
        let mut moves = Self::default();
        for employee in way.into_iter().flatten() {
            let hop = Hop::ask(case, desk, employee);
            let next = hop.as_ref().and_then(|hop| hop.next.clone());
            if let Some(hop) = hop {
                moves.0.insert(employee.clone(), hop);
            }
            let is_new = |next: &EmployeeId| way.is_some_and(|way| !way.contains(next));
            if let Some(next) = next.filter(is_new) {
                if let Some(wants) = wants(case, desk, &next) {
                    let hop = Hop {
                        wants: Some(wants),
                        next: None,
                    };
                    moves.0.insert(next, hop);
                }
            }
        }
        moves
    }

    /// Whether the holders come back to somebody with this mail, and who they are.
    fn follow(&self, first: &EmployeeId, own: Option<&MailKey>) -> (bool, Vec<EmployeeId>) {
        let mut way = vec![first.clone()];
        let mut next = self.0.get(first);
        while let Some(hop) = next {
            if hop.wants.is_some() && hop.wants.as_ref() == own {
                return (true, way);
            }
            let Some(employee) = hop.next.as_ref().filter(|it| !way.contains(it)) else {
                break;
            };
            if way.len() >= MOST {
                break;
            }
            way.push(employee.clone());
            next = self.0.get(employee);
        }
        (false, way)
    }
}

impl Hop {
    fn ask<'a>(case: Case<'a>, desk: &Desk<'a>, employee: &EmployeeId) -> Option<Self> {
        let wants = wants(case, desk, employee);
        let holder = wants.as_ref().and_then(|mail| holder(desk, mail));
        let next = holder.and_then(|user| match desk.link_to(user.id()) {
            Some(Told::Found(link)) => Some(link.employee.clone()),
            _ => None,
        });
        Some(Self {
            wants: Some(wants?),
            // Whoever holds what he wants waits for nobody.
            next: next.filter(|next| next != employee && next != case.employee),
        })
    }
}

/// Names the case of somebody whose mail is held by an employee who is about to change it, and
/// looks again at times of its own, besides being woken by that employee's change.
pub(crate) fn moving(
    draft: &mut Draft<'_>,
    moves: &Moves,
    holder: &EmployeeId,
    own: Option<&MailKey>,
) -> Reason {
    let (closes, way) = moves.follow(holder, own);
    let known = draft.case.memory.moving.as_ref();
    let known = known.filter(|known| known.way.first() == Some(holder));
    let since = known.map_or(draft.case.now, |known| known.since);
    draft.memory.moving = Some(Moving { since, way });
    draft.wait.wake_on(holder.clone());
    if closes {
        return Reason::MailCycle;
    }
    let looks = super::lifecycle::SECOND_LOOKS;
    if let Some(at) = next_look(since, &looks, draft.case.now) {
        draft.wait.look(at);
    }
    Reason::MailMoving
}

fn wants<'a>(case: Case<'a>, desk: &Desk<'a>, employee: &EmployeeId) -> Option<MailKey> {
    match desk.person(employee) {
        Some(Told::Found(person)) => Record::read(case, person, desk).mail(),
        _ => None,
    }
}

fn holder<'a>(desk: &Desk<'a>, mail: &MailKey) -> Option<&'a User> {
    let Some(Told::Found(users)) = desk.users_by_mail(mail) else {
        return None;
    };
    users
        .iter()
        .find(|user| *user.status() != UserStatus::Deleted)
}

/// Of longer ways nobody is told more than that they are in motion.
const MOST: usize = 10;
