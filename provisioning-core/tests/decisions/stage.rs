//! A driver over the model, with a clock that is moved by hand.

use hibob_client::EmployeeId;
use jiff::{SignedDuration, Timestamp};
use provisioning_core::driver::{Decided, Driver, Intake, MemoryStore, Store};
use provisioning_core::{Changed, Evidence, Hint, Policy, Urgency};
use serde_json::json;

use crate::model::Model;

pub(crate) const ADA: &str = "101";
pub(crate) const USER: &str = "0000000000000000000000aa";
pub(crate) const OTHER: &str = "0000000000000000000000bb";
pub(crate) const NOW: &str = "2026-03-02T09:00:00Z";

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

/// A driver over the model, with a clock that is moved by hand.
pub(crate) struct Stage {
    pub(crate) model: Model,
    pub(crate) driver: Driver<Model, Model, MemoryStore>,
    pub(crate) now: Timestamp,
}

impl Stage {
    pub(crate) fn new() -> Self {
        Self::with(POLICY)
    }

    pub(crate) fn with(policy: &str) -> Self {
        let model = Model::default();
        let policy = Policy::parse(policy).expect("the policy is right");
        let now = NOW.parse().expect("a time");
        model.lock().now = now;
        let driver = Driver::new(policy, model.clone(), model.clone(), MemoryStore::new());
        Self { model, driver, now }
    }

    pub(crate) fn active(self, id: &str, mail: &str) -> Self {
        self.model.person(id, &active(mail));
        self
    }

    pub(crate) fn linked(self, id: &str, user: &str, mail: &str) -> Self {
        self.model.user(user, "active", mail);
        self.model.set(user, "firstName", json!("Ada"));
        self.model.set(user, "lastName", json!("Lovelace"));
        self.model.link(id, user);
        self
    }

    pub(crate) async fn note(&self, id: &str, evidence: Evidence) {
        let urgency = if evidence.says_departed() {
            Urgency::Urgent
        } else {
            Urgency::Normal
        };
        let hint = Hint::new(evidence, Changed::Unknown, urgency, self.now);
        let employee = EmployeeId::try_from(id).expect("an id");
        let intake = Intake::new(employee, hint, self.now);
        self.driver
            .store()
            .note(intake)
            .await
            .expect("the store holds");
    }

    /// Notes an event and settles what is due after the quiet time.
    pub(crate) async fn event(&mut self, id: &str, evidence: Evidence) -> Decided {
        self.note(id, evidence).await;
        self.advance(2);
        self.settle().await.pop().expect("a decision")
    }

    /// Runs turns until nothing is due now.
    pub(crate) async fn settle(&mut self) -> Vec<Decided> {
        let mut decided = Vec::new();
        for _ in 0..20 {
            let turn = self.driver.turn(self.now).await.expect("the store holds");
            decided.extend(turn.decided);
            if turn.next_due.is_none_or(|due| due > self.now) {
                return decided;
            }
        }
        panic!("it never settles: {decided:?}");
    }

    pub(crate) fn advance(&mut self, seconds: i64) {
        self.now += SignedDuration::from_secs(seconds);
        self.model.lock().now = self.now;
    }

    pub(crate) async fn after(&mut self, seconds: i64) -> Vec<Decided> {
        self.advance(seconds);
        self.settle().await
    }

    pub(crate) fn status(&self, user: &str) -> String {
        self.model.text(user, "status").unwrap_or_default()
    }
}

pub(crate) fn active(mail: &str) -> [(&'static str, Option<&str>); 6] {
    [
        ("root.email", Some(mail)),
        ("root.firstName", Some("Ada")),
        ("root.surname", Some("Lovelace")),
        ("internal.status", Some("Active")),
        ("internal.lifecycleStatus", Some("employed")),
        ("work.startDate", Some("2024-04-01")),
    ]
}

pub(crate) fn on_leave(mail: &str) -> [(&'static str, Option<&str>); 6] {
    let mut record = active(mail);
    record[3].1 = Some("Inactive");
    record[4].1 = Some("parental leave");
    record
}
