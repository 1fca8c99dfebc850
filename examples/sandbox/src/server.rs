//! The HTTP side of a stand-in: connections, log, faults.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{MatchedPath, Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tower::Service;

use crate::bob::fields;
use crate::effects;
use crate::engine::Shared;
use crate::log::{Api, LoggedRequest};

/// Largest body that is read.
const MOST_BYTES: usize = 16 * 1024 * 1024;

/// Marks a response that must not be sent: the connection is cut instead.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cut;

/// Which stand-in a request came to.
#[derive(Clone, Debug)]
pub(crate) struct Side {
    pub(crate) api: Api,
    pub(crate) shared: Arc<Shared>,
}

/// Accepts connections until the task is aborted, and with it all of them.
pub(crate) async fn serve(listener: TcpListener, router: Router) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                if let Ok((stream, _)) = accepted {
                    connections.spawn(connection(stream, router.clone()));
                }
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn connection(stream: TcpStream, router: Router) {
    // Small answers must not wait for more; without it they are merely slower.
    drop(stream.set_nodelay(true));
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let mut router = router.clone();
        async move {
            let response: Result<Response, Infallible> = router.call(request).await;
            match response {
                Ok(response) if response.extensions().get::<Cut>().is_none() => Ok(response),
                // An error of the service makes the server close the connection without a word.
                _ => Err(io::Error::from(io::ErrorKind::ConnectionAborted)),
            }
        }
    });
    // How a connection ends is the caller's business.
    drop(
        http1::Builder::new()
            .serve_connection(TokioIo::new(stream), service)
            .await,
    );
}

/// Logs a request, and lets the fault rules have their way with it.
pub(crate) async fn gate(
    State(side): State<Side>,
    route: Option<MatchedPath>,
    request: Request,
    next: Next,
) -> Response {
    let (mut parts, body) = request.into_parts();
    // Ours alone.
    parts.headers.remove(effects::STALE);
    let Ok(body) = to_bytes(body, MOST_BYTES).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let route = route.as_ref().map_or("unknown", MatchedPath::as_str);
    let path = parts.uri.path();
    let mut entry = LoggedRequest {
        number: 0,
        at: side.shared.lock().now,
        api: side.api,
        method: parts.method.to_string(),
        route: route.to_owned(),
        person: person(route, path),
        about: Vec::new(),
        query: query_names(parts.uri.query()),
        fields: Vec::new(),
        body: Vec::new(),
        status: 0,
        fault: false,
    };
    describe(&mut entry, parts.uri.query(), &body);

    let effect = side.shared.lock().faults.decide(&entry);
    entry.fault = effect.is_some();
    let request = Request::from_parts(parts, Body::from(body));
    let response = match effect {
        None => next.run(request).await,
        Some(effect) => effects::apply(effect, &side, request, next).await,
    };
    let was_cut = response.extensions().get::<Cut>().is_some();
    entry.status = if was_cut {
        0
    } else {
        response.status().as_u16()
    };
    side.shared.lock().log.push(entry);
    response
}

/// The employee or user in the path; mails are not logged.
fn person(route: &str, path: &str) -> Option<String> {
    let mut segments = route.split('/').zip(path.split('/'));
    let named = |(template, _): &(&str, &str)| matches!(*template, "{identifier}" | "{userId}");
    let (_, value) = segments.find(named)?;
    value
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric())
        .then(|| value.to_owned())
}

fn query_names(query: Option<&str>) -> Vec<String> {
    let pairs = url::form_urlencoded::parse(query.unwrap_or_default().as_bytes());
    pairs.map(|(name, _)| name.into_owned()).collect()
}

/// Names in the body, field ids asked for, and the ids of the people concerned.
fn describe(entry: &mut LoggedRequest, query: Option<&str>, body: &[u8]) {
    let pairs = url::form_urlencoded::parse(query.unwrap_or_default().as_bytes());
    let targets = pairs.filter(|(name, _)| name.starts_with("targetId["));
    entry
        .about
        .extend(targets.map(|(_, value)| value.into_owned()));
    let Ok(Value::Object(body)) = serde_json::from_slice::<Value>(body) else {
        return;
    };
    entry.body = body.keys().cloned().collect();
    let texts = |value: &Value| -> Vec<String> {
        let items = value.as_array().into_iter().flatten();
        items.filter_map(Value::as_str).map(String::from).collect()
    };
    match entry.api {
        Api::Bob => {
            let names = body.get("fields").map(texts).unwrap_or_default();
            entry.fields = names.iter().map(|name| fields::dot(name)).collect();
            for filter in body
                .get("filters")
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
            {
                let path = filter["fieldPath"].as_str().map(fields::dot);
                if path.as_deref() == Some("root.id") {
                    entry.about.extend(texts(&filter["values"]));
                }
            }
        }
        Api::Learning360 => {
            let items = body.get("input").and_then(Value::as_array);
            let users = items.into_iter().flatten().map(|it| &it["userId"]);
            let people = body.get("targetId").into_iter().chain(users);
            entry
                .about
                .extend(people.filter_map(Value::as_str).map(String::from));
        }
    }
}
