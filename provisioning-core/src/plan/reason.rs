use std::fmt;

use serde::{Deserialize, Serialize};

/// Why something is done or not done; every non-action has one.
///
/// The wire form is the name in `snake_case`, as [`Reason::as_str`] gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reason {
    // Events.
    /// The event table says that this type is not acted on.
    ByPolicy,
    /// The set-up ping or a test delivery.
    Ping,
    /// An event type that is not known.
    UnknownType,
    /// No usable event: not JSON, or no employee id.
    Unparseable,
    /// The event comes from another company.
    WrongCompany,
    /// None of the changed fields matters.
    Irrelevant,

    // Nothing to do.
    /// The account equals what the policy wants.
    InSync,
    /// The account is already deactivated.
    AlreadyInactive,
    /// There is no account to deactivate.
    NotProvisioned,
    /// The account's time has not come.
    NotYet,
    /// The person is on leave and keeps the account.
    OnLeave,
    /// The person is outside the policy's scope.
    OutOfScope,
    /// The mail's domain is not among the allowed ones.
    DomainOutOfScope,
    /// Bob shows nothing for the person.
    NotVisible,
    /// The event said one thing and the record says another; the record counts.
    EventStateMismatch,
    /// Somebody else deactivated the account on purpose.
    ManualDeactivation,
    /// The account is protected.
    Protected,

    // What Bob lets us see.
    /// A status is hidden or not understood, so nothing is decided.
    PermissionGap,
    /// A field is hidden or was not sent.
    SourceFieldMissing,
    /// The permissions or settings have to be mended first.
    FixConfig,
    /// The settings named a place that refuses us for good, such as a reserved platform name.
    FixSettings,
    /// A system gave no usable answer.
    Unavailable,

    // Why an account is changed.
    /// The person is in scope and has no account.
    Provision,
    /// An account with the person's mail was taken over.
    Adopted,
    /// An account that we created before, whose answer was lost.
    OwnCreate,
    /// The account is not joined to the employee yet.
    LinkMissing,
    /// A mapped field differs.
    Difference,
    /// The policy activates accounts.
    ActivateByPolicy,
    /// The person is active again.
    Returned,
    /// The person has left.
    Leaver,
    /// The person is on leave.
    LeaveBegan,
    /// The person's access is switched off in Bob.
    Suspended,
    /// Bob deleted the record.
    SourceGone,
    /// Bob announced inactivity and shows nothing for the person since.
    EventAndInvisible,
    /// An account of somebody else was restored by mistake.
    UndoRestore,

    // Matching and mail.
    /// Nothing to identify the account by: no usable mail.
    NoIdentifier,
    /// An unlinked account exists and the policy wants a person to take it over.
    AdoptionNeeded,
    /// A deleted account with this mail belongs, or may belong, to somebody else.
    RecycledIdentity,
    /// The person seems to have a new id in Bob; the old one has left.
    RelinkProposal,
    /// Another employee, who keeps it, holds the mail or the username.
    SharedIdentity,
    /// A deleted account holds the mail or the username.
    MailHeldByDeleted,
    /// An account that is not linked, or that we cannot see, holds the mail or the username.
    MailHeldByOther,
    /// The holder of the mail is about to change it.
    MailMoving,
    /// The holders of the mails wait for each other.
    MailCycle,
    /// The deleted account no longer carries the mail we knew: it may have been pseudonymised.
    Erased,
    /// 360Learning gave us another account than the one we asked for.
    WrongAccount,
    /// The link points to a user that does not exist.
    LinkBroken,
    /// 360Learning's link is another one than we remember.
    LinkMismatch,

    // Data.
    /// The mapping of a field failed.
    MappingFailed,
    /// A list has no label for the id.
    LabelUnknown,
    /// A value was cut or cleaned to fit.
    ValueAdjusted,
    /// The language is not one that 360Learning knows.
    LanguageUnknown,
    /// The employee's site has no zone in the policy; the tenant's zone was used.
    ZoneAssumed,

    // Guards.
    /// More deactivations than the guard lets through.
    MassDeactivation,
    /// More accounts come back than the guard lets through.
    MassReactivation,
    /// The account administers the whole platform.
    Privileged,
    /// A change of the policy put the person out of scope.
    ScopeExit,
    /// More mails change than the guard lets through.
    EmailChange,
    /// More values of one field are emptied than the guard lets through.
    FieldClear,
    /// More learners leave one group than the guard lets through.
    GroupRemoval,
    /// More invitation mails than the guard lets through.
    InvitationStorm,
    /// Nearly everybody lost the same field at once; the permissions in Bob may have changed.
    PermissionChangeSuspected,
    /// Bob shows far fewer people than last time.
    SourceSuspicious,
    /// Bob did not list the person and still answers for it by id: what the service user may see
    /// has changed.
    ScopeOfServiceUserChanged,
    /// What was planned is not what is needed any more.
    PlanStale,
    /// The plan was made under another policy.
    PolicyChanged,
    /// A person rejected it.
    Rejected,

    // Groups, managers, custom fields, dates.
    /// The manager has no account yet; it is set when there is one.
    PendingReference,
    /// The manager is outside the policy's scope.
    ManagerOutOfScope,
    /// The manager's account is deactivated.
    ManagerDeleted,
    /// The person is his own manager in Bob.
    SelfManager,
    /// No group rule fits the person.
    GroupUnmapped,
    /// 360Learning has no such group.
    GroupNotFound,
    /// The account is no member of the group that is to be its primary one.
    NotMemberOfPrimaryGroup,
    /// The value is not among those that 360Learning allows for the custom field.
    UnauthorizedValue,
    /// 360Learning has no such custom field.
    CustomFieldNotFound,
    /// A role that is only given by hand was lost with the deactivation.
    RoleNotGivenBack,
    /// Somebody else changed in 360Learning what the policy writes.
    Drift,
    /// A value that a new account needs is missing.
    RequiredMissing,
    /// Only a private mail is known, and the policy does not trust it.
    UntrustedIdentifier,
    /// Mail and username belong to two different accounts.
    Disputed,
    /// Bob announced a departure and could not be read since.
    EventOnly,
    /// Bob could not be read for an hour after it announced a departure.
    SourceUnreachable,
    /// The person's access was revoked at once.
    RevokedAtOnce,
    /// The hire was withdrawn before it began.
    Withdrawn,
    /// The last day is known.
    Scheduled,
    /// The announced last day was taken back or moved.
    ScheduleWithdrawn,
    /// It was lost with the deactivation and is given back.
    GivenBack,
    /// A rule of the policy grants it.
    Granted,
    /// No rule of the policy grants it any more.
    NoLongerGranted,
    /// The invitation is due, and only an administrator can send it.
    InvitationDue,
    /// The start date has passed and the invitation was never accepted.
    NeverLoggedIn,
    /// The account changed between the decision and the write.
    Stale,
    /// Several links in a row are broken: region or credentials may be wrong.
    WrongPlatform,

    // Outcomes.
    /// 360Learning refused the data.
    FixData,
    /// 360Learning refused with a code that is not known.
    UnknownCode,
    /// The call may have had an effect, but no answer came.
    Unanswered,
    /// The retries are used up.
    GivenUp,
}

