//! A driver over the model, through ports that list, count their calls and can fail.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;
use futures_util::StreamExt;
use futures_util::stream;
use hibob_client::EmployeeId;
use jiff::{SignedDuration, Timestamp};
use learning360_client::{GroupId, MappingId, User, UserId, Visibility};
use provisioning_core::driver::{
    Approval, Begun, Driver, Intake, Listing, Mapped, MemoryStore, Report, RunId, RunMode, Shown,
    Source, Store, Survey, SurveyError, Target, Turn, Whom, report,
};
use provisioning_core::policy::Depth;
use provisioning_core::sync::{Batch, BatchKind, Item};
use provisioning_core::{
    Answer, Changed, Effect, Evidence, Group, Hint, Link, Outcome, Policy, Query, Step,
    Unavailable, Urgency,
};
use serde_json::{Value, json};
use tokio::sync::Notify;

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
job = "work.title"
"#;

/// The two systems behind a network that counts and can fail.
#[derive(Clone, Default)]
pub(crate) struct Ports {
    pub(crate) model: Model,
    network: Arc<Mutex<Network>>,
    crashed: Arc<Notify>,
}

#[derive(Default)]
pub(crate) struct Network {
    pub(crate) calls: Calls,
    /// Bob's list breaks off after so many people.
    pub(crate) people_break_at: Option<usize>,
    /// 360Learning's lists break off after so many items.
    pub(crate) users_break_at: Option<usize>,
    pub(crate) links_break_at: Option<usize>,
    /// People whom the list leaves out, although Bob answers for them by id.
    pub(crate) unlisted: BTreeSet<String>,
    /// Records that cannot be read.
    pub(crate) unreadable: usize,
    /// What a bulk call says; `None` = there is no such call.
    pub(crate) bulk: Bulk,
    /// What writes get instead of their own outcome.
    pub(crate) writes: Option<Outcome>,
    /// The process ends after so many writes.
    pub(crate) crash_after: Option<usize>,
}

/// What the bulk calls say.
#[derive(Default)]
pub(crate) enum Bulk {
    /// There are none.
    #[default]
    Missing,
    /// They do what they are told, except for these users.
    Works { failing: BTreeSet<UserId> },
    /// They say this of every item.
    Says(Outcome),
}

/// Calls as they would go over the wire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Calls {
    /// Lists that were read.
    pub(crate) lists: usize,
    /// Searches of Bob for some people, by the hundred.
    pub(crate) searches: usize,
    /// Questions to 360Learning about one user, mail or group.
    pub(crate) reads: usize,
    /// Single writes.
    pub(crate) writes: usize,
    /// Bulk calls.
    pub(crate) bulks: usize,
}

impl Ports {
    pub(crate) fn network(&self) -> MutexGuard<'_, Network> {
        let network = self.network.lock();
        network.expect("no test panics while it holds the lock")
    }
}

#[async_trait]
impl Source for Ports {
    async fn fetch(&self, queries: &BTreeSet<Query>) -> Vec<(Query, Answer)> {
        let people = queries.iter().filter(|it| matches!(it, Query::Person(_)));
        self.network().calls.searches += people.count().div_ceil(100);
        Source::fetch(&self.model, queries).await
    }

    fn people(&self) -> Listing<'_, Shown> {
        let (unlisted, break_at, unreadable) = {
            let mut network = self.network();
            network.calls.lists += 1;
            let unlisted = network.unlisted.clone();
            (unlisted, network.people_break_at, network.unreadable)
        };
        let people = self.model.employees().into_iter();
        let people = people.filter(|it| !unlisted.contains(it.id().as_str()));
        let people = people.map(|it| Shown::Person(Box::new(it)));
        let odd = (0..unreadable).map(|_| Shown::Unreadable);
        broken_at(people.chain(odd).collect(), break_at)
    }
}

#[async_trait]
impl Target for Ports {
    async fn fetch(&self, queries: &BTreeSet<Query>) -> Vec<(Query, Answer)> {
        self.network().calls.reads += queries.len();
        let (count, others): (BTreeSet<_>, BTreeSet<_>) = queries
            .iter()
            .cloned()
            .partition(|query| matches!(query, Query::Learners(_)));
        let mut answers = Target::fetch(&self.model, &others).await;
        for query in count {
            let answer = self.learners(&query);
            answers.push((query, answer));
        }
        answers
    }

