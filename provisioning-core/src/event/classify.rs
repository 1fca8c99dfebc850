use std::collections::BTreeSet;

use hibob_client::webhook::{self, ChangedFields, Event, EventKind};
use hibob_client::{CompanyId, EmployeeId};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use super::evidence::Evidence;
use super::hint::{Changed, Hint, Urgency};
use crate::plan::Reason;
use crate::policy::{AccessRevoked, Events, Policy, Reaction, is_temporary_leave};

/// A verified delivery and where it arrived.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Delivery<'a> {
    /// What was delivered.
    pub content: &'a webhook::Delivery,
    /// The endpoint that took it in.
    pub endpoint: Endpoint,
    /// The company that the deliveries must come from; `None` = not checked.
    pub company: Option<CompanyId>,
}

/// The two endpoints of the set-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(
    clippy::exhaustive_enums,
    reason = "the set-up has exactly two webhooks"
)]
pub enum Endpoint {
    /// `360Learning_Employee_Upsert`.
    Upsert,
    /// `360Learning_Employee_Deactivation`.
    Deactivation,
}

/// What a delivery comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(
    clippy::exhaustive_enums,
    reason = "a host has to handle each of the three"
)]
pub enum Classified {
    /// Somebody is to be looked at.
    Hint(Hinted),
    /// Nothing to do, on purpose.
    Ignore(Reason),
    /// It cannot be used; an operator should see it.
    Dead(Reason),
}

/// Whom to look at, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Hinted {
    /// The employee.
    pub employee: EmployeeId,
    /// The hint, to be stamped by the Store.
    pub hint: Hint,
    /// Oddities that an operator may want to know.
    pub flags: BTreeSet<Flag>,
}

/// An oddity of a delivery that was accepted all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Flag {
    /// It arrived on the other webhook's endpoint; it is processed by its type.
    WrongEndpoint,
    /// Its `triggeredAt` names no zone; it was read as UTC.
    ZoneAssumed,
    /// It is older than Bob's retries can explain; it causes a refresh and nothing else.
    Stale,
}

impl Flag {
    /// The name used in logs and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::WrongEndpoint => "wrong_endpoint",
            Self::ZoneAssumed => "zone_assumed",
            Self::Stale => "stale",
        }
    }
}

impl<'a> Delivery<'a> {
    /// A delivery that arrived at this endpoint, from any company.
    pub fn new(content: &'a webhook::Delivery, endpoint: Endpoint) -> Self {
        Self {
            content,
            endpoint,
            company: None,
        }
    }

    /// Only accepts events of this company.
    pub fn of_company(self, company: Option<CompanyId>) -> Self {
        Self { company, ..self }
    }
}

/// Turns a delivery into a hint, or says why there is none.
///
/// Total: every delivery has an answer, and all of them are acknowledged with 200. The data in
/// the event is never used beyond the employee's id and the ids of the changed fields.
///
/// The policy says what becomes of the events that the set-up guide does not tick.
pub fn classify(policy: &Policy, delivery: &Delivery<'_>, now: Timestamp) -> Classified {
    let event = match delivery.content {
        webhook::Delivery::Event(event) => event,
        webhook::Delivery::Ping => return Classified::Ignore(Reason::Ping),
        _ => return Classified::Dead(Reason::Unparseable),
    };
    if let (Some(expected), Some(actual)) = (delivery.company, event.company_id()) {
        if expected != actual {
            return Classified::Dead(Reason::WrongCompany);
        }
    }
    let evidence = match evidence(&policy.rules().events, event.kind()) {
        Ok(evidence) => evidence,
        Err(reason) => return Classified::Ignore(reason),
    };
    let Some(employee) = event.employee_id() else {
        return Classified::Dead(Reason::Unparseable);
    };
    let flags = flags(delivery, event, evidence, now);
    let hint = if flags.contains(&Flag::Stale) {
        Hint::refresh(now)
    } else {
        let urgency = if takes_away(evidence) {
            Urgency::Urgent
        } else {
            Urgency::Normal
        };
        Hint::new(evidence, changed(event), urgency, now)
    };
    Classified::Hint(Hinted {
        employee: employee.clone(),
        hint,
        flags,
    })
}

/// The event table.
fn evidence(events: &Events, kind: &EventKind) -> Result<Evidence, Reason> {
    // Such an event names nothing that changed, so anything may have.
    let reaction = |reaction| match reaction {
        Reaction::Refresh => Ok(Evidence::Updated),
        Reaction::Ignore => Err(Reason::ByPolicy),
    };
    match kind {
        EventKind::EmployeeCreated => Ok(Evidence::Created),
        EventKind::EmployeeUpdated => Ok(Evidence::Updated),
        EventKind::EmployeeActivated => Ok(Evidence::Activated),
        EventKind::EmployeeJoined => Ok(Evidence::Joined),
        EventKind::EmployeeInactivated => Ok(Evidence::Inactivated),
        EventKind::EmployeeTerminated => Ok(Evidence::Terminated),
        EventKind::EmployeeDeleted => Ok(Evidence::Deleted),
        EventKind::AccessRevokedImmediately => match events.access_revoked {
            AccessRevoked::Deactivate => Ok(Evidence::Revoked),
            AccessRevoked::Ignore => Err(Reason::ByPolicy),
        },
        EventKind::TableEntryCreated | EventKind::TableEntryUpdated => {
            reaction(events.table_entries)
        }
        kind if is_temporary_leave(kind) => reaction(events.temporary_leave),
        kind if kind.is_known() => Err(Reason::ByPolicy),
        _ => Err(Reason::UnknownType),
    }
}

/// Whether it is about taking an account away, so that a moment counts.
fn takes_away(evidence: Evidence) -> bool {
    evidence.says_departed() || evidence.is_revocation()
}

fn changed(event: &Event) -> Changed {
    match (event.kind(), event.changed()) {
        (EventKind::EmployeeUpdated, ChangedFields::Fields(fields)) if !fields.is_empty() => {
            Changed::Fields(fields.iter().cloned().collect())
        }
        _ => Changed::Unknown,
    }
}

fn flags(
    delivery: &Delivery<'_>,
    event: &Event,
    evidence: Evidence,
    now: Timestamp,
) -> BTreeSet<Flag> {
    let mut flags = BTreeSet::new();
    let home = if takes_away(evidence) {
        Endpoint::Deactivation
    } else {
        Endpoint::Upsert
    };
    if delivery.endpoint != home {
        flags.insert(Flag::WrongEndpoint);
    }
    if let Some(triggered_at) = event.triggered_at() {
        if !event.zone_given() {
            flags.insert(Flag::ZoneAssumed);
        }
        let triggered_at = TimeZone::UTC.to_timestamp(triggered_at);
        if triggered_at.is_ok_and(|at| now.duration_since(at) > REPLAY_WINDOW) {
            flags.insert(Flag::Stale);
        }
    }
    flags
}

/// Bob retries a delivery for three days; a day more allows for clocks and delays.
const REPLAY_WINDOW: SignedDuration = SignedDuration::from_hours(96);
