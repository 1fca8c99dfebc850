use hibob_client::{Employee, EmployeeId};
use learning360_client::{User, UserId, UserStatus};

use super::Case;
use super::account::Account;
use super::record::Record;
use super::standing::Standing;
use crate::facts::{Desk, Link, MailKey, Told};

/// All that a decision looks at. Settling sees this and nothing else.
pub(crate) struct Situation<'a> {
    pub(crate) person: Told<&'a Employee>,
    pub(crate) record: Option<Record<'a>>,
    pub(crate) account: Account<'a>,
    /// Who holds the wanted mail, other than the person's own account.
    pub(crate) holders: Told<Vec<Holder<'a>>>,
    /// An account that was given to us by mistake and may have to be deactivated again.
    pub(crate) wrong: Option<Told<&'a User>>,
}

/// An account that holds the wanted mail.
pub(crate) struct Holder<'a> {
    pub(crate) user: &'a User,
    pub(crate) owner: Owner,
}

/// Whose account it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    /// It is not linked.
    Nobody,
    /// It is linked to the employee decided about.
    Me,
    /// It is linked to another employee.
    Other {
        employee: EmployeeId,
        /// The mail that the policy wants for that employee, if it can be told.
        wants: Option<MailKey>,
        has_left: bool,
    },
    /// It cannot be told.
    Unknown,
}

/// Asks every question whose key is known.
pub(crate) fn gather<'a>(case: Case<'a>, desk: &Desk<'a>) -> Situation<'a> {
    // Lists depend on nothing but the policy, so they are asked for in the first round.
    for list in case.policy.lists() {
        desk.list(list);
    }
    let person = desk.person(case.employee);
    let account = account(case, desk);
    let wrong = case
        .memory
        .wrong_account
        .as_ref()
        .filter(|wrong| wrong.undo);
    let wrong = wrong.map(|wrong| Told::settled(desk.user(&wrong.user)));
    let record = match person {
        Some(Told::Found(employee)) => Some(Record::read(case, employee, desk)),
        _ => None,
    };
    let holders = record
        .as_ref()
        .map(|record| holders(case, desk, record, &account));
    Situation {
        person: Told::settled(person),
        record,
        account,
        holders: holders.unwrap_or(Told::NotFound),
        wrong,
    }
}

fn account<'a>(case: Case<'a>, desk: &Desk<'a>) -> Account<'a> {
    let link = desk.link_of(case.employee);
    let remembered = case.memory.link.as_ref();
    // Asked at once: if the link is still the one we know, no further round is needed.
    let known = remembered.map(|user| (user, desk.user(user)));
    match (link, known) {
        (Some(Told::Found(link)), _) => Account::linked(link, desk.user(&link.user), remembered),
        (Some(Told::NotFound), Some((user, told))) => unlinked(case, desk, user, told),
        (Some(Told::NotFound), None) => Account::None,
        (Some(Told::Forbidden), _) => Account::Hidden,
        _ => Account::Unavailable,
    }
}

/// We remember an account, and its external ID is gone.
fn unlinked<'a>(
    case: Case<'a>,
    desk: &Desk<'a>,
    user: &UserId,
    told: Option<Told<&'a User>>,
) -> Account<'a> {
    match (desk.link_to(user), told) {
        (Some(Told::NotFound), Some(Told::Found(user))) => Account::LinkLost(user),
        (Some(Told::NotFound), Some(Told::NotFound)) => Account::None,
        (Some(Told::Found(link)), Some(Told::Found(user))) if link.employee == *case.employee => {
            Account::Linked {
                user,
                mismatch: false,
            }
        }
        (Some(Told::Found(_)), _) => Account::Taken,
        _ => Account::Unavailable,
    }
}

fn holders<'a>(
    case: Case<'a>,
    desk: &Desk<'a>,
    record: &Record<'a>,
    account: &Account<'a>,
) -> Told<Vec<Holder<'a>>> {
    let none = Told::Found(Vec::new());
    let Some(mail) = record.mail().filter(|_| record.may_want_account()) else {
        return none;
    };
    let own = account.user();
    if own.is_some_and(|user| user.mail().and_then(MailKey::parse).as_ref() == Some(&mail)) {
        return none;
    }
    match desk.users_by_mail(&mail) {
        Some(Told::Found(users)) => {
            let others = users
                .iter()
                .filter(|user| own.map(User::id) != Some(user.id()));
            let holders = others.map(|user| Holder {
                user,
                owner: owner(case, desk, user, &mail),
            });
            Told::Found(holders.collect())
        }
        Some(Told::NotFound) => none,
        Some(Told::Forbidden) => Told::Forbidden,
        Some(Told::Unavailable(why)) => Told::Unavailable(why),
        None => Told::settled(None),
    }
}

fn owner<'a>(case: Case<'a>, desk: &Desk<'a>, user: &User, mail: &MailKey) -> Owner {
    match desk.link_to(user.id()) {
        Some(Told::NotFound) => Owner::Nobody,
        Some(Told::Found(link)) if link.employee == *case.employee => Owner::Me,
        Some(Told::Found(link)) => other(case, desk, link, user, mail),
        _ => Owner::Unknown,
    }
}

/// What the employee behind another account wants; a deleted account needs no such question.
fn other<'a>(case: Case<'a>, desk: &Desk<'a>, link: &Link, user: &User, mail: &MailKey) -> Owner {
    let employee = link.employee.clone();
    if *user.status() == UserStatus::Deleted {
        return Owner::Other {
            employee,
            wants: Some(mail.clone()),
            has_left: false,
        };
    }
    match desk.person(&employee) {
        Some(Told::Found(person)) => {
            let record = Record::read(case, person, desk);
            let has_left = record.standing == Standing::Leaver;
            Owner::Other {
                employee,
                wants: record.mail(),
                has_left,
            }
        }
        Some(Told::NotFound | Told::Forbidden) => Owner::Other {
            employee,
            wants: None,
            has_left: false,
        },
        Some(Told::Unavailable(_)) | None => Owner::Unknown,
    }
}
