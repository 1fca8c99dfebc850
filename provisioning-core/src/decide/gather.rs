use hibob_client::{Employee, EmployeeId};
use learning360_client::{MappingId, User, UserField, UserId, UserStatus};

use super::Case;
use super::account::Account;
use super::estate::{self, Estate};
use super::matching::is_own_create;
use super::moves::Moves;
use super::record::Record;
use super::standing::Standing;
use crate::facts::{Desk, LifecycleRow, Link, MailKey, Told, Username};
use crate::policy::When;

/// All that a decision looks at. Settling sees this and nothing else.
pub(crate) struct Situation<'a> {
    pub(crate) person: Told<&'a Employee>,
    pub(crate) record: Option<Record<'a>>,
    pub(crate) account: Account<'a>,
    /// Who holds the wanted mail, other than the person's own account.
    pub(crate) holders: Told<Vec<Holder<'a>>>,
    /// Who holds the wanted username, other than the person's own account.
    pub(crate) namesakes: Told<Vec<Holder<'a>>>,
    /// Who else holds a mail that somebody wants, if the holder is about to change his own.
    pub(crate) moves: Moves,
    /// What belongs to the account, or to the one that may be taken over.
    pub(crate) estate: Estate<'a>,
    /// The lifecycle table, if only it can tell whether the person came back.
    pub(crate) rows: Option<Told<&'a [LifecycleRow]>>,
    /// An account that was given to us by mistake and may have to be deactivated again.
    pub(crate) wrong: Option<Told<&'a User>>,
    /// What a create of ours has made whose answer was lost, where it is not among the holders:
    /// the person has another mail by now, or is not to have an account any more.
    pub(crate) made: Option<Told<&'a User>>,
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
        mapping: MappingId,
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
    estate::ask_catalogs(case, desk);
    let person = desk.person(case.employee);
    let moves = Moves::ask(case, desk);
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
    let holders = holders.unwrap_or(Told::NotFound);
    let namesakes = record
        .as_ref()
        .map(|record| namesakes(case, desk, record, &account));
    let made = made(case, desk, record.as_ref(), &account);
    let nothing_shown = matches!(person, Some(Told::NotFound | Told::Unavailable(_)));
    let user = account.user().or_else(|| candidate(&account, &holders));
    let estate = Estate::ask(case, desk, record.as_ref(), user, nothing_shown);
    let rows = rows(case, desk, record.as_ref(), &account);
    Situation {
        person: Told::settled(person),
        record,
        holders,
        moves,
        namesakes: namesakes.unwrap_or(Told::NotFound),
        estate,
        rows,
        account,
        wrong,
        made,
    }
}

fn made<'a>(
    case: Case<'a>,
    desk: &Desk<'a>,
    record: Option<&Record<'_>>,
    account: &Account<'_>,
) -> Option<Told<&'a User>> {
    let intent = case.memory.create.as_ref()?;
    let (Account::None | Account::Broken(_)) = account else {
        return None;
    };
    let wanted = record.filter(|record| record.may_want_account());
    let users = match (&intent.mail, &intent.username) {
        (Some(mail), _) if wanted.and_then(Record::mail).as_ref() == Some(mail) => return None,
        (Some(mail), _) => desk.users_by_mail(mail),
        (None, Some(name)) if wanted.and_then(Record::username).as_ref() == Some(name) => {
            return None;
        }
        (None, Some(name)) => desk.users_by_username(name),
        (None, None) => return None,
    };
    let users = match Told::settled(users) {
        Told::Found(users) => users,
        Told::NotFound => return None,
        Told::Forbidden => return Some(Told::Forbidden),
        Told::Unavailable(why) => return Some(Told::Unavailable(why)),
    };
    let ours = users.iter().find(|user| is_own_create(case.memory, user))?;
    Some(match Told::settled(desk.link_to(ours.id())) {
        Told::NotFound => Told::Found(ours),
        // It is somebody's by now.
        Told::Found(_) => return None,
        Told::Forbidden => Told::Forbidden,
        Told::Unavailable(why) => Told::Unavailable(why),
    })
}

