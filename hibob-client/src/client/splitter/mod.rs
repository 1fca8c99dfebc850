//! Takes a body `{"employees": [ … ]}` apart as it arrives.
//!
//! A plain state machine: it is given the body in pieces of any size and hands out one record
//! after the other, without ever holding more than one. It decides where a record ends, not whether
//! it is valid; everything beside the records is checked here.

mod scan;

use std::borrow::Cow;

use scan::Scan;
use serde::de::IgnoredAny;

/// Splits one body. After an error it must not be used any more.
#[derive(Debug)]
pub(crate) struct Splitter {
    step: Step,
    scan: Scan,
    /// What earlier pieces held of the present value.
    value: Vec<u8>,
    /// Whether the present value has outgrown the limit and is only scanned on.
    too_large: bool,
    /// Whether `value` was handed out, and is to be emptied.
    handed_out: bool,
    found_list: bool,
    largest: usize,
    /// How many bytes lie behind.
    position: u64,
}

/// One element of the list.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Item<'a> {
    /// As it stands in the body, without the blanks around it.
    Record(&'a [u8]),
    /// Larger than the limit; its bytes are gone.
    TooLarge,
}

/// A body that cannot be taken apart any further.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problem} (byte {position})")]
pub(crate) struct SplitError {
    problem: Problem,
    position: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
enum Problem {
    #[error("it ends too early")]
    TooEarly,
    #[error("it goes on after its end")]
    GoesOn,
    #[error("it is not JSON")]
    NotJson,
    #[error("it has an unexpected shape")]
    Shape,
    #[error("a part of it beside the records is too large")]
    TooLarge,
}

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// `{`
    Start,
    /// A name, or `}`.
    FirstName,
    /// A name.
    Name,
    /// The rest of a name.
    InName,
    /// `:`, and whether the list follows it.
    Colon(bool),
    /// `[`
    List,
    /// A value that is of no interest.
    Other,
    /// The rest of a value that is of no interest.
    InOther,
    /// An element, or `]`.
    FirstElement,
    /// An element.
    Element,
    /// The rest of an element.
    InElement,
    /// `,` or `]`
    AfterElement,
    /// `,` or `}`
    AfterValue,
    /// Nothing.
    End,
}

impl Splitter {
    /// A splitter that holds records up to this many bytes.
    pub(crate) fn new(largest: usize) -> Self {
        Self {
            step: Step::Start,
            scan: Scan::default(),
            value: Vec::new(),
            too_large: false,
            handed_out: false,
            found_list: false,
            largest,
            position: 0,
        }
    }

