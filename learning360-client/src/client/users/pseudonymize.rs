use http::Method;

use super::Users;
use crate::client::error::Error;
use crate::ids::UserId;
use crate::user::User;

impl Users {
    /// Removes what is personal from a deactivated user, for good: names, mail and username become
    /// random texts, values of custom fields are deleted. The id stays. Scope `users:write`.
    ///
    /// With external IDs kept, a connector may find the user by them, and restore an erased person.
    ///
    /// # Errors
    /// `userNotDeleted` if the user is not deactivated; `userNotFound` with a 404.
    ///
    /// # Retries
    /// Repeated like a read.
    pub async fn pseudonymize(
        &self,
        user: &UserId,
        external_ids: PseudonymizedExternalIds,
    ) -> Result<User, Error> {
        let delete = match external_ids {
            PseudonymizedExternalIds::Delete => "true",
            PseudonymizedExternalIds::Keep => "false",
        };
        let call = self.call(Method::PUT, PSEUDONYMIZE, &[user.as_str()]);
        self.user(call.with_query("deleteExternalIds", delete))
            .await
    }
}

/// What happens to the external IDs of a user who is pseudonymised.
// Exhaustive on purpose: it is a yes or a no with a name.
#[allow(clippy::exhaustive_enums)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PseudonymizedExternalIds {
    /// They are deleted.
    Delete,
    /// They stay, which is what 360Learning does if nobody says anything.
    Keep,
}

const PSEUDONYMIZE: &str = "/api/v2/users/{userId}/pseudonymize";
