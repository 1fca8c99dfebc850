//! A driver over the model, through ports that can fail.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;
use hibob_client::EmployeeId;
use jiff::{SignedDuration, Timestamp};
use learning360_client::UserId;
use provisioning_core::driver::{
    Decided, Driver, Intake, MemoryStore, Source, Store, Target, Turn,
};
use provisioning_core::{
    Answer, Changed, Evidence, Hint, HoldId, Ledger, Outcome, Policy, Query, Step, Unavailable,
    Urgency,
};
use serde_json::json;

use crate::model::Model;

pub(crate) const POLICY: &str = r#"
platform = "example-provisioner"
[time]
zone = "Europe/Paris"
[user]
group = "507f1f77bcf86cd799439011"
mail = "email"
first_name = "firstName"
last_name = "surname"
"#;

/// The two systems behind a network that can fail.
#[derive(Clone, Default)]
pub(crate) struct Ports {
    pub(crate) model: Model,
    network: Arc<Mutex<Network>>,
}

#[derive(Default)]
pub(crate) struct Network {
    /// What every call to Bob gets.
    pub(crate) bob: Option<Unavailable>,
    /// What every read of 360Learning gets.
    pub(crate) reads: Option<Unavailable>,
    /// What every write gets.
    pub(crate) writes: Option<Outcome>,
    /// What writes of one kind get.
    pub(crate) kind: Option<(&'static str, Outcome)>,
    /// Calls that reached Bob and 360Learning, as batches of reads and single writes.
    pub(crate) calls: (usize, usize, usize),
}

impl Ports {
    pub(crate) fn network(&self) -> MutexGuard<'_, Network> {
        self.network
            .lock()
            .expect("no test panics while it holds the lock")
    }
}

#[derive(Clone)]
pub(crate) struct Bob(pub(crate) Ports);

#[derive(Clone)]
pub(crate) struct Lms(pub(crate) Ports);

#[async_trait]
impl Source for Bob {
    async fn fetch(&self, queries: &BTreeSet<Query>) -> Vec<(Query, Answer)> {
        let down = {
            let mut network = self.0.network();
            network.calls.0 += 1;
            network.bob
        };
        match down {
            Some(why) => all(queries, why),
            None => Source::fetch(&self.0.model, queries).await,
        }
    }
}

#[async_trait]
impl Target for Lms {
    async fn fetch(&self, queries: &BTreeSet<Query>) -> Vec<(Query, Answer)> {
        let down = {
            let mut network = self.0.network();
            network.calls.1 += 1;
            network.reads
        };
        match down {
            Some(why) => all(queries, why),
            None => Target::fetch(&self.0.model, queries).await,
        }
    }

    async fn apply(&self, step: &Step, created: Option<&UserId>) -> Outcome {
        let answer = {
            let mut network = self.0.network();
            network.calls.2 += 1;
            let of_kind = network.kind.clone();
            let of_kind = of_kind.filter(|(kind, _)| *kind == step.action.kind().as_str());
            let answer = of_kind.map(|(_, outcome)| outcome);
            answer.or(network.writes.clone())
        };
        match answer {
            Some(outcome) => outcome,
            None => self.0.model.apply(step, created).await,
        }
    }
}

fn all(queries: &BTreeSet<Query>, why: Unavailable) -> Vec<(Query, Answer)> {
    let answer = |query: &Query| (query.clone(), Answer::Unavailable(why));
    queries.iter().map(answer).collect()
}

/// The driver, its ports and a clock that is moved by hand.
pub(crate) struct World {
    pub(crate) ports: Ports,
    pub(crate) driver: Driver<Bob, Lms, MemoryStore>,
    pub(crate) now: Timestamp,
}

impl World {
    pub(crate) fn new(policy: &str) -> Self {
        let ports = Ports::default();
        let policy = Policy::parse(policy).expect("the policy is right");
        let now = "2026-03-02T09:00:00Z".parse().expect("a time");
        ports.model.lock().now = now;
        let (bob, lms) = (Bob(ports.clone()), Lms(ports.clone()));
        let driver = Driver::new(policy, bob, lms, MemoryStore::new());
        Self { ports, driver, now }
    }

    /// The same world under another policy; what the store knows stays.
    pub(crate) fn under(self, policy: &str) -> Self {
        let policy = Policy::parse(policy).expect("the policy is right");
        let (bob, lms) = (Bob(self.ports.clone()), Lms(self.ports.clone()));
        let driver = Driver::new(policy, bob, lms, self.store().clone());
        Self {
            ports: self.ports,
            driver,
            now: self.now,
        }
    }

