//! How 360Learning behaves.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// How 360Learning behaves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Learning360Switches {
    /// Refuse requests without `360-api-version: v2.0`.
    pub version_required: bool,
    /// Status of that refusal.
    pub version_status: u16,
    /// Code of refusals of bodies, paths and queries that do not follow the schema.
    pub schema_code: String,
    /// Refuse unknown body properties and query parameters.
    pub reject_unknown: bool,
    /// Error envelopes of the `OpenAPI` files, or of the developer guide.
    pub envelopes: Envelopes,
    /// DELETE of a deleted user: 204, or 404 `userNotFound`.
    pub delete_again: DeleteAgain,
    /// Activation of an active user is 400 `userAlreadyActive`.
    pub activate_again_is_error: bool,
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
    /// Most values of one `in` or `nin`; more are refused.
    pub most_filter_values: Option<usize>,
    /// Mails for which creation answers `mailUsedTooManyTimes`.
    pub overused_mails: BTreeSet<String>,
    /// Platform names that External-ID mappings must not use.
    pub reserved_platforms: BTreeSet<String>,
    /// `(platform, value)` is unique over all target types.
    pub value_unique_across_types: bool,
    /// When `toBeDeactivatedAt` takes effect.
    pub deactivation_moment: DeactivationMoment,
    /// A mail 24 hours before an announced deactivation.
    pub deactivation_reminder: bool,
    /// Enforce the limits below.
    pub rate_limits: bool,
    /// GET requests per second of virtual time, for the whole company.
    pub reads_per_second: u32,
    /// Other requests per second.
    pub writes_per_second: u32,
    /// What a second is.
    pub rate_window: RateWindow,
    /// Send `Retry-After: 1` with a 429.
    pub retry_after: bool,
    /// `Link` with an absolute or a relative URL.
    pub links: Links,
    /// `expires_in` as a JSON string or number.
    pub expires_in: ExpiresIn,
    /// Lifetime of a token in seconds of virtual time.
    pub token_seconds: u32,
    /// A new token revokes the credential's earlier ones.
    pub new_token_revokes: bool,
    /// Tokens per minute of virtual time; more are 429.
    pub tokens_per_minute: Option<u32>,
    /// The company allows usernames.
    pub usernames_allowed: bool,
    /// Usernames taken on other platforms.
    pub foreign_usernames: BTreeSet<String>,
    /// The role `analyst` exists in this company.
    pub analyst_available: bool,
    /// Custom fields of contents exist in this company.
    pub content_custom_fields: bool,
    /// Most custom fields of one target type.
    pub most_custom_fields: usize,
    /// An empty list of authorised values allows every value.
    pub empty_values_unrestricted: bool,
    /// A user may manage himself, or somebody above him.
    pub manager_loops: bool,
    /// Adding a manager who is there already is no error.
    pub manager_again: bool,
    /// A restored user still has the managers that he had.
    pub restore_keeps_managers: bool,
    /// Removal of a learner's role from a group in which it is only implied.
    pub remove_inherited_role: InheritedRole,
    /// Removal of a user's last role.
    pub last_role: LastRole,
    /// A user who is no longer a member of his primary group has none.
    pub role_removal_clears_primary: bool,
    /// The company has the skills solution.
    pub skills: bool,
    /// External ids of the jobs of that solution.
    pub known_jobs: BTreeSet<String>,
    /// Most groups of the company.
    pub most_groups: usize,
    /// Groups with active integrations, which cannot be deleted.
    pub integrated_groups: BTreeSet<String>,
    /// Shortest password that the company accepts; the vendor's minimum is 8.
    pub shortest_password: usize,
    /// Bulk operations.
    pub bulk: BulkSwitches,
    /// Webhooks that 360Learning sends.
    pub events: EventSwitches,
    /// Page sizes.
    pub pages: PageSizes,
}

