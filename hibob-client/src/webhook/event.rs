//! What a verified delivery says.

use core::fmt;

use jiff::civil::DateTime;
use sha2::{Digest as _, Sha256};

use super::changed::ChangedFields;
use super::detail::EventDetail;
use super::envelope;
use super::kind::{EventKind, EventVersion};
use super::ping::is_ping;
use crate::{CompanyId, EmployeeId, InvalidId};

/// A verified delivery.
// Exhaustive on purpose: a receiver must say what it does with each of the three.
// Not boxed: nearly all deliveries are events, and an allocation costs more than a move.
#[allow(clippy::exhaustive_enums, clippy::large_enum_variant)]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// The test delivery of the set-up.
    Ping,
    /// Something happened.
    Event(Event),
    /// Signed, but not an event. Answer 200: HiBob would send the same bytes again.
    Unparseable(Unparseable),
}

/// Something happened to an employee, or to something of theirs.
///
/// It says who and when, never what is true: read the record through the API. It holds no
/// personal data; what version 1 sends of it is dropped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub(super) company_id: Option<CompanyId>,
    pub(super) kind: EventKind,
    pub(super) version: EventVersion,
    pub(super) employee: Option<Result<EmployeeId, InvalidId>>,
    pub(super) triggered_by: Option<TriggeredBy>,
    pub(super) triggered_at: Option<DateTime>,
    pub(super) zone_given: bool,
    pub(super) changed: ChangedFields,
    pub(super) detail: EventDetail,
    pub(super) dedupe: DedupeKey,
}

impl Event {
    /// The company, if the body names one.
    pub fn company_id(&self) -> Option<CompanyId> {
        self.company_id
    }

    /// What happened.
    pub fn kind(&self) -> &EventKind {
        &self.kind
    }

    /// The generation of the body.
    pub fn version(&self) -> &EventVersion {
        &self.version
    }

    /// The employee: `None` if the body names none, an error if what it names is not a string of
    /// digits.
    pub fn employee(&self) -> Option<Result<&EmployeeId, InvalidId>> {
        self.employee
            .as_ref()
            .map(|employee| employee.as_ref().map_err(|error| *error))
    }

    /// The employee, if the body names one in a usable way.
    pub fn employee_id(&self) -> Option<&EmployeeId> {
        self.employee.as_ref()?.as_ref().ok()
    }

    /// Who or what caused it, if the body says so in a usable way.
    pub fn triggered_by(&self) -> Option<&TriggeredBy> {
        self.triggered_by.as_ref()
    }

    /// When it happened, in UTC. HiBob sends no zone, so that UTC is an assumption unless
    /// [`zone_given`](Self::zone_given); never order effects by it.
    pub fn triggered_at(&self) -> Option<DateTime> {
        self.triggered_at
    }

    /// Whether the time came with a zone.
    pub fn zone_given(&self) -> bool {
        self.zone_given
    }

    /// Which fields changed, as far as the body says.
    pub fn changed(&self) -> &ChangedFields {
        &self.changed
    }

    /// What it is about beyond the employee.
    pub fn detail(&self) -> &EventDetail {
        &self.detail
    }

    /// The key by which a repeated delivery is recognised.
    pub fn dedupe(&self) -> &DedupeKey {
        &self.dedupe
    }
}

/// Who or what caused an event.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TriggeredBy {
    /// HiBob itself, such as at midnight of the day on which somebody starts.
    System,
    /// An employee.
    Employee(EmployeeId),
}

/// SHA-256 of a body in lower-case hexadecimal digits.
///
/// HiBob gives deliveries no id, but sends the same bytes again when it repeats one, and a time
/// with microseconds keeps different events apart.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DedupeKey([u8; 64]);

impl DedupeKey {
    pub(super) fn of(body: &[u8]) -> Self {
        let mut digits = [b'0'; 64];
        for (pair, byte) in digits.chunks_exact_mut(2).zip(Sha256::digest(body)) {
            pair.copy_from_slice(&[digit(byte >> 4), digit(byte & 15)]);
        }
        Self(digits)
    }

    /// The 64 digits.
    ///
    /// # Panics
    ///
    /// Never: hexadecimal digits are ASCII.
    pub fn as_str(&self) -> &str {
        // `of` writes ASCII digits only.
        core::str::from_utf8(&self.0).expect("hexadecimal digits are ASCII")
    }
}

impl fmt::Debug for DedupeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("DedupeKey").field(&self.as_str()).finish()
    }
}

impl fmt::Display for DedupeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The hexadecimal digit of a number below 16.
fn digit(number: u8) -> u8 {
    if number < 10 {
        b'0' + number
    } else {
        b'a' + (number - 10)
    }
}

/// A signed body that is not an event. Of its content only a digest is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unparseable {
    pub(super) reason: UnparseableReason,
    pub(super) digest: DedupeKey,
}

impl Unparseable {
    /// What is wrong.
    pub fn reason(&self) -> UnparseableReason {
        self.reason
    }

    /// SHA-256 of the body in hexadecimal digits.
    pub fn digest(&self) -> &str {
        self.digest.as_str()
    }

    /// The same digest as a key by which a repeated delivery is recognised.
    pub fn dedupe(&self) -> &DedupeKey {
        &self.digest
    }
}

/// Why a body is not an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum UnparseableReason {
    /// Not a JSON object in UTF-8, or one that names a key twice.
    NotAJsonObject,
    /// No type, or one that is not a text of at most 200 bytes.
    NoType,
    /// More than [`BODY_LIMIT`](super::BODY_LIMIT) bytes.
    TooLarge,
}

impl UnparseableReason {
    /// A stable name in snake case.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotAJsonObject => "not_a_json_object",
            Self::NoType => "no_type",
            Self::TooLarge => "too_large",
        }
    }
}

impl fmt::Display for UnparseableReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Delivery {
    /// Only for bodies whose signature was right.
    pub(super) fn parse(body: &[u8]) -> Self {
        if is_ping(body) {
            return Self::Ping;
        }
        match envelope::read(body) {
            Ok(event) => Self::Event(event),
            Err(reason) => Self::Unparseable(Unparseable {
                reason,
                digest: DedupeKey::of(body),
            }),
        }
    }
}
