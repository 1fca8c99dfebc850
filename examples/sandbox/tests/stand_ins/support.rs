//! What the tests share: callers of both stand-ins, and a webhook receiver.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use base64::Engine;
use reqwest::{Method, Response};
use sandbox::{Control, Learning360Switches, Person, Sandbox, Seed, Switches, User, UserStatus};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

pub(crate) const ADA: &str = "3332883894235038486";
pub(crate) const BEN: &str = "3332883894235038487";

/// An empty world on a Monday morning.
pub(crate) fn monday() -> Seed {
    Seed::empty("2026-03-02T08:00:00Z".parse().unwrap())
}

/// Somebody who has been in Paris since 2024.
pub(crate) fn ada() -> Person {
    Person::new(ADA)
        .names("Ada", "Lovelace")
        .mail("ada@example.com")
        .started("2024-04-01")
        .site(Seed::PARIS)
}

/// A user id for tests.
pub(crate) fn user_id(n: u32) -> String {
    format!("6511{n:020}")
}

/// A user with this number and mail.
pub(crate) fn user(n: u32, mail: &str) -> User {
    User::new(user_id(n))
        .mail(mail)
        .member_of(Seed::LEARNERS_GROUP, "learner")
}

/// A call to Bob with the seed's service user.
pub(crate) async fn bob(sandbox: &Sandbox, path: &str, body: Value) -> Response {
    bob_as(sandbox, path, body, Seed::SERVICE_USER_TOKEN).await
}

pub(crate) async fn bob_as(sandbox: &Sandbox, path: &str, body: Value, token: &str) -> Response {
    reqwest::Client::new()
        .post(format!("{}{path}", sandbox.bob_base_url()))
        .basic_auth(Seed::SERVICE_USER_ID, Some(token))
        .json(&body)
        .send()
        .await
        .unwrap()
}

pub(crate) async fn bob_get(sandbox: &Sandbox, path: &str) -> Response {
    reqwest::Client::new()
        .get(format!("{}{path}", sandbox.bob_base_url()))
        .basic_auth(Seed::SERVICE_USER_ID, Some(Seed::SERVICE_USER_TOKEN))
        .send()
        .await
        .unwrap()
}

/// A request to Bob with the seed's service user; status and JSON body (null if there is none).
pub(crate) async fn bob_send(
    sandbox: &Sandbox,
    method: Method,
    path: &str,
    body: Option<Value>,
) -> (u16, Value) {
    let mut request = reqwest::Client::new()
        .request(method, format!("{}{path}", sandbox.bob_base_url()))
        .basic_auth(Seed::SERVICE_USER_ID, Some(Seed::SERVICE_USER_TOKEN));
    if let Some(body) = body {
        request = request.json(&body);
    }
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let is_html = response
        .headers()
        .get("content-type")
        .is_some_and(|it| it.to_str().unwrap().starts_with("text/html"));
    let text = response.text().await.unwrap();
    let body = if is_html {
        json!("html")
    } else {
        serde_json::from_str(&text).unwrap_or(Value::Null)
    };
    (status, body)
}

/// The rows of one of Ada's tables.
pub(crate) async fn rows(sandbox: &Sandbox, table: &str) -> Vec<Value> {
    let (status, body) = bob_send(
        sandbox,
        Method::GET,
        &format!("/people/{ADA}/{table}"),
        None,
    )
    .await;
    assert_eq!(status, 200, "{body}");
    body["values"].as_array().unwrap().clone()
}

/// Types of the events so far, with `*` for those by the system.
pub(crate) async fn events(control: &Control) -> Vec<String> {
    let state = control.state().await.unwrap();
    let text = |by_system: bool, kind: &str| format!("{}{kind}", if by_system { "*" } else { "" });
    let events = state.events.iter();
    events.map(|it| text(it.by_system, &it.kind)).collect()
}