impl Reason {
    /// The stable code, in `snake_case`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ByPolicy => "by_policy",
            Self::Ping => "ping",
            Self::UnknownType => "unknown_type",
            Self::Unparseable => "unparseable",
            Self::WrongCompany => "wrong_company",
            Self::Irrelevant => "irrelevant",
            Self::InSync => "in_sync",
            Self::AlreadyInactive => "already_inactive",
            Self::NotProvisioned => "not_provisioned",
            Self::NotYet => "not_yet",
            Self::OnLeave => "on_leave",
            Self::OutOfScope => "out_of_scope",
            Self::DomainOutOfScope => "domain_out_of_scope",
            Self::NotVisible => "not_visible",
            Self::EventStateMismatch => "event_state_mismatch",
            Self::ManualDeactivation => "manual_deactivation",
            Self::Protected => "protected",
            Self::PermissionGap => "permission_gap",
            Self::SourceFieldMissing => "source_field_missing",
            Self::FixConfig => "fix_config",
            Self::FixSettings => "fix_settings",
            Self::Unavailable => "unavailable",
            Self::Provision => "provision",
            Self::Adopted => "adopted",
            Self::OwnCreate => "own_create",
            Self::LinkMissing => "link_missing",
            Self::Difference => "difference",
            Self::ActivateByPolicy => "activate_by_policy",
            Self::Returned => "returned",
            Self::Leaver => "leaver",
            Self::LeaveBegan => "leave_began",
            Self::Suspended => "suspended",
            Self::SourceGone => "source_gone",
            Self::EventAndInvisible => "event_and_invisible",
            Self::UndoRestore => "undo_restore",
            Self::NoIdentifier => "no_identifier",
            Self::AdoptionNeeded => "adoption_needed",
            Self::RecycledIdentity => "recycled_identity",
            Self::RelinkProposal => "relink_proposal",
            Self::SharedIdentity => "shared_identity",
            Self::MailHeldByDeleted => "mail_held_by_deleted",
            Self::MailHeldByOther => "mail_held_by_other",
            Self::MailMoving => "mail_moving",
            Self::MailCycle => "mail_cycle",
            Self::Erased => "erased",
            Self::WrongAccount => "wrong_account",
            Self::LinkBroken => "link_broken",
            Self::LinkMismatch => "link_mismatch",
            Self::MappingFailed => "mapping_failed",
            Self::LabelUnknown => "label_unknown",
            Self::ValueAdjusted => "value_adjusted",
            Self::LanguageUnknown => "language_unknown",
            Self::ZoneAssumed => "zone_assumed",
            Self::MassDeactivation => "mass_deactivation",
            Self::MassReactivation => "mass_reactivation",
            Self::Privileged => "privileged",
            Self::ScopeExit => "scope_exit",
            Self::EmailChange => "email_change",
            Self::FieldClear => "field_clear",
            Self::GroupRemoval => "group_removal",
            Self::InvitationStorm => "invitation_storm",
            Self::PermissionChangeSuspected => "permission_change_suspected",
            Self::SourceSuspicious => "source_suspicious",
            Self::ScopeOfServiceUserChanged => "scope_of_service_user_changed",
            Self::PlanStale => "plan_stale",
            Self::PolicyChanged => "policy_changed",
            Self::Rejected => "rejected",
            Self::PendingReference => "pending_reference",
            Self::ManagerOutOfScope => "manager_out_of_scope",
            Self::ManagerDeleted => "manager_deleted",
            Self::SelfManager => "self_manager",
            Self::GroupUnmapped => "group_unmapped",
            Self::GroupNotFound => "group_not_found",
            Self::NotMemberOfPrimaryGroup => "not_member_of_primary_group",
            Self::UnauthorizedValue => "unauthorized_value",
            Self::CustomFieldNotFound => "custom_field_not_found",
            Self::RoleNotGivenBack => "role_not_given_back",
            Self::Drift => "drift",
            Self::RequiredMissing => "required_missing",
            Self::UntrustedIdentifier => "untrusted_identifier",
            Self::Disputed => "disputed",
            Self::EventOnly => "event_only",
            Self::SourceUnreachable => "source_unreachable",
            Self::RevokedAtOnce => "revoked_at_once",
            Self::Withdrawn => "withdrawn",
            Self::Scheduled => "scheduled",
            Self::ScheduleWithdrawn => "schedule_withdrawn",
            Self::GivenBack => "given_back",
            Self::Granted => "granted",
            Self::NoLongerGranted => "no_longer_granted",
            Self::InvitationDue => "invitation_due",
            Self::NeverLoggedIn => "never_logged_in",
            Self::Stale => "stale",
            Self::WrongPlatform => "wrong_platform",
            Self::FixData => "fix_data",
            Self::UnknownCode => "unknown_code",
            Self::Unanswered => "unanswered",
            Self::GivenUp => "given_up",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a decision comes to, with its reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Disposition {
    /// The plan's steps are to be applied.
    Apply(Reason),
    /// Nothing needs to be done.
    NoOp(Reason),
    /// Nothing is done, because the policy says so.
    Ignore(Reason),
    /// Something is to be done, but a person has to approve it first.
    Hold(Reason),
    /// Something stands in the way that a person has to resolve.
    Conflict(Reason),
    /// It could not be decided or done now and is tried again.
    Retry(Reason),
    /// It cannot be done, and is not tried again by itself.
    Dead(Reason),
}

impl Disposition {
    /// The name used in logs, metrics and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Apply(_) => "apply",
            Self::NoOp(_) => "no_op",
            Self::Ignore(_) => "ignore",
            Self::Hold(_) => "hold",
            Self::Conflict(_) => "conflict",
            Self::Retry(_) => "retry",
            Self::Dead(_) => "dead",
        }
    }

    /// The reason.
    pub fn reason(self) -> Reason {
        match self {
            Self::Apply(reason)
            | Self::NoOp(reason)
            | Self::Ignore(reason)
            | Self::Hold(reason)
            | Self::Conflict(reason)
            | Self::Retry(reason)
            | Self::Dead(reason) => reason,
        }
    }
}

impl fmt::Display for Disposition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({})", self.as_str(), self.reason())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_is_the_serialised_name() {
        for reason in [Reason::InSync, Reason::MailHeldByDeleted, Reason::ByPolicy] {
            let json = serde_json::to_string(&reason).expect("a plain enum");
            assert_eq!(json, format!("\"{reason}\""));
        }
    }
}
