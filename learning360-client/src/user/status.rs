use crate::open_enum::open_enum;

/// Where a user stands.
///
/// There is no separate "deactivated": deleting is the soft delete, and *deactivated*, *archived*
/// and *deleted* are words for the same state.
// Exhaustive on purpose: whatever else comes is `Other`.
#[allow(clippy::exhaustive_enums)]
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UserStatus {
    /// May log in; counted in the licence.
    Active,
    /// Has not accepted the invitation; cannot log in and is not counted in the licence.
    Invited,
    /// Deactivated. The account and its statistics remain, and it can be restored.
    Deleted,
    /// A status this crate does not know, as it was sent.
    Other(Box<str>),
}

impl UserStatus {
    /// The wire form, such as `active`.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Active => "active",
            Self::Invited => "invited",
            Self::Deleted => "deleted",
            Self::Other(text) => text,
        }
    }
}

open_enum!(UserStatus: "active" => Active, "invited" => Invited, "deleted" => Deleted);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_statuses_survive() {
        for text in ["active", "invited", "deleted", "Active", "asleep", ""] {
            let json = serde_json::to_string(text).unwrap();
            let status: UserStatus = serde_json::from_str(&json).unwrap();
            assert_eq!(status.as_str(), text);
            assert_eq!(serde_json::to_string(&status).unwrap(), json);
            assert_eq!(
                status.is_known(),
                ["active", "invited", "deleted"].contains(&text)
            );
        }
    }
}
