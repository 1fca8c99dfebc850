use core::fmt;

use bytes::Bytes;
use http::{HeaderValue, Method};
use serde::Serialize;
use url::Url;

use super::error::{Error, ErrorKind, Route};
use super::limits::Access;
use super::retry::Replay;

/// One call, ready to be sent as often as necessary.
#[derive(Clone)]
pub(crate) struct Call {
    pub(crate) route: Route,
    pub(crate) url: Url,
    pub(crate) body: Option<Body>,
    /// What kind of body the answer may have.
    pub(crate) accept: HeaderValue,
    pub(crate) kind: CallKind,
    /// Whether the call may be made twice.
    pub(crate) replay: Replay,
}

/// A body with its type. Clones share the bytes.
#[derive(Clone)]
pub(crate) struct Body {
    pub(crate) content_type: HeaderValue,
    pub(crate) bytes: Bytes,
}

/// What a call needs beside its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CallKind {
    /// The call for a token: without token and version, and not counted.
    Token,
    /// Any other.
    Ordinary,
}

impl Call {
    /// A call to a route, with the ids that stand in its path in order. Whatever they hold, they
    /// stay inside their segments, as long as they are neither empty nor dots.
    pub(crate) fn new(base: &Url, method: Method, template: &'static str, ids: &[&str]) -> Self {
        let mut url = base.clone();
        url.set_path(&path(template, ids));
        // A PATCH here always carries absolute values.
        let replay = if method == Method::POST {
            Replay::OnlyIfRefused
        } else {
            Replay::Always
        };
        Self {
            route: Route { method, template },
            url,
            body: None,
            accept: APPLICATION_JSON,
            kind: CallKind::Ordinary,
            replay,
        }
    }

    /// Makes it a call for a token, which may be made twice.
    pub(crate) fn for_token(mut self) -> Self {
        self.kind = CallKind::Token;
        self.repeatable()
    }

    /// Says that twice is as good as once, whatever the method.
    pub(crate) fn repeatable(mut self) -> Self {
        self.replay = Replay::Always;
        self
    }

    /// Says that twice is not as good as once, whatever the method.
    pub(crate) fn unrepeatable(mut self) -> Self {
        self.replay = Replay::OnlyIfRefused;
        self
    }

    /// Asks for something else than JSON.
    pub(crate) fn accepting(mut self, kind: HeaderValue) -> Self {
        self.accept = kind;
        self
    }

    /// Adds a query parameter. The name goes as it is; of the value everything is encoded that
    /// could mean something, above all `+`, `#` and `,`.
    pub(crate) fn with_query(self, name: &str, value: &str) -> Self {
        self.with_encoded_query(name, &encoded(value))
    }

    /// Adds a query parameter whose value is [`encoded`] already.
    pub(crate) fn with_encoded_query(mut self, name: &str, value: &str) -> Self {
        let pair = format!("{name}={value}");
        let query = match self.url.query() {
            Some(before) => format!("{before}&{pair}"),
            None => pair,
        };
        self.url.set_query(Some(&query));
        self
    }

    pub(crate) fn with_json(self, body: &impl Serialize) -> Result<Self, Error> {
        let body = serde_json::to_vec(body).map_err(|_| {
            Error::new(ErrorKind::Config, "the body cannot be written as JSON")
                .with_route(&self.route)
        })?;
        Ok(self.with_body(APPLICATION_JSON, body))
    }

    pub(crate) fn with_body(mut self, content_type: HeaderValue, bytes: impl Into<Bytes>) -> Self {
        self.body = Some(Body {
            content_type,
            bytes: bytes.into(),
        });
        self
    }

    /// Which quota the call counts against.
    pub(crate) fn access(&self) -> Access {
        if self.route.method == Method::GET {
            Access::Read
        } else {
            Access::Write
        }
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The URL and the body may hold personal data.
        f.debug_struct("Call")
            .field("route", &self.route)
            .finish_non_exhaustive()
    }
}

/// Puts the values, encoded, in the places of the names in braces.
fn path(template: &str, values: &[&str]) -> String {
    let mut values = values.iter();
    let mut path = String::new();
    let mut rest = template;
    while let Some((before, (_, after))) = rest
        .split_once('{')
        .and_then(|(before, name)| Some((before, name.split_once('}')?)))
    {
        path.push_str(before);
        path.push_str(&encoded(values.next().copied().unwrap_or_default()));
        rest = after;
    }
    path + rest
}

/// Percent-encodes everything that could mean something in a path or a query.
pub(crate) fn encoded(value: &str) -> String {
    // In a form a blank becomes `+`; not every server takes that back.
    let value: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
    value.replace('+', "%20")
}

pub(crate) const APPLICATION_JSON: HeaderValue = HeaderValue::from_static("application/json");

#[cfg(test)]
mod tests {
    use super::*;

    fn call(method: Method) -> Call {
        let base = Url::parse("https://app.360learning.com").unwrap();
        Call::new(
            &base,
            method,
            "/api/v2/users/{userId}",
            &["507f1f77bcf86cd799439011"],
        )
    }

    #[test]
    fn ids_take_their_places() {
        assert_eq!(path("/a/{x}/b/{y}", &["1", "2"]), "/a/1/b/2");
        assert_eq!(path("/a/{x}-ids", &["course"]), "/a/course-ids");
        assert_eq!(
            path("/a/{x}", &["b/c?d#e%2F f"]),
            "/a/b%2Fc%3Fd%23e%252F%20f"
        );
        assert_eq!(
            call(Method::GET).url.as_str(),
            "https://app.360learning.com/api/v2/users/507f1f77bcf86cd799439011"
        );
    }

    #[test]
    fn values_in_a_query_survive() {
        let call = call(Method::GET)
            .with_query("mail[eq]", "a+b#c,d e&f=g%h/é@x.c")
            .with_query("status[ne]", "deleted");
        assert_eq!(
            call.url.query(),
            Some("mail[eq]=a%2Bb%23c%2Cd%20e%26f%3Dg%25h%2F%C3%A9%40x.c&status[ne]=deleted")
        );
    }

    #[test]
    fn only_a_post_must_not_be_repeated() {
        for (method, replay, access) in [
            (Method::GET, Replay::Always, Access::Read),
            (Method::PUT, Replay::Always, Access::Write),
            (Method::PATCH, Replay::Always, Access::Write),
            (Method::DELETE, Replay::Always, Access::Write),
            (Method::POST, Replay::OnlyIfRefused, Access::Write),
        ] {
            let call = call(method);
            assert_eq!((call.replay, call.access()), (replay, access));
        }
        assert_eq!(call(Method::POST).for_token().replay, Replay::Always);
        assert_eq!(call(Method::POST).repeatable().replay, Replay::Always);
        assert_eq!(
            call(Method::DELETE).unrepeatable().replay,
            Replay::OnlyIfRefused
        );
    }
}
