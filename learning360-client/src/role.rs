//! Roles in groups.

use serde::{Deserialize, Serialize};

use crate::ids::GroupId;
use crate::open_enum::open_enum;

/// A role that a user has in a group.
///
/// Bodies and paths spell one role differently: [`as_str`](Role::as_str) is for bodies,
/// [`path_segment`](Role::path_segment) for paths. Source: 360Learning's API v2 reference,
/// *Groups*.
// Exhaustive on purpose: whatever else comes is `Other`.
#[allow(clippy::exhaustive_enums)]
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Administers the group and those below it.
    Admin,
    /// Reads statistics. Not available to every company.
    Analyst,
    /// Follows learners.
    Coach,
    /// Contributes to contents.
    Contributor,
    /// Writes contents; the product's pages say *author*.
    Editor,
    /// Learns.
    Learner,
    /// Administers the group's users.
    UserAdmin,
    /// Owns the platform. It can be read and never be given.
    Owner,
    /// A role this crate does not know, as it was sent.
    Other(Box<str>),
}

impl Role {
    /// The spelling in bodies, such as `userAdmin`.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Admin => "admin",
            Self::Analyst => "analyst",
            Self::Coach => "coach",
            Self::Contributor => "contributor",
            Self::Editor => "editor",
            Self::Learner => "learner",
            Self::UserAdmin => "userAdmin",
            Self::Owner => "owner",
            Self::Other(text) => text,
        }
    }

    /// The spelling in paths, such as `user-admin`; none for a role that cannot be given.
    pub fn path_segment(&self) -> Option<&str> {
        match self {
            Self::UserAdmin => Some("user-admin"),
            Self::Owner | Self::Other(_) => None,
            _ => Some(self.as_str()),
        }
    }
}

open_enum!(Role:
    "admin" => Admin,
    "analyst" => Analyst,
    "coach" => Coach,
    "contributor" => Contributor,
    "editor" => Editor,
    "learner" => Learner,
    "userAdmin" => UserAdmin,
    "owner" => Owner,
);

/// A group that a user belongs to, and the role there.
///
/// A user may have several roles in one group: each is a membership of its own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Membership {
    group_id: GroupId,
    role: Role,
}

impl Membership {
    /// A role in a group.
    pub fn new(group: GroupId, role: Role) -> Self {
        Self {
            group_id: group,
            role,
        }
    }

    /// A learner of a group.
    pub fn learner(group: GroupId) -> Self {
        Self::new(group, Role::Learner)
    }

    /// The group.
    pub fn group(&self) -> &GroupId {
        &self.group_id
    }

    /// The role.
    pub fn role(&self) -> &Role {
        &self.role
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_and_paths_spell_roles_differently() {
        for (role, body, path) in [
            (Role::Admin, "admin", Some("admin")),
            (Role::Analyst, "analyst", Some("analyst")),
            (Role::Coach, "coach", Some("coach")),
            (Role::Contributor, "contributor", Some("contributor")),
            (Role::Editor, "editor", Some("editor")),
            (Role::Learner, "learner", Some("learner")),
            (Role::UserAdmin, "userAdmin", Some("user-admin")),
            (Role::Owner, "owner", None),
            (Role::Other("wizard".into()), "wizard", None),
        ] {
            assert_eq!(role.as_str(), body);
            assert_eq!(role.path_segment(), path);
            assert_eq!(Role::from(body), role);
            assert_eq!(role.is_known(), body != "wizard");
        }
    }

    #[test]
    fn a_membership_is_a_group_and_a_role() {
        let group = GroupId::try_from("507f1f77bcf86cd799439011").unwrap();
        assert_eq!(
            serde_json::to_value(Membership::learner(group)).unwrap(),
            serde_json::json!({"groupId": "507f1f77bcf86cd799439011", "role": "learner"})
        );
    }

    #[test]
    fn unknown_roles_and_properties_do_not_fail_a_membership() {
        let json = r#"{"groupId": "507F1F77BCF86CD799439011", "role": "wizard", "since": 1}"#;
        let membership: Membership = serde_json::from_str(json).unwrap();
        assert_eq!(membership.group().as_str(), "507f1f77bcf86cd799439011");
        assert_eq!(*membership.role(), Role::Other("wizard".into()));
    }
}
