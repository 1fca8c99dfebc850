//! A sandbox with one person, a host on it, and a webhook of one's own.

use std::net::SocketAddr;

use hibob_client::webhook::sign;
use provisioner::{Clock, EXAMPLE_POLICY, Environment, Host, Settings};
use provisioning_core::Policy;
use sandbox::{List, Person, Sandbox, Seed};

use super::home::Home;

/// The person in Bob.
pub const ADA: &str = "3332883894235038486";
/// Signs what goes to `/hibob/upsert`; there are two, as during a rotation.
pub const UPSERT: [&str; 2] = ["canary-upsert-old", "canary-upsert-new"];
/// Signs what goes to `/hibob/deactivation`.
pub const DEACTIVATION: &str = "canary-deactivation";

/// A running sandbox, and a host that decides when it is told to.
pub struct World {
    pub sandbox: Sandbox,
    pub host: Host,
    pub http: reqwest::Client,
    _home: Home,
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
        let sandbox = Sandbox::start(seed()).await.unwrap();
        let home = Home::new();
        let environment: Environment = variables(&sandbox, &home).into_iter().collect();
        let settings = Settings::read(&environment).unwrap();
        let clock = Clock::sandbox(&settings.bob.base_url).await.unwrap();
        let policy = Policy::parse(EXAMPLE_POLICY).unwrap();
        let host = Host::start_stepped(&settings, policy, clock).await.unwrap();
        Self {
            sandbox,
            host,
            http: reqwest::Client::new(),
            _home: home,
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
