use std::collections::{BTreeMap, BTreeSet};

use hibob_client::EmployeeId;
use learning360_client::{User, UserId, UserStatus};

use crate::facts::{Answer, Data, Link, MailKey, Query, Username};

/// What 360Learning lists, indexed for decisions.
///
/// It holds every user once and beside it only ids and mails. A list can prove that something is
/// there, and not that a single user or link is nowhere: it was read page by page, while others
/// wrote. So a linked user who was not listed is asked for on its own.
#[derive(Debug, Default)]
pub struct Directory {
    users: BTreeMap<UserId, User>,
    by_mail: BTreeMap<MailKey, Vec<UserId>>,
    by_username: BTreeMap<Username, Vec<UserId>>,
    by_employee: BTreeMap<EmployeeId, Link>,
    employee_of: BTreeMap<UserId, EmployeeId>,
    /// Users with a link that cannot be read.
    unreadable: BTreeSet<UserId>,
}

impl Directory {
    /// The index of complete listings: all users, deleted ones included, and all links of the
    /// policy's platform.
    pub fn new(
        users: impl IntoIterator<Item = User>,
        links: impl IntoIterator<Item = Link>,
    ) -> Self {
        let mut directory = Self::default();
        users.into_iter().for_each(|user| directory.add(user));
        links.into_iter().for_each(|link| directory.join(link));
        directory
    }

    /// Adds a user. One that was added before is replaced, because it was read later.
    pub fn add(&mut self, user: User) {
        let id = user.id().clone();
        if let Some(old) = self.users.remove(&id) {
            self.forget_names(&old);
        }
        if let Some(mail) = user.mail().and_then(MailKey::parse) {
            self.by_mail.entry(mail).or_default().push(id.clone());
        }
        if let Some(name) = user.username().and_then(Username::parse) {
            self.by_username.entry(name).or_default().push(id.clone());
        }
        self.users.insert(id, user);
    }

    /// Adds a link.
    pub fn join(&mut self, link: Link) {
        let (employee, user) = (link.employee.clone(), link.user.clone());
        self.employee_of.insert(user, employee.clone());
        self.by_employee.insert(employee, link);
    }

    /// Adds a link of a user that names no employee. Whose the user is has to be asked.
    pub fn join_unreadable(&mut self, user: UserId) {
        self.unreadable.insert(user);
    }

    /// How many users there are.
    pub fn len(&self) -> usize {
        self.users.len()
    }

    /// Whether there is no user.
    pub fn is_empty(&self) -> bool {
        self.users.is_empty()
    }

    /// The users in use who are linked to nobody; they are reported and never touched.
    pub fn target_only(&self) -> impl Iterator<Item = &UserId> {
        let linked =
            |user: &UserId| self.employee_of.contains_key(user) || self.unreadable.contains(user);
        let live = self.users.iter().filter(|(_, user)| is_live(user));
        live.map(|(id, _)| id).filter(move |id| !linked(id))
    }

    /// The employees whom a link names, in a fixed order.
    pub fn linked_employees(&self) -> impl Iterator<Item = &EmployeeId> {
        self.by_employee.keys()
    }

    /// Whether the employee has a linked account that is not deactivated, or one that was not
    /// listed.
    pub fn may_have_account(&self, employee: &EmployeeId) -> bool {
        let link = self.by_employee.get(employee);
        link.is_some_and(|link| self.users.get(&link.user).is_none_or(is_live))
    }

    /// How many linked accounts are not deactivated.
    pub fn linked_active(&self) -> usize {
        let linked = self.by_employee.values();
        let users = linked.filter_map(|link| self.users.get(&link.user));
        users.filter(|user| is_live(user)).count()
    }

    /// The answer to a query, if the listings have one.
    pub fn answer(&self, query: &Query) -> Option<Answer> {
        match query {
            Query::User(id) => {
                let user = self.users.get(id)?.clone();
                Some(Answer::Found(Data::User(Box::new(user))))
            }
            Query::UsersByMail(mail) => Some(self.named(self.by_mail.get(mail))),
            Query::UsersByUsername(name) => Some(self.named(self.by_username.get(name))),
            Query::LinkOf(employee) => Some(found(self.by_employee.get(employee))),
            Query::LinkTo(user) if self.unreadable.contains(user) => None,
            Query::LinkTo(user) => {
                let employee = self.employee_of.get(user);
                Some(found(
                    employee.and_then(|employee| self.by_employee.get(employee)),
                ))
            }
            _ => None,
        }
    }

    fn named(&self, ids: Option<&Vec<UserId>>) -> Answer {
        let ids = ids.into_iter().flatten();
        let users = ids.filter_map(|id| self.users.get(id)).cloned();
        Answer::Found(Data::Users(users.collect()))
    }

    fn forget_names(&mut self, user: &User) {
        let mail = user.mail().and_then(MailKey::parse);
        let by_mail = mail.and_then(|mail| self.by_mail.get_mut(&mail));
        let name = user.username().and_then(Username::parse);
        let by_name = name.and_then(|name| self.by_username.get_mut(&name));
        for ids in by_mail.into_iter().chain(by_name) {
            ids.retain(|id| id != user.id());
        }
    }
}

fn is_live(user: &User) -> bool {
    *user.status() != UserStatus::Deleted
}

fn found(link: Option<&Link>) -> Answer {
    match link {
        Some(link) => Answer::Found(Data::Link(link.clone())),
        None => Answer::NotFound,
    }
}
