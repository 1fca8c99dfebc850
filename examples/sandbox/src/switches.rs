//! Switches: every place where the vendors' documents are silent or contradict each other.
//!
//! The README of this package says for each of them what is documented and what is assumed.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::seed::Access;

/// How both stand-ins behave.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Switches {
    /// Bob.
    pub bob: BobSwitches,
    /// 360Learning.
    pub learning360: Learning360Switches,
}

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

/// How 360Learning behaves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Learning360Switches {
    /// Refuse requests without `360-api-version: v2.0`.
    pub version_required: bool,
    /// Refuse unknown body properties and query parameters.
    pub reject_unknown: bool,
    /// Error envelopes of the `OpenAPI` files, or of the developer guide.
    pub envelopes: Envelopes,
    /// DELETE of a deleted user: 204, or 404 `userNotFound`.
    pub delete_again: DeleteAgain,
    /// Activation sends a mail.
    pub activation_mail: bool,
    /// Allow PATCH of a deleted user (but for `toBeDeactivatedAt`).
    pub edit_deleted: bool,
    /// A deleted user's mail or username is taken for everybody else's PATCH.
    pub deleted_identifiers_block: bool,
    /// PATCH with the mail that the user has already is `mailAlreadyUsed`.
    pub same_mail_is_error: bool,
    /// Fields of the restoring POST overwrite the stored ones.
    pub restore_overwrites: bool,
    /// A restored user has lost his custom values.
    pub restore_drops_custom_values: bool,
    /// A deleted user stops being anybody's manager.
    pub deletion_drops_reports: bool,
    /// `sendInvitationEmail=false` counts when a user is restored.
    pub restore_honours_invitation: bool,
    /// Compare mails without regard to case.
    pub mail_ignores_case: bool,
    /// The unfiltered list of users holds deleted ones.
    pub list_includes_deleted: bool,
    /// How `in` and `nin` carry several values.
    pub array_style: ArrayStyle,
    /// Mails for which creation answers `mailUsedTooManyTimes`.
    pub overused_mails: BTreeSet<String>,
    /// Platform names that External-ID mappings must not use.
    pub reserved_platforms: BTreeSet<String>,
    /// `(platform, value)` is unique over all target types.
    pub value_unique_across_types: bool,
    /// When `toBeDeactivatedAt` takes effect.
    pub deactivation_moment: DeactivationMoment,
    /// Enforce the limits below.
    pub rate_limits: bool,
    /// GET requests per second of virtual time, for the whole company.
    pub reads_per_second: u32,
    /// Other requests per second.
    pub writes_per_second: u32,
    /// Send `Retry-After: 1` with a 429.
    pub retry_after: bool,
    /// `Link` with an absolute or a relative URL.
    pub links: Links,
    /// `expires_in` as a JSON string or number.
    pub expires_in: ExpiresIn,
    /// Lifetime of a token in seconds of virtual time.
    pub token_seconds: u32,
    /// The company allows usernames.
    pub usernames_allowed: bool,
    /// Usernames taken on other platforms.
    pub foreign_usernames: BTreeSet<String>,
    /// The role `analyst` exists in this company.
    pub analyst_available: bool,
    /// Page sizes.
    pub pages: PageSizes,
}

impl Default for Learning360Switches {
    fn default() -> Self {
        let reserved = ["BambooHR", "SAP SuccessFactors", "Cornerstone", "Oracle"];
        Self {
            version_required: true,
            reject_unknown: true,
            envelopes: Envelopes::OpenApi,
            delete_again: DeleteAgain::NoContent,
            activation_mail: false,
            edit_deleted: true,
            deleted_identifiers_block: true,
            same_mail_is_error: false,
            restore_overwrites: true,
            restore_drops_custom_values: true,
            deletion_drops_reports: true,
            restore_honours_invitation: true,
            mail_ignores_case: true,
            list_includes_deleted: true,
            array_style: ArrayStyle::Repeated,
            overused_mails: BTreeSet::new(),
            reserved_platforms: reserved.map(String::from).into(),
            value_unique_across_types: true,
            deactivation_moment: DeactivationMoment::UtcMidnight,
            rate_limits: false,
            reads_per_second: 50,
            writes_per_second: 10,
            retry_after: false,
            links: Links::Absolute,
            expires_in: ExpiresIn::Text,
            token_seconds: 3600,
            usernames_allowed: false,
            foreign_usernames: BTreeSet::new(),
            analyst_available: true,
            pages: PageSizes::default(),
        }
    }
}

/// Which description of the error bodies is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Envelopes {
    /// `{"error": {"code", "message"}}`, and `{"error": "…"}` for 401 and 429.
    OpenApi,
    /// `{"code", "message"}`, and `{"error": "…"}` for 401, 403 and 429.
    Guide,
}

/// Answer to the deletion of a user who is deleted already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DeleteAgain {
    /// 204, nothing changes.
    NoContent,
    /// 404 `userNotFound`.
    NotFound,
}

/// How a filter carries several values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ArrayStyle {
    /// `mail[in]=a&mail[in]=b`
    Repeated,
    /// `mail[in]=a,b`
    Comma,
}

/// When an announced deactivation takes effect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DeactivationMoment {
    /// 00:00 UTC of the date.
    UtcMidnight,
    /// 00:00 of the date in this IANA zone.
    Midnight(String),
    /// The instant itself.
    Instant,
}

/// Form of the URL in `Link`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Links {
    /// With scheme and host.
    Absolute,
    /// Path and query only.
    Relative,
}

/// JSON type of `expires_in`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ExpiresIn {
    /// `"3600"`
    Text,
    /// `3600`
    Number,
}

/// Items per page of each paged endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct PageSizes {
    /// `GET /users`
    pub users: usize,
    /// `GET /users/{userId}/roles`
    pub roles: usize,
    /// `GET /groups`
    pub groups: usize,
    /// `GET /external-ids`
    pub external_ids: usize,
}

impl Default for PageSizes {
    fn default() -> Self {
        Self {
            users: 500,
            roles: 1000,
            groups: 500,
            external_ids: 5000,
        }
    }
}

impl PageSizes {
    /// The same size everywhere, for tests of paging.
    pub fn all(size: usize) -> Self {
        Self {
            users: size,
            roles: size,
            groups: size,
            external_ids: size,
        }
    }
}
