use crate::policy::{Context, Policy};

/// Whether the policy covers a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    In,
    Out,
    /// A field of the condition is hidden; nothing changes.
    Unknown,
}

pub(crate) fn scope(policy: &Policy, context: &Context) -> Scope {
    let Some(condition) = &policy.rules().scope else {
        return Scope::In;
    };
    match condition.holds(context) {
        Some(true) => Scope::In,
        Some(false) => Scope::Out,
        None => Scope::Unknown,
    }
}

impl Scope {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::In => "in scope",
            Self::Out => "out of scope",
            Self::Unknown => "unknown, because a field of the condition is hidden",
        }
    }
}
