//! A sandbox with one person, a host on it, and a webhook of one's own.

use std::net::SocketAddr;
use std::time::Duration;

use hibob_client::webhook::sign;
use provisioner::{Clock, EXAMPLE_POLICY, Environment, Host, Settings};
use provisioning_core::Policy;
use provisioning_core::driver::Decided;
use sandbox::{BobAct, List, Mapping, Options, Person, Sandbox, Seed, User, UserStatus, Webhook};

use super::home::Home;

/// The person in Bob.
pub const ADA: &str = "3332883894235038486";
/// Signs what goes to `/hibob/upsert`; there are two, as during a rotation.
pub const UPSERT: [&str; 2] = ["canary-upsert-old", "canary-upsert-new"];
/// Signs what goes to `/hibob/deactivation`.
pub const DEACTIVATION: &str = "canary-deactivation";

/// The platform name of the example's policy.
pub const PLATFORM: &str = "hibob-provisioner";

/// A running sandbox, and a host that decides when it is told to.
pub struct World {
    pub sandbox: Sandbox,
    pub host: Host,
    pub http: reqwest::Client,
    home: Home,
    policy: String,
    more: Vec<(&'static str, String)>,
}

/// What a host said.
#[derive(Debug, PartialEq, Eq)]
pub struct Said {
    pub status: u16,
    pub text: String,
}

/// A company with one employee who has no account.
pub fn seed() -> Seed {
    let now = "2026-03-02T08:00:00Z".parse().unwrap();
    let ada = Person::new(ADA)
        .names("Ada", "Lovelace")
        .mail("ada@example.com")
        .started("2024-04-01")
        .site(Seed::PARIS)
        .title("253902");
    Seed::empty(now)
        .with_departments()
        .list(List::new("title").item("253902", "Team Lead"))
        .employee(ada)
}

/// So many employees, each with a linked and active account that is in sync.
pub fn company(people: u32) -> Seed {
    (0..people).fold(seed(), |seed, number| {
        let (id, user) = (employee(number), user(number));
        let mail = format!("person{number}@example.com");
        let person = Person::new(&id)
            .names("Grace", "Hopper")
            .mail(&mail)
            .started("2024-04-01")
            .site(Seed::PARIS)
            .title("253902");
        let account = User::new(&user)
            .mail(&mail)
            .names("Grace", "Hopper")
            .job("Team Lead")
            .status(UserStatus::Active)
            .member_of(Seed::LEARNERS_GROUP, "learner");
        let mapping = Mapping::user(PLATFORM, &user, &id);
        seed.employee(person).user(account).mapping(mapping)
    })
}

/// Somebody of a [`company`].
pub fn employee(number: u32) -> String {
    format!("{}", 5_000_000 + number)
}

/// The account of somebody of a [`company`].
pub fn user(number: u32) -> String {
    format!("66000000000000000{number:07x}")
}

/// Both stand-ins. A host may take its time to answer Bob, so that a machine under load does not
/// change what is delivered when.
pub async fn stand_ins(seed: Seed) -> Sandbox {
    let options = Options::new(seed).delivery_timeout(HANGS);
    Sandbox::start(options).await.unwrap()
}

async fn host(
    sandbox: &Sandbox,
    home: &Home,
    policy: &str,
    more: &[(&'static str, String)],
) -> Host {
    let variables = variables(sandbox, home).into_iter();
    let environment: Environment = variables.chain(more.iter().cloned()).collect();
    let settings = Settings::read(&environment).unwrap();
    let clock = Clock::sandbox(&settings.bob.base_url).await.unwrap();
    let policy = Policy::parse(policy).unwrap();
    Host::start_stepped(&settings, policy, clock).await.unwrap()
}

/// Whatever takes longer hangs, also on a machine that is busy with something else.
pub const HANGS: Duration = Duration::from_secs(600);

/// The variables of a host that works on this sandbox.
pub fn variables(sandbox: &Sandbox, home: &Home) -> Vec<(&'static str, String)> {
    vec![
        ("HIBOB_BASE_URL", sandbox.bob_base_url().into()),
        ("HIBOB_SERVICE_USER_ID", Seed::SERVICE_USER_ID.to_owned()),
        (
            "HIBOB_SERVICE_USER_TOKEN",
            Seed::SERVICE_USER_TOKEN.to_owned(),
        ),
        ("HIBOB_COMPANY_ID", "637323".to_owned()),
        ("HIBOB_UPSERT_SECRETS", UPSERT.join(" ")),
        ("HIBOB_DEACTIVATION_SECRETS", DEACTIVATION.to_owned()),
        (
            "LEARNING360_BASE_URL",
            sandbox.learning360_base_url().into(),
        ),
        ("LEARNING360_CLIENT_ID", Seed::CLIENT_ID.to_owned()),
        ("LEARNING360_CLIENT_SECRET", Seed::CLIENT_SECRET.to_owned()),
        ("DATABASE_URL", home.url().to_owned()),
        ("LISTEN", "127.0.0.1:0".to_owned()),
        ("SYNC_AT", "off".to_owned()),
        ("SYNC_SPREAD_MINUTES", "0".to_owned()),
    ]
}

/// An event about Ada as Bob sends it; the number makes it another one.
pub fn event(kind: &str, number: u32) -> String {
    format!(
        r#"{{"companyId":637323,"type":"{kind}","triggeredBy":"system","triggeredAt":"2026-03-02T08:00:00.{number:06}","version":"v2","data":{{"employeeId":"{ADA}"}}}}"#
    )
}

impl World {
    pub async fn start() -> Self {
        Self::of(seed(), EXAMPLE_POLICY, &[]).await
    }

    /// A host with this policy, on this seed, with further variables.
    pub async fn of(seed: Seed, policy: &str, more: &[(&'static str, String)]) -> Self {
        let sandbox = stand_ins(seed).await;
        let home = Home::new();
        let host = host(&sandbox, &home, policy, more).await;
        Self {
            sandbox,
            host,
            http: reqwest::Client::new(),
            home,
            policy: policy.to_owned(),
            more: more.to_vec(),
        }
    }

    /// Ends the host as it should and starts another on the same database.
    pub async fn restart(self) -> Self {
        self.host.shutdown().await.unwrap();
        let host = host(&self.sandbox, &self.home, &self.policy, &self.more).await;
        Self { host, ..self }
    }

    /// Ends the host without warning and starts another on the same database.
    pub async fn crash(self) -> Self {
        drop(self.host);
        // The file is free as soon as the runtime has dropped the host's tasks.
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
        let host = host(&self.sandbox, &self.home, &self.policy, &self.more).await;
        Self { host, ..self }
    }

    /// One more host on the same database, which has to be on a server.
    pub async fn another(&self) -> Host {
        host(&self.sandbox, &self.home, &self.policy, &self.more).await
    }

    /// Lets so many seconds pass and the host work; returns what it decided.
    pub async fn pass(&self, seconds: u32) -> Vec<Decided> {
        self.sandbox.control().advance(seconds).await.unwrap();
        self.host.settle().await.unwrap()
    }

    /// Bob's webhooks, as in the set-up guide, with the secrets of this host.
    pub async fn connect(&self) {
        let url = self.host.url();
        let upsert = Webhook::upsert(format!("{url}/hibob/upsert"), UPSERT[0]);
        let deactivation = Webhook::new(
            "360Learning_Employee_Deactivation",
            format!("{url}/hibob/deactivation"),
            DEACTIVATION,
            ["employee.inactivated", "employee.left", "employee.deleted"],
        );
        for webhook in [upsert, deactivation] {
            let act = BobAct::Webhook(webhook);
            self.sandbox.control().act(act).await.unwrap();
        }
    }

    pub fn address(&self) -> SocketAddr {
        self.host
            .url()
            .strip_prefix("http://")
            .unwrap()
            .parse()
            .unwrap()
    }

    /// Posts a body that is signed with this secret, or not at all.
    pub async fn post(&self, path: &str, secret: Option<&str>, body: impl Into<Vec<u8>>) -> Said {
        let body = body.into();
        let mut request = self.http.post(format!("{}{path}", self.host.url()));
        if let Some(secret) = secret {
            request = request.header("Bob-Signature", sign(secret, &body));
        }
        said(request.body(body)).await
    }

    pub async fn get(&self, path: &str) -> Said {
        said(self.http.get(format!("{}{path}", self.host.url()))).await
    }
}

pub async fn said(request: reqwest::RequestBuilder) -> Said {
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    Said {
        status,
        text: answer.text().await.unwrap(),
    }
}

impl Said {
    pub fn new(status: u16, outcome: &str) -> Self {
        Self {
            status,
            text: format!("{outcome}\n"),
        }
    }
}
