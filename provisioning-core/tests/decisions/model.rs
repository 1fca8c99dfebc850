//! Both systems in memory, small and strict, as ports of the driver.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard};

use async_trait::async_trait;
use hibob_client::{Employee, EmployeeId, NamedList};
use jiff::Timestamp;
use learning360_client::{ErrorCode, MappingId, User, UserId};
use provisioning_core::driver::{Source, Target};
use provisioning_core::{
    Action, Answer, Change, Data, Effect, Link, MailKey, Outcome, Query, Step, Unavailable, UserRef,
};
use serde_json::{Map, Value, json};

/// The two systems; clones share one state.
#[derive(Clone, Default)]
pub(crate) struct Model(std::sync::Arc<Mutex<Systems>>);

#[derive(Default)]
pub(crate) struct Systems {
    pub(crate) people: BTreeMap<String, Value>,
    pub(crate) users: BTreeMap<String, Map<String, Value>>,
    pub(crate) links: BTreeMap<String, String>,
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
    next_id: u32,
}

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
        self.lock().users.insert(id.to_owned(), user);
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
}

impl Systems {
    fn answer(&self, query: &Query) -> Answer {
        let link = |employee: &str, user: &str| {
            let mapping = MappingId::try_from("aaaaaaaaaaaaaaaaaaaaaaaa").expect("an id");
            let employee = EmployeeId::try_from(employee).expect("an id");
            let user = UserId::try_from(user).expect("an id");
            Answer::Found(Data::Link(Link::new(mapping, employee, user)))
        };
        let kind = format!("{query:?}");
        if self.broken.iter().any(|broken| kind.starts_with(broken)) {
            return Answer::Unavailable(Unavailable::Broken);
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
                let list =
                    json!({ "name": name.as_str(), "items": [{ "id": "t1", "name": "Engineer" }] });
                let list: NamedList = serde_json::from_value(list).expect("a list");
                Answer::Found(Data::NamedList(std::sync::Arc::new(list)))
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
            _ => Answer::Unavailable(Unavailable::NotAsked),
        }
    }

    fn apply(&mut self, step: &Step, created: Option<&UserId>) -> Outcome {
        let user = match &step.user {
            UserRef::Known(user) => Some(user.to_string()),
            UserRef::Created => created.map(ToString::to_string),
        };
        let outcome = match &step.action {
            Action::Create { values, .. } => {
                let mail = values
                    .get(learning360_client::UserField::Mail)
                    .unwrap_or_default();
                let key = MailKey::parse(mail).expect("plans create with a usable mail");
                let texts = values
                    .iter()
                    .map(|(field, text)| (field.as_str().to_owned(), json!(text)));
                self.post(&key, texts.collect())
            }
            Action::Restore { mail, .. } => self.post(mail, Map::new()),
            Action::Link { employee } => {
                let user = user.clone().expect("a link has a user");
                self.map(employee, user, ErrorCode::MappingAlreadyExists, false)
            }
            Action::Relink { employee, .. } => {
                let user = user.clone().expect("a link has a user");
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
            Action::Activate => self.set_status(user.as_deref(), "active"),
            Action::Deactivate => {
                let now = json!(self.now.to_string());
                let known = self
                    .users
                    .get_mut(&user.clone().expect("known"))
                    .expect("exists");
                let deleted = known.entry("deletedAt").or_insert_with(|| json!([]));
                deleted.as_array_mut().expect("an array").push(now);
                self.set_status(user.as_deref(), "deleted")
            }
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

    fn post(&mut self, mail: &MailKey, texts: Map<String, Value>) -> Outcome {
        let now = json!(self.now.to_string());
        let holder = self.users.values_mut().find(|user| holds(user, mail));
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
            return Outcome::Done(Effect::Restored(
                UserId::try_from(id.as_str()).expect("an id"),
            ));
        }
        self.next_id += 1;
        let id = format!("{:024x}", self.next_id);
        let mut user = texts;
        user.insert("_id".to_owned(), json!(id));
        user.insert("status".to_owned(), json!("invited"));
        user.insert("mail".to_owned(), json!(mail.as_str()));
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
