//! `GET /bulk/people/{table}`

use core::fmt;
use core::future::poll_fn;
use core::marker::PhantomData;
use core::pin::Pin;
use core::task::{Context, Poll, ready};
use std::collections::{BTreeSet, VecDeque};

use futures_core::Stream;
use http::Method;

use super::Client;
use crate::EmployeeId;
use crate::client::call::place;
use crate::client::error::Error;
use crate::client::quota::Bucket;
use crate::client::route::{Request, Route};
use crate::table::{BulkRow, BulkTable, Cursor, TableRecord, read_page};

static DEDUCTION: Route = bulk("/bulk/people/deduction");
static DEPENDENTS: Route = bulk("/bulk/people/dependents");
static ENTITLEMENT: Route = bulk("/bulk/people/entitlement");
static RIGHT_TO_WORK: Route = bulk("/bulk/people/right-to-work");
static SALARIES: Route = bulk("/bulk/people/salaries");
static VARIABLE: Route = bulk("/bulk/people/variable");
static WORK: Route = bulk("/bulk/people/work");

const fn bulk(template: &'static str) -> Route {
    Route::read(Method::GET, template, Bucket::Bulk)
}

fn route(table: BulkTable) -> &'static Route {
    match table {
        BulkTable::Deduction => &DEDUCTION,
        BulkTable::Dependents => &DEPENDENTS,
        BulkTable::Entitlement => &ENTITLEMENT,
        BulkTable::RightToWork => &RIGHT_TO_WORK,
        BulkTable::Salaries => &SALARIES,
        BulkTable::Variable => &VARIABLE,
        BulkTable::Work => &WORK,
    }
}

/// Reads a table of many employees. Made by [`Tables::bulk`](super::Tables::bulk) and
/// [`Tables::bulk_work`](super::Tables::bulk_work).
///
/// Source: HiBob's API reference, *Bulk read* and *Pagination*.
#[must_use = "nothing is sent before the pager is asked"]
pub struct ReadBulk<R> {
    client: Client,
    table: BulkTable,
    ids: Vec<EmployeeId>,
    page_size: u16,
    from: Option<Cursor>,
    rows: PhantomData<fn() -> R>,
}

impl<R: TableRecord> ReadBulk<R> {
    pub(super) fn new(client: Client, table: BulkTable) -> Self {
        Self {
            client,
            table,
            ids: Vec::new(),
            page_size: MOST_PER_PAGE,
            from: None,
            rows: PhantomData,
        }
    }

    /// Only these employees, at most 100; several calls add up. Without any, everybody.
    pub fn ids<I>(mut self, ids: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<EmployeeId>,
    {
        self.ids.extend(ids.into_iter().map(Into::into));
        self
    }

    /// How many entries a page may hold, from 1 to 200. Default: 200.
    pub fn page_size(mut self, entries: u16) -> Self {
        self.page_size = entries;
        self
    }

    /// Goes on where another pager [stood](BulkPager::continuation).
    pub fn resume_from(mut self, cursor: Cursor) -> Self {
        self.from = Some(cursor);
        self
    }

    /// The rows, read as they are asked for.
    pub fn pager(self) -> BulkPager<R> {
        BulkPager {
            place: self.from.clone().map_or(Place::Start, Place::At),
            read: self,
            page: None,
            rows: VecDeque::new(),
            seen: BTreeSet::new(),
            answer: None,
        }
    }

    fn request(&self, cursor: Option<&Cursor>) -> Result<Request, Error> {
        if !(1..=MOST_PER_PAGE).contains(&self.page_size) {
            return Err(Error::request("a page holds 1 to 200 entries"));
        }
        if self.ids.len() > MOST_IDS {
            return Err(Error::request("more than 100 employees"));
        }
        let mut request =
            Request::new(route(self.table)).query("limit", self.page_size.to_string());
        if !self.ids.is_empty() {
            let ids: Vec<_> = self.ids.iter().map(EmployeeId::as_str).collect();
            request = request.query("employeeIds", ids.join(","));
        }
        if let Some(cursor) = cursor {
            request = request.query("cursor", cursor.as_str());
        }
        Ok(request)
    }
}

impl<R> fmt::Debug for ReadBulk<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReadBulk")
            .field("table", &self.table)
            .field("ids", &self.ids)
            .field("page_size", &self.page_size)
            .finish_non_exhaustive()
    }
}

/// One page. It may be empty without being the last.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct BulkPage<R: TableRecord + fmt::Debug> {
    /// The rows.
    pub rows: Vec<BulkRow<R>>,
    /// How many entries could not be used, or are reported by HiBob as errors.
    pub skipped: usize,
    /// Where the next page begins; `None` on the last.
    pub next: Option<Cursor>,
}

