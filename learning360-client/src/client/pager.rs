use core::fmt;
use core::future::poll_fn;
use core::hash::Hash;
use core::pin::Pin;
use core::task::{Context, Poll, ready};
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::vec;

use futures_core::Stream;
use futures_core::future::BoxFuture;
use http::{Method, header};
use serde_json::Value;
use serde_json::value::RawValue;
use url::Url;

use super::answer::Answer;
use super::call::Call;
use super::cursor::Cursor;
use super::error::{Error, ErrorKind};
use super::exchange::Exchange;
use super::link;

/// Goes through a list, forward only: item by item with [`next_item`](Self::next_item) or as a
/// [`Stream`], or page by page with [`next_page`](Self::next_page).
///
/// Follows the `Link` header of each answer as it is, but never to another origin, because the
/// access token would go along. A page may be empty without being the last. The same page twice is
/// an error, as is a list without an end. Each page is a call of its own with its own time, made
/// when it is needed, so that one page at a time is held in memory.
///
/// An item that cannot be read is left out and [counted](Self::skipped). After an error the same
/// page is tried again, in a stream too: end a loop at an error that is not
/// [retryable](Error::is_retryable). After the last item there is nothing more, however often it
/// is asked.
///
/// Dropping the future of a method loses nothing: the next one goes on with the same call.
pub struct Pager<T> {
    exchange: Arc<Exchange>,
    template: &'static str,
    /// The page that comes next; none after the last one.
    next: Option<Call>,
    /// The call for it, once it is made.
    fetching: Option<BoxFuture<'static, Result<Answer, Error>>>,
    /// What is left of the page before, and where that was.
    rest: vec::IntoIter<T>,
    rest_at: Option<Cursor>,
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
            fetching: None,
            rest: Vec::new().into_iter(),
            rest_at: None,
            visited: HashSet::new(),
            empty_in_a_row: 0,
            skipped: 0,
            decode,
        }
    }

    /// Goes on from a place that [`cursor`](Self::cursor) gave, instead of from the beginning.
    /// Filters count as they were there.
    ///
    /// # Errors
    /// [`ErrorKind::Pagination`] if the cursor is of another list.
    pub fn resume_from(mut self, cursor: &Cursor) -> Result<Self, Error> {
        let url = cursor.url(self.template, &self.exchange.base);
        let url =
            url.ok_or_else(|| Error::new(ErrorKind::Pagination, "the cursor is of another list"))?;
        self.next = Some(self.page_at(url));
        self.fetching = None;
        self.rest = Vec::new().into_iter();
        Ok(self)
    }

    /// The next item; none after the last one.
    pub async fn next_item(&mut self) -> Result<Option<T>, Error> {
        poll_fn(|context| self.poll_item(context)).await
    }

    /// The items of the next page, or what is left of one that was begun; none after the last one.
    pub async fn next_page(&mut self) -> Result<Option<Vec<T>>, Error> {
        if self.rest.len() > 0 {
            let rest = core::mem::replace(&mut self.rest, Vec::new().into_iter());
            return Ok(Some(rest.collect()));
        }
        poll_fn(|context| self.poll_page(context)).await
    }

    /// Where to go on so that no item is missed; none after the last one.
    ///
    /// That is the page whose items have not all been handed out: those of it that have been come
    /// again.
    pub fn cursor(&self) -> Option<Cursor> {
        if self.rest.len() > 0 {
            return self.rest_at.clone();
        }
        let next = self.next.as_ref()?;
        Some(Cursor::new(self.template, &next.url))
    }

    /// How many items could not be read so far.
    pub fn skipped(&self) -> usize {
        self.skipped
    }

    /// All items of all pages, each once: of an item that comes twice, the later one.
    pub(crate) async fn all<K: Eq + Hash>(mut self, key: fn(&T) -> K) -> Result<Vec<T>, Error> {
        let mut items: Vec<T> = Vec::new();
        let mut places: HashMap<K, usize> = HashMap::new();
        while let Some(page) = self.next_page().await? {
            for item in page {
                match places.entry(key(&item)) {
                    Entry::Occupied(place) => {
                        if let Some(seen) = items.get_mut(*place.get()) {
                            *seen = item;
                        }
                    }
                    Entry::Vacant(place) => {
                        place.insert(items.len());
                        items.push(item);
                    }
                }
            }
            if items.len() > MOST_ITEMS {
                return Err(Error::new(ErrorKind::Pagination, "the list has no end"));
            }
        }
        Ok(items)
    }

    fn poll_item(&mut self, context: &mut Context<'_>) -> Poll<Result<Option<T>, Error>> {
        loop {
            if let Some(item) = self.rest.next() {
                return Poll::Ready(Ok(Some(item)));
            }
            // An empty rest still has the room of a page.
            self.rest = Vec::new().into_iter();
            let at = self.cursor();
            match ready!(self.poll_page(context))? {
                Some(page) => {
                    self.rest = page.into_iter();
                    self.rest_at = at;
                }
                None => return Poll::Ready(Ok(None)),
            }
        }
    }

    fn poll_page(&mut self, context: &mut Context<'_>) -> Poll<Result<Option<Vec<T>>, Error>> {
        let Some(call) = &self.next else {
            return Poll::Ready(Ok(None));
        };
        let fetching = self.fetching.get_or_insert_with(|| {
            let (exchange, call) = (self.exchange.clone(), call.clone());
            Box::pin(async move { exchange.execute(&call).await })
        });
        let answer = ready!(fetching.as_mut().poll(context));
        self.fetching = None;
        Poll::Ready(self.take_in(answer?).map(Some))
    }

    fn take_in(&mut self, answer: Answer) -> Result<Vec<T>, Error> {
        // Item by item, so that no more than one is held as a tree.
        let values: Vec<&RawValue> = answer.json()?;
        let next = self.following(&answer)?;
        let decode = |value: &&RawValue| {
            let value = serde_json::from_str(value.get()).ok()?;
            (self.decode)(value)
        };
        let got = values.len();
        let mut items = Vec::with_capacity(got);
        items.extend(values.iter().filter_map(decode));
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
        Ok(Some(self.page_at(url)))
    }

    fn page_at(&self, url: Url) -> Call {
        let mut call = Call::new(&self.exchange.base, Method::GET, self.template, &[]);
        call.url = url;
        call
    }
}

impl<T> Stream for Pager<T> {
    type Item = Result<T, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_item(context).map(Result::transpose)
    }
}

// No item is ever pinned.
impl<T> Unpin for Pager<T> {}

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
