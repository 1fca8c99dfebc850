//! A caller that judges every answer.

use std::collections::BTreeSet;

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use reqwest::{Method, Response};
use sandbox::{Sandbox, Seed};
use serde_json::{Value, json};
use system_tests::openapi::Spec;

/// Method, template, status and code of answers.
pub(super) type Seen = BTreeSet<(String, String, u16, String)>;

/// Calls the stand-in.
pub(super) struct Caller<'s> {
    spec: &'s Spec,
    http: reqwest::Client,
    origin: String,
    pub(super) headers: HeaderMap,
    pub(super) seen: Seen,
}

/// An answer.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Value,
    pub(super) location: Option<String>,
}

impl Answer {
    /// The error code in either envelope; empty if there is none.
    pub(super) fn code(&self) -> &str {
        let error = &self.body["error"];
        error["code"]
            .as_str()
            .or(error.as_str())
            .unwrap_or_default()
    }
}

impl<'s> Caller<'s> {
    pub(super) async fn new(spec: &'s Spec, sandbox: &Sandbox) -> Self {
        let origin = sandbox.learning360_base_url();
        let mut caller = Self {
            spec,
            http: reqwest::Client::new(),
            origin: origin.as_str().trim_end_matches('/').to_owned(),
            headers: HeaderMap::new(),
            seen: Seen::new(),
        };
        let token = caller
            .send("POST", "/oauth2/token", Some(credentials()))
            .await;
        let bearer = format!(
            "Bearer {}",
            token.body["access_token"].as_str().expect("a token")
        );
        let bearer = HeaderValue::from_str(&bearer).expect("a header");
        caller.headers.insert(AUTHORIZATION, bearer);
        let version = HeaderValue::from_static("v2.0");
        caller.headers.insert("360-api-version", version);
        caller
    }

    /// Sends a request and judges the answer, whatever it is.
    ///
    /// A refusal of the schema (400 `invalid_request`) is in no file but for tokens; only its
    /// envelope can be judged.
    pub(super) async fn send(&mut self, method: &str, path: &str, body: Option<Value>) -> Answer {
        let whole = format!("/api/v2{path}");
        let plain = whole.split('?').next().unwrap_or_default();
        let operation = self.spec.find(method, plain);
        let operation = operation.unwrap_or_else(|| panic!("{method} {path} is no operation"));
        let template = operation.template().to_owned();
        let response = self.request(method, &whole, body).await;
        let header = |name: &str| {
            let value = response.headers().get(name)?;
            Some(value.to_str().expect("a text").to_owned())
        };
        let (status, content_type) = (response.status().as_u16(), header("content-type"));
        let location = header("location");
        let bytes = response.bytes().await.expect("a body");
        let answer = Answer {
            status,
            body: serde_json::from_slice(&bytes).unwrap_or(Value::Null),
            location,
        };
        let code = answer.code().to_owned();
        let declared = operation.answers().get(&status);
        let unlisted = status == 400
            && code == "invalid_request"
            && !declared.is_some_and(|answer| answer.codes().contains(&"invalid_request"));
        if unlisted {
            let message = &answer.body["error"]["message"];
            assert!(message.is_string(), "{method} {path}: the envelope");
            return answer;
        }
        let judged =
            self.spec
                .check_response(method, &template, status, content_type.as_deref(), &bytes);
        if let Err(problems) = judged {
            panic!("{method} {path}: {status} {:?}: {problems}", answer.body);
        }
        self.seen
            .insert((method.to_owned(), template, status, code));
        answer
    }

    /// Sends a request that the files allow, and expects this answer.
    pub(super) async fn row(
        &mut self,
        method: &str,
        path: &str,
        body: Option<Value>,
        expected: (u16, &str),
    ) -> Answer {
        let answer = self.send(method, path, body).await;
        let found = (answer.status, answer.code());
        assert_eq!(found, expected, "{method} {path}: {:?}", answer.body);
        answer
    }

    /// A URL below the API's prefix.
    pub(super) fn url(&self, path: &str) -> String {
        format!("{}/api/v2{path}", self.origin)
    }

    async fn request(&self, method: &str, path: &str, body: Option<Value>) -> Response {
        let method: Method = method.parse().expect("a method");
        let url = format!("{}{path}", self.origin);
        let mut request = self.http.request(method, url).headers(self.headers.clone());
        if let Some(body) = body {
            request = request.json(&body);
        }
        request.send().await.expect("an answer")
    }
}

pub(super) fn credentials() -> Value {
    json!({
        "grant_type": "client_credentials",
        "client_id": Seed::CLIENT_ID,
        "client_secret": Seed::CLIENT_SECRET,
    })
}
