use std::collections::{BTreeMap, BTreeSet};

use hibob_client::EmployeeId;
use learning360_client::{User, UserId, UserStatus};

use super::Case;
use super::record::Record;
use super::scope::Scope;
use super::standing::Standing;
use super::{primary_group, schedule};
use crate::facts::{CustomField, Desk, GroupTree, Membership, Told};
use crate::memory::Taken;
use crate::plan::CustomValues;
use crate::policy::{Depth, Evaluated, OnLeave, OnOutOfScope};

/// What belongs to an account beside its fields, as far as the decision needs it.
///
/// `None` = nobody asked, because nothing depends on it.
#[derive(Default)]
pub(crate) struct Estate<'a> {
    pub(crate) groups: Option<Told<&'a GroupTree>>,
    pub(crate) custom_fields: Option<Told<&'a [CustomField]>>,
    pub(crate) roles: Option<Told<&'a BTreeSet<Membership>>>,
    pub(crate) custom_values: Option<Told<&'a CustomValues>>,
    pub(crate) managers: Option<Told<&'a BTreeSet<UserId>>>,
    /// Employees behind managers whom we set and who are gone.
    pub(crate) former: BTreeSet<EmployeeId>,
    pub(crate) reports: Option<Told<&'a BTreeSet<UserId>>>,
    /// What the records of doubtful reports say.
    pub(crate) doubtful: BTreeMap<UserId, Recorded>,
    pub(crate) manager: Chief,
}

/// Whom the record of somebody names who may have had the person as manager.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Recorded {
    /// The person, or no rule of ours would set a manager there.
    NobodyElse,
    /// Somebody else or nobody, and a rule of ours sees to it.
    Otherwise,
    /// It cannot be told now.
    Untold,
}

/// The manager that the record names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Chief {
    /// Nobody asked, or it cannot be told; nothing changes.
    #[default]
    Untold,
    /// The field is hidden.
    Hidden,
    /// The record names nobody.
    Nobody,
    /// The person himself.
    Self_,
    /// An employee with an account.
    User { employee: EmployeeId, user: UserId },
    /// An employee whose account is deactivated.
    Deleted(EmployeeId),
    /// An employee without an account.
    Pending(EmployeeId),
    /// An employee whom the policy does not cover.
    OutOfScope(EmployeeId),
}

/// The catalogs depend on nothing but the policy, so they are asked for in the first round.
pub(crate) fn ask_catalogs(case: Case<'_>, desk: &Desk<'_>) {
    let rules = case.policy.rules();
    if case.policy.depth() == Depth::Deep {
        if !rules.groups.is_empty() {
            desk.groups();
        }
        if !rules.custom.is_empty() {
            desk.custom_fields();
        }
    }
}

/// What will become of the account, as far as it decides what has to be known.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Keep,
    Go { comes_back: bool },
    Nothing,
}

impl<'a> Estate<'a> {
    /// Asks what the account has, and the catalogs that the rules refer to.
    ///
    /// The catalogs and the estate of a remembered account are asked for before the record is
    /// known, so that they cost no round of their own.
    pub(crate) fn ask(
        case: Case<'_>,
        desk: &Desk<'a>,
        record: Option<&Record<'_>>,
        user: Option<&User>,
        nothing_shown: bool,
    ) -> Self {
        let deep = case.policy.depth() == Depth::Deep;
        let rules = case.policy.rules();
        let mut estate = Self::default();
        if deep && !rules.groups.is_empty() {
            estate.groups = desk.groups();
        }
        if deep && !rules.custom.is_empty() {
            estate.custom_fields = desk.custom_fields();
        }
        let fate = match record {
            Some(record) => fate(case, record),
            None if nothing_shown => Fate::Go { comes_back: false },
            None => Fate::Nothing,
        };
        let is_known = user.is_some();
        let user = user.filter(|user| *user.status() != UserStatus::Deleted);
        if deep && fate == Fate::Keep {
            if let Some(record) = record {
                estate.manager = chief(case, desk, record, user);
            }
        }
        if deep && fate == Fate::Keep {
            estate.doubtful = doubtful(case, desk);
        }
        let Some(user) = user else {
            let sets_managers = rules.manager.is_some() || case.memory.taken.is_some();
            if deep && fate == Fate::Keep && sets_managers && !is_known {
                // Asked before it is known which of them are left: whoever has lost the answer to
                // a create finds the account late, and would need a fifth round.
                links_to(desk, &case.memory.managers);
            }
            return estate;
        };
        let id = user.id();
        match fate {
            Fate::Keep if deep => {
                let returning = case.memory.taken.is_some();
                estate.roles = desk.roles(id);
                if !rules.custom.is_empty() || returning {
                    estate.custom_values = desk.custom_values(id);
                }
                if rules.manager.is_some() || returning {
                    estate.managers = desk.managers(id);
                    estate.former = former(case, desk, estate.managers.as_ref());
                }
                if returning {
                    estate.reports = desk.subordinates(id);
                }
            }
            Fate::Keep if differs_beside_roles(case, record, user) => {
                estate.groups = desk.groups();
                estate.roles = desk.roles(id);
            }
            Fate::Go { comes_back } => {
                estate.groups = desk.groups();
                estate.roles = desk.roles(id);
                if comes_back {
                    estate.custom_values = desk.custom_values(id);
                    estate.managers = desk.managers(id);
                    estate.reports = desk.subordinates(id);
                }
            }
            Fate::Keep | Fate::Nothing => {}
        }
        estate
    }
}

