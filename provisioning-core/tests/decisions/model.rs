//! Both systems in memory, small and strict, as ports of the driver.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;
use hibob_client::{Employee, EmployeeId, NamedList};
use jiff::Timestamp;
use learning360_client::{CustomFieldId, ErrorCode, GroupId, MappingId, Role, User, UserId};
use provisioning_core::driver::{Source, Target};
use provisioning_core::sync::Directory;
use provisioning_core::{
    Action, Answer, Change, CustomField, CustomValues, Data, Effect, Group, GroupTree,
    LifecycleRow, Link, MailKey, Membership, Outcome, Query, Step, Unavailable, UserRef, Username,
};
use serde_json::{Map, Value, json};

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
        let systems = self.lock();
        let users: Vec<_> = systems.users.values().map(to_user).collect();
        let links = systems.links.iter();
        Directory::new(users, links.map(|(employee, user)| link(employee, user)))
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

    fn apply(&mut self, step: &Step, created: Option<&UserId>) -> Outcome {
        let user = match &step.user {
            UserRef::Known(user) => Some(user.to_string()),
            UserRef::Created => created.map(ToString::to_string),
        };
        let outcome = match &step.action {
            Action::Create { values, group, .. } => {
                let mail = values.get(learning360_client::UserField::Mail);
                let texts = values
                    .iter()
                    .map(|(field, text)| (field.as_str().to_owned(), json!(text)));
                self.post(
                    mail.and_then(MailKey::parse).as_ref(),
                    texts.collect(),
                    group,
                )
            }
            Action::Restore { mail, group } => self.post(Some(mail), Map::new(), group),
            Action::Link { employee } => {
                let user = user.clone().expect("a link has a user");
                self.map(employee, user, ErrorCode::MappingAlreadyExists, false)
            }
            Action::Relink { mapping, employee } => {
                let user = user.clone().expect("a link has a user");
                self.links
                    .retain(|employee, _| mapping_of(employee) != *mapping);
                self.map(employee, user, ErrorCode::TargetAlreadyMapped, true)
            }
            Action::Edit { changes } => {
                let user = self
                    .users
                    .get_mut(&user.clone().expect("known"))
                    .expect("exists");
                for (field, change) in changes.iter() {
                    match change {
                        Change::Set(text) => user.insert(field.as_str().to_owned(), json!(text)),
                        Change::Clear => user.remove(field.as_str()),
                    };
                }
                Outcome::Done(Effect::Plain)
            }
            Action::Schedule { at } => {
                let user = self
                    .users
                    .get_mut(&user.clone().expect("known"))
                    .expect("exists");
                if user["status"] == "deleted" {
                    return refused("invalidUpdateOnDeletedUser");
                }
                match at {
                    Some(at) => user.insert("toBeDeactivatedAt".to_owned(), json!(at.to_string())),
                    None => user.remove("toBeDeactivatedAt"),
                };
                Outcome::Done(Effect::Plain)
            }
            Action::SetCustomValues { before, after } => {
                self.set_custom_values(user.as_deref().expect("known"), before, after)
            }
            Action::AddMembership { membership } => {
                self.join(user.as_deref().expect("known"), membership)
            }
            Action::RemoveMembership { membership } => {
                self.leave(user.as_deref().expect("known"), membership)
            }
            Action::AddManager { manager } => self.manage(user.as_deref().expect("known"), manager),
            Action::RemoveManager { manager } => {
                let managers = self
                    .managers
                    .entry(user.clone().expect("known"))
                    .or_default();
                if managers.remove(manager) {
                    Outcome::Done(Effect::Plain)
                } else {
                    refused("managerNotAssignedToUser")
                }
            }
            Action::AddReport { report } => {
                let manager = UserId::try_from(user.as_deref().expect("known")).expect("an id");
                self.manage(report.as_str(), &manager)
            }
            Action::Activate => {
                if self.users[user.as_deref().expect("known")]["status"] == "deleted" {
                    return refused("userDeleted");
                }
                self.set_status(user.as_deref(), "active")
            }
            Action::Deactivate => self.deactivate(user.as_deref().expect("known")),
            _ => unreachable!("the model knows all actions"),
        };
        let user = match &outcome {
            Outcome::Done(Effect::Created(user) | Effect::Restored(user)) => user.to_string(),
            _ => user.unwrap_or_default(),
        };
        if matches!(outcome, Outcome::Done(_)) {
            self.effects
                .push(format!("{} {user}", step.action.kind().as_str()));
        }
        outcome
    }

    /// Only authorised values of fields that exist, and only if nobody changed any meanwhile.
    fn set_custom_values(
        &mut self,
        user: &str,
        before: &CustomValues,
        after: &CustomValues,
    ) -> Outcome {
        for field in before.differing(after) {
            let mut known = self.custom_fields.iter();
            let Some(known) = known.find(|known| known.id == *field) else {
                return refused("customFieldNotFound");
            };
            if after.get(field).is_some_and(|value| !known.allows(value)) {
                return refused("unauthorizedValue");
            }
        }
        let known = self.custom_values.entry(user.to_owned()).or_default();
        let now: CustomValues = known.clone().into_iter().collect();
        if now == *before {
            let values = after.iter();
            *known = values
                .map(|(field, value)| (field.clone(), value.to_owned()))
                .collect();
            Outcome::Done(Effect::Plain)
        } else {
            Outcome::Stale
        }
    }

    /// A deactivation takes roles, custom values and reports.
    fn deactivate(&mut self, user: &str) -> Outcome {
        self.roles.remove(user);
        self.custom_values.remove(user);
        for managers in self.managers.values_mut() {
            managers.retain(|manager| manager.as_str() != user);
        }
        let now = json!(self.now.to_string());
        let known = self.users.get_mut(user).expect("exists");
        let deleted = known.entry("deletedAt").or_insert_with(|| json!([]));
        deleted.as_array_mut().expect("an array").push(now);
        known.remove("toBeDeactivatedAt");
        self.set_status(Some(user), "deleted")
    }

    /// A learner of a public group is one of its ancestors up to the first private one as well.
    fn join(&mut self, user: &str, membership: &Membership) -> Outcome {
        if self.users[user]["status"] == "deleted" {
            return refused("userDeleted");
        }
        let tree: GroupTree = self.groups.iter().cloned().collect();
        if !self.groups.is_empty() && tree.get(&membership.group).is_none() {
            return refused("groupNotFound");
        }
        let roles = self.roles.entry(user.to_owned()).or_default();
        roles.insert(membership.clone());
        if membership.role == Role::Learner {
            let implied = tree.implied(&membership.group);
            roles.extend(implied.into_iter().cloned().map(Membership::learner));
        }
        Outcome::Done(Effect::Plain)
    }

    /// Leaving a group leaves the public groups below it as well.
    fn leave(&mut self, user: &str, membership: &Membership) -> Outcome {
        let tree: GroupTree = self.groups.iter().cloned().collect();
        let roles = self.roles.entry(user.to_owned()).or_default();
        if !roles.remove(membership) {
            return refused("userNotFoundInGroup");
        }
        roles.retain(|role| {
            role.role != Role::Learner || !tree.implied(&role.group).contains(&&membership.group)
        });
        Outcome::Done(Effect::Plain)
    }

    fn manage(&mut self, user: &str, manager: &UserId) -> Outcome {
        let deleted = |id: &str| {
            self.users
                .get(id)
                .is_none_or(|user| user["status"] == "deleted")
        };
        if deleted(user) {
            return refused("userDeleted");
        }
        if deleted(manager.as_str()) {
            return refused("managerDeleted");
        }
        self.managers
            .entry(user.to_owned())
            .or_default()
            .insert(manager.clone());
        Outcome::Done(Effect::Plain)
    }

    fn post(
        &mut self,
        mail: Option<&MailKey>,
        texts: Map<String, Value>,
        group: &GroupId,
    ) -> Outcome {
        let now = json!(self.now.to_string());
        let learner = BTreeSet::from([Membership::learner(group.clone())]);
        let holds = |user: &&mut Map<String, Value>| mail.is_some_and(|mail| holds(user, mail));
        let holder = self.users.values_mut().find(holds);
        if let Some(user) = holder {
            if user["status"] != "deleted" {
                return Outcome::Refused {
                    status: 400,
                    code: Some(ErrorCode::MailAlreadyUsed),
                };
            }
            user.insert("status".to_owned(), json!("invited"));
            user.insert("reactivatedAt".to_owned(), json!([now]));
            user.extend(texts);
            let id = user["_id"].as_str().expect("an id").to_owned();
            self.roles.insert(id.clone(), learner);
            return Outcome::Done(Effect::Restored(
                UserId::try_from(id.as_str()).expect("an id"),
            ));
        }
        self.next_id += 1;
        let id = format!("{:024x}", self.next_id);
        let mut user = texts;
        user.insert("_id".to_owned(), json!(id));
        user.insert("status".to_owned(), json!("invited"));
        if let Some(mail) = mail {
            user.insert("mail".to_owned(), json!(mail.as_str()));
        }
        self.roles.insert(id.clone(), learner);
        self.users.insert(id.clone(), user);
        Outcome::Done(Effect::Created(
            UserId::try_from(id.as_str()).expect("an id"),
        ))
    }

    /// One mapping per user, and one user per employee.
    fn map(
        &mut self,
        employee: &EmployeeId,
        user: String,
        taken: ErrorCode,
        replaces: bool,
    ) -> Outcome {
        let refused = |code| Outcome::Refused {
            status: 400,
            code: Some(code),
        };
        if self.links.values().any(|mapped| *mapped == user) {
            return refused(taken);
        }
        if !replaces && self.links.contains_key(employee.as_str()) {
            return refused(ErrorCode::ValueAlreadyUsed);
        }
        self.links.insert(employee.to_string(), user);
        Outcome::Done(Effect::Plain)
    }

    fn set_status(&mut self, user: Option<&str>, status: &str) -> Outcome {
        let user = self.users.get_mut(user.expect("known")).expect("exists");
        user.insert("status".to_owned(), json!(status));
        Outcome::Done(Effect::Plain)
    }
}

fn of<T: Clone + Default>(all: &BTreeMap<String, T>, user: &UserId) -> T {
    all.get(user.as_str()).cloned().unwrap_or_default()
}

fn refused(code: &str) -> Outcome {
    Outcome::Refused {
        status: 400,
        code: Some(ErrorCode::from(code)),
    }
}

#[async_trait]
impl Source for Model {
    async fn fetch(&self, queries: &BTreeSet<Query>) -> Vec<(Query, Answer)> {
        fetch(self, queries)
    }
}

#[async_trait]
impl Target for Model {
    async fn fetch(&self, queries: &BTreeSet<Query>) -> Vec<(Query, Answer)> {
        fetch(self, queries)
    }

    async fn apply(&self, step: &Step, created: Option<&UserId>) -> Outcome {
        let mut systems = self.lock();
        if let Some(meddle) = systems.meddling.take() {
            meddle(&mut systems);
        }
        match systems.surprises.pop() {
            Some((true, surprise)) => {
                systems.apply(step, created);
                surprise
            }
            Some((false, surprise)) => surprise,
            None => systems.apply(step, created),
        }
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