impl Default for Learning360Switches {
    fn default() -> Self {
        let reserved = ["BambooHR", "SAP SuccessFactors", "Cornerstone", "Oracle"];
        Self {
            version_required: true,
            version_status: 400,
            schema_code: "invalid_request".into(),
            reject_unknown: true,
            envelopes: Envelopes::OpenApi,
            delete_again: DeleteAgain::NoContent,
            activate_again_is_error: false,
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
            most_filter_values: None,
            overused_mails: BTreeSet::new(),
            reserved_platforms: reserved.map(String::from).into(),
            value_unique_across_types: true,
            deactivation_moment: DeactivationMoment::UtcMidnight,
            deactivation_reminder: true,
            rate_limits: false,
            reads_per_second: 50,
            writes_per_second: 10,
            rate_window: RateWindow::Fixed,
            retry_after: false,
            links: Links::Absolute,
            expires_in: ExpiresIn::Text,
            token_seconds: 3600,
            new_token_revokes: false,
            tokens_per_minute: None,
            usernames_allowed: false,
            foreign_usernames: BTreeSet::new(),
            analyst_available: true,
            content_custom_fields: true,
            most_custom_fields: 100,
            empty_values_unrestricted: true,
            manager_loops: true,
            manager_again: true,
            restore_keeps_managers: true,
            remove_inherited_role: InheritedRole::NotFound,
            last_role: LastRole::Removed,
            role_removal_clears_primary: true,
            skills: false,
            known_jobs: BTreeSet::new(),
            most_groups: 100_000,
            integrated_groups: BTreeSet::new(),
            shortest_password: 8,
            bulk: BulkSwitches::default(),
            events: EventSwitches::default(),
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

/// Answer to the removal of a learner's role that is implied by a public group below.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum InheritedRole {
    /// 404 `userNotFoundInGroup`.
    NotFound,
    /// 204; the role goes from the public groups below, which implied it.
    Removed,
}

/// Answer to the removal of a user's last role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LastRole {
    /// 204; the user is in no group.
    Removed,
    /// 400.
    Refused,
    /// 204; the user is deleted.
    DeletesUser,
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
    /// `mail[in][0]=a&mail[in][1]=b`
    Indexed,
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

/// What the rate limits count by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RateWindow {
    /// The second of the clock.
    Fixed,
    /// The last 1000 milliseconds.
    Sliding,
}

/// How bulk operations run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct BulkSwitches {
    /// Every submission is 503 `bulkAPIDisabled`.
    pub disabled: bool,
    /// Operations that may be on their way at the same time.
    pub concurrent: usize,
    /// Items that are processed in a second of virtual time.
    pub items_per_second: usize,
    /// Operations end in an error after so many items.
    pub fail_after: Option<usize>,
    /// Results per page; absent = the whole list.
    pub results_page: Option<usize>,
    /// Virtual seconds for which ended operations are kept; absent = for ever.
    pub kept_seconds: Option<u32>,
}

impl Default for BulkSwitches {
    fn default() -> Self {
        Self {
            disabled: false,
            concurrent: 3,
            items_per_second: 100,
            fail_after: None,
            results_page: None,
            kept_seconds: None,
        }
    }
}

/// How 360Learning's webhooks behave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct EventSwitches {
    /// Virtual seconds between an event and its first delivery.
    pub latency_seconds: u32,
    /// Subscriptions per event type.
    pub subscriptions_per_type: usize,
    /// Signing secrets as text, or as base64 behind `whsec_`.
    pub secret: SecretForm,
    /// A subscription's URL must be reachable.
    pub check_url: bool,
    /// Events of a restore.
    pub restore: RestoreEvents,
    /// Replacing custom values sends `user.updated`.
    pub custom_values_send_updated: bool,
}

impl Default for EventSwitches {
    fn default() -> Self {
        Self {
            latency_seconds: 1,
            subscriptions_per_type: 10,
            secret: SecretForm::Raw,
            check_url: true,
            restore: RestoreEvents::Both,
            custom_values_send_updated: false,
        }
    }
}

/// Form of a signing secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SecretForm {
    /// The text is the key.
    Raw,
    /// `whsec_` and the key in base64, as in Standard Webhooks.
    Prefixed,
}

/// Events of a restore.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RestoreEvents {
    /// `user.reactivated` and `user.invited`.
    Both,
    /// `user.reactivated`.
    Reactivated,
    /// `user.invited`.
    Invited,
}

/// Items per page of each paged endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct PageSizes {
    /// `GET /users`
    pub users: usize,
    /// `GET /users/{userId}/managers`
    pub managers: usize,
    /// `GET /users/{userId}/subordinates`
    pub subordinates: usize,
    /// `GET /users/{userId}/roles`
    pub roles: usize,
    /// `GET /groups`
    pub groups: usize,
    /// `GET /groups/{groupId}/roles`
    pub group_roles: usize,
    /// `GET /custom-fields`
    pub custom_fields: usize,
    /// `GET /external-ids`
    pub external_ids: usize,
    /// `GET /bulk/operations`
    pub operations: usize,
    /// `GET /webhooks/subscriptions`
    pub subscriptions: usize,
    /// `GET /webhooks/subscriptions/{subscriptionId}/events`
    pub events: usize,
}

impl Default for PageSizes {
    fn default() -> Self {
        Self {
            users: 500,
            managers: 1000,
            subordinates: 1000,
            roles: 1000,
            groups: 500,
            group_roles: 1000,
            custom_fields: 1000,
            external_ids: 5000,
            operations: 20,
            subscriptions: 2000,
            events: 250,
        }
    }
}

impl PageSizes {
    /// The same size everywhere, for tests of paging.
    pub fn all(size: usize) -> Self {
        Self {
            users: size,
            managers: size,
            subordinates: size,
            roles: size,
            groups: size,
            group_roles: size,
            custom_fields: size,
            external_ids: size,
            operations: size,
            subscriptions: size,
            events: size,
        }
    }
}
