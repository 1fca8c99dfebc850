//! What came over the API, and what people did by hand.

use std::collections::BTreeSet;

use crate::seed::{Membership, User};

/// Which roles and managers came over the API, and which users were deleted by hand. What a seed
/// says came from neither.
#[derive(Debug, Default)]
pub(crate) struct Provenance {
    roles: BTreeSet<(String, Membership)>,
    managers: BTreeSet<(String, String)>,
    deleted_by_hand: BTreeSet<String>,
}

impl Provenance {
    pub(super) fn gave_role(&mut self, user: &str, membership: Membership) {
        self.roles.insert((user.to_owned(), membership));
    }

    pub(super) fn took_role(&mut self, user: &str, membership: &Membership) {
        self.roles.remove(&(user.to_owned(), membership.clone()));
    }

    pub(super) fn gave_manager(&mut self, user: &str, manager: &str) {
        self.managers.insert((user.to_owned(), manager.to_owned()));
    }

    pub(super) fn took_manager(&mut self, user: &str, manager: &str) {
        self.managers.remove(&(user.to_owned(), manager.to_owned()));
    }

    pub(super) fn deleted_by_hand(&mut self, user: &str) {
        self.deleted_by_hand.insert(user.to_owned());
    }

    /// A deleted user has no roles, and whoever comes back was not deleted by hand.
    pub(super) fn forget(&mut self, user: &str) {
        self.deleted_by_hand.remove(user);
        self.roles.retain(|(it, _)| it != user);
    }

    pub(crate) fn is_by_hand(&self, user: &str) -> bool {
        self.deleted_by_hand.contains(user)
    }

    /// Groups in which a user is a learner by the API.
    pub(crate) fn learner_groups<'u>(&self, user: &'u User) -> BTreeSet<&'u str> {
        let by_api = |it: &&Membership| self.roles.contains(&(user.id.clone(), (*it).clone()));
        let learns = user.memberships.iter().filter(|it| it.role == "learner");
        learns
            .filter(by_api)
            .map(|it| it.group_id.as_str())
            .collect()
    }

    /// A user's managers by the API.
    pub(crate) fn managers<'u>(&self, user: &'u User) -> BTreeSet<&'u str> {
        let by_api = |it: &&String| self.managers.contains(&(user.id.clone(), (*it).clone()));
        user.managers
            .iter()
            .filter(by_api)
            .map(String::as_str)
            .collect()
    }
}