    async fn apply(&self, step: &Step, created: Option<&UserId>) -> Outcome {
        let (answer, crashes) = {
            let mut network = self.network();
            network.calls.writes += 1;
            let left = network.crash_after.as_mut().map(|left| {
                *left = left.saturating_sub(1);
                *left
            });
            (network.writes.clone(), left == Some(0))
        };
        let outcome = match answer {
            Some(outcome) => outcome,
            None => self.model.apply(step, created).await,
        };
        if crashes {
            self.crashed.notify_one();
            std::future::pending::<()>().await;
        }
        outcome
    }

    async fn apply_batch(&self, batch: &Batch) -> Option<Vec<Outcome>> {
        enum Answer {
            Each(Outcome),
            Work(BTreeSet<UserId>),
        }
        let answer = {
            let mut network = self.network();
            let answer = match &network.bulk {
                Bulk::Missing => return None,
                Bulk::Says(outcome) => Answer::Each(outcome.clone()),
                Bulk::Works { failing } => Answer::Work(failing.clone()),
            };
            network.calls.bulks += 1;
            answer
        };
        let mut outcomes = Vec::new();
        for item in &batch.items {
            outcomes.push(match &answer {
                Answer::Each(outcome) => outcome.clone(),
                Answer::Work(failing) if failing.contains(&item.user) => {
                    Outcome::Unavailable(Unavailable::Broken)
                }
                Answer::Work(_) => self.change(batch.kind, item),
            });
        }
        Some(outcomes)
    }

    fn users(&self) -> Listing<'_, User> {
        let break_at = {
            let mut network = self.network();
            network.calls.lists += 1;
            network.users_break_at
        };
        broken_at(self.all_users(), break_at)
    }

    fn links(&self) -> Listing<'_, Mapped> {
        let break_at = {
            let mut network = self.network();
            network.calls.lists += 1;
            network.links_break_at
        };
        let links = self.all_links().into_iter().map(Mapped::Link);
        broken_at(links.collect(), break_at)
    }
}

impl Ports {
    fn all_users(&self) -> Vec<User> {
        let systems = self.model.lock();
        let users = systems.users.values().cloned().map(Value::Object);
        let users = users.map(|user| serde_json::from_value(user).expect("a user"));
        users.collect()
    }

    fn all_links(&self) -> Vec<Link> {
        let systems = self.model.lock();
        let links = systems.links.iter().map(|(employee, user)| {
            let mapping = format!("{employee:0>24}");
            let mapping = MappingId::try_from(mapping.as_str()).expect("an id");
            let employee = EmployeeId::try_from(employee.as_str()).expect("an id");
            Link::new(
                mapping,
                employee,
                UserId::try_from(user.as_str()).expect("an id"),
            )
        });
        links.collect()
    }

    fn change(&self, kind: BatchKind, item: &Item) -> Outcome {
        let mut systems = self.model.lock();
        let roles = systems.roles.entry(item.user.to_string()).or_default();
        match kind {
            BatchKind::Add => roles.insert(item.membership.clone()),
            BatchKind::Remove => roles.remove(&item.membership),
        };
        Outcome::Done(Effect::Plain)
    }

    fn learners(&self, query: &Query) -> Answer {
        let Query::Learners(group) = query else {
            return Answer::NotFound;
        };
        let systems = self.model.lock();
        let membership = provisioning_core::Membership::learner(group.clone());
        let learners = systems.roles.values().filter(|it| it.contains(&membership));
        let count = u32::try_from(learners.count()).expect("few");
        Answer::Found(provisioning_core::Data::Count(count))
    }
}

fn broken_at<'a, T: Send + 'a>(items: Vec<T>, break_at: Option<usize>) -> Listing<'a, T> {
    let whole = items.len();
    let items = items.into_iter().take(break_at.unwrap_or(whole)).map(Ok);
    let end = break_at.map(|_| Err(Unavailable::Broken));
    stream::iter(items.chain(end)).boxed()
}