/// The account that would be taken over, if the policy agrees.
fn candidate<'a>(account: &Account<'_>, holders: &Told<Vec<Holder<'a>>>) -> Option<&'a User> {
    let (Account::None | Account::Broken(_), Told::Found(holders)) = (account, holders) else {
        return None;
    };
    let mut live = holders
        .iter()
        .filter(|holder| *holder.user.status() != UserStatus::Deleted)
        .filter(|holder| matches!(holder.owner, Owner::Nobody | Owner::Me));
    live.next().map(|holder| holder.user)
}

/// Without a date of its own in the record, the table tells when the active period began.
fn rows<'a>(
    case: Case<'_>,
    desk: &Desk<'a>,
    record: Option<&Record<'_>>,
    account: &Account<'_>,
) -> Option<Told<&'a [LifecycleRow]>> {
    let user = account.user()?;
    let record = record.filter(|record| record.may_want_account())?;
    let ours = case.memory.deactivated.as_ref() == Some(user.id());
    if *user.status() != UserStatus::Deleted || ours || record.dates.active_since.is_some() {
        return None;
    }
    desk.lifecycle_rows(case.employee)
}

/// Asked only where a username is mapped, and the person's own account has another one.
fn namesakes<'a>(
    case: Case<'a>,
    desk: &Desk<'a>,
    record: &Record<'a>,
    account: &Account<'a>,
) -> Told<Vec<Holder<'a>>> {
    let none = Told::Found(Vec::new());
    let own = account.user();
    let Some(name) = record.username().filter(|_| record.may_want_account()) else {
        return none;
    };
    if own.is_some_and(|user| keeps_username(case, user, &name)) {
        return none;
    }
    match desk.users_by_username(&name) {
        Some(Told::Found(users)) => {
            let others = users
                .iter()
                .filter(|user| own.map(User::id) != Some(user.id()));
            let holders = others.map(|user| Holder {
                user,
                owner: linked_to(case, desk, user),
            });
            Told::Found(holders.collect())
        }
        Some(Told::NotFound) => none,
        Some(Told::Forbidden) => Told::Forbidden,
        Some(Told::Unavailable(why)) => Told::Unavailable(why),
        None => Told::settled(None),
    }
}

/// Whether the account has the username already, or the rule does not replace the one it has.
fn keeps_username(case: Case<'_>, user: &User, wanted: &Username) -> bool {
    let current = user.username().and_then(Username::parse);
    let rule = case.policy.rules().field(UserField::Username);
    let replaces = rule.is_some_and(|rule| match rule.when {
        When::Always => true,
        When::CreateOnly => false,
        When::FillIfEmpty => current.is_none(),
    });
    !replaces || current.as_ref() == Some(wanted)
}

fn linked_to(case: Case<'_>, desk: &Desk<'_>, user: &User) -> Owner {
    match desk.link_to(user.id()) {
        Some(Told::NotFound) => Owner::Nobody,
        Some(Told::Found(link)) if link.employee == *case.employee => Owner::Me,
        Some(Told::Found(link)) => Owner::Other {
            mapping: link.mapping.clone(),
            employee: link.employee.clone(),
            wants: None,
            has_left: false,
        },
        _ => Owner::Unknown,
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

/// What the employee behind another account wants; with a deleted account nobody wants another.
fn other<'a>(case: Case<'a>, desk: &Desk<'a>, link: &Link, user: &User, mail: &MailKey) -> Owner {
    let (mapping, employee) = (link.mapping.clone(), link.employee.clone());
    let deleted = *user.status() == UserStatus::Deleted;
    match desk.person(&employee) {
        Some(Told::Found(person)) => {
            let record = Record::read(case, person, desk);
            Owner::Other {
                mapping,
                employee,
                wants: if deleted {
                    Some(mail.clone())
                } else {
                    record.mail()
                },
                has_left: record.standing == Standing::Leaver,
            }
        }
        Some(told @ (Told::NotFound | Told::Forbidden)) => Owner::Other {
            mapping,
            employee,
            wants: deleted.then(|| mail.clone()),
            has_left: deleted && told == Told::NotFound,
        },
        Some(Told::Unavailable(_)) | None => Owner::Unknown,
    }
}
