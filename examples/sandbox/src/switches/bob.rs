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
    /// Reads of one table, bulk reads and profiles per minute; the vendor names no figure.
    pub table_per_minute: u32,
    /// Reads of salaries per minute.
    pub salaries_per_minute: u32,
    /// Edits of a person per minute.
    pub edit_per_minute: u32,
    /// Changes of a mail per minute.
    pub mail_per_minute: u32,
    /// Changes of a start date per minute.
    pub start_date_per_minute: u32,
    /// Terminations per minute.
    pub terminate_per_minute: u32,
    /// Other writes per minute and endpoint; the vendor names no figure.
    pub write_per_minute: u32,
    /// Count all service users of the company together.
    pub limits_per_company: bool,
    /// Send the body of a 429 in the form with `key`.
    pub limit_body_has_key: bool,
    /// Send `Retry-After` with a 429.
    pub retry_after: bool,
    /// Block a credential for five minutes after 50 refusals (401, or 403) in ten seconds.
    pub blocking: bool,
    /// Status that a blocked caller sees, with an HTML page.
    pub blocked_status: u16,
    /// Answer to a single read of somebody outside the service user's population.
    pub outside_population: OutsidePopulation,
    /// Status of a write that the service user may not do.
    pub write_refusal_status: u16,
    /// Status of a creation, or a change of mail, with a mail that somebody else has.
    pub duplicate_mail_status: u16,
    /// Bulk reads of the lifecycle and employment tables exist.
    pub bulk_lifecycle: bool,
    /// A bulk read's results are one employee's rows each, and not one row each.
    pub bulk_grouped: bool,
    /// The Bob Learning module is active.
    pub learning_module: bool,
    /// Send the slash keys (`"/root/id": {"value": …}`) beside the nested form.
    pub slash_keys: bool,
    /// `employee.joined` before `employee.activated`.
    pub joined_first: bool,
    /// `employee.left` before `employee.inactivated`.
    pub left_first: bool,
    /// Send `employee.updated` with `internal.*` ids when a lifecycle row takes effect.
    pub lifecycle_sends_updated: bool,
    /// Send `employee.updated` when a planned row of the work or employment table takes effect.
    pub table_row_sends_updated: bool,
    /// `employee.joined` is sent only to people who are not uninvited.
    pub joined_needs_invitation: bool,
    /// Send `employee.inactivated` when access is taken away by hand.
    pub uninvite_sends_inactivated: bool,
    /// `root.state` of somebody who was invited.
    pub invited_state: String,
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
    /// In `table.entry.*`, send the key that does not apply (`id` or `effectiveDate`) as null, as
    /// Bob did until May 2026.
    pub table_null_keys: bool,
    /// Name of the header with a custom table's address; absent = none.
    pub custom_table_header: Option<String>,
    /// Key of a new value in a v1 `employee.updated`.
    pub v1_value_key: String,
    /// Send `triggeredAt` as the wall clock of the company's zone and not of UTC.
    pub triggered_at_local: bool,
    /// Append `Z` to `triggeredAt`.
    pub triggered_at_zone: bool,
    /// Access during garden leave.
    pub garden_leave_access: Access,
    /// A rehire clears `internal.terminationDate`.
    pub rehire_clears_termination: bool,
    /// Take every 2xx as a successful delivery, not only 200.
    pub any_2xx_delivers: bool,
    /// Minutes between attempts to deliver; the last one repeats.
    pub retry_minutes: Vec<u32>,
    /// An event is given up, and a webhook without any success deactivated, after so many hours.
    pub retry_hours: u32,
    /// A webhook that is switched on again gets what it missed in the last two days.
    pub reactivation_replays: bool,
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
            table_per_minute: 50,
            salaries_per_minute: 10,
            edit_per_minute: 10,
            mail_per_minute: 20,
            start_date_per_minute: 20,
            terminate_per_minute: 10,
            write_per_minute: 50,
            limits_per_company: false,
            limit_body_has_key: false,
            retry_after: false,
            blocking: false,
            blocked_status: 403,
            outside_population: OutsidePopulation::NotFound,
            write_refusal_status: 401,
            duplicate_mail_status: 400,
            bulk_lifecycle: false,
            bulk_grouped: false,
            learning_module: false,
            slash_keys: true,
            joined_first: true,
            left_first: true,
            lifecycle_sends_updated: false,
            table_row_sends_updated: false,
            joined_needs_invitation: false,
            uninvite_sends_inactivated: false,
            invited_state: "invited".into(),
            cancellation_sends_updated: true,
            lifecycle_effective_date: false,
            temporary_leave_type: "employee.temporaryLeave".into(),
            deleted_mail_key: Some("email".into()),
            table_key: "tableId".into(),
            table_null_keys: false,
            custom_table_header: None,
            v1_value_key: "newValue".into(),
            triggered_at_local: false,
            triggered_at_zone: false,
            garden_leave_access: Access::Inactive,
            rehire_clears_termination: false,
            any_2xx_delivers: false,
            retry_minutes: vec![1, 10, 20, 40, 80, 160, 180],
            retry_hours: 72,
            reactivation_replays: false,
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
