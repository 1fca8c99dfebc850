use core::time::Duration;

use http::{HeaderMap, StatusCode, header};
use serde::Deserialize;
use url::Url;

use super::envelope;
use super::error::{Cause, Error, ErrorKind, Route, Sent};

/// An answer with a success, read to its end.
pub(crate) struct Answer {
    pub(crate) route: Route,
    pub(crate) url: Url,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    pub(crate) attempts: u32,
}

impl Answer {
    /// Reads the body, after a look at its type: an error page may come with a 200.
    pub(crate) fn json<'a, T: Deserialize<'a>>(&'a self) -> Result<T, Error> {
        if !is_json(&self.headers) {
            return Err(self.error(ErrorKind::Decode, "the answer is no JSON"));
        }
        serde_json::from_slice(&self.body).map_err(|error| {
            self.error(ErrorKind::Decode, "the answer cannot be read")
                .with_cause(Cause::json(&error))
        })
    }

    /// An error about this answer.
    pub(crate) fn error(&self, kind: ErrorKind, problem: &'static str) -> Error {
        Error::new(kind, problem)
            .with_route(&self.route)
            .with_status(self.status)
            .with_sent(Sent::Yes)
            .with_attempts(self.attempts)
            .with_body(&self.body)
    }
}

/// Reads a body up to a limit. More is an error for a success, and left out for an error.
pub(crate) async fn body(response: &mut reqwest::Response) -> Result<Vec<u8>, Error> {
    let success = response.status().is_success();
    let limit = if success { LARGEST_BODY } else { LARGEST_ERROR };
    // What is announced need not come, so that the room for it is limited more than the body.
    let announced = response.content_length().unwrap_or_default();
    let room = usize::try_from(announced).unwrap_or(usize::MAX);
    let mut body = Vec::with_capacity(room.min(limit).min(MOST_ROOM));
    // Decompressed already, so that a small body cannot become an endless one.
    while let Some(chunk) = response.chunk().await.map_err(cut)? {
        let room = limit - body.len();
        if chunk.len() > room {
            if success {
                let problem = "the answer is larger than 64 MB";
                return Err(Error::new(ErrorKind::Decode, problem).with_sent(Sent::Yes));
            }
            body.extend_from_slice(chunk.get(..room).unwrap_or(&chunk));
            break;
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// The error that an answer without success stands for.
pub(crate) fn refusal(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Error {
    Error::new(ErrorKind::Api, "refused")
        .with_status(status)
        .with_code(envelope::code(body))
        .with_retry_after(retry_after(headers))
        .with_sent(Sent::Yes)
        .with_body(body)
}

/// `Retry-After`, in seconds or as a date, which is compared with the answer's own `Date`.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let at = httpdate::parse_http_date(text).ok()?;
    let now = headers.get(header::DATE)?.to_str().ok()?;
    let now = httpdate::parse_http_date(now).ok()?;
    Some(at.duration_since(now).unwrap_or_default())
}

/// Whether the body says that it is JSON, or says nothing.
fn is_json(headers: &HeaderMap) -> bool {
    let Some(kind) = headers.get(header::CONTENT_TYPE) else {
        return true;
    };
    let kind = kind.to_str().unwrap_or_default();
    let kind = kind
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

fn cut(error: reqwest::Error) -> Error {
    let kind = if error.is_timeout() {
        ErrorKind::Timeout
    } else {
        ErrorKind::Transport
    };
    Error::new(kind, "the answer was cut off")
        .with_sent(Sent::Yes)
        .with_cause(Cause::transport(error))
}

const MOST_ROOM: usize = 1024 * 1024;

const LARGEST_BODY: usize = 64 * 1024 * 1024;

const LARGEST_ERROR: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(header::HeaderName, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (name.clone(), value.parse().unwrap()))
            .collect()
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = "Sun, 06 Nov 1994 08:49:37 GMT";
        for (value, date, expected) in [
            ("7", None, Some(7)),
            (" 0 ", None, Some(0)),
            ("-1", None, None),
            ("soon", Some(now), None),
            ("Sun, 06 Nov 1994 08:50:07 GMT", Some(now), Some(30)),
            ("Sun, 06 Nov 1994 08:00:00 GMT", Some(now), Some(0)),
            ("Sun, 06 Nov 1994 08:50:07 GMT", None, None),
        ] {
            let mut headers = headers(&[(header::RETRY_AFTER, value)]);
            if let Some(date) = date {
                headers.insert(header::DATE, date.parse().unwrap());
            }
            assert_eq!(
                retry_after(&headers),
                expected.map(Duration::from_secs),
                "{value}"
            );
        }
        assert_eq!(retry_after(&HeaderMap::new()), None);
    }

    #[test]
    fn the_type_of_the_body_is_looked_at() {
        for (kind, json) in [
            ("application/json", true),
            ("Application/JSON; charset=utf-8", true),
            ("application/problem+json", true),
            ("text/html", false),
            ("text/html; x=application/json", false),
            ("", false),
        ] {
            assert_eq!(
                is_json(&headers(&[(header::CONTENT_TYPE, kind)])),
                json,
                "{kind}"
            );
        }
        assert!(is_json(&HeaderMap::new()));
    }
}
