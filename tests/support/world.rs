use jiff::Timestamp;
use provisioner::Host;
use provisioning_core::Disposition;
use provisioning_core::driver::{
    Approval, Begun, Decided, Report, RunId, SurveyError, approve, report,
};
use provisioning_core::policy::Depth;
use sandbox::{
    Api, BobAct, Control, Fault, Learning360Act, List, Person, Sandbox, Seed, State, User, Webhook,
};
use serde_json::Value;

use crate::hosts::{ReferenceHost, SetUp};

/// The policy of the tests: the defaults of the set-up guide, with one label.
pub const POLICY: &str = r#"
platform = "test-provisioner"

[time]
zone = "Europe/Paris"
sites = { "2606110" = "Europe/Paris", "2606111" = "Pacific/Auckland" }

[user]
group = "650000000000000000000002"
mail = "email | trim | lower"
first_name = "firstName"
last_name = "surname"
job = "work.title | label('title')"
"#;

/// The company whose events the host accepts.
pub const BOB_COMPANY: u64 = 637_323;

/// Both stand-ins and a host between them, over real HTTP on loopback.
///
/// The host decides only when [`World::settle`] is called, so that a test sees each decision.
/// Helpers panic where a test would.
#[derive(Debug)]
pub struct World<H: ReferenceHost> {
    sandbox: Sandbox,
    control: Control,
    host: Option<H>,
    policy: String,
    sync_at: &'static str,
    database: H::Database,
    http: reqwest::Client,
    decided: Vec<Decided>,
}

/// One of the host's two addresses for Bob.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_enums, reason = "there are two")]
pub enum Endpoint {
    /// `/hibob/upsert`.
    Upsert,
    /// `/hibob/deactivation`.
    Deactivation,
}

/// An active employee of the Paris site, as most tests want one.
pub fn person(id: &str, mail: &str) -> Person {
    Person::new(id)
        .mail(mail)
        .names("Ada", "Lovelace")
        .started("2024-04-01")
        .site(Seed::PARIS)
        .title("t1")
}

impl<H: ReferenceHost> World<H> {
    /// A Monday morning in March, nobody employed.
    pub fn seed() -> Seed {
        let now = "2026-03-02T09:00:00Z".parse().expect("a time");
        let titles = List::new("title")
            .item("t1", "Engineer")
            .item("t2", "Analyst");
        let mut seed = Seed::empty(now).list(titles);
        seed.company.id = BOB_COMPANY;
        seed
    }

    /// Starts the stand-ins with this seed, a host, and the three webhooks of a real set-up.
    pub async fn start(seed: Seed) -> Self {
        Self::with_policy(seed, POLICY).await
    }

    /// The same with another policy.
    pub async fn with_policy(seed: Seed, policy: &str) -> Self {
        let sandbox = Sandbox::start(seed).await.expect("the sandbox starts");
        let mut world = Self {
            control: sandbox.control(),
            sandbox,
            host: None,
            policy: policy.to_owned(),
            sync_at: "off",
            database: H::database(),
            http: reqwest::Client::new(),
            decided: Vec::new(),
        };
        world.start_host().await;
        for webhook in world.webhooks() {
            world.bob_act(BobAct::Webhook(webhook)).await;
        }
        world.control.clear_log().await.expect("the log is emptied");
        world
    }

    /// Stops the host without warning and starts another on the same database.
    pub async fn restart_host(&mut self) {
        self.host = None;
        self.start_host().await;
        // It listens on another port, and Bob is told so.
        for webhook in self.webhooks() {
            self.bob_act(BobAct::Webhook(webhook)).await;
        }
    }

    /// Like [`World::restart_host`], under another policy.
    pub async fn restart_under(&mut self, policy: &str) {
        policy.clone_into(&mut self.policy);
        self.restart_host().await;
    }

    /// Like [`World::restart_host`], on a database that holds nothing.
    pub async fn restart_on_an_empty_database(&mut self) {
        self.host = None;
        self.database = H::database();
        self.restart_host().await;
    }

    /// Lets time pass and the host work, and ends it at the first call that a fault breaks.
    pub async fn crash_while_working(&mut self, seconds: u32) {
        self.control.advance(seconds).await.expect("time passes");
        let host = self.host.take().expect("a host runs");
        tokio::select! {
            _ = host.settle() => {}
            () = self.sees_a_fault() => {}
        }
    }

    /// Waits for the first call that a fault breaks.
    pub async fn sees_a_fault(&self) {
        loop {
            let log = self.control.log().await.expect("the sandbox answers");
            if log.requests.iter().any(|request| request.fault) {
                return;
            }
        }
    }