/// The driver, its ports and a clock that is moved by hand.
pub(crate) struct World {
    pub(crate) ports: Ports,
    pub(crate) driver: Driver<Ports, Ports, MemoryStore>,
    pub(crate) now: Timestamp,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with(POLICY)
    }

    pub(crate) fn with(policy: &str) -> Self {
        let ports = Ports::default();
        let now = "2026-03-02T09:00:00Z".parse().expect("a time");
        ports.model.lock().now = now;
        ports.model.lock().groups = groups();
        let driver = driver(&ports, policy, MemoryStore::new());
        Self { ports, driver, now }
    }

    /// Nobody is invited, so that the guards of invitations have nothing to say.
    pub(crate) fn silent() -> Self {
        Self::plus(SILENT)
    }

    /// With these lines after those of [`POLICY`], which end with its `[user]`.
    pub(crate) fn plus(lines: &str) -> Self {
        Self::with(&format!("{POLICY}{lines}"))
    }

    /// Puts another policy in force, with these lines after those of [`POLICY`].
    pub(crate) fn adopt(&mut self, lines: &str) {
        let store = self.store().clone();
        self.driver = driver(&self.ports, &format!("{POLICY}{lines}"), store);
    }

    /// Starts again with nothing remembered, as after the database was lost.
    pub(crate) fn forget(&mut self, lines: &str) {
        let store = MemoryStore::new();
        self.driver = driver(&self.ports, &format!("{POLICY}{lines}"), store);
    }

    pub(crate) fn store(&self) -> &MemoryStore {
        self.driver.store()
    }

    pub(crate) fn model(&self) -> &Model {
        &self.ports.model
    }

    /// So many people with linked accounts that equal their records.
    pub(crate) fn in_step(&self, people: std::ops::Range<u32>) {
        for number in people {
            self.hire(number);
            self.account(number);
        }
    }

    pub(crate) fn hire(&self, number: u32) {
        self.record(number, &[]);
    }

    /// A record with these fields beside those of an active person.
    pub(crate) fn record(&self, number: u32, more: &[(&str, Option<&str>)]) {
        let mail = mail(number);
        let fields = [
            ("root.email", Some(mail.as_str())),
            ("root.firstName", Some("Ada")),
            ("root.surname", Some("Lovelace")),
            ("internal.status", Some("Active")),
            ("internal.lifecycleStatus", Some("employed")),
            ("work.startDate", Some("2024-04-01")),
            ("work.title", Some("Engineer")),
        ];
        let fields: Vec<_> = fields.into_iter().chain(more.iter().copied()).collect();
        self.model().person(&id(number), &fields);
    }

    pub(crate) fn terminate(&self, number: u32) {
        let left = [
            ("internal.status", Some("Inactive")),
            ("internal.lifecycleStatus", Some("terminated")),
        ];
        self.record(number, &left);
    }

    pub(crate) fn account(&self, number: u32) {
        let user = user(number);
        self.model().user(&user, "active", &mail(number));
        self.model().set(&user, "firstName", json!("Ada"));
        self.model().set(&user, "lastName", json!("Lovelace"));
        self.model().set(&user, "job", json!("Engineer"));
        self.model().link(&id(number), &user);
    }

    pub(crate) fn advance(&mut self, seconds: i64) {
        self.now += SignedDuration::from_secs(seconds);
        self.model().lock().now = self.now;
    }

    pub(crate) async fn note(&self, number: u32, evidence: Evidence) {
        let hint = Hint::new(evidence, Changed::Unknown, Urgency::Normal, self.now);
        let intake = Intake::new(employee(number), hint, self.now);
        self.store().note(intake).await.expect("the store holds");
    }

    pub(crate) async fn try_survey(&self, depth: Depth) -> Result<Survey, SurveyError> {
        let everybody = Whom::Everybody;
        self.driver
            .survey(depth, &everybody, self.now, &mut |_| {})
            .await
    }

    pub(crate) async fn survey(&self, depth: Depth) -> Survey {
        self.try_survey(depth).await.expect("both can be listed")
    }

    pub(crate) async fn begin(&self, survey: &Survey, mode: RunMode, approval: Approval) -> Begun {
        let begun = self.driver.begin(survey, mode, approval, self.now).await;
        begun.expect("the store holds")
    }

    /// Begins what a person has approved.
    pub(crate) async fn approved(&self, survey: &Survey, mode: RunMode) -> RunId {
        match self.begin(survey, mode, Approval::ByPerson).await {
            Begun::Running(run) => run,
            other => panic!("it does not run: {other:?}"),
        }
    }

    /// Runs turns until nothing is due now; all of them in one.
    pub(crate) async fn settle(&mut self) -> Turn {
        let mut all = Turn::default();
        for _ in 0..500 {
            let mut turn = self.driver.turn(self.now).await.expect("the store holds");
            all.decided.append(&mut turn.decided);
            all.alerts.append(&mut turn.alerts);
            all.alarms.append(&mut turn.alarms);
            all.ended.append(&mut turn.ended);
            all.postponed += turn.postponed;
            all.next_due = turn.next_due;
            if turn.next_due.is_none_or(|due| due > self.now) {
                return all;
            }
        }
        panic!("it never settles");
    }

    /// Runs a turn until the process is killed right after so many writes.
    pub(crate) async fn kill_after(&mut self, writes: usize) {
        self.ports.network().crash_after = Some(writes);
        let crashed = Arc::clone(&self.ports.crashed);
        tokio::select! {
            biased;
            () = crashed.notified() => {}
            turn = self.driver.turn(self.now) => panic!("it was not killed: {turn:?}"),
        }
        self.ports.network().crash_after = None;
    }

    pub(crate) async fn after(&mut self, seconds: i64) -> Turn {
        self.advance(seconds);
        self.settle().await
    }

    /// Surveys, begins and carries out, as a person does who says yes to everything.
    pub(crate) async fn sync(&mut self, depth: Depth) -> Report {
        let survey = self.survey(depth).await;
        let run = self.approved(&survey, RunMode::Exact).await;
        let turn = self.settle().await;
        assert_eq!(turn.ended.len(), 1, "it comes to its end once");
        assert_eq!(turn.ended[0].run.id, run);
        turn.ended[0].clone()
    }

    pub(crate) async fn report(&self, run: RunId) -> Report {
        let report = report(self.store(), run).await.expect("the store holds");
        report.expect("there is such a run")
    }

    pub(crate) fn calls(&self) -> Calls {
        std::mem::take(&mut self.ports.network().calls)
    }

    pub(crate) fn effects(&self) -> Vec<String> {
        std::mem::take(&mut self.model().lock().effects)
    }

    pub(crate) fn status(&self, number: u32) -> String {
        let status = self.model().text(&user(number), "status");
        status.unwrap_or_default()
    }
}

