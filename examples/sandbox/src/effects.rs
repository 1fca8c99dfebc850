//! What a fault does to a request and its answer.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, StreamExt as _};
use serde_json::{Value, json};

use crate::bob::{self, fields};
use crate::faults::{Effect, Moment};
use crate::log::Api;
use crate::server::{Cut, Side};

/// Header by which the stand-in tells itself to answer from the past.
pub(crate) const STALE: &str = "x-sandbox-stale";

/// Answers a request as a fault wants it.
pub(crate) async fn apply(
    effect: Effect,
    side: &Side,
    mut request: Request,
    next: Next,
) -> Response {
    match effect {
        Effect::Answer {
            status,
            body,
            headers,
        } => answer(status, body, headers),
        Effect::Lost { status } => {
            drop(next.run(request).await);
            answer(status, None, BTreeMap::new())
        }
        Effect::TooManyRequests { retry_after } => too_many(side, retry_after),
        Effect::Delay { milliseconds } => {
            tokio::time::sleep(Duration::from_millis(milliseconds)).await;
            next.run(request).await
        }
        Effect::Cut {
            moment: Moment::Before,
        } => cut(),
        Effect::Cut {
            moment: Moment::After,
        } => {
            drop(next.run(request).await);
            cut()
        }
        Effect::SlowBody {
            bytes,
            milliseconds,
        } => slow(next.run(request).await, bytes, milliseconds).await,
        Effect::CutBody { bytes } => cut_body(next.run(request).await, bytes).await,
        Effect::Stale { seconds } => {
            let seconds = HeaderValue::from(seconds);
            request.headers_mut().insert(STALE, seconds);
            next.run(request).await
        }
        Effect::HiddenFields { fields } => {
            let response = next.run(request).await;
            hide(response, side.api, &fields).await
        }
        Effect::ContentType { value } => {
            let mut response = next.run(request).await;
            if let Ok(value) = HeaderValue::try_from(value) {
                response.headers_mut().insert(header::CONTENT_TYPE, value);
            }
            response
        }
        Effect::Html => bob::html(StatusCode::OK),
        Effect::EmptyList => match side.api {
            Api::Bob => axum::Json(json!({ "employees": [] })).into_response(),
            Api::Learning360 => axum::Json(json!([])).into_response(),
        },
    }
}

fn cut() -> Response {
    let mut response = StatusCode::OK.into_response();
    response.extensions_mut().insert(Cut);
    response
}

fn answer(status: u16, body: Option<Value>, headers: BTreeMap<String, String>) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = match body {
        Some(body) => (status, axum::Json(body)).into_response(),
        None => status.into_response(),
    };
    for (name, value) in headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

fn too_many(side: &Side, retry_after: Option<u32>) -> Response {
    let body = match side.api {
        Api::Bob => json!({
            "error": "Too Many Requests",
            "message": "Rate limit exceeded",
            "statusCode": 429,
            "timestamp": side.shared.lock().now.to_string(),
        }),
        Api::Learning360 => json!({ "error": "tooManyRequests" }),
    };
    let retry_after = retry_after.map(|seconds| ("Retry-After".to_owned(), seconds.to_string()));
    answer(429, Some(body), retry_after.into_iter().collect())
}

async fn slow(response: Response, bytes: usize, milliseconds: u64) -> Response {
    let (parts, body) = read(response).await;
    let pieces: Vec<Bytes> = body
        .chunks(bytes.max(1))
        .map(Bytes::copy_from_slice)
        .collect();
    let stream = stream::unfold(pieces.into_iter(), move |mut rest| async move {
        let piece = rest.next()?;
        tokio::time::sleep(Duration::from_millis(milliseconds)).await;
        Some((Ok::<_, std::io::Error>(piece), rest))
    });
    Response::from_parts(parts, Body::from_stream(stream))
}

async fn cut_body(response: Response, bytes: usize) -> Response {
    let (parts, body) = read(response).await;
    let begun = body.slice(..bytes.min(body.len()));
    let begun = stream::iter([Ok(begun)]);
    let broken = stream::once(async {
        // While this waits, the server sends what it has.
        tokio::task::yield_now().await;
        Err(std::io::Error::from(std::io::ErrorKind::ConnectionAborted))
    });
    Response::from_parts(parts, Body::from_stream(begun.chain(broken)))
}

/// Removes fields from every object of the answer.
async fn hide(response: Response, api: Api, hidden: &[String]) -> Response {
    let (parts, body) = read(response).await;
    let Ok(mut value) = serde_json::from_slice::<Value>(&body) else {
        return Response::from_parts(parts, Body::from(body));
    };
    let items = match &mut value {
        Value::Object(object) if object.contains_key("employees") => &mut object["employees"],
        other => other,
    };
    let objects = match items {
        Value::Array(items) => items.iter_mut().collect(),
        one => vec![one],
    };
    for object in objects {
        for field in hidden {
            match api {
                Api::Bob => {
                    let id = fields::dot(field);
                    remove(object, &[&fields::slash(&id)]);
                    let path: Vec<&str> = fields::json_path(&id).split('.').collect();
                    remove(object, &path);
                    if let Some(labels) = object.get_mut("humanReadable") {
                        remove(labels, &path);
                    }
                }
                Api::Learning360 => remove(object, &[field]),
            }
        }
    }
    Response::from_parts(parts, Body::from(value.to_string()))
}

fn remove(value: &mut Value, path: &[&str]) {
    let Some((last, above)) = path.split_last() else {
        return;
    };
    let mut place = Some(value);
    for name in above {
        place = place.and_then(|value| value.get_mut(name));
    }
    if let Some(object) = place.and_then(Value::as_object_mut) {
        object.remove(*last);
    }
}

/// The whole answer, with headers that fit another length of it.
async fn read(response: Response) -> (axum::http::response::Parts, Bytes) {
    let (mut parts, body) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    // The stand-ins' own answers are held in memory and cannot fail.
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    (parts, body)
}
