//! Both systems in memory, small and strict, as ports of the driver.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;
use futures_util::{StreamExt, stream};
use hibob_client::{Employee, EmployeeId, NamedList};
use jiff::Timestamp;
use learning360_client::{CustomFieldId, GroupId, MappingId, User, UserId};
use provisioning_core::driver::{Listing, Mapped, Shown, Source, Target};
use provisioning_core::sync::Directory;
use provisioning_core::{
    Answer, CustomField, Data, Group, GroupTree, LifecycleRow, Link, MailKey, Membership, Outcome,
    Query, Step, Unavailable, Username,
};
use serde_json::{Map, Value, json};
use tokio::sync::Notify;

#[path = "model/acts.rs"]
mod acts;

/// The two systems; clones share one state.
#[derive(Clone, Default)]
pub(crate) struct Model(Arc<Mutex<Systems>>);

#[derive(Default)]
pub(crate) struct Systems {
    pub(crate) people: BTreeMap<String, Value>,
    pub(crate) users: BTreeMap<String, Map<String, Value>>,
    pub(crate) links: BTreeMap<String, String>,
    /// Rows of the lifecycle table, as day and status.
    pub(crate) rows: BTreeMap<String, Vec<(String, String)>>,
    pub(crate) groups: Vec<Group>,
    pub(crate) custom_fields: Vec<CustomField>,
    /// Roles in groups, managers and custom values by user.
    pub(crate) roles: BTreeMap<String, BTreeSet<Membership>>,
    pub(crate) managers: BTreeMap<String, BTreeSet<UserId>>,
    pub(crate) custom_values: BTreeMap<String, BTreeMap<CustomFieldId, String>>,
    /// What the next step answers instead of its own outcome; with `true` the effect takes place.
    pub(crate) surprises: Vec<(bool, Outcome)>,
    /// Every step that had an effect, as `kind user`.
    pub(crate) effects: Vec<String>,
    /// Every query, by its kind.
    pub(crate) reads: Vec<String>,
    pub(crate) now: Timestamp,
    /// Bob answers nothing.
    pub(crate) bob_is_down: bool,
    pub(crate) forbidden: BTreeSet<String>,
    /// Kinds of queries that get no usable answer.
    pub(crate) broken: BTreeSet<&'static str>,
    /// Kinds of queries that are refused.
    pub(crate) refused: BTreeSet<&'static str>,
    /// The label of the job title `t1`; empty = Engineer.
    pub(crate) title: String,
    /// What somebody else does right before the next step.
    pub(crate) meddling: Option<Meddling>,
    /// The process ends after so many steps.
    pub(crate) crash_after: Option<usize>,
    /// Told when it does.
    pub(crate) crashed: Arc<Notify>,
    next_id: u32,
}

/// What somebody else does to the systems.
type Meddling = Box<dyn FnOnce(&mut Systems) + Send>;

impl Model {
    pub(crate) fn lock(&self) -> MutexGuard<'_, Systems> {
        self.0
            .lock()
            .expect("no test panics while it holds the lock")
    }

    /// A record with these texts by field id; `None` = the field is there and empty.
    pub(crate) fn person(&self, id: &str, fields: &[(&str, Option<&str>)]) {
        let mut record = Map::from_iter([("id".to_owned(), json!(id))]);
        for (field, value) in fields {
            match field.split_once('.') {
                Some(("root", name)) => record.insert(name.to_owned(), json!(value)),
                Some((category, name)) => {
                    let category = record.entry(category).or_insert_with(|| json!({}));
                    category[name] = json!(value);
                    None
                }
                None => None,
            };
        }
        self.lock()
            .people
            .insert(id.to_owned(), Value::Object(record));
    }

    /// Changes a record.
    pub(crate) fn edit(&self, id: &str, change: impl FnOnce(&mut Value)) {
        change(self.lock().people.get_mut(id).expect("the record exists"));
    }

    /// A user with these members of its JSON, which may overrule `_id` and `status`.
    pub(crate) fn user(&self, id: &str, status: &str, mail: &str) -> UserId {
        let user = Map::from_iter([
            ("_id".to_owned(), json!(id)),
            ("status".to_owned(), json!(status)),
            ("lang".to_owned(), json!("en")),
            ("mail".to_owned(), json!(mail)),
        ]);
        let mut systems = self.lock();
        systems.users.insert(id.to_owned(), user);
        if status != "deleted" {
            let group = GroupId::try_from(GROUP).expect("an id");
            systems
                .roles
                .insert(id.to_owned(), BTreeSet::from([Membership::learner(group)]));
        }
        UserId::try_from(id).expect("a user id")
    }

    pub(crate) fn set(&self, user: &str, member: &str, value: Value) {
        let mut systems = self.lock();
        let user = systems.users.get_mut(user).expect("the user exists");
        user.insert(member.to_owned(), value);
    }

    pub(crate) fn link(&self, employee: &str, user: &str) {
        self.lock()
            .links
            .insert(employee.to_owned(), user.to_owned());
    }

    pub(crate) fn text(&self, user: &str, member: &str) -> Option<String> {
        let systems = self.lock();
        systems
            .users
            .get(user)?
            .get(member)?
            .as_str()
            .map(str::to_owned)
    }

    pub(crate) fn effects(&self) -> Vec<String> {
        self.lock().effects.clone()
    }

    /// Everybody whom Bob lists.
    pub(crate) fn employees(&self) -> Vec<Employee> {
        let systems = self.lock();
        let people = systems.people.values().cloned();
        people
            .map(|record| Employee::from_json(record).expect("a record"))
            .collect()
    }

    /// Everything that 360Learning lists.
    pub(crate) fn directory(&self) -> Directory {
        let users: Vec<_> = self.lock().users.values().map(to_user).collect();
        Directory::new(users, self.links())
    }

    fn links(&self) -> Vec<Link> {
        let systems = self.lock();
        let links = systems.links.iter();
        links.map(|(employee, user)| link(employee, user)).collect()
    }
}