fn driver(ports: &Ports, policy: &str, store: MemoryStore) -> Driver<Ports, Ports, MemoryStore> {
    let policy = Policy::parse(policy).expect("the policy is right");
    Driver::new(policy, ports.clone(), ports.clone(), store)
}

pub(crate) fn id(number: u32) -> String {
    (1_000 + number).to_string()
}

pub(crate) fn employee(number: u32) -> EmployeeId {
    EmployeeId::try_from(id(number)).expect("an id")
}

pub(crate) fn user(number: u32) -> String {
    format!("{:024x}", 0xa0_0000 + number)
}

pub(crate) fn mail(number: u32) -> String {
    format!("person{number}@example.com")
}

/// The default group above two private ones.
fn groups() -> Vec<Group> {
    let root: GroupId = crate::model::GROUP.parse().expect("an id");
    let private = |id: &str| {
        let id = id.parse().expect("an id");
        Group::new(id, "a group", Some(root.clone()), Visibility::Private)
    };
    let top = Group::new(root.clone(), "everybody", None, Visibility::Private);
    vec![top, private(GROUP), private(OTHER_GROUP)]
}

/// New accounts get no mail.
pub(crate) const SILENT: &str = "[lifecycle]\ninvite = false\n";

pub(crate) const GROUP: &str = "507f1f77bcf86cd799439012";

pub(crate) const OTHER_GROUP: &str = "507f1f77bcf86cd799439013";