/// The people that a search finds.
pub(crate) async fn search(sandbox: &Sandbox, body: Value) -> Vec<Value> {
    let response = bob(sandbox, "/people/search", body).await;
    assert_eq!(response.status(), 200);
    let body: Value = response.json().await.unwrap();
    body["employees"].as_array().unwrap().clone()
}

/// A caller of 360Learning with a token.
pub(crate) struct Lms {
    pub(crate) base: String,
    pub(crate) token: String,
}

/// Status and body of an answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
    pub(crate) link: Option<String>,
    pub(crate) location: Option<String>,
    pub(crate) retry_after: Option<String>,
}

impl Answer {
    pub(crate) fn code(&self) -> &str {
        self.body["error"]["code"].as_str().unwrap_or_default()
    }

    /// Asserts a refusal in the `OpenAPI` envelope.
    pub(crate) fn refused(&self, status: u16, code: &str) {
        assert_eq!((self.status, self.code()), (status, code));
        assert!(self.body["error"]["message"].is_string());
    }
}

impl Lms {
    pub(crate) async fn new(sandbox: &Sandbox) -> Self {
        let base = sandbox
            .learning360_base_url()
            .as_str()
            .trim_end_matches('/')
            .to_owned();
        let token = token(&base, credentials()).await.body["access_token"]
            .as_str()
            .unwrap()
            .to_owned();
        Self { base, token }
    }

    pub(crate) async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let url = if path.starts_with("http") {
            path.to_owned()
        } else {
            format!("{}/api/v2{path}", self.base)
        };
        let mut request = reqwest::Client::new()
            .request(method, url)
            .bearer_auth(&self.token)
            .header("360-api-version", "v2.0");
        if let Some(body) = body {
            request = request.json(&body);
        }
        answer(request.send().await.unwrap()).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, Some(body)).await
    }

    pub(crate) async fn patch(&self, n: u32, body: Value) -> Answer {
        self.send(Method::PATCH, &format!("/users/{}", user_id(n)), Some(body))
            .await
    }

    pub(crate) async fn delete(&self, n: u32) -> Answer {
        self.send(Method::DELETE, &format!("/users/{}", user_id(n)), None)
            .await
    }

    pub(crate) async fn activate(&self, n: u32) -> Answer {
        self.send(
            Method::PUT,
            &format!("/users/{}/activate", user_id(n)),
            None,
        )
        .await
    }
}

pub(crate) fn credentials() -> Value {
    json!({
        "grant_type": "client_credentials",
        "client_id": Seed::CLIENT_ID,
        "client_secret": Seed::CLIENT_SECRET,
    })
}

pub(crate) async fn token(base: &str, body: Value) -> Answer {
    let url = format!("{base}/api/v2/oauth2/token");
    answer(
        reqwest::Client::new()
            .post(url)
            .json(&body)
            .send()
            .await
            .unwrap(),
    )
    .await
}

pub(crate) async fn answer(response: Response) -> Answer {
    let status = response.status().as_u16();
    let header = |name: &str| {
        response
            .headers()
            .get(name)
            .map(|it| it.to_str().unwrap().to_owned())
    };
    let (link, retry_after) = (header("link"), header("retry-after"));
    let location = header("location");
    let text = response.text().await.unwrap();
    let body = serde_json::from_str(&text).unwrap_or(Value::Null);
    Answer {
        status,
        body,
        link,
        location,
        retry_after,
    }
}

/// A body for `POST /users`.
pub(crate) fn new_user(mail: &str) -> Value {
    json!({
        "mail": mail,
        "membership": { "groupId": Seed::LEARNERS_GROUP, "role": "learner" },
    })
}

/// One delivery as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Delivery {
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
}

impl Delivery {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// The `type` of an event.
    pub(crate) fn kind(&self) -> String {
        self.json()["type"].as_str().unwrap().to_owned()
    }

    /// The signature, decoded.
    pub(crate) fn signature(&self) -> Option<Vec<u8>> {
        let text = self.headers.get("bob-signature")?;
        Some(
            base64::engine::general_purpose::STANDARD
                .decode(text)
                .unwrap(),
        )
    }
}