/// The rows of a table of many employees. Made by [`ReadBulk::pager`].
///
/// Row by row with [`try_next`](Self::try_next) or as a [`Stream`], or page by page with
/// [`next_page`](Self::next_page).
///
/// # Errors
///
/// After an error the same page is asked for again. Only a cursor that comes a second time ends the
/// pager, because it would never end.
#[must_use = "nothing is sent before the pager is asked"]
pub struct BulkPager<R> {
    read: ReadBulk<R>,
    /// What to ask for next.
    place: Place,
    /// The cursor of the page whose rows are being handed out.
    page: Option<Place>,
    rows: VecDeque<BulkRow<R>>,
    seen: BTreeSet<Box<str>>,
    answer: Option<Answer<R>>,
}

type Page<R> = (Vec<BulkRow<R>>, usize, Option<Cursor>);

type Answer<R> = Pin<Box<dyn Future<Output = Result<Page<R>, Error>> + Send>>;

enum Place {
    Start,
    At(Cursor),
    /// The cursor that came was there before.
    Repeated,
    End,
}

impl<R: TableRecord + fmt::Debug + 'static> BulkPager<R> {
    /// The next row; `None` after the last. Dropping the future loses nothing.
    pub async fn try_next(&mut self) -> Result<Option<BulkRow<R>>, Error> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context))
            .await
            .transpose()
    }

    /// The rest of the present page, or else the next one; `None` after the last.
    pub async fn next_page(&mut self) -> Result<Option<BulkPage<R>>, Error> {
        let mut skipped = 0;
        if self.rows.is_empty() {
            match poll_fn(|context| self.poll_page(context)).await? {
                Some(count) => skipped = count,
                None => return Ok(None),
            }
        }
        self.page = None;
        Ok(Some(BulkPage {
            rows: core::mem::take(&mut self.rows).into(),
            skipped,
            next: self.continuation().cloned(),
        }))
    }

    /// Where another pager can go on. Rows of a page that was not read to its end come again; none
    /// is lost. `None` at the beginning and at the end.
    pub fn continuation(&self) -> Option<&Cursor> {
        let place = match &self.page {
            Some(page) if !self.rows.is_empty() => page,
            _ => &self.place,
        };
        match place {
            Place::At(cursor) => Some(cursor),
            Place::Start | Place::Repeated | Place::End => None,
        }
    }

    /// Reads the next page into `rows`; how many entries could not be used, or `None` at the end.
    fn poll_page(&mut self, context: &mut Context<'_>) -> Poll<Result<Option<usize>, Error>> {
        let cursor = match &self.place {
            Place::Start => None,
            Place::At(cursor) => Some(cursor),
            Place::Repeated => {
                self.place = Place::End;
                let error = Error::decode("its cursor was there before", &bytes::Bytes::new());
                return Poll::Ready(Err(error.on(
                    route(self.read.table),
                    0,
                    core::time::Duration::ZERO,
                )));
            }
            Place::End => return Poll::Ready(Ok(None)),
        };
        let answer = match &mut self.answer {
            Some(answer) => answer,
            None => {
                let request = self.read.request(cursor)?;
                let client = self.read.client.clone();
                self.answer.insert(Box::pin(async move {
                    let decode = |body: &[u8]| read_page(body).map_err(|error| place(&error));
                    client.call(request, decode).await
                }))
            }
        };
        let result = ready!(answer.as_mut().poll(context));
        self.answer = None;
        let (rows, skipped, next) = result?;
        let next = match next {
            Some(cursor) if self.is_new(&cursor) => Place::At(cursor),
            Some(_) => Place::Repeated,
            None => Place::End,
        };
        self.page = Some(core::mem::replace(&mut self.place, next));
        self.rows = rows.into();
        Poll::Ready(Ok(Some(skipped)))
    }

    fn is_new(&mut self, cursor: &Cursor) -> bool {
        if let Place::At(present) = &self.place {
            self.seen.insert(present.as_str().into());
        }
        self.seen.insert(cursor.as_str().into())
    }
}

impl<R: TableRecord + fmt::Debug + 'static> Stream for BulkPager<R> {
    type Item = Result<BulkRow<R>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(row) = self.rows.pop_front() {
                return Poll::Ready(Some(Ok(row)));
            }
            match ready!(self.poll_page(context)) {
                // An empty page is not the end.
                Ok(Some(_)) => {}
                Ok(None) => return Poll::Ready(None),
                Err(error) => return Poll::Ready(Some(Err(error))),
            }
        }
    }
}

impl<R> Unpin for BulkPager<R> {}

impl<R> fmt::Debug for BulkPager<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BulkPager")
            .field("read", &self.read)
            .field("rows", &self.rows.len())
            .finish_non_exhaustive()
    }
}

const MOST_PER_PAGE: u16 = 200;

/// HiBob names no limit; this keeps the address short.
const MOST_IDS: usize = 100;
