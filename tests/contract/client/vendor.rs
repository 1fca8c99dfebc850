use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};

use learning360_client::{Client, Quota};
use serde_json::json;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

/// A stand-in that answers what it is told to.
pub(super) struct Vendor {
    server: MockServer,
    script: Script,
    http: reqwest::Client,
}

/// Which calls an answer is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answers {
    /// For tokens; all other calls succeed.
    Token,
    /// All other; every token is granted.
    Others,
}

#[derive(Clone)]
struct Script(Arc<Mutex<State>>);

struct State {
    answers: Answers,
    /// The last one is given again and again.
    replies: VecDeque<ResponseTemplate>,
    requests: Vec<Request>,
}

impl Vendor {
    pub(super) async fn start() -> Self {
        let server = MockServer::builder()
            .disable_request_recording()
            .start()
            .await;
        let script = Script(Arc::new(Mutex::new(State {
            answers: Answers::Others,
            replies: VecDeque::new(),
            requests: Vec::new(),
        })));
        let mock = Mock::given(any()).respond_with(script.clone());
        mock.mount(&server).await;
        let http = reqwest::Client::builder().no_proxy().build();
        Self {
            server,
            script,
            http: http.expect("a client"),
        }
    }

    pub(super) fn origin(&self) -> String {
        self.server.uri()
    }

    /// A new client, without a token and without a pause.
    pub(super) fn client(&self, id: &str, secret: &str) -> Client {
        Client::builder()
            .base_url(self.origin().parse().expect("an origin"))
            .credentials(id, secret)
            .http(self.http.clone())
            .quota(Quota::unlimited())
            .build()
            .expect("a client")
    }

    /// Answers so from now on, and forgets what was asked before.
    pub(super) fn play(&self, answers: Answers, replies: Vec<ResponseTemplate>) {
        *self.script.state() = State {
            answers,
            replies: replies.into(),
            requests: Vec::new(),
        };
    }

    /// What was asked since.
    pub(super) fn requests(&self) -> Vec<Request> {
        core::mem::take(&mut self.script.state().requests)
    }
}

impl Script {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("no panic")
    }
}

impl Respond for Script {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let mut state = self.state();
        state.requests.push(request.clone());
        if is_for_token(request) != (state.answers == Answers::Token) {
            let token = json!({"access_token": "t", "token_type": "Bearer", "expires_in": 3600});
            return match state.answers {
                Answers::Token => ResponseTemplate::new(204),
                Answers::Others => ResponseTemplate::new(200).set_body_json(token),
            };
        }
        match state.replies.len() {
            0 => ResponseTemplate::new(599),
            1 => state.replies[0].clone(),
            _ => state.replies.pop_front().expect("more than one"),
        }
    }
}

pub(super) fn is_for_token(request: &Request) -> bool {
    request.url.path() == "/api/v2/oauth2/token"
}
