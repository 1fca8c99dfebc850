//! The calls that have no method of their own.

use core::fmt;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use serde::Serialize;
use serde::de::DeserializeOwned;
use url::Url;

use super::Client;
use super::answer::Answer;
use super::call::{APPLICATION_JSON, Call};
use super::error::{Error, ErrorKind};
use super::pager::Pager;

/// A call to any endpoint of the API v2, to be made with [`Client::request`].
///
/// It goes with the same token, quotas, times, attempts and errors as all others. The template of
/// the path is a constant with names in braces, so that errors and traces, which show it, cannot
/// show an id. What was put together wrongly shows when the call is made: it is not sent then.
///
/// A POST is never repeated once it may have been sent, unless it is said to be
/// [repeatable](Self::repeatable). All other methods are repeated.
///
/// ```
/// use learning360_client::Request;
///
/// let request = Request::put("/api/v2/tags/{tagId}")
///     .path("tagId", "507f1f77bcf86cd799439011")
///     .json(&serde_json::json!({"name": "Onboarding"}));
/// # drop(request);
/// ```
#[derive(Clone)]
#[must_use = "a request does nothing before it is made"]
pub struct Request {
    method: Method,
    template: &'static str,
    path: Vec<(Box<str>, Box<str>)>,
    query: Vec<(Box<str>, Box<str>)>,
    body: Option<(HeaderValue, Bytes)>,
    accept: HeaderValue,
    repeatable: bool,
    problem: Option<&'static str>,
}

/// The answer to a [`Request`], with a status of success. `Debug` shows the status only.
#[derive(Clone)]
pub struct Response {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Client {
    /// Makes a call that has no method of its own, and reads its answer as JSON.
    ///
    /// An answer without a body, as with a 204, reads as `null`: into `()`, for instance.
    ///
    /// ```no_run
    /// # async fn make(client: learning360_client::Client) -> Result<(), learning360_client::Error> {
    /// use learning360_client::Request;
    ///
    /// #[derive(serde::Deserialize)]
    /// struct Tag {
    ///     name: String,
    /// }
    ///
    /// let request = Request::get("/api/v2/tags/{tagId}").path("tagId", "507f1f77bcf86cd799439011");
    /// let tag: Tag = client.request(request).await?;
    /// # drop(tag.name);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Config`] if the request was put together wrongly; nothing is sent then.
    pub async fn request<T: DeserializeOwned>(&self, request: Request) -> Result<T, Error> {
        let call = request.into_call(&self.exchange.base)?;
        let mut answer = self.exchange.execute(&call).await?;
        if answer.body.is_empty() {
            answer.body.extend_from_slice(b"null");
        }
        answer.json()
    }

    /// Makes a call that has no method of its own, and gives its answer as it is: with status,
    /// headers and bytes.
    ///
    /// # Errors
    /// As [`request`](Self::request), but whatever the body is, it is none.
    pub async fn request_response(&self, request: Request) -> Result<Response, Error> {
        let call = request.into_call(&self.exchange.base)?;
        self.exchange.execute(&call).await.map(Response::new)
    }

    /// Goes through the pages of a list that has no method of its own.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] if the request was put together wrongly, or is not a GET.
    pub fn request_pages<T: DeserializeOwned>(&self, request: Request) -> Result<Pager<T>, Error> {
        let call = request.into_call(&self.exchange.base)?;
        if call.route.method != Method::GET {
            return Err(wrong("a list is read with GET").with_route(&call.route));
        }
        Ok(Pager::new(self.exchange.clone(), call, |value| {
            serde_json::from_value(value).ok()
        }))
    }
}

impl Request {
    /// A GET to a path such as `/api/v2/tags/{tagId}`.
    pub fn get(template: &'static str) -> Self {
        Self::new(Method::GET, template)
    }

    /// A POST to a path such as `/api/v2/tags`.
    pub fn post(template: &'static str) -> Self {
        Self::new(Method::POST, template)
    }

    /// A PUT to a path such as `/api/v2/tags/{tagId}`.
    pub fn put(template: &'static str) -> Self {
        Self::new(Method::PUT, template)
    }

