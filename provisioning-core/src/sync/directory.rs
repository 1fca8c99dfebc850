use std::collections::BTreeMap;

use hibob_client::EmployeeId;
use learning360_client::{User, UserId};

use crate::facts::{Answer, Data, Link, MailKey, Query, Username};

/// What 360Learning lists, indexed for decisions.
///
/// It holds every user once and beside it only ids and mails.
#[derive(Debug, Default)]
pub struct Directory {
    users: BTreeMap<UserId, User>,
    by_mail: BTreeMap<MailKey, Vec<UserId>>,
    by_username: BTreeMap<Username, Vec<UserId>>,
    by_employee: BTreeMap<EmployeeId, Link>,
    employee_of: BTreeMap<UserId, EmployeeId>,
}

impl Directory {
    /// The index of complete listings: all users, deleted ones included, and all links of the
    /// policy's platform.
    pub fn new(
        users: impl IntoIterator<Item = User>,
        links: impl IntoIterator<Item = Link>,
    ) -> Self {
        let mut directory = Self::default();
        for user in users {
            directory.add(user);
        }
        for link in links {
            let (employee, user) = (link.employee.clone(), link.user.clone());
            directory.employee_of.insert(user, employee.clone());
            directory.by_employee.insert(employee, link);
        }
        directory
    }

    fn add(&mut self, user: User) {
        let id = user.id();
        if let Some(mail) = user.mail().and_then(MailKey::parse) {
            self.by_mail.entry(mail).or_default().push(id.clone());
        }
        if let Some(name) = user.username().and_then(Username::parse) {
            self.by_username.entry(name).or_default().push(id.clone());
        }
        self.users.insert(id.clone(), user);
    }

    /// How many users there are.
    pub fn len(&self) -> usize {
        self.users.len()
    }

    /// Whether there is no user.
    pub fn is_empty(&self) -> bool {
        self.users.is_empty()
    }

    /// The users who are linked to nobody; they are reported and never touched.
    pub fn target_only(&self) -> impl Iterator<Item = &UserId> {
        self.users
            .keys()
            .filter(|user| !self.employee_of.contains_key(*user))
    }

    /// The employees whom a link names, in a fixed order.
    pub fn linked_employees(&self) -> impl Iterator<Item = &EmployeeId> {
        self.by_employee.keys()
    }

    /// The answer to a query, if the listings have one.
    pub fn answer(&self, query: &Query) -> Option<Answer> {
        match query {
            Query::User(id) => Some(match self.users.get(id) {
                Some(user) => Answer::Found(Data::User(Box::new(user.clone()))),
                None => Answer::NotFound,
            }),
            Query::UsersByMail(mail) => Some(self.named(self.by_mail.get(mail))),
            Query::UsersByUsername(name) => Some(self.named(self.by_username.get(name))),
            Query::LinkOf(employee) => Some(found(self.by_employee.get(employee))),
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
}

fn found(link: Option<&Link>) -> Answer {
    match link {
        Some(link) => Answer::Found(Data::Link(link.clone())),
        None => Answer::NotFound,
    }
}
