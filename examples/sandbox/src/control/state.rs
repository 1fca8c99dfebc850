//! What the control routes answer: the truth of both sides, and the report of a turn.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::seed::{CustomField, Group, LifecycleRow, Mapping, User};
use crate::switches::Switches;

/// The full truth of both stand-ins (`GET /_sandbox/state`). Secrets are not in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct State {
    /// Virtual time.
    pub now: Timestamp,
    /// Employees by id.
    pub employees: BTreeMap<String, EmployeeState>,
    /// Ids of deleted employees.
    pub deleted_employees: BTreeSet<String>,
    /// Webhooks in the order of registration.
    pub webhooks: Vec<WebhookState>,
    /// All events, delivered or not.
    pub events: Vec<EventRecord>,
    /// All delivery attempts.
    pub deliveries: Vec<DeliveryRecord>,
    /// Mails to Bob's administrators about failing webhooks.
    pub notices: Vec<Notice>,
    /// Completions that were reported to Bob's Learning module.
    #[serde(default)]
    pub statements: Vec<Statement>,
    /// 360Learning's accounts by id.
    pub users: BTreeMap<String, User>,
    /// 360Learning's groups by id.
    pub groups: BTreeMap<String, Group>,
    /// 360Learning's custom fields by id.
    pub custom_fields: BTreeMap<String, CustomField>,
    /// External-ID mappings by id.
    pub mappings: BTreeMap<String, Mapping>,
    /// Mails that 360Learning has sent.
    pub mails: Vec<Mail>,
    /// What happened in 360Learning that webhooks tell of, whether somebody listens or not.
    pub happenings: Vec<HappeningRecord>,
    /// 360Learning's webhook subscriptions.
    pub subscriptions: Vec<SubscriptionState>,
    /// 360Learning's bulk operations.
    pub operations: Vec<OperationState>,
    /// Switches in force.
    pub switches: Switches,
}

impl State {
    /// The account that is linked to this employee on this External-ID platform.
    pub fn linked(&self, platform: &str, employee: &str) -> Option<&User> {
        let mapping = self.mappings.values().find(|it| {
            it.platform == platform && it.target_type == "user" && it.value == employee
        })?;
        self.users.get(&mapping.target_id)
    }

    /// Who has which account and what is in it, a line each and in a fixed order, to compare two
    /// companies by: ids and times are left out.
    pub fn linked_accounts(&self) -> Vec<String> {
        let accounts = self.mappings.values().filter_map(|mapping| {
            let user = self.users.get(&mapping.target_id)?;
            let (job, first, mail) = (&user.job, &user.first_name, &user.mail);
            let (employee, status) = (&mapping.value, &user.status);
            Some(format!("{employee} {status:?} {job:?} {first:?} {mail:?}"))
        });
        let mut accounts: Vec<_> = accounts.collect();
        accounts.sort();
        accounts
    }

    /// The account with this mail, compared without case; a deleted one only if no other has it.
    pub fn user_by_mail(&self, mail: &str) -> Option<&User> {
        let holds = |user: &&User| {
            user.mail
                .as_ref()
                .is_some_and(|it| it.to_lowercase() == mail.to_lowercase())
        };
        self.users
            .values()
            .filter(holds)
            .min_by_key(|user| user.status)
    }
}

/// An employee as Bob knows him. `Debug` shows the id and the field ids only.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct EmployeeState {
    /// Employee id.
    pub id: String,
    /// Stored machine values by field id; calculated ones are not among them.
    pub fields: BTreeMap<String, Value>,
    /// Lifecycle rows in the order of their effect.
    pub lifecycle: Vec<LifecycleRow>,
    /// When the next row of any table takes effect.
    pub next_switch: Option<Timestamp>,
    /// Stored rows of other tables, by the table's name or id.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tables: BTreeMap<String, Vec<Value>>,
}

impl fmt::Debug for EmployeeState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmployeeState")
            .field("id", &self.id)
            .field("fields", &self.fields.keys())
            .field("lifecycle", &self.lifecycle)
            .field("next_switch", &self.next_switch)
            .field("tables", &self.tables.keys())
            .finish()
    }
}

/// A webhook and how it fares.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct WebhookState {
    /// Its name.
    pub name: String,
    /// Its URL.
    pub url: String,
    /// Event types it listens for.
    pub events: BTreeSet<String>,
    /// False after 72 hours without a successful delivery.
    pub active: bool,
    /// First failure since the last success.
    pub failing_since: Option<Timestamp>,
    /// Deliveries on their way, due or not.
    pub pending: u64,
    /// Successful deliveries.
    pub delivered: u64,
    /// Failed attempts.
    pub failed: u64,
    /// Events lost by a knob.
    pub lost: u64,
}