impl Systems {
    fn answer(&self, query: &Query) -> Answer {
        let link = |employee: &str, user: &str| Answer::Found(Data::Link(link(employee, user)));
        let kind = format!("{query:?}");
        if self.broken.iter().any(|broken| kind.starts_with(broken)) {
            return Answer::Unavailable(Unavailable::Broken);
        }
        if self.refused.iter().any(|refused| kind.starts_with(refused)) {
            return Answer::Forbidden;
        }
        match query {
            Query::Person(_) if self.bob_is_down => Answer::Unavailable(Unavailable::Broken),
            Query::Person(id) if self.forbidden.contains(id.as_str()) => Answer::Forbidden,
            Query::Person(id) => match self.people.get(id.as_str()) {
                Some(record) => {
                    let employee = Employee::from_json(record.clone()).expect("a record");
                    Answer::Found(Data::Person(Box::new(employee)))
                }
                None => Answer::NotFound,
            },
            Query::NamedList(name) => {
                let title = Some(self.title.as_str()).filter(|title| !title.is_empty());
                let title = json!({ "id": "t1", "name": title.unwrap_or("Engineer") });
                let list = json!({ "name": name.as_str(), "items": [title] });
                let list: NamedList = serde_json::from_value(list).expect("a list");
                Answer::Found(Data::NamedList(Arc::new(list)))
            }
            Query::LinkOf(id) => match self.links.get(id.as_str()) {
                Some(user) => link(id.as_str(), user),
                None => Answer::NotFound,
            },
            Query::LinkTo(id) => match self.links.iter().find(|(_, user)| *user == id.as_str()) {
                Some((employee, user)) => link(employee, user),
                None => Answer::NotFound,
            },
            Query::User(id) => match self.users.get(id.as_str()) {
                Some(user) => Answer::Found(Data::User(Box::new(to_user(user)))),
                None => Answer::NotFound,
            },
            Query::UsersByMail(mail) => {
                let holds = |user: &&Map<String, Value>| holds(user, mail);
                Answer::Found(Data::Users(
                    self.users.values().filter(holds).map(to_user).collect(),
                ))
            }
            Query::UsersByUsername(name) => {
                let holds = |user: &&Map<String, Value>| {
                    user.get("username")
                        .and_then(Value::as_str)
                        .and_then(Username::parse)
                        .as_ref()
                        == Some(name)
                };
                let users = self.users.values().filter(holds).map(to_user);
                Answer::Found(Data::Users(users.collect()))
            }
            Query::LifecycleRows(id) => {
                let rows = self.rows.get(id.as_str()).into_iter().flatten();
                let row = |(day, status): &(String, String)| {
                    LifecycleRow::new(day.parse().expect("a day"), status.as_str())
                };
                Answer::Found(Data::LifecycleRows(rows.map(row).collect()))
            }
            Query::Groups => {
                let tree: GroupTree = self.groups.iter().cloned().collect();
                Answer::Found(Data::Groups(Arc::new(tree)))
            }
            Query::CustomFields => {
                Answer::Found(Data::CustomFields(self.custom_fields.clone().into()))
            }
            Query::Roles(id) => Answer::Found(Data::Roles(of(&self.roles, id))),
            Query::CustomValues(id) => {
                let values = of(&self.custom_values, id);
                Answer::Found(Data::CustomValues(values.into_iter().collect()))
            }
            Query::Learners(group) => {
                let learner = Membership::learner(group.clone());
                let learners = self.roles.values().filter(|roles| roles.contains(&learner));
                let count = u32::try_from(learners.count()).expect("a small number");
                Answer::Found(Data::Count(count))
            }
            Query::Managers(id) => Answer::Found(Data::UserIds(of(&self.managers, id))),
            Query::Subordinates(id) => {
                let manages = |(_, managers): &(&String, &BTreeSet<UserId>)| managers.contains(id);
                let reports = self.managers.iter().filter(manages);
                let reports =
                    reports.map(|(user, _)| UserId::try_from(user.as_str()).expect("an id"));
                Answer::Found(Data::UserIds(reports.collect()))
            }
            _ => Answer::Unavailable(Unavailable::NotAsked),
        }
    }
}

