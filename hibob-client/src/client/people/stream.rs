//! A search whose answer is decoded as it arrives.

use core::fmt;
use core::future::poll_fn;
use core::pin::Pin;
use core::task::{Context, Poll, ready};
use core::time::Duration;
use std::collections::VecDeque;

use bytes::{Buf as _, Bytes};
use futures_core::Stream;
use http_body::Body as _;
use tokio::time::{Instant, Sleep, sleep_until};

use super::get::employee;
use super::search::{Awaited, Batch, SearchPeople};
use super::{Error, SEARCH};
use crate::Employee;
use crate::client::call::Opened;
use crate::client::splitter::{Item, Splitter};

/// The largest record, in bytes. Real ones have a few thousand.
const LARGEST_RECORD: usize = 256 * 1024;

/// The people of a search, one at a time. Made by
/// [`SearchPeople::stream`](super::SearchPeople::stream).
///
/// HiBob answers a search with one body, however many people there are. This decodes it while it
/// arrives, and holds one record and a piece of the body; with what the connection reads ahead that
/// is less than a megabyte.
/// Use [`next`](Self::next), or the [`Stream`] that this is too.
///
/// # Errors
///
/// - [`ErrorKind::Record`](crate::ErrorKind::Record): one record has no usable id, is broken, is
///   about somebody who was not asked for, or is larger than 256 KiB. The next one follows;
///   [`Error::body`] holds the beginning of the broken one.
/// - Any other error is the last item: the answer was a web page, ended too early or too late, the
///   connection broke, or nothing came for as long as an attempt may take
///   ([`ClientBuilder::attempt_timeout`](crate::ClientBuilder::attempt_timeout)). Only getting the
///   first byte is tried again; what came before the error is as good as ever.
///
/// A search for everybody may bring the same person twice, if HiBob does; nobody is remembered.
///
/// # Example
///
/// ```no_run
/// # async fn example(client: hibob_client::Client) -> Result<(), hibob_client::Error> {
/// use hibob_client::ErrorKind;
///
/// let mut people = client.people().search().show_inactive(true).stream();
/// while let Some(person) = people.next().await {
///     match person {
///         Ok(person) => println!("{}", person.id()),
///         Err(error) if error.kind() == ErrorKind::Record => eprintln!("{error}"),
///         Err(error) => return Err(error),
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is sent before the first person is asked for"]
pub struct EmployeeStream {
    search: SearchPeople,
    /// The requests to come; `None` before the first look.
    batches: Option<VecDeque<Batch>>,
    state: State,
}

enum State {
    /// Between two requests.
    Next,
    Opening(Opening),
    Reading(Box<Reading>),
    Done,
}

struct Opening {
    answer: Pin<Box<dyn Future<Output = Result<Opened, Error>> + Send>>,
    awaited: Awaited,
}

struct Reading {
    body: reqwest::Body,
    piece: Bytes,
    splitter: Splitter,
    awaited: Awaited,
    /// When nothing has come for too long. Runs only while the stream waits, so that a slow caller
    /// does not count.
    idle: Pin<Box<Sleep>>,
    is_waiting: bool,
    patience: Duration,
    start: Instant,
    attempts: u32,
}

impl EmployeeStream {
    pub(super) fn new(search: SearchPeople) -> Self {
        Self {
            search,
            batches: None,
            state: State::Next,
        }
    }

    /// The next person; `None` after the last, and after an error that ends the stream.
    ///
    /// Dropping the future loses nobody.
    pub async fn next(&mut self) -> Option<Result<Employee, Error>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// Begins the next request; false if there is none.
    fn open(&mut self) -> Result<bool, Error> {
        let batches = match &mut self.batches {
            Some(batches) => batches,
            None => self.batches.insert(self.search.batches()?),
        };
        let Some(batch) = batches.pop_front() else {
            return Ok(false);
        };
        let request = self.search.request(&batch)?;
        let client = self.search.client().clone();
        self.state = State::Opening(Opening {
            answer: Box::pin(async move { client.open(request).await }),
            awaited: Awaited::new(batch),
        });
        Ok(true)
    }

    fn end(&mut self, error: Error) -> Poll<Option<Result<Employee, Error>>> {
        self.state = State::Done;
        Poll::Ready(Some(Err(error)))
    }
}

