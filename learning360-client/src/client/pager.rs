use core::fmt;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use http::{Method, header};
use serde_json::Value;
use url::Url;

use super::answer::Answer;
use super::call::Call;
use super::error::{Error, ErrorKind};
use super::exchange::Exchange;
use super::link;

/// Goes through the pages of a list, forward only.
///
/// Follows the `Link` header of each answer as it is, but never to another origin, because the
/// access token would go along. A page may be empty without being the last. The same page twice is
/// an error, as is a list without an end. Each page is a call of its own with its own time.
pub struct Pager<T> {
    exchange: Arc<Exchange>,
    template: &'static str,
    next: Option<Call>,
    visited: HashSet<Url>,
    empty_in_a_row: u32,
    skipped: usize,
    decode: fn(Value) -> Option<T>,
}

impl<T> Pager<T> {
    pub(crate) fn new(
        exchange: Arc<Exchange>,
        first: Call,
        decode: fn(Value) -> Option<T>,
    ) -> Self {
        Self {
            exchange,
            template: first.route.template,
            next: Some(first),
            visited: HashSet::new(),
            empty_in_a_row: 0,
            skipped: 0,
            decode,
        }
    }

    /// The items of the next page; none after the last one.
    ///
    /// An item that cannot be read is left out and [counted](Self::skipped). After an error the
    /// same page is tried again.
    pub async fn next_page(&mut self) -> Result<Option<Vec<T>>, Error> {
        let Some(call) = &self.next else {
            return Ok(None);
        };
        let answer = self.exchange.execute(call).await?;
        let values: Vec<Value> = answer.json()?;
        let next = self.following(&answer)?;
        let got = values.len();
        let items: Vec<T> = values.into_iter().filter_map(self.decode).collect();
        self.empty_in_a_row = if got == 0 { self.empty_in_a_row + 1 } else { 0 };
        if next.is_some() && self.empty_in_a_row >= MOST_EMPTY_PAGES {
            return Err(answer.error(ErrorKind::Pagination, "too many empty pages"));
        }
        let skipped = got - items.len();
        if skipped > 0 {
            self.skipped += skipped;
            tracing::warn!(
                url.template = self.template,
                skipped,
                "items could not be read"
            );
        }
        self.visited.insert(answer.url);
        self.next = next;
        Ok(Some(items))
    }

    /// How many items could not be read so far.
    pub fn skipped(&self) -> usize {
        self.skipped
    }

    /// All items of all pages, each once: of an item that comes twice, the later one.
    pub(crate) async fn all(mut self, id: fn(&T) -> &str) -> Result<Vec<T>, Error> {
        let mut items: Vec<T> = Vec::new();
        let mut places: HashMap<Box<str>, usize> = HashMap::new();
        while let Some(page) = self.next_page().await? {
            for item in page {
                if let Some(seen) = places
                    .get(id(&item))
                    .and_then(|place| items.get_mut(*place))
                {
                    *seen = item;
                } else {
                    places.insert(id(&item).into(), items.len());
                    items.push(item);
                }
            }
            if items.len() > MOST_ITEMS {
                return Err(Error::new(ErrorKind::Pagination, "the list has no end"));
            }
        }
        Ok(items)
    }

    fn following(&self, answer: &Answer) -> Result<Option<Call>, Error> {
        let wrong = |problem| answer.error(ErrorKind::Pagination, problem);
        let headers = answer.headers.get_all(header::LINK);
        let target = link::next_page(headers.iter().map(header::HeaderValue::as_bytes))
            .map_err(|_| wrong("the link to the next page cannot be read"))?;
        let Some(target) = target else {
            return Ok(None);
        };
        let mut url = answer
            .url
            .join(&target)
            .map_err(|_| wrong("the link to the next page is no address"))?;
        // It is not sent, and would only make two addresses of one page.
        url.set_fragment(None);
        let has_user = !url.username().is_empty() || url.password().is_some();
        if url.origin() != self.exchange.base.origin() || has_user {
            return Err(wrong("the link to the next page leads elsewhere"));
        }
        if url == answer.url || self.visited.contains(&url) {
            return Err(wrong("the pages go round in a circle"));
        }
        let mut call = Call::new(&self.exchange.base, Method::GET, self.template, &[]);
        call.url = url;
        Ok(Some(call))
    }
}

impl<T> fmt::Debug for Pager<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pager")
            .field("route", &self.template)
            .field("visited", &self.visited.len())
            .field("skipped", &self.skipped)
            .finish_non_exhaustive()
    }
}

const MOST_EMPTY_PAGES: u32 = 1000;

/// Far beyond any company's users.
const MOST_ITEMS: usize = 10_000_000;
