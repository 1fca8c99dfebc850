/// What an operator can have to hear of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum NoticeKind {
    /// Steps wait for approval.
    Held,
    /// They have waited for a day.
    StillHeld,
    /// They have waited for seven days, in vain.
    HoldExpired,
    /// Nearly everybody lost the same fields at once.
    PermissionChange,
    /// A person has to resolve something about an employee.
    Conflict,
    /// Something about an employee was given up.
    Dead,
    /// An account that is never deactivated by us belongs to somebody who has left.
    Protected,
    /// The policy or the settings of either system do not fit.
    Settings,
    /// Bob announced departures and could not be read for an hour.
    SourceUnreachable,
    /// A delivery could not be used.
    DeadLetter,
    /// An API is not called any more.
    Quarantine,
    /// An API answers again.
    Recovered,
    /// Steps of a kind are not tried any more for want of a scope.
    ScopeMissing,
    /// The links of several people lead to users who do not exist, and nothing is written.
    WrongPlatform,
    /// The policy names what Bob does not have, which was found out after the start.
    PolicyMisfit,
    /// Every signature of an address has been wrong for ten minutes.
    SignaturesWrong,
    /// Nothing was delivered for three days.
    Silence,
    /// A process ended without having been told to.
    UnexpectedStop,
    /// A full synchronization came to its end.
    SyncReport,
    /// The first full synchronization waits for approval.
    SyncWaits,
    /// A full synchronization had no lists to work with.
    SyncFailed,
    /// Bob lists nobody, or far fewer people than last time.
    SourceSuspicious,
    /// What the notification URL is told when it is tried out.
    Test,
}

impl NoticeKind {
    /// All of them.
    pub const ALL: [Self; 23] = [
        Self::Held,
        Self::StillHeld,
        Self::HoldExpired,
        Self::PermissionChange,
        Self::Conflict,
        Self::Dead,
        Self::Protected,
        Self::Settings,
        Self::SourceUnreachable,
        Self::DeadLetter,
        Self::Quarantine,
        Self::Recovered,
        Self::ScopeMissing,
        Self::WrongPlatform,
        Self::PolicyMisfit,
        Self::SignaturesWrong,
        Self::Silence,
        Self::UnexpectedStop,
        Self::SyncReport,
        Self::SyncWaits,
        Self::SyncFailed,
        Self::SourceSuspicious,
        Self::Test,
    ];

    /// The name in notifications, logs and counters.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::StillHeld => "still_held",
            Self::HoldExpired => "hold_expired",
            Self::PermissionChange => "permission_change",
            Self::Conflict => "conflict",
            Self::Dead => "dead",
            Self::Protected => "protected",
            Self::Settings => "settings",
            Self::SourceUnreachable => "source_unreachable",
            Self::DeadLetter => "dead_letter",
            Self::Quarantine => "quarantine",
            Self::Recovered => "recovered",
            Self::ScopeMissing => "scope_missing",
            Self::WrongPlatform => "wrong_platform",
            Self::PolicyMisfit => "policy_misfit",
            Self::SignaturesWrong => "signatures_wrong",
            Self::Silence => "silence",
            Self::UnexpectedStop => "unexpected_stop",
            Self::SyncReport => "sync_report",
            Self::SyncWaits => "sync_waits",
            Self::SyncFailed => "sync_failed",
            Self::SourceSuspicious => "source_suspicious",
            Self::Test => "test",
        }
    }

    /// The kind of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}
