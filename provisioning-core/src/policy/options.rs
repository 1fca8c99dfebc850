use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// How accounts and employees find each other.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Matching {
    /// What happens to an account that exists already and is not linked.
    pub adopt: Adopt,
    /// Whether a deleted account that is not linked is brought back.
    pub restore_unlinked: RestoreUnlinked,
    /// Mail domains that get accounts, in lower case; empty = all.
    pub allowed_domains: Vec<String>,
    /// Whether a private mail may become the mail of an account.
    pub private_mail: PrivateMail,
    /// What happens when a person comes back under a new id in Bob.
    pub relink: Relink,
}

/// What happens to an unlinked account with the employee's mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(
    clippy::exhaustive_enums,
    reason = "either we take it over or a person does"
)]
pub enum Adopt {
    /// It is linked and kept in step from then on.
    Auto,
    /// It is reported and left alone.
    Manual,
}

/// Whether a deleted, unlinked account with the employee's mail is brought back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RestoreUnlinked {
    /// Never: the address may have belonged to somebody else.
    Never,
    /// If first and last name are equal.
    SameName,
}

/// When accounts come and go.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Lifecycle {
    /// When a future employee gets an account.
    pub create_at: CreateAt,
    /// Whether 360Learning sends its invitation mail to new accounts.
    pub invite: bool,
    /// Whether accounts are activated without waiting for the invitation to be accepted.
    pub activate: bool,
    /// What a leave does.
    pub on_leave: OnLeave,
    /// What leaving the scope does to an active person's account.
    pub on_out_of_scope: OnOutOfScope,
    /// When the invitation mail is sent, if one is.
    pub invite_at: InviteAt,
    /// Whether 360Learning is told of an announced last day.
    pub schedule: Schedule,
    /// How long after a departure was announced the account is deactivated although Bob cannot be
    /// read; `None` = never.
    pub act_on_event_after: Option<SignedDuration>,
}

/// When a future employee gets an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CreateAt {
    /// As soon as the record exists.
    Creation,
    /// So many days before the start date, at midnight in the site's zone; 0 = on the day.
    BeforeStart(u16),
}

/// What a leave does to the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "either it is kept or it is not")]
pub enum OnLeave {
    /// It is deactivated until the return.
    Deactivate,
    /// It stays as it is.
    Keep,
}

/// What leaving the scope does to an active person's account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "either it is kept or it is not")]
pub enum OnOutOfScope {
    /// It stays as it is.
    Keep,
    /// It is deactivated.
    Deactivate,
}

/// When a field is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum When {
    /// Whenever it differs.
    Always,
    /// Only into new accounts.
    CreateOnly,
    /// Only if the account has no value.
    FillIfEmpty,
}

/// How deep decisions look at an account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(
    clippy::exhaustive_enums,
    reason = "what is listed, or that and what each user has"
)]
pub enum Depth {
    /// At everything the policy is about.
    #[default]
    Deep,
    /// At what the lists of users and external IDs show. Custom values, managers and memberships
    /// are left alone; accounts that have to go are looked at in depth all the same.
    Light,
}

/// What happens to a manager we set who cannot be one any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "either he stays or he does not")]
pub enum Gone {
    /// He stays the manager.
    Keep,
    /// He is removed.
    Remove,
}

/// Whether a role in a group that we gave is taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "either it is or it is not")]
pub enum Revoke {
    /// When no rule gives it any more.
    Granted,
    /// Never.
    Never,
}

/// When 360Learning invites a new account by mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(
    clippy::exhaustive_enums,
    reason = "360Learning invites at creation or not at all"
)]
pub enum InviteAt {
    /// When the account is created.
    Creation,
    /// Not before the start date: an account that is created earlier gets no mail. 360Learning
    /// has no call for a later invitation, so on the day the invitation is reported as due.
    Start,
}

/// Whether an announced last day is told to 360Learning beforehand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "either it is or it is not")]
pub enum Schedule {
    /// It is not.
    Off,
    /// As a safety net, a day later than the deactivation on the day itself.
    SafetyNet,
}

/// Whether a private mail may become the mail of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "either it may or it may not")]
pub enum PrivateMail {
    /// It may not.
    Distrust,
    /// It may.
    Trust,
}

/// What happens when a person comes back under a new id in Bob.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "either a person decides or we do")]
pub enum Relink {
    /// It is reported.
    Propose,
    /// The link moves to the new id, if the old one has left and the names are equal.
    Auto,
}

/// The zones in which dates begin and end.
#[derive(Clone, Debug)]
pub(crate) struct Zones {
    pub(crate) tenant: TimeZone,
    pub(crate) sites: BTreeMap<String, TimeZone>,
    /// Where the policy names the sites.
    pub(crate) lines: BTreeMap<String, usize>,
}

impl Default for Matching {
    fn default() -> Self {
        Self {
            adopt: Adopt::Auto,
            restore_unlinked: RestoreUnlinked::Never,
            allowed_domains: Vec::new(),
            private_mail: PrivateMail::Distrust,
            relink: Relink::Propose,
        }
    }
}

impl Default for Lifecycle {
    fn default() -> Self {
        Self {
            create_at: CreateAt::Creation,
            invite: true,
            activate: false,
            on_leave: OnLeave::Deactivate,
            on_out_of_scope: OnOutOfScope::Keep,
            invite_at: InviteAt::Creation,
            schedule: Schedule::Off,
            act_on_event_after: None,
        }
    }
}

impl Zones {
    /// The zone of a site, or the tenant's zone and `false` if the site has none of its own.
    pub(crate) fn of_site(&self, site: Option<&str>) -> (&TimeZone, bool) {
        // Without any site zones in the policy, the tenant's zone is meant for all of them.
        if self.sites.is_empty() {
            return (&self.tenant, true);
        }
        match site.and_then(|site| self.sites.get(site)) {
            Some(zone) => (zone, true),
            None => (&self.tenant, false),
        }
    }
}

/// The calendar day it is at an instant in a zone.
pub(crate) fn today(now: Timestamp, zone: &TimeZone) -> Date {
    now.to_zoned_datetime(zone.clone()).date()
}

/// The instant at which a calendar day begins in a zone.
///
/// A day that begins in a clock change begins at the first instant that exists.
pub(crate) fn midnight(date: Date, zone: &TimeZone) -> Option<Timestamp> {
    let begin = date.to_zoned_datetime(zone.clone()).ok()?;
    Some(begin.timestamp())
}
