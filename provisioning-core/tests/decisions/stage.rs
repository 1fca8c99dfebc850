//! A driver over the model, with a clock that is moved by hand.

use hibob_client::EmployeeId;
use jiff::{SignedDuration, Timestamp};
use provisioning_core::driver::{Decided, Driver, Intake, MemoryStore, Store};
use provisioning_core::policy::Depth;
use provisioning_core::sync::{Listed, Synchronization, not_listed};
use provisioning_core::{
    Changed, DigestKey, Disposition, Evidence, Hint, Memory, Policy, Reason, Urgency,
};
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

/// How news of a person arrives.
#[derive(Clone, Copy)]
pub(crate) enum Way {
    Event,
    Sync,
}

/// The two tests of a scenario that ends in the same state either way.
macro_rules! both_ways {
    ($($scenario:ident: $by_event:ident, $by_sync:ident;)+) => { $(
        #[tokio::test]
        async fn $by_event() {
            $scenario($crate::stage::Way::Event).await;
        }

        #[tokio::test]
        async fn $by_sync() {
            $scenario($crate::stage::Way::Sync).await;
        }
    )+ };
}
pub(crate) use both_ways;

/// What a decision found, as texts.
pub(crate) fn findings(decided: &Decided) -> Vec<String> {
    let findings = decided.findings.iter();
    findings.map(ToString::to_string).collect()
}

/// A driver over the model, with a clock that is moved by hand.
pub(crate) struct Stage {
    pub(crate) model: Model,
    pub(crate) policy: Policy,
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
        let policy = policy.with_digest_key(DigestKey::new(*b"a key of the test"));
        let now = NOW.parse().expect("a time");
        model.lock().now = now;
        let store = MemoryStore::new();
        let driver = Driver::new(policy.clone(), model.clone(), model.clone(), store);
        Self {
            model,
            policy,
            driver,
            now,
        }
    }

    /// With these lines after those of [`POLICY`], which end with its `[user]`.
    pub(crate) fn plus(lines: &str) -> Self {
        Self::with(&format!("{POLICY}{lines}"))
    }

    /// A record with these fields beside those of an active person.
    pub(crate) fn person(&self, id: &str, mail: &str, more: &[(&str, Option<&str>)]) {
        let record: Vec<_> = active(mail)
            .into_iter()
            .chain(more.iter().copied())
            .collect();
        self.model.person(id, &record);
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

    /// Notes an event, settles what is due after the quiet time, and gives the first decision.
    pub(crate) async fn event(&mut self, id: &str, evidence: Evidence) -> Decided {
        self.note(id, evidence).await;
        self.advance(2);
        let decided = self.settle().await;
        let first = decided
            .into_iter()
            .find(|decided| decided.employee.as_str() == id);
        first.expect("a decision")
    }

    /// The same news by an event or by a full synchronization; gives the first decision.
    pub(crate) async fn by(&mut self, way: Way, id: &str, evidence: Evidence) -> Decided {
        let decided = match way {
            Way::Event => return self.event(id, evidence).await,
            Way::Sync => self.sync(Depth::Deep).await,
        };
        let mut decided = decided.into_iter();
        let first = decided.find(|decided| decided.employee.as_str() == id);
        first.expect("a decision")
    }

    /// A full synchronization: whoever is not in step by the listings is looked at by the
    /// driver, and in a deep one everybody.
    pub(crate) async fn sync(&mut self, depth: Depth) -> Vec<Decided> {
        let directory = self.model.directory();
        let mut sync = Synchronization::at_depth(&self.policy, depth, &directory, self.now);
        let mut hints = Vec::new();
        for employee in self.model.employees() {
            let id = employee.id().clone();
            let memory = self.driver.store().memory(&id).unwrap_or_default();
            let in_step = match sync.decide(employee, &memory) {
                Listed::Verdict(verdict) => {
                    verdict.disposition == Disposition::NoOp(Reason::InSync)
                }
                Listed::Needs(_) => false,
            };
            if depth == Depth::Deep || !in_step {
                hints.push((id, Hint::refresh(self.now)));
            }
        }
        let missing = sync.not_listed().cloned();
        hints.extend(missing.map(|id| (id, not_listed(self.now))));
        for (id, hint) in hints {
            let intake = Intake::new(id, hint, self.now);
            let noted = self.driver.store().note(intake).await;
            noted.expect("the store holds");
        }
        self.advance(2);
        self.settle().await
    }

    /// As [`Stage::event`], but gives the last decision: what it came to in the end.
    pub(crate) async fn event_to_the_end(&mut self, id: &str, evidence: Evidence) -> Decided {
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

    /// What is remembered of an employee.
    pub(crate) fn memory(&self, id: &str) -> Memory {
        let employee = EmployeeId::try_from(id).expect("an id");
        self.driver.store().memory(&employee).unwrap_or_default()
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
