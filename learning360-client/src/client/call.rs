use core::fmt;

use bytes::Bytes;
use http::Method;
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
    pub(crate) body: Option<Bytes>,
    pub(crate) kind: CallKind,
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
    /// A call to a route, with the ids that stand in its path in order.
    pub(crate) fn new(base: &Url, method: Method, template: &'static str, ids: &[&str]) -> Self {
        let mut url = base.clone();
        url.set_path(&path(template, ids));
        let route = Route { method, template };
        Self {
            route,
            url,
            body: None,
            kind: CallKind::Ordinary,
        }
    }

    pub(crate) fn with_kind(mut self, kind: CallKind) -> Self {
        self.kind = kind;
        self
    }

    /// Adds a query parameter. The name goes as it is; of the value everything is encoded that
    /// could mean something, above all `+`, `#` and `,`.
    pub(crate) fn with_query(mut self, name: &str, value: &str) -> Self {
        // In a form a blank becomes `+`; not every server takes that back.
        let value: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
        let pair = format!("{name}={}", value.replace('+', "%20"));
        let query = match self.url.query() {
            Some(before) => format!("{before}&{pair}"),
            None => pair,
        };
        self.url.set_query(Some(&query));
        self
    }

    pub(crate) fn with_json(mut self, body: &impl Serialize) -> Result<Self, Error> {
        let body = serde_json::to_vec(body).map_err(|_| {
            Error::new(ErrorKind::Config, "the body cannot be written as JSON")
                .with_route(&self.route)
        })?;
        self.body = Some(body.into());
        Ok(self)
    }

    /// Which quota the call counts against.
    pub(crate) fn access(&self) -> Access {
        if self.route.method == Method::GET {
            Access::Read
        } else {
            Access::Write
        }
    }

    /// Whether the call may be made twice. A PATCH here always carries absolute values.
    pub(crate) fn replay(&self) -> Replay {
        if self.route.method == Method::POST && self.kind == CallKind::Ordinary {
            Replay::OnlyIfRefused
        } else {
            Replay::Always
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

/// Puts the ids in the place of the names in braces. Ids are hexadecimal and need no encoding.
fn path(template: &str, ids: &[&str]) -> String {
    let mut ids = ids.iter();
    let segments = template.split('/').map(|segment| {
        if segment.starts_with('{') {
            ids.next().copied().unwrap_or(segment)
        } else {
            segment
        }
    });
    segments.collect::<Vec<_>>().join("/")
}

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
            assert_eq!((call.replay(), call.access()), (replay, access));
        }
        assert_eq!(
            call(Method::POST).with_kind(CallKind::Token).replay(),
            Replay::Always
        );
    }
}