/// Whether the lists show a difference that nobody may do away with before the roles are known.
fn differs_beside_roles(case: Case<'_>, record: Option<&Record<'_>>, user: &User) -> bool {
    record.is_some_and(|record| {
        primary_group::differs(case, record, user) || schedule::differs(case, record, user)
    })
}

/// The employees behind managers whom we set and who are none now: they may be deactivated.
fn former(
    case: Case<'_>,
    desk: &Desk<'_>,
    managers: Option<&Told<&BTreeSet<UserId>>>,
) -> BTreeSet<EmployeeId> {
    let Some(Told::Found(managers)) = managers else {
        return BTreeSet::new();
    };
    links_to(desk, case.memory.managers.difference(managers))
}

/// Asked by what is remembered, and so before the account is known.
fn doubtful(case: Case<'_>, desk: &Desk<'_>) -> BTreeMap<UserId, Recorded> {
    let doubted = case.memory.taken.iter().flat_map(Taken::doubted);
    let recorded = doubted.map(|report| (report.clone(), recorded(case, desk, report)));
    recorded.collect()
}

fn recorded(case: Case<'_>, desk: &Desk<'_>, report: &UserId) -> Recorded {
    let Some(rule) = &case.policy.rules().manager else {
        return Recorded::NobodyElse;
    };
    let link = match desk.link_to(report) {
        Some(Told::Found(link)) => link,
        Some(Told::NotFound | Told::Forbidden) => return Recorded::NobodyElse,
        Some(Told::Unavailable(_)) | None => return Recorded::Untold,
    };
    let person = match desk.person(&link.employee) {
        Some(Told::Found(person)) => Record::read(case, person, desk),
        Some(Told::NotFound | Told::Forbidden) => return Recorded::NobodyElse,
        Some(Told::Unavailable(_)) | None => return Recorded::Untold,
    };
    if person.scope != Scope::In {
        return Recorded::NobodyElse;
    }
    match rule.from.text(&person.context) {
        Evaluated::Value(text) if text.trim() == case.employee.as_str() => Recorded::NobodyElse,
        Evaluated::Value(_) | Evaluated::Null => Recorded::Otherwise,
        Evaluated::Missing | Evaluated::Failed(_) => Recorded::NobodyElse,
    }
}

fn links_to<'m>(
    desk: &Desk<'_>,
    managers: impl IntoIterator<Item = &'m UserId>,
) -> BTreeSet<EmployeeId> {
    let managers = managers.into_iter();
    let links = managers.filter_map(|manager| desk.link_to(manager)?.found());
    links.map(|link| link.employee.clone()).collect()
}

fn fate(case: Case<'_>, record: &Record<'_>) -> Fate {
    let lifecycle = &case.policy.rules().lifecycle;
    match record.standing {
        Standing::Unknown => Fate::Nothing,
        Standing::Leaver => Fate::Go { comes_back: false },
        Standing::OnLeave if lifecycle.on_leave == OnLeave::Keep => Fate::Nothing,
        Standing::OnLeave | Standing::Suspended => Fate::Go { comes_back: true },
        _ if case.memory.revoked.is_some() => Fate::Go { comes_back: true },
        Standing::PreHire | Standing::Active => match record.scope {
            Scope::In => Fate::Keep,
            Scope::Out if lifecycle.on_out_of_scope == OnOutOfScope::Deactivate => {
                Fate::Go { comes_back: true }
            }
            Scope::Out | Scope::Unknown => Fate::Nothing,
        },
    }
}

fn chief(case: Case<'_>, desk: &Desk<'_>, record: &Record<'_>, user: Option<&User>) -> Chief {
    let Some(rule) = &case.policy.rules().manager else {
        return Chief::Untold;
    };
    let employee = match rule.from.text(&record.context) {
        Evaluated::Value(text) => match EmployeeId::try_from(text.trim()) {
            Ok(employee) => employee,
            Err(_) => return Chief::Untold,
        },
        Evaluated::Null => return Chief::Nobody,
        Evaluated::Missing => return Chief::Hidden,
        Evaluated::Failed(_) => return Chief::Untold,
    };
    if employee == *case.employee {
        return Chief::Self_;
    }
    let has = user.and_then(|user| desk.managers(user.id()));
    match desk.link_of(&employee) {
        // Whoever is deactivated manages nobody, so whoever does needs no look at his account.
        Some(Told::Found(link)) if manages(has, &link.user) => Chief::User {
            user: link.user.clone(),
            employee,
        },
        Some(Told::Found(link)) => match desk.user(&link.user) {
            Some(Told::Found(user)) if *user.status() == UserStatus::Deleted => {
                Chief::Deleted(employee)
            }
            Some(Told::Found(user)) => Chief::User {
                user: user.id().clone(),
                employee,
            },
            Some(Told::NotFound) => Chief::Pending(employee),
            _ => Chief::Untold,
        },
        Some(Told::NotFound) => match desk.person(&employee) {
            Some(Told::Found(person)) => {
                let person = Record::read(case, person, desk);
                if person.scope == Scope::Out {
                    Chief::OutOfScope(employee)
                } else {
                    Chief::Pending(employee)
                }
            }
            _ => Chief::Pending(employee),
        },
        _ => Chief::Untold,
    }
}

fn manages(has: Option<Told<&BTreeSet<UserId>>>, manager: &UserId) -> bool {
    matches!(has, Some(Told::Found(managers)) if managers.contains(manager))
}