    /// A PATCH to a path such as `/api/v2/paths/{pathId}`.
    pub fn patch(template: &'static str) -> Self {
        Self::new(Method::PATCH, template)
    }

    /// A DELETE to a path such as `/api/v2/tags/{tagId}`.
    pub fn delete(template: &'static str) -> Self {
        Self::new(Method::DELETE, template)
    }

    /// Fills a name in braces. The value stays inside its segment of the path, whatever it holds.
    pub fn path(mut self, name: &'static str, value: impl AsRef<str>) -> Self {
        let value = value.as_ref();
        if matches!(value, "" | "." | "..") {
            // They would make another path of it.
            self.problem = Some("a value in the path is empty or dots");
        }
        self.path.push((name.into(), value.into()));
        self
    }

    /// Adds a query parameter, such as `name[eq]`. The value is encoded.
    pub fn query(mut self, name: &'static str, value: impl AsRef<str>) -> Self {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.[]".contains(&byte);
        if name.is_empty() || !name.bytes().all(is_plain) {
            self.problem = Some("a query parameter's name is not plain");
        }
        self.query.push((name.into(), value.as_ref().into()));
        self
    }

    /// Sets a body of JSON.
    pub fn json(mut self, body: &(impl Serialize + ?Sized)) -> Self {
        match serde_json::to_vec(body) {
            Ok(body) => self.body(APPLICATION_JSON, body),
            Err(_) => {
                self.problem = Some("the body cannot be written as JSON");
                self
            }
        }
    }

    /// Sets a body of any type.
    pub fn body(mut self, content_type: HeaderValue, body: impl Into<Bytes>) -> Self {
        self.body = Some((content_type, body.into()));
        self
    }

    /// Asks for something else than JSON, such as `application/pdf`.
    pub fn accept(mut self, content_type: HeaderValue) -> Self {
        self.accept = content_type;
        self
    }

    /// Says that making the call twice is as good as making it once, which is taken for granted
    /// of all methods but POST.
    pub fn repeatable(mut self) -> Self {
        self.repeatable = true;
        self
    }

    fn new(method: Method, template: &'static str) -> Self {
        Self {
            method,
            template,
            path: Vec::new(),
            query: Vec::new(),
            body: None,
            accept: APPLICATION_JSON,
            repeatable: false,
            problem: None,
        }
    }

    pub(crate) fn into_call(self, base: &Url) -> Result<Call, Error> {
        let call = |values: &[&str]| Call::new(base, self.method.clone(), self.template, values);
        let values = match self.problem {
            Some(problem) => Err(problem),
            None => self.values(),
        };
        let mut call = match values {
            Ok(values) => call(&values).accepting(self.accept.clone()),
            Err(problem) => return Err(wrong(problem).with_route(&call(&[]).route)),
        };
        for (name, value) in &self.query {
            call = call.with_query(name, value);
        }
        if let Some((content_type, body)) = self.body {
            call = call.with_body(content_type, body);
        }
        Ok(if self.repeatable {
            call.repeatable()
        } else {
            call
        })
    }

    /// The values of the path in the order of its names.
    fn values(&self) -> Result<Vec<&str>, &'static str> {
        let names = names(self.template)?;
        let mut values = Vec::with_capacity(names.len());
        for name in &names {
            let mut found = self.path.iter().filter(|(given, _)| **given == **name);
            match (found.next(), found.next()) {
                (Some((_, value)), None) => values.push(&**value),
                (None, _) => return Err("a name in the path has no value"),
                (Some(_), Some(_)) => return Err("a name in the path has two values"),
            }
        }
        if values.len() < self.path.len() {
            return Err("a value is for no name in the path");
        }
        Ok(values)
    }
}

impl Response {
    fn new(answer: Answer) -> Self {
        Self {
            status: answer.status,
            headers: answer.headers,
            body: answer.body.into(),
        }
    }

