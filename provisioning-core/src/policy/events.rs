use std::collections::BTreeSet;

use hibob_client::webhook::EventKind;

/// What the policy makes of Bob's events, beyond those of the set-up guide.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Events {
    pub(crate) access_revoked: AccessRevoked,
    pub(crate) table_entries: Reaction,
    pub(crate) temporary_leave: Reaction,
    /// What is ticked in Bob; `None` = not declared, so the set-up guide is believed.
    pub(crate) subscribed: Option<BTreeSet<EventKind>>,
    pub(crate) line: usize,
}

/// What `employee.access.revoked.immediately` does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "either it acts or it does not")]
pub enum AccessRevoked {
    /// Nothing; the account goes on the day of the termination.
    #[default]
    Ignore,
    /// The account is deactivated at once, although the record is still active.
    Deactivate,
}

/// What an event that says little does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "either it wakes or it does not")]
pub enum Reaction {
    /// Nothing.
    #[default]
    Ignore,
    /// The employee is looked at, as after an update.
    Refresh,
}

/// Whether an event says that a temporary leave began.
///
/// Bob does not document the name on the wire; its description calls it `temporaryLeave`.
pub(crate) fn is_temporary_leave(kind: &EventKind) -> bool {
    if kind.is_known() {
        return false;
    }
    let name = kind.as_str().strip_prefix("employee.");
    let name = name.unwrap_or(kind.as_str()).chars();
    let letters: String = name
        .filter(|c| !matches!(c, '.' | '_' | '-'))
        .take(40)
        .collect();
    letters.eq_ignore_ascii_case("temporaryleave")
}