/// Something that happened to an employee.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct EventRecord {
    /// From 1, in their order.
    pub number: u64,
    /// Virtual time.
    pub at: Timestamp,
    /// Event type.
    #[serde(rename = "type")]
    pub kind: String,
    /// The employee.
    pub employee_id: String,
    /// True if `triggeredBy` is `system`.
    pub by_system: bool,
    /// Changed fields, if it names any.
    pub fields: Vec<String>,
}

/// One attempt to deliver an event or a ping.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DeliveryRecord {
    /// Number of the event; 0 for a ping.
    pub event: u64,
    /// Name of the webhook.
    pub webhook: String,
    /// Event type, or `ping`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The employee; empty for a ping.
    pub employee_id: String,
    /// From 1.
    pub attempt: u32,
    /// Virtual time.
    pub at: Timestamp,
    /// Status of the answer; 0 = none.
    pub status: u16,
}

/// A mail to Bob's administrators about a failing webhook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Notice {
    /// Name of the webhook.
    pub webhook: String,
    /// 1, 24, 48 or 72.
    pub failing_hours: i64,
    /// Virtual time.
    pub at: Timestamp,
}

/// A completion that was reported to Bob's Learning module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Statement {
    /// Its id.
    pub id: String,
    /// Virtual time.
    pub at: Timestamp,
    /// The employee.
    pub employee_id: String,
    /// `completed`, `failed` or `passed`.
    pub verb: String,
    /// Link of the content.
    pub object: String,
}

/// A mail that 360Learning has sent. `Debug` does not show the address.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Mail {
    /// The user.
    pub user_id: String,
    /// Where it went.
    pub to: String,
    /// `invitation`, `activation` or `deactivation_reminder`.
    pub kind: String,
    /// Virtual time.
    pub at: Timestamp,
}

impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mail")
            .field("user_id", &self.user_id)
            .field("kind", &self.kind)
            .field("at", &self.at)
            .finish_non_exhaustive()
    }
}

/// Something that happened in 360Learning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct HappeningRecord {
    /// Virtual time.
    pub at: Timestamp,
    /// Event type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Id of the user, group or operation.
    pub about: String,
}

/// A webhook subscription in 360Learning and how it fares.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SubscriptionState {
    /// Its id.
    pub id: String,
    /// Its event type.
    pub event_type: String,
    /// Its URL.
    pub url: String,
    /// False after five days of failures, or if it was switched off.
    pub active: bool,
    /// First failure since the last success.
    pub failing_since: Option<Timestamp>,
    /// Successful deliveries.
    pub delivered: u64,
    /// Failed attempts.
    pub failed: u64,
}

/// A bulk operation in 360Learning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OperationState {
    /// Its id.
    pub id: String,
    /// Its type, such as `addUsersToGroups`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its status.
    pub status: String,
    /// Number of items.
    pub items: usize,
    /// Items processed.
    pub processed: usize,
}

/// What an act or a turn of the clock did, all due deliveries included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Report {
    /// Virtual time afterwards.
    pub now: Timestamp,
    /// The employee or user concerned by an act.
    #[serde(default)]
    pub id: Option<String>,
    /// Events that happened.
    pub events: u64,
    /// Lifecycle rows that took effect by the clock.
    pub lifecycle_switches: u64,
    /// Announced deactivations that took effect in 360Learning.
    pub deactivations: u64,
    /// Attempts to deliver Bob's webhooks.
    pub deliveries: DeliveryCounts,
    /// Attempts to deliver 360Learning's webhooks.
    #[serde(default)]
    pub learning360_deliveries: DeliveryCounts,
    /// Webhooks deactivated after 72 hours.
    pub deactivated_webhooks: u64,
    /// Deliveries that are on their way, all webhooks together.
    pub pending: u64,
}

impl Report {
    pub(crate) fn new(now: Timestamp) -> Self {
        Self {
            now,
            id: None,
            events: 0,
            lifecycle_switches: 0,
            deactivations: 0,
            deliveries: DeliveryCounts::default(),
            learning360_deliveries: DeliveryCounts::default(),
            deactivated_webhooks: 0,
            pending: 0,
        }
    }
}

/// Attempts to deliver events; pings are not counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DeliveryCounts {
    /// Attempts.
    pub attempted: u64,
    /// Answered with success.
    pub delivered: u64,
    /// Anything else.
    pub failed: u64,
    /// Deliveries that will not be tried again.
    pub given_up: u64,
}