    /// From now on Bob has no webhooks.
    pub async fn host_hears_nothing(&mut self) {
        for webhook in self.webhooks() {
            self.bob_act(BobAct::RemoveWebhook { name: webhook.name })
                .await;
        }
    }

    /// The control of both stand-ins.
    pub fn control(&self) -> &Control {
        &self.control
    }

    /// The host.
    pub fn host(&self) -> &H {
        self.host.as_ref().expect("a host runs")
    }

    /// The host's state, for what an operator writes into it.
    pub fn store(&self) -> &H::Store {
        self.host().store()
    }

    /// Where the host listens.
    pub fn url(&self, endpoint: Endpoint) -> String {
        format!("{}{}", self.host().url(), endpoint.path())
    }

    /// Does something in Bob; its webhooks are delivered, nothing is decided yet.
    pub async fn bob_act(&mut self, act: BobAct) {
        self.control.act(act).await.expect("Bob acts");
    }

    /// Does something in Bob, waits for the quiet moment after a burst, and lets the host work.
    pub async fn bob(&mut self, act: BobAct) -> Vec<Decided> {
        self.bob_act(act).await;
        self.pass(3).await
    }

    /// Does something in 360Learning.
    pub async fn learning360(&self, act: Learning360Act) {
        self.control.act360(act).await.expect("360Learning acts");
    }

    /// Lets so many seconds pass, and the host work; returns what it decided.
    pub async fn pass(&mut self, seconds: u32) -> Vec<Decided> {
        self.control.advance(seconds).await.expect("time passes");
        self.settle().await
    }

    /// Lets time pass until then, stopping wherever the host is due.
    pub async fn pass_until(&mut self, at: &str) -> Vec<Decided> {
        let at: Timestamp = at.parse().expect("a time");
        self.control.advance_to(at).await.expect("time passes");
        self.pass(3).await
    }

    /// Lets the host work until nothing is due now.
    pub async fn settle(&mut self) -> Vec<Decided> {
        let decided = self.host().settle().await.expect("the host works");
        self.decided.extend(decided.iter().cloned());
        decided
    }

    /// Has everybody compared; what differs is mended when the host works.
    ///
    /// # Errors
    /// If there is nothing to compare with.
    pub async fn synchronize(
        &self,
        depth: Depth,
        approval: Approval,
    ) -> Result<Begun, SurveyError> {
        let set_up = self.set_up();
        self.host().synchronize(&set_up, depth, approval).await
    }

    /// Has everybody compared, which a person has approved.
    pub async fn begin(&self, depth: Depth) -> RunId {
        match self.synchronize(depth, Approval::ByPerson).await {
            Ok(Begun::Running(run)) => run,
            other => panic!("it does not begin: {other:?}"),
        }
    }

    /// Has everybody compared, and lets the host mend what differs.
    pub async fn sync(&mut self, depth: Depth) -> Report {
        let run = self.begin(depth).await;
        self.settle().await;
        let report = self.report(run).await;
        assert_eq!(report.open, 0, "{}", report.tally);
        report
    }

    /// Says yes to a full synchronization that waits for a person; whether it did wait.
    pub async fn approve(&self, run: RunId) -> bool {
        let now = self.control.now().await.expect("the sandbox answers");
        approve(self.store(), run, now).await.expect("it holds")
    }

    /// What has become of a full synchronization.
    pub async fn report(&self, run: RunId) -> Report {
        let report = report(self.store(), run).await.expect("it holds");
        report.expect("there is such a run")
    }

    /// The dispositions of an employee's decisions so far, in order.
    pub fn dispositions(&self, employee: &str) -> Vec<Disposition> {
        let about = |decided: &&Decided| decided.employee.as_str() == employee;
        self.decided
            .iter()
            .filter(about)
            .map(|decided| decided.disposition)
            .collect()
    }

    /// The latest decision about an employee.
    pub fn last(&self, employee: &str) -> &Decided {
        let about = |decided: &&Decided| decided.employee.as_str() == employee;
        self.decided
            .iter()
            .rev()
            .find(about)
            .expect("somebody decided about them")
    }

    /// The truth of both sides.
    pub async fn state(&self) -> State {
        self.control.state().await.expect("the sandbox answers")
    }

    /// The account that is linked to an employee.
    pub async fn account(&self, employee: &str) -> Option<User> {
        self.state()
            .await
            .linked("test-provisioner", employee)
            .cloned()
    }

    /// An account by its id.
    pub async fn user(&self, id: &str) -> User {
        self.state()
            .await
            .users
            .remove(id)
            .expect("the account exists")
    }