fn of<T: Clone + Default>(all: &BTreeMap<String, T>, user: &UserId) -> T {
    all.get(user.as_str()).cloned().unwrap_or_default()
}

#[async_trait]
impl Source for Model {
    async fn fetch(&self, queries: &BTreeSet<Query>) -> Vec<(Query, Answer)> {
        fetch(self, queries)
    }

    fn people(&self) -> Listing<'_, Shown> {
        let people = self.employees().into_iter();
        let people = people.map(|person| Ok(Shown::Person(Box::new(person))));
        stream::iter(people).boxed()
    }
}

#[async_trait]
impl Target for Model {
    async fn fetch(&self, queries: &BTreeSet<Query>) -> Vec<(Query, Answer)> {
        fetch(self, queries)
    }

    fn users(&self) -> Listing<'_, User> {
        let users: Vec<_> = self.lock().users.values().map(to_user).collect();
        stream::iter(users.into_iter().map(Ok)).boxed()
    }

    fn links(&self) -> Listing<'_, Mapped> {
        let links: Vec<_> = self.links().into_iter().map(Mapped::Link).collect();
        stream::iter(links.into_iter().map(Ok)).boxed()
    }

    async fn apply(&self, step: &Step, created: Option<&UserId>) -> Outcome {
        let (outcome, ends) = {
            let mut systems = self.lock();
            if let Some(meddle) = systems.meddling.take() {
                meddle(&mut systems);
            }
            let outcome = match systems.surprises.pop() {
                Some((true, surprise)) => {
                    systems.apply(step, created);
                    surprise
                }
                Some((false, surprise)) => surprise,
                None => systems.apply(step, created),
            };
            let left = systems.crash_after.as_mut().map(|left| {
                *left = left.saturating_sub(1);
                *left
            });
            let ends = (left == Some(0)).then(|| systems.crashed.clone());
            (outcome, ends)
        };
        if let Some(crashed) = ends {
            crashed.notify_one();
            std::future::pending::<()>().await;
        }
        outcome
    }
}

fn fetch(model: &Model, queries: &BTreeSet<Query>) -> Vec<(Query, Answer)> {
    let mut systems = model.lock();
    let name = |query: &Query| {
        let name = format!("{query:?}");
        name.split('(').next().unwrap_or_default().to_owned()
    };
    systems.reads.extend(queries.iter().map(name));
    queries
        .iter()
        .map(|query| (query.clone(), systems.answer(query)))
        .collect()
}

fn link(employee: &str, user: &str) -> Link {
    let mapping = mapping_of(employee);
    let employee = EmployeeId::try_from(employee).expect("an id");
    let user = UserId::try_from(user).expect("an id");
    Link::new(mapping, employee, user)
}

fn mapping_of(employee: &str) -> MappingId {
    MappingId::try_from(format!("{employee:0>24}").as_str()).expect("an id")
}

fn to_user(user: &Map<String, Value>) -> User {
    serde_json::from_value(Value::Object(user.clone())).expect("a user")
}

fn holds(user: &Map<String, Value>, mail: &MailKey) -> bool {
    let held = user
        .get("mail")
        .and_then(Value::as_str)
        .and_then(MailKey::parse);
    held.as_ref() == Some(mail)
}

/// The group of the policies in these tests.
pub(crate) const GROUP: &str = "507f1f77bcf86cd799439011";
