//! How Bob behaves.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::seed::Access;

/// How Bob behaves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct BobSwitches {
    /// Enforce the limits below, with `X-RateLimit-*` headers. Off, so that tests do not depend on
    /// how often they ask.
    pub rate_limits: bool,
    /// People searches per minute of virtual time and service user.
    pub search_per_minute: u32,
    /// Single reads of a person per minute; the vendor names no figure.
    pub read_per_minute: u32,
    /// Metadata reads per minute and endpoint.
    pub metadata_per_minute: u32,
    /// Send `Retry-After` with a 429.
    pub retry_after: bool,
    /// Block a credential for five minutes after 50 refusals (401, or 403) in ten seconds.
    pub blocking: bool,
    /// Answer to a single read of somebody outside the service user's population.
    pub outside_population: OutsidePopulation,
    /// Send the slash keys (`"/root/id": {"value": …}`) beside the nested form.
    pub slash_keys: bool,
    /// `employee.joined` before `employee.activated`.
    pub joined_first: bool,
    /// `employee.left` before `employee.inactivated`.
    pub left_first: bool,
    /// Send `employee.updated` with `internal.*` ids when a lifecycle row takes effect.
    pub lifecycle_sends_updated: bool,
    /// Send `employee.updated` when a termination is withdrawn.
    pub cancellation_sends_updated: bool,
    /// Put `effectiveDate` into the data of lifecycle events.
    pub lifecycle_effective_date: bool,
    /// Type of the event at the beginning of a temporary leave.
    pub temporary_leave_type: String,
    /// Key of the mail in `employee.deleted`; absent = no mail.
    pub deleted_mail_key: Option<String>,
    /// Key of the table in `table.entry.*`.
    pub table_key: String,
    /// Append `Z` to `triggeredAt`.
    pub triggered_at_zone: bool,
    /// Access during garden leave.
    pub garden_leave_access: Access,
    /// A rehire clears `internal.terminationDate`.
    pub rehire_clears_termination: bool,
    /// Take every 2xx as a successful delivery, not only 200.
    pub any_2xx_delivers: bool,
    /// Ping a webhook when it is registered.
    pub ping: bool,
    /// Sign the ping.
    pub ping_signed: bool,
    /// Send the ping as a JSON string, with quotation marks.
    pub ping_json: bool,
    /// Behaviour of webhooks that have none of their own.
    pub webhooks: Knobs,
}

impl Default for BobSwitches {
    fn default() -> Self {
        Self {
            rate_limits: false,
            search_per_minute: 50,
            read_per_minute: 50,
            metadata_per_minute: 50,
            retry_after: false,
            blocking: false,
            outside_population: OutsidePopulation::NotFound,
            slash_keys: true,
            joined_first: true,
            left_first: true,
            lifecycle_sends_updated: false,
            cancellation_sends_updated: true,
            lifecycle_effective_date: false,
            temporary_leave_type: "employee.temporaryLeave".into(),
            deleted_mail_key: Some("email".into()),
            table_key: "tableId".into(),
            triggered_at_zone: false,
            garden_leave_access: Access::Inactive,
            rehire_clears_termination: false,
            any_2xx_delivers: false,
            ping: true,
            ping_signed: false,
            ping_json: false,
            webhooks: Knobs::default(),
        }
    }
}

/// Answer to a single read of a person whom the service user may not see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum OutsidePopulation {
    /// 404 with an empty body, as for an unknown id.
    NotFound,
    /// 403.
    Forbidden,
}

/// What goes wrong, or looks different, on the way to one webhook.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Knobs {
    /// Further copies of each event.
    pub duplicates: u32,
    /// Deliver what is due at the same time in the opposite order.
    pub reorder: bool,
    /// Lose every n-th event (1 = all, 0 = none).
    pub drop_every: u64,
    /// Lose all events of these types.
    pub drop_types: BTreeSet<String>,
    /// Virtual seconds between the event and its first delivery.
    pub delay_seconds: u32,
    /// Hold later events back while an earlier one fails.
    pub head_of_line: bool,
    /// Key of the list of changed fields.
    pub changed_key: ChangedKey,
    /// Elements of that list.
    pub changed_elements: ChangedElements,
    /// Form of the field ids in it.
    pub field_ids: FieldIdForm,
    /// Leave `version` out.
    pub omit_version: bool,
}

/// Key of the list of changed fields in `employee.updated`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ChangedKey {
    /// `fieldUpdates`
    #[default]
    FieldUpdates,
    /// `fieldUpdatesIds`
    FieldUpdatesIds,
}

/// Elements of the list of changed fields.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ChangedElements {
    /// `{"id": "root.surname"}`
    #[default]
    Objects,
    /// `"root.surname"`
    Strings,
}

/// Form of a field id in an event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FieldIdForm {
    /// `work.title`
    #[default]
    Dot,
    /// `/work/title`
    Slash,
}
