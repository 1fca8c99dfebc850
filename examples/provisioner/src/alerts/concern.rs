use std::collections::BTreeSet;

use provisioning_core::driver::Decided;
use provisioning_core::{Disposition, HoldState, Reason, Subject};

use super::kind::NoticeKind;

/// Something about one employee that differs between the two systems and is not mended, because a
/// person has to decide or to repair something first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Concern {
    /// What an operator is told of it; `None` = nothing, or something else says it.
    pub(crate) tells: Option<NoticeKind>,
    pub(crate) reason: String,
}

/// How much a decision says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Says {
    /// Everything: what it does not mention is over.
    All,
    /// Only what it mentions.
    Some,
}

impl Concern {
    fn new(tells: Option<NoticeKind>, reason: impl Into<String>) -> Self {
        let reason = reason.into();
        Self { tells, reason }
    }

    /// What sets it apart from other concerns of the same person.
    pub(crate) fn key(&self) -> (String, String) {
        let kind = self.tells.map_or(UNTOLD, NoticeKind::as_str);
        (kind.to_owned(), self.reason.clone())
    }
}

/// What a decision says about what stays different; `None` = nothing.
pub(crate) fn concerns(decided: &Decided) -> Option<(Says, BTreeSet<Concern>)> {
    let mut concerns = BTreeSet::new();
    let mut says = Says::All;
    match decided.disposition {
        Disposition::NoOp(Reason::Irrelevant) | Disposition::Ignore(_) => return None,
        Disposition::Conflict(reason) => {
            concerns.insert(Concern::new(Some(NoticeKind::Conflict), reason.as_str()));
        }
        Disposition::Dead(reason) => {
            concerns.insert(Concern::new(Some(NoticeKind::Dead), reason.as_str()));
        }
        Disposition::NoOp(reason @ Reason::Protected) => {
            concerns.insert(Concern::new(Some(NoticeKind::Protected), reason.as_str()));
        }
        Disposition::NoOp(reason @ Reason::ManualDeactivation) => {
            concerns.insert(Concern::new(None, reason.as_str()));
        }
        Disposition::Retry(reason) => {
            says = Says::Some;
            if matches!(reason, Reason::FixConfig | Reason::FixSettings) {
                concerns.insert(Concern::new(Some(NoticeKind::Settings), reason.as_str()));
            }
        }
        _ => {}
    }
    for finding in &decided.findings {
        let reason = finding.reason;
        let tells = match reason {
            Reason::MailHeldByDeleted
            | Reason::MailHeldByOther
            | Reason::SharedIdentity
            | Reason::MailCycle => Some(NoticeKind::Conflict),
            Reason::SourceUnreachable => Some(NoticeKind::SourceUnreachable),
            Reason::GroupNotFound | Reason::CustomFieldNotFound | Reason::FixConfig => {
                let what = place(&finding.subject).map(|place| format!("{reason} ({place})"));
                let what = what.unwrap_or_else(|| reason.to_string());
                concerns.insert(Concern::new(Some(NoticeKind::Settings), what));
                continue;
            }
            Reason::NotVisible => None,
            _ => continue,
        };
        concerns.insert(Concern::new(tells, reason.as_str()));
    }
    let held = decided.held.iter();
    for hold in held.filter(|hold| hold.state == HoldState::Held) {
        // The guards tell of these themselves, in batches.
        concerns.insert(Concern::new(None, hold.reason.as_str()));
    }
    Some((says, concerns))
}

/// What is missing, as the policy names it.
fn place(subject: &Subject) -> Option<String> {
    match subject {
        Subject::CustomField(name) => Some(name.to_string()),
        Subject::Group(group) => Some(group.to_string()),
        _ => None,
    }
}

const UNTOLD: &str = "drift";