/// A receiver that answers every delivery with the status it is told.
pub(crate) struct Receiver {
    pub(crate) url: String,
    received: Arc<Mutex<Vec<Delivery>>>,
    status: Arc<Mutex<u16>>,
    _server: JoinSet<()>,
}

impl Receiver {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let received = Arc::new(Mutex::new(Vec::new()));
        let status = Arc::new(Mutex::new(200));
        let mut server = JoinSet::new();
        let (log, answer) = (Arc::clone(&received), Arc::clone(&status));
        server.spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                // Somebody may look whether anybody listens, and say nothing.
                let Some(delivery) = read_request(&mut stream).await else {
                    continue;
                };
                log.lock().unwrap().push(delivery);
                let status = *answer.lock().unwrap();
                let text = format!(
                    "HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
                );
                stream.write_all(text.as_bytes()).await.unwrap();
            }
        });
        Self {
            url,
            received,
            status,
            _server: server,
        }
    }

    pub(crate) fn answer(&self, status: u16) {
        *self.status.lock().unwrap() = status;
    }

    /// What arrived since the last call, pings left out.
    pub(crate) fn events(&self) -> Vec<Delivery> {
        let mut all = self.all();
        all.retain(|it| !it.body.contains("Ping test"));
        all
    }

    /// What arrived since the last call.
    pub(crate) fn all(&self) -> Vec<Delivery> {
        std::mem::take(&mut *self.received.lock().unwrap())
    }

    /// Types of the events that arrived since the last call.
    pub(crate) fn kinds(&self) -> Vec<String> {
        self.events().iter().map(Delivery::kind).collect()
    }
}

async fn read_request(stream: &mut tokio::net::TcpStream) -> Option<Delivery> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let read = stream.read(&mut chunk).await.unwrap();
        if read == 0 && bytes.is_empty() {
            return None;
        }
        bytes.extend_from_slice(&chunk[..read]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let lines = head.lines().skip(1);
            let headers: BTreeMap<String, String> = lines
                .filter_map(|line| line.split_once(": "))
                .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
                .collect();
            let length: usize = headers
                .get("content-length")
                .map_or(0, |it| it.parse().unwrap());
            if body.len() >= length {
                return Some(Delivery {
                    headers,
                    body: body.to_owned(),
                });
            }
        }
        assert!(read > 0, "the request ended early");
    }
}

/// Switches of 360Learning that differ from the default.
pub(crate) fn switched(change: impl FnOnce(&mut Learning360Switches)) -> Switches {
    let mut switches = Switches::default();
    change(&mut switches.learning360);
    switches
}

/// A sandbox with its control and a caller of 360Learning.
pub(crate) async fn start_lms(seed: Seed) -> (Sandbox, Control, Lms) {
    let sandbox = Sandbox::start(seed).await.unwrap();
    let lms = Lms::new(&sandbox).await;
    let control = sandbox.control();
    (sandbox, control, lms)
}

/// User 1 invited, 2 active, 3 deleted.
pub(crate) fn three_users() -> Seed {
    monday()
        .user(user(1, "invited@example.com"))
        .user(user(2, "active@example.com").status(UserStatus::Active))
        .user(
            user(3, "deleted@example.com")
                .names("Dora", "Deleted")
                .status(UserStatus::Deleted)
                .deleted_at("2026-01-01T00:00:00Z".parse().unwrap()),
        )
}

/// A body with one more property.
pub(crate) fn with(mut body: Value, name: &str, value: impl Into<Value>) -> Value {
    body[name] = value.into();
    body
}

/// The events that happened in 360Learning about somebody or something.
pub(crate) async fn happenings(control: &Control, about: &str) -> Vec<String> {
    let state = control.state().await.unwrap();
    let about = state.happenings.iter().filter(|it| it.about == about);
    about.map(|it| it.kind.clone()).collect()
}
