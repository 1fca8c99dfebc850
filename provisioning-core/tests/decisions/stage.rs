//! A driver over the model, with a clock that is moved by hand.

use hibob_client::EmployeeId;
use jiff::{SignedDuration, Timestamp};
use learning360_client::UserId;
use provisioning_core::driver::{
    Approval, Begun, Decided, Driver, Explained, Intake, MemoryStore, RunMode, Store, Whom,
};
use provisioning_core::policy::Depth;
use provisioning_core::{
    Changed, DigestKey, Disposition, Effect, Evidence, Explanation, Finding, Hint, Hold, Memory,
    Outcome, Plan, Policy, Urgency,
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

/// What was decided about somebody, with or without anything to do.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) disposition: Disposition,
    pub(crate) findings: Vec<Finding>,
    pub(crate) plan: Plan,
    pub(crate) held: Vec<Hold>,
    pub(crate) explanation: Explanation,
    pub(crate) due: Option<Timestamp>,
}

/// What has findings.
pub(crate) trait Finds {
    fn findings(&self) -> &[Finding];
}

/// What a decision found, as texts.
pub(crate) fn findings(decided: &impl Finds) -> Vec<String> {
    let findings = decided.findings().iter();
    findings.map(ToString::to_string).collect()
}

impl Finds for Seen {
    fn findings(&self) -> &[Finding] {
        &self.findings
    }
}

impl Finds for Decided {
    fn findings(&self) -> &[Finding] {
        &self.findings
    }
}

impl From<Decided> for Seen {
    fn from(decided: Decided) -> Self {
        Self {
            disposition: decided.disposition,
            findings: decided.findings,
            plan: decided.plan,
            held: decided.held,
            explanation: decided.explanation,
            due: decided.due,
        }
    }
}

impl From<Explained> for Seen {
    fn from(explained: Explained) -> Self {
        let verdict = explained.verdict;
        Self {
            disposition: explained.disposition,
            findings: verdict.findings,
            plan: verdict.plan,
            held: explained.held,
            explanation: verdict.explanation,
            due: verdict.wait.and_then(|wait| wait.at()),
        }
    }
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
        let policy = parse(policy);
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

    /// The same stage under another policy; what the store knows stays.
    pub(crate) fn under(self, policy: &str) -> Self {
        let policy = parse(policy);
        let (source, target) = (self.model.clone(), self.model.clone());
        let driver = Driver::new(policy.clone(), source, target, self.driver.store().clone());
        Self {
            policy,
            driver,
            ..self
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
    pub(crate) async fn event(&mut self, id: &str, evidence: Evidence) -> Seen {
        self.note(id, evidence).await;
        self.advance(2);
        let decided = self.settle().await;
        first_of(decided, id).expect("a decision").into()
    }

    /// The same news by an event or by a full synchronization; gives the first decision.
    pub(crate) async fn by(&mut self, way: Way, id: &str, evidence: Evidence) -> Seen {
        if let Way::Event = way {
            return self.event(id, evidence).await;
        }
        let decided = self.sync(Depth::Deep).await;
        if let Some(decided) = first_of(decided, id) {
            return decided.into();
        }
        // There was nothing to do.
        self.look_at(id).await
    }

    /// What would be done about somebody now.
    pub(crate) async fn look_at(&self, id: &str) -> Seen {
        let employee = EmployeeId::try_from(id).expect("an id");
        let explained = self.driver.explain(&employee, self.now).await;
        explained.expect("both answer").into()
    }

    /// A full synchronization that a person has approved; gives what was decided on its way.
    pub(crate) async fn sync(&mut self, depth: Depth) -> Vec<Decided> {
        let (driver, now) = (&self.driver, self.now);
        let mut watch = |_| {};
        let survey = driver.survey(depth, &Whom::Everybody, now, &mut watch);
        let survey = survey.await.expect("both can be listed");
        let begun = driver.begin(&survey, RunMode::Fresh, Approval::ByPerson, now);
        let begun = begun.await.expect("the store holds");
        assert!(matches!(begun, Begun::Running(_)), "{begun:?}");
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

fn first_of(decided: Vec<Decided>, id: &str) -> Option<Decided> {
    let mut decided = decided.into_iter();
    decided.find(|decided| decided.employee.as_str() == id)
}

fn parse(policy: &str) -> Policy {
    let policy = Policy::parse(policy).expect("the policy is right");
    policy.with_digest_key(DigestKey::new(*b"a key of the test"))
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

/// The answer to the first create.
pub(crate) fn created() -> Outcome {
    let user = UserId::try_from(format!("{:024x}", 1)).expect("an id");
    Outcome::Done(Effect::Created(user))
}
