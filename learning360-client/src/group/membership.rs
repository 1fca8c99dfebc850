use serde::{Deserialize, Serialize};

use crate::ids::{GroupId, UserId};
use crate::role::Role;

/// A role of a user in a group, to be given or taken away, singly or in bulk.
///
/// `owner`, and roles that this crate does not know, can be read and never be given: they are
/// refused here.
///
/// ```
/// use learning360_client::{GroupId, Role, UserId, UserMembership};
///
/// let user = UserId::try_from("507f1f77bcf86cd799439011")?;
/// let group = GroupId::try_from("507f1f77bcf86cd799439012")?;
/// assert!(UserMembership::new(user.clone(), group.clone(), Role::Learner).is_ok());
/// assert!(UserMembership::new(user, group, Role::Owner).is_err());
/// # Ok::<(), learning360_client::InvalidId>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", try_from = "Wire")]
pub struct UserMembership {
    #[serde(rename = "userId")]
    user: UserId,
    #[serde(rename = "groupId")]
    group: GroupId,
    role: Role,
}

impl UserMembership {
    /// A role of a user in a group.
    pub fn new(user: UserId, group: GroupId, role: Role) -> Result<Self, UnassignableRole> {
        if role.path_segment().is_none() {
            return Err(UnassignableRole);
        }
        Ok(Self { user, group, role })
    }

    /// A learner of a group.
    pub fn learner(user: UserId, group: GroupId) -> Self {
        Self {
            user,
            group,
            role: Role::Learner,
        }
    }

    /// The user.
    pub fn user(&self) -> &UserId {
        &self.user
    }

    /// The group.
    pub fn group(&self) -> &GroupId {
        &self.group
    }

    /// The role.
    pub fn role(&self) -> &Role {
        &self.role
    }
}

/// A role that nobody can give: `owner`, or one that this crate does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the role cannot be given")]
pub struct UnassignableRole;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    user_id: UserId,
    group_id: GroupId,
    role: Role,
}

impl TryFrom<Wire> for UserMembership {
    type Error = UnassignableRole;

    fn try_from(wire: Wire) -> Result<Self, UnassignableRole> {
        Self::new(wire.user_id, wire.group_id, wire.role)
    }
}

/// A user who has a role in a group.
///
/// A user with two roles is two members.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
pub struct GroupMember {
    #[serde(rename = "userId")]
    user: UserId,
    role: Role,
}

impl GroupMember {
    /// The user.
    pub fn user(&self) -> &UserId {
        &self.user
    }

    /// The role.
    pub fn role(&self) -> &Role {
        &self.role
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const USER: &str = "507f1f77bcf86cd799439011";
    const GROUP: &str = "507f1f77bcf86cd799439012";

    #[test]
    fn bodies_spell_the_role_as_bodies_do() {
        let (user, group): (UserId, GroupId) = (USER.parse().unwrap(), GROUP.parse().unwrap());
        let membership = UserMembership::new(user, group, Role::UserAdmin).unwrap();
        let body = json!({"userId": USER, "groupId": GROUP, "role": "userAdmin"});
        assert_eq!(serde_json::to_value(&membership).unwrap(), body);
        let read: UserMembership = serde_json::from_value(body).unwrap();
        assert_eq!(read, membership);
    }

    #[test]
    fn roles_that_nobody_can_give_are_refused() {
        for role in ["owner", "wizard", ""] {
            let (user, group) = (USER.parse().unwrap(), GROUP.parse().unwrap());
            let refused = UserMembership::new(user, group, role.into());
            assert_eq!(refused, Err(UnassignableRole), "{role}");
            let body = json!({"userId": USER, "groupId": GROUP, "role": role});
            assert!(serde_json::from_value::<UserMembership>(body).is_err());
        }
    }

    #[test]
    fn members_may_have_any_role() {
        for role in ["owner", "wizard", "userAdmin"] {
            let body = json!({"userId": USER, "role": role, "more": 1});
            let member: GroupMember = serde_json::from_value(body).unwrap();
            assert_eq!(member.role().as_str(), role);
            assert_eq!(member.user().as_str(), USER);
        }
    }
}
