//! Reading an answer: the status first, then the content type, then the body.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, StatusCode};
use tokio::time::{Instant, timeout_at};

use super::api_error::ApiError;
use super::error::{Error, KEPT_BODY};
use super::wait_hint::wait_hint;

/// The largest body that is read, after decompression.
const LARGEST: usize = 64 * 1024 * 1024;

const HTML: &str = "it is a web page, which HiBob sends for wrong paths";
const NOT_JSON: &str = "its content type is not JSON";
const TOO_LARGE: &str = "it is larger than 64 MB; a stream has no such limit";

/// What a caller wants of a successful answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Want {
    /// Its body, in JSON and as a whole.
    Json,
    /// Nothing: a write answers with an empty body. 304 is a success.
    Nothing,
    /// Its body, in JSON, as it arrives.
    Stream,
}

/// What came.
#[derive(Debug)]
pub(super) enum Got {
    Body(Bytes),
    Nothing,
    Unchanged,
    Stream(reqwest::Response),
}

/// What a caller wants of an answer, or the error that the answer is.
pub(super) async fn read(
    mut response: reqwest::Response,
    want: Want,
    until: Instant,
) -> Result<Got, Error> {
    let status = response.status();
    if want == Want::Nothing && status == StatusCode::NOT_MODIFIED {
        return Ok(Got::Unchanged);
    }
    let mut body = Vec::new();
    if !status.is_success() {
        let pause = wait_hint(response.headers());
        // The status counts; whatever happens to the rest of the body does not.
        let read = timeout_at(until, read_up_to(&mut response, &mut body, KEPT_BODY));
        drop(read.await);
        body.truncate(KEPT_BODY);
        return Err(Error::status_answer(
            ApiError::read(status, &body),
            pause,
            body.into(),
        ));
    }
    let content_type = response
        .headers()
        .get(CONTENT_TYPE)
        .map_or(Ok(()), check_content_type);
    if want == Want::Nothing && content_type != Err(HTML) {
        // Read to its end, so that the connection can be used again.
        let read = timeout_at(until, read_up_to(&mut response, &mut body, KEPT_BODY));
        drop(read.await);
        return Ok(Got::Nothing);
    }
    if want == Want::Stream && content_type.is_ok() {
        return Ok(Got::Stream(response));
    }
    let limit = if content_type.is_ok() {
        LARGEST
    } else {
        KEPT_BODY
    };
    let end = timeout_at(until, read_up_to(&mut response, &mut body, limit)).await;
    let body = Bytes::from(body);
    content_type.map_err(|reason| Error::decode(reason, &body))?;
    match end
        .map_err(|_| Error::timeout())?
        .map_err(Error::transport)?
    {
        End::Complete => Ok(Got::Body(body)),
        End::Limit => Err(Error::decode(TOO_LARGE, &body)),
    }
}

enum End {
    Complete,
    Limit,
}

async fn read_up_to(
    response: &mut reqwest::Response,
    body: &mut Vec<u8>,
    limit: usize,
) -> Result<End, reqwest::Error> {
    while let Some(chunk) = response.chunk().await? {
        body.extend_from_slice(&chunk);
        if body.len() > limit {
            return Ok(End::Limit);
        }
    }
    Ok(End::Complete)
}

fn check_content_type(value: &HeaderValue) -> Result<(), &'static str> {
    let value = value.to_str().unwrap_or_default();
    let essence = value
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    match essence.as_str() {
        "text/html" | "application/xhtml+xml" => Err(HTML),
        "application/json" => Ok(()),
        other if other.starts_with("application/") && other.ends_with("+json") => Ok(()),
        _ => Err(NOT_JSON),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_types() {
        for (value, expected) in [
            ("application/json", Ok(())),
            ("Application/JSON; charset=utf-8", Ok(())),
            ("application/problem+json", Ok(())),
            ("text/html; charset=UTF-8", Err(HTML)),
            ("text/plain", Err(NOT_JSON)),
            ("application/jsonp", Err(NOT_JSON)),
            ("", Err(NOT_JSON)),
            ("text/html, application/json", Err(NOT_JSON)),
        ] {
            assert_eq!(
                check_content_type(&HeaderValue::from_static(value)),
                expected,
                "{value}"
            );
        }
    }
}