    /// The status, between 200 and 299.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The `Location` header, as a 202 has it. It may lead anywhere: take the id at its end, and
    /// make the next call with that.
    pub fn location(&self) -> Option<&str> {
        self.headers.get(header::LOCATION)?.to_str().ok()
    }

    /// The body, up to 64 MB.
    pub fn body(&self) -> &Bytes {
        &self.body
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("route", &self.template)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

/// The names in a template, which must be a plain path of the API.
fn names(template: &str) -> Result<Vec<&str>, &'static str> {
    const MALFORMED: &str = "the path is malformed";
    let path = template.strip_prefix("/api/v2/").ok_or(MALFORMED)?;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    let mut names = Vec::new();
    for segment in path.split('/') {
        let mut rest = segment;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').ok_or(MALFORMED)?;
            if name.is_empty() || !before.bytes().chain(name.bytes()).all(is_plain) {
                return Err(MALFORMED);
            }
            names.push(name);
            rest = after;
        }
        if matches!(segment, "" | "." | "..") || !rest.bytes().all(is_plain) {
            return Err(MALFORMED);
        }
    }
    Ok(names)
}

fn wrong(problem: &'static str) -> Error {
    Error::new(ErrorKind::Config, problem)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(request: Request) -> Result<Call, String> {
        let base = Url::parse("https://app.360learning.com").unwrap();
        request.into_call(&base).map_err(|error| {
            assert_eq!(error.kind(), ErrorKind::Config);
            error.to_string()
        })
    }

    #[test]
    fn values_find_their_places_by_name() {
        let request = Request::get("/api/v2/paths/{pathId}/{kind}-ids/{pageId}")
            .path("pageId", "ä/../?#")
            .path("pathId", "1")
            .path("kind", "course")
            .query("name[eq]", "a b&c");
        let call = made(request).unwrap();
        assert_eq!(
            call.url.as_str(),
            "https://app.360learning.com/api/v2/paths/1/course-ids/%C3%A4%2F..%2F%3F%23\
             ?name[eq]=a%20b%26c"
        );
        assert_eq!(
            call.route.template,
            "/api/v2/paths/{pathId}/{kind}-ids/{pageId}"
        );
    }

    #[test]
    fn what_does_not_fit_is_told_and_not_sent() {
        for (request, told) in [
            (
                Request::get("/api/v2/tags/{tagId}"),
                "a name in the path has no value",
            ),
            (
                Request::get("/api/v2/{a}").path("a", "1").path("a", "2"),
                "a name in the path has two values",
            ),
            (
                Request::get("/api/v2/tags").path("a", "1"),
                "a value is for no name in the path",
            ),
            (
                Request::get("/api/v2/{a}").path("a", ".."),
                "a value in the path is empty or dots",
            ),
            (
                Request::get("/api/v2/{a}").path("a", ""),
                "a value in the path is empty or dots",
            ),
            (Request::get("/api/v2/tags?x=1"), "the path is malformed"),
            (Request::get("/api/v2/tags#x"), "the path is malformed"),
            (Request::get("/api/v2/../x"), "the path is malformed"),
            (Request::get("/api/v2//x"), "the path is malformed"),
            (Request::get("/api/v2/{a"), "the path is malformed"),
            (Request::get("/api/v2/a}"), "the path is malformed"),
            (Request::get("/api/v2/{}"), "the path is malformed"),
            (
                Request::get("//example.com/api/v2/x"),
                "the path is malformed",
            ),
            (Request::get("https://example.com"), "the path is malformed"),
            (
                Request::get("/api/v2/tags").query("a=b&c", "1"),
                "a query parameter's name is not plain",
            ),
        ] {
            let error = made(request).unwrap_err();
            assert!(error.ends_with(told), "{error}");
        }
    }

    #[test]
    fn bodies_that_are_no_json_are_told() {
        let no_json = std::collections::HashMap::from([((1, 2), 3)]);
        let error = made(Request::post("/api/v2/tags").json(&no_json)).unwrap_err();
        assert_eq!(
            error,
            "POST /api/v2/tags: the body cannot be written as JSON"
        );
    }
}
