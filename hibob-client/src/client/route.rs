//! An endpoint, and a request to it that can be sent any number of times.

use bytes::Bytes;
use http::Method;
use serde::Serialize;
use url::Url;

use super::error::Error;
use super::quota::Bucket;

/// An endpoint.
#[derive(Debug)]
pub(super) struct Route {
    pub(super) method: Method,
    /// The path below the base URL; each placeholder is a segment of its own.
    pub(super) template: &'static str,
    pub(super) bucket: Bucket,
    /// Whether the path names a person. If so, a refusal may be about that person only.
    pub(super) names_a_person: bool,
    /// Whether a second request does no harm.
    pub(super) idempotent: bool,
}

impl Route {
    /// A read that names no person.
    pub(super) const fn read(method: Method, template: &'static str, bucket: Bucket) -> Self {
        Self {
            method,
            template,
            bucket,
            names_a_person: false,
            idempotent: true,
        }
    }

    /// The same, about one person.
    pub(super) const fn of_a_person(mut self) -> Self {
        self.names_a_person = true;
        self
    }

    /// The same, but never sent a second time once it may have arrived.
    pub(super) const fn once(mut self) -> Self {
        self.idempotent = false;
        self
    }
}

/// A request, ready to be sent any number of times.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) route: &'static Route,
    /// In place of the route's placeholders, in their order.
    arguments: Vec<String>,
    query: Vec<(&'static str, String)>,
    pub(super) body: Option<Bytes>,
}

impl Request {
    pub(super) fn new(route: &'static Route) -> Self {
        Self {
            route,
            arguments: Vec::new(),
            query: Vec::new(),
            body: None,
        }
    }

    pub(super) fn argument(mut self, argument: impl Into<String>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    pub(super) fn query(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.query.push((name, value.into()));
        self
    }

    pub(super) fn body(mut self, body: &impl Serialize) -> Result<Self, Error> {
        let bytes = serde_json::to_vec(body)
            .map_err(|_| Error::request("the body could not be written as JSON"))?;
        self.body = Some(bytes.into());
        Ok(self)
    }

    /// The address below this base.
    pub(super) fn url(&self, base: &Url) -> Result<Url, Error> {
        let mut url = base.clone();
        let mut arguments = self.arguments.iter();
        let mut path = url
            .path_segments_mut()
            .map_err(|()| Error::config("the base URL cannot have a path"))?;
        path.pop_if_empty();
        let segments = self.route.template.split('/').filter(|s| !s.is_empty());
        for segment in segments {
            if segment.starts_with('{') {
                // A path drops these two, and another endpoint would be left.
                let argument = arguments
                    .next()
                    .filter(|argument| !matches!(argument.as_str(), "" | "." | ".."))
                    .ok_or(Error::request("the name cannot stand in a path"))?;
                path.push(argument);
            } else {
                path.push(segment);
            }
        }
        drop(path);
        if !self.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&self.query);
        }
        Ok(url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static TWO: Route = Route::read(Method::GET, "/people/{id}/training/{entry}", Bucket::Table);

    fn url(request: &Request) -> Result<String, Error> {
        let base = Url::parse("https://api.hibob.com/v1/").unwrap();
        request.url(&base).map(String::from)
    }

    #[test]
    fn placeholders_are_filled_in_order_and_stay_segments() {
        let request = Request::new(&TWO).argument("a/b").argument("7");
        assert_eq!(
            url(&request).unwrap(),
            "https://api.hibob.com/v1/people/a%2Fb/training/7"
        );
        let request = Request::new(&TWO)
            .argument("1")
            .argument("2")
            .query("cursor", "a&b=c#d e");
        assert_eq!(
            url(&request).unwrap(),
            "https://api.hibob.com/v1/people/1/training/2?cursor=a%26b%3Dc%23d+e"
        );
    }

    #[test]
    fn a_missing_or_vanishing_argument_is_refused() {
        for second in ["", ".", ".."] {
            assert!(url(&Request::new(&TWO).argument("1").argument(second)).is_err());
        }
        assert!(url(&Request::new(&TWO).argument("1")).is_err());
    }
}