    /// Breaks something.
    pub async fn fault(&self, fault: Fault) {
        self.control
            .add_faults(&[fault])
            .await
            .expect("the fault is set");
    }

    /// Calls with an effect on 360Learning since the log was cleared, as `METHOD route`; token
    /// calls not counted.
    pub async fn writes(&self) -> Vec<String> {
        let log = self.control.log().await.expect("the sandbox answers");
        let writes = log.requests.iter().filter(|request| {
            request.api == Api::Learning360
                && request.method != "GET"
                && !request.route.ends_with("/oauth2/token")
        });
        writes
            .map(|request| format!("{} {}", request.method, request.route))
            .collect()
    }

    /// Reads of either API since the log was cleared; token and metadata calls not counted.
    pub async fn reads(&self) -> usize {
        let log = self.control.log().await.expect("the sandbox answers");
        let reads = log.requests.iter().filter(|request| match request.api {
            Api::Bob => request.route.starts_with("/v1/people"),
            Api::Learning360 => request.method == "GET",
        });
        reads.count()
    }

    /// Posts a signed body to the host, as Bob does; returns the status.
    pub async fn deliver(&self, endpoint: Endpoint, body: &Value) -> u16 {
        self.deliver_bytes(endpoint, body.to_string().as_bytes(), endpoint.secrets()[0])
            .await
    }

    /// Posts these bytes, signed with this secret.
    pub async fn deliver_bytes(&self, endpoint: Endpoint, body: &[u8], secret: &str) -> u16 {
        let signature = hibob_client::webhook::sign(secret, body);
        self.post(endpoint, body, Some(&signature)).await
    }

    /// Posts these bytes with this signature, or without one.
    pub async fn post(&self, endpoint: Endpoint, body: &[u8], signature: Option<&str>) -> u16 {
        let request = self.http.post(self.url(endpoint)).body(body.to_vec());
        let request = match signature {
            Some(signature) => request.header("Bob-Signature", signature),
            None => request,
        };
        request
            .send()
            .await
            .expect("the host answers")
            .status()
            .as_u16()
    }

    /// The text at a path of the host.
    pub async fn get(&self, path: &str) -> (u16, String) {
        let answer = self
            .http
            .get(format!("{}{path}", self.host().url()))
            .send()
            .await;
        let answer = answer.expect("the host answers");
        (
            answer.status().as_u16(),
            answer.text().await.expect("a text"),
        )
    }

    /// The value of the host's counter `name` over all series with these label values.
    pub async fn counter(&self, name: &str, labels: &[&str]) -> u64 {
        self.host().counted(name, labels).await
    }

    async fn start_host(&mut self) {
        let host = H::start(&self.set_up(), &self.database).await;
        self.host = Some(host.expect("the host starts"));
    }

    fn set_up(&self) -> SetUp<'_> {
        SetUp {
            sandbox: &self.sandbox,
            policy: &self.policy,
            sync_at: self.sync_at,
        }
    }

    /// The three webhooks of real installations: two of them share a URL, with a secret each.
    fn webhooks(&self) -> [Webhook; 3] {
        let upsert = self.url(Endpoint::Upsert);
        let deactivation = self.url(Endpoint::Deactivation);
        let [inactivated, terminated] = [
            (
                "360Learning_Employee_Deactivation",
                Endpoint::Deactivation.secrets()[0],
            ),
            (
                "360Learning_Employee_Termination",
                Endpoint::Deactivation.secrets()[1],
            ),
        ];
        [
            Webhook::upsert(upsert, Endpoint::Upsert.secrets()[0]),
            Webhook::new(
                inactivated.0,
                &deactivation,
                inactivated.1,
                ["employee.inactivated", "employee.deleted"],
            ),
            Webhook::new(terminated.0, &deactivation, terminated.1, ["employee.left"]),
        ]
    }
}

impl World<Host> {
    /// Like [`World::restart_host`]; from now on the host compares everybody each day at this time
    /// of the policy's zone.
    pub async fn compare_everybody_at(&mut self, time: &'static str) {
        self.sync_at = time;
        self.restart_host().await;
    }
}

impl Endpoint {
    /// The path below the host's address.
    pub fn path(self) -> &'static str {
        match self {
            Self::Upsert => "/hibob/upsert",
            Self::Deactivation => "/hibob/deactivation",
        }
    }

    /// The secrets that the host accepts there.
    pub fn secrets(self) -> [&'static str; 2] {
        match self {
            Self::Upsert => ["upsert-old-7f3a", "upsert-new-91bc"],
            Self::Deactivation => ["inactivated-52de", "terminated-c80f"],
        }
    }
}