impl Stream for EmployeeStream {
    type Item = Result<Employee, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            match &mut self.state {
                State::Done => return Poll::Ready(None),
                State::Next => match self.open() {
                    Ok(true) => {}
                    Ok(false) => self.state = State::Done,
                    Err(error) => return self.end(error),
                },
                State::Opening(opening) => match ready!(opening.answer.as_mut().poll(context)) {
                    Ok(opened) => {
                        let awaited = core::mem::take(&mut opening.awaited);
                        let patience = self.search.client().patience();
                        let reading = Reading::new(opened, awaited, patience);
                        self.state = State::Reading(Box::new(reading));
                    }
                    Err(error) => return self.end(error),
                },
                State::Reading(reading) => match ready!(reading.poll_next(context)) {
                    Some(Ok(item)) => return Poll::Ready(Some(item)),
                    Some(Err(error)) => return self.end(error),
                    None => self.state = State::Next,
                },
            }
        }
    }
}

impl Reading {
    fn new(opened: Opened, awaited: Awaited, patience: Duration) -> Self {
        Self {
            body: http::Response::from(opened.response).into_body(),
            piece: Bytes::new(),
            splitter: Splitter::new(LARGEST_RECORD),
            awaited,
            idle: Box::pin(sleep_until(Instant::now() + patience)),
            is_waiting: false,
            patience,
            start: opened.start,
            attempts: opened.attempts,
        }
    }

    /// The next record, good or broken; the outer error ends the stream.
    fn poll_next(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Result<Employee, Error>, Error>>> {
        loop {
            match self.split() {
                Ok(Some(record)) => return Poll::Ready(Some(Ok(record))),
                Ok(None) => {}
                Err(error) => return Poll::Ready(Some(Err(self.located(error)))),
            }
            // Given back first, so that the connection can use its memory again.
            self.piece = Bytes::new();
            match Pin::new(&mut self.body).poll_frame(context) {
                Poll::Ready(Some(Ok(frame))) => {
                    self.piece = frame.into_data().unwrap_or_default();
                    self.is_waiting = false;
                }
                Poll::Ready(Some(Err(error))) => {
                    let error = self.located(Error::transport(error));
                    return Poll::Ready(Some(Err(error)));
                }
                Poll::Ready(None) => {
                    let end = self.splitter.finish().map_err(|error| {
                        self.located(Error::decode(error.to_string(), &Bytes::new()))
                    });
                    return Poll::Ready(end.err().map(Err));
                }
                Poll::Pending => {
                    if !core::mem::replace(&mut self.is_waiting, true) {
                        self.idle.as_mut().reset(Instant::now() + self.patience);
                    }
                    ready!(self.idle.as_mut().poll(context));
                    return Poll::Ready(Some(Err(self.located(Error::timeout()))));
                }
            }
        }
    }

    /// The next record in the present piece.
    fn split(&mut self) -> Result<Option<Result<Employee, Error>>, Error> {
        let mut rest = &*self.piece;
        let found = self.splitter.next(&mut rest);
        let used = self.piece.len() - rest.len();
        let record = match found {
            Ok(None) => None,
            Ok(Some(Item::TooLarge)) => Some(Err(Error::record("it is larger than 256 KiB", b""))),
            Ok(Some(Item::Record(record))) => Some(match employee(record) {
                Ok(employee) if self.awaited.takes(&employee) => Ok(employee),
                Ok(_) => Err(Error::record(
                    "it is about somebody who was not asked for, or who came before",
                    record,
                )),
                Err(reason) => Err(Error::record(reason, record)),
            }),
            Err(error) => return Err(Error::decode(error.to_string(), &self.piece)),
        };
        self.piece.advance(used);
        Ok(record.map(|record| record.map_err(|error| self.located(error))))
    }

    fn located(&self, error: Error) -> Error {
        error.on(&SEARCH, self.attempts, self.start.elapsed())
    }
}

/// How many employees a body in pieces of this size holds.
#[cfg(feature = "test-util")]
pub(in crate::client) fn decode_all(body: &[u8], size: usize) -> usize {
    let mut splitter = Splitter::new(LARGEST_RECORD);
    let mut count = 0;
    for mut piece in body.chunks(size.max(1)) {
        while let Ok(Some(item)) = splitter.next(&mut piece) {
            if let Item::Record(record) = item {
                count += usize::from(core::hint::black_box(employee(record)).is_ok());
            }
        }
    }
    count
}

impl fmt::Debug for EmployeeStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match self.state {
            State::Next => "between requests",
            State::Opening(_) => "opening",
            State::Reading(_) => "reading",
            State::Done => "done",
        };
        f.debug_struct("EmployeeStream")
            .field("search", &self.search)
            .field("state", &state)
            .finish_non_exhaustive()
    }
}