    /// So many people with linked accounts, whom the store knows of.
    pub(crate) async fn with_people(policy: &str, people: u32) -> Self {
        let mut world = Self::new(policy);
        for number in 0..people {
            world.hire(number);
            let (id, user) = (id(number), user(number));
            world.ports.model.user(&user, "active", &mail(number));
            world.ports.model.set(&user, "firstName", json!("Ada"));
            world.ports.model.set(&user, "lastName", json!("Lovelace"));
            world.ports.model.link(&id, &user);
            world.note(number, Evidence::Refresh).await;
        }
        world.after(2).await;
        assert!(world.ports.model.effects().is_empty(), "they are in step");
        world
    }

    pub(crate) fn hire(&self, number: u32) {
        let mail = mail(number);
        self.ports
            .model
            .person(&id(number), &record(&mail, "Active", "employed"));
    }

    pub(crate) fn terminate(&self, number: u32) {
        let mail = mail(number);
        self.ports
            .model
            .person(&id(number), &record(&mail, "Inactive", "terminated"));
    }

    pub(crate) async fn note(&self, number: u32, evidence: Evidence) {
        let hint = Hint::new(evidence, Changed::Unknown, Urgency::Normal, self.now);
        let intake = Intake::new(employee(number), hint, self.now);
        self.store().note(intake).await.expect("the store holds");
    }

    /// These people leave, and Bob tells so.
    pub(crate) async fn leave(&mut self, people: impl IntoIterator<Item = u32>) -> Turn {
        for number in people {
            self.terminate(number);
            self.note(number, Evidence::Inactivated).await;
        }
        self.after(2).await
    }

    pub(crate) fn store(&self) -> &MemoryStore {
        self.driver.store()
    }

    pub(crate) fn advance(&mut self, seconds: i64) {
        self.now += SignedDuration::from_secs(seconds);
        self.ports.model.lock().now = self.now;
    }

    /// Lets time pass, and runs turns until nothing is due; all of them in one.
    pub(crate) async fn after(&mut self, seconds: i64) -> Turn {
        self.advance(seconds);
        let mut all = Turn::default();
        for _ in 0..200 {
            let mut turn = self.driver.turn(self.now).await.expect("the store holds");
            all.decided.append(&mut turn.decided);
            all.alerts.append(&mut turn.alerts);
            all.alarms.append(&mut turn.alarms);
            all.postponed += turn.postponed;
            all.next_due = turn.next_due;
            if turn.next_due.is_none_or(|due| due > self.now) {
                return all;
            }
        }
        panic!("it never settles");
    }

    /// Lets time pass in steps, as a host does: from one look to the next.
    pub(crate) async fn live(&mut self, seconds: i64) -> Vec<Decided> {
        let end = self.now + SignedDuration::from_secs(seconds);
        let mut decided = Vec::new();
        loop {
            let turn = self.after(0).await;
            decided.extend(turn.decided);
            match turn.next_due.filter(|due| *due <= end) {
                Some(due) => self.now = due,
                None => break,
            }
            self.ports.model.lock().now = self.now;
        }
        self.now = end;
        decided
    }

    pub(crate) async fn ledger(&self) -> Ledger {
        self.store().ledger().await.expect("the store holds").value
    }

    pub(crate) async fn held(&self) -> Vec<HoldId> {
        self.ledger().await.held().map(|hold| hold.id).collect()
    }

    /// How many accounts are deactivated.
    pub(crate) fn deleted(&self) -> usize {
        let systems = self.ports.model.lock();
        let deleted = |user: &&serde_json::Map<_, _>| user["status"] == "deleted";
        systems.users.values().filter(deleted).count()
    }

    pub(crate) fn status(&self, number: u32) -> String {
        let status = self.ports.model.text(&user(number), "status");
        status.unwrap_or_default()
    }

    pub(crate) fn calls(&self) -> (usize, usize, usize) {
        std::mem::take(&mut self.ports.network().calls)
    }
}

pub(crate) fn id(number: u32) -> String {
    (1_000 + number).to_string()
}

pub(crate) fn employee(number: u32) -> EmployeeId {
    EmployeeId::try_from(id(number)).expect("an id")
}

pub(crate) fn user(number: u32) -> String {
    format!("{:024x}", 0xa000 + number)
}

pub(crate) fn mail(number: u32) -> String {
    format!("person{number}@example.com")
}

pub(crate) fn record<'a>(
    mail: &'a str,
    access: &'a str,
    lifecycle: &'a str,
) -> [(&'static str, Option<&'a str>); 6] {
    [
        ("root.email", Some(mail)),
        ("root.firstName", Some("Ada")),
        ("root.surname", Some("Lovelace")),
        ("internal.status", Some(access)),
        ("internal.lifecycleStatus", Some(lifecycle)),
        ("work.startDate", Some("2024-04-01")),
    ]
}