    /// The next element in this piece of the body, which is shortened by what was used; `None`
    /// once all of it was.
    pub(crate) fn next<'a, 'p: 'a>(
        &'a mut self,
        piece: &mut &'p [u8],
    ) -> Result<Option<Item<'a>>, SplitError> {
        if self.handed_out {
            self.value.clear();
            self.handed_out = false;
        }
        loop {
            if let Step::InName | Step::InOther | Step::InElement = self.step {
                let end = self.scan.end(piece).map_err(|place| {
                    self.position += place as u64;
                    self.not_json()
                })?;
                let Some(end) = end else {
                    self.keep(piece);
                    self.advance(piece, piece.len());
                    return Ok(None);
                };
                let (last, _) = piece.split_at(end);
                let whole_in_piece = self.value.is_empty() && !self.too_large;
                if !whole_in_piece {
                    self.keep(last);
                }
                self.advance(piece, end);
                let too_large = core::mem::take(&mut self.too_large) || last.len() > self.largest;
                if self.step == Step::InElement {
                    self.step = Step::AfterElement;
                    self.handed_out = true;
                    if too_large {
                        return Ok(Some(Item::TooLarge));
                    }
                    let record = if whole_in_piece { last } else { &self.value };
                    return Ok(Some(Item::Record(record)));
                }
                if too_large {
                    return Err(self.error(Problem::TooLarge));
                }
                let kept = core::mem::take(&mut self.value);
                let value = if whole_in_piece { last } else { &kept };
                self.step = self.beside(value)?;
                continue;
            }
            let blanks = piece.iter().take_while(|byte| is_blank(**byte)).count();
            self.advance(piece, blanks);
            let Some(byte) = piece.first() else {
                return Ok(None);
            };
            let (step, used) = self.after(*byte)?;
            self.step = step;
            self.advance(piece, used);
        }
    }

    /// The end of the body.
    pub(crate) fn finish(&self) -> Result<(), SplitError> {
        match self.step {
            Step::End if self.found_list => Ok(()),
            Step::End => Err(self.error(Problem::Shape)),
            _ => Err(self.error(Problem::TooEarly)),
        }
    }

    /// What follows a byte outside of names and values, and whether it was used up.
    fn after(&mut self, byte: u8) -> Result<(Step, usize), SplitError> {
        let next = match (self.step, byte) {
            (Step::Start, b'{') => Step::FirstName,
            (Step::Start, byte) if Scan::begin(byte).is_some() => {
                return Err(self.error(Problem::Shape));
            }
            (Step::FirstName | Step::AfterValue, b'}') => Step::End,
            (Step::FirstName | Step::Name, b'"') => {
                return Ok((self.begin(byte, Step::InName)?, 0));
            }
            (Step::Colon(true), b':') => Step::List,
            (Step::Colon(false), b':') => Step::Other,
            (Step::List, b'[') => Step::FirstElement,
            (Step::List, byte) if Scan::begin(byte).is_some() => {
                return Err(self.error(Problem::Shape));
            }
            (Step::Other, byte) => return Ok((self.begin(byte, Step::InOther)?, 0)),
            (Step::FirstElement | Step::AfterElement, b']') => Step::AfterValue,
            (Step::FirstElement | Step::Element, byte) => {
                return Ok((self.begin(byte, Step::InElement)?, 0));
            }
            (Step::AfterElement, b',') => Step::Element,
            (Step::AfterValue, b',') => Step::Name,
            (Step::End, _) => return Err(self.error(Problem::GoesOn)),
            _ => return Err(self.not_json()),
        };
        Ok((next, 1))
    }

    fn begin(&mut self, byte: u8, step: Step) -> Result<Step, SplitError> {
        self.scan = Scan::begin(byte).ok_or_else(|| self.not_json())?;
        Ok(step)
    }

    /// What follows a complete name, or a complete value of no interest.
    fn beside(&mut self, value: &[u8]) -> Result<Step, SplitError> {
        if self.step == Step::InOther {
            serde_json::from_slice::<IgnoredAny>(value).map_err(|_| self.not_json())?;
            return Ok(Step::AfterValue);
        }
        let name: Text<'_> = serde_json::from_slice(value).map_err(|_| self.not_json())?;
        let is_list = name.0 == LIST;
        if is_list && core::mem::replace(&mut self.found_list, true) {
            return Err(self.error(Problem::Shape));
        }
        Ok(Step::Colon(is_list))
    }

    fn keep(&mut self, bytes: &[u8]) {
        if self.too_large || self.value.len() + bytes.len() > self.largest {
            self.too_large = true;
            self.value = Vec::new();
        } else {
            self.value.extend_from_slice(bytes);
        }
    }

    fn advance(&mut self, piece: &mut &[u8], count: usize) {
        *piece = piece.get(count..).unwrap_or_default();
        self.position += count as u64;
    }

    fn not_json(&self) -> SplitError {
        self.error(Problem::NotJson)
    }

    fn error(&self, problem: Problem) -> SplitError {
        SplitError {
            problem,
            position: self.position,
        }
    }
}

#[derive(serde::Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\r' | b'\t')
}

/// The name of the list of records.
const LIST: &str = "employees";

/// Everything that comes out of a body in pieces of these sizes, over and over, and the error at
/// the end.
#[cfg(any(test, feature = "test-util"))]
pub(super) fn split(
    body: &[u8],
    sizes: &[usize],
    largest: usize,
) -> (Vec<Option<Vec<u8>>>, Option<String>) {
    let mut splitter = Splitter::new(largest);
    let mut found = Vec::new();
    let mut rest = body;
    let mut sizes = sizes.iter().cycle();
    while !rest.is_empty() {
        let size = sizes.next().map_or(1, |size| (*size).clamp(1, rest.len()));
        let (mut piece, later) = rest.split_at(size);
        rest = later;
        loop {
            match splitter.next(&mut piece) {
                Ok(Some(Item::Record(record))) => found.push(Some(record.to_vec())),
                Ok(Some(Item::TooLarge)) => found.push(None),
                Ok(None) => break,
                Err(error) => return (found, Some(error.to_string())),
            }
        }
    }
    let end = splitter.finish().err().map(|error| error.to_string());
    (found, end)
}

#[cfg(test)]
mod tests;
