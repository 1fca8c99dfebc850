//! What people do in 360Learning's user interface.

use jiff::Timestamp;

use super::Learning360;
use super::edit::PROPERTIES;
use super::validate::{Body, is_mail, is_role};
use crate::control::act::Learning360Act as Act;
use crate::seed::{Invalid, Membership, User, UserStatus};
use crate::switches::Learning360Switches;

impl Learning360 {
    /// Does it; returns the id of the user.
    pub(crate) fn act(
        &mut self,
        act: Act,
        now: Timestamp,
        switches: &Learning360Switches,
    ) -> Result<String, Invalid> {
        if let Act::SelfRegistration { mail, group } = act {
            return self.register(mail, group, now, switches);
        }
        let mut user = self.subject(&act)?;
        match act {
            // Has no subject yet, see above.
            Act::SelfRegistration { .. } => {}
            Act::AcceptInvitation { .. } => {
                expect(&user, UserStatus::Invited)?;
                user.status = UserStatus::Active;
                user.last_login_date = Some(now);
            }
            Act::Login { .. } => {
                expect(&user, UserStatus::Active)?;
                user.last_login_date = Some(now);
            }
            Act::AdminDelete { .. } => {
                if user.owner {
                    return Err(Invalid::new("the owner cannot be deleted"));
                }
                self.delete(&user.id, now, switches);
                self.provenance.deleted_by_hand(&user.id);
                return Ok(user.id);
            }
            Act::AdminActivate { .. } => {
                if user.status == UserStatus::Deleted {
                    user.reactivated_at.push(now);
                    self.provenance.forget(&user.id);
                }
                user.status = UserStatus::Active;
            }
            Act::AdminEdit { fields, .. } => {
                let patched = Body::new(fields, &PROPERTIES, true)
                    .and_then(|body| self.patch(&user.id, &body, now, switches));
                return match patched {
                    Ok(user) => Ok(user.id),
                    Err(failure) => Err(Invalid::new(failure.code)),
                };
            }
            Act::AdminAddRole { group, role, .. } => {
                if !is_role(&role) || !self.groups.contains_key(&group) {
                    return Err(Invalid::new(format!("no role {role:?} in group {group}")));
                }
                user.memberships.insert(Membership::new(group, role));
            }
            Act::AdminRemoveRole { group, role, .. } => {
                let membership = Membership::new(&group, role);
                if !user.memberships.remove(&membership) {
                    return Err(Invalid::new(format!("no such role in group {group}")));
                }
                self.provenance.took_role(&user.id, &membership);
            }
        }
        let id = user.id.clone();
        self.store(user, now, switches);
        Ok(id)
    }

    fn register(
        &mut self,
        mail: String,
        group: Option<String>,
        now: Timestamp,
        switches: &Learning360Switches,
    ) -> Result<String, Invalid> {
        if !is_mail(&mail) || self.holder_of_mail(&mail, switches).is_some() {
            return Err(Invalid::new("the mail is invalid or taken"));
        }
        let group = group.or_else(|| self.root_group().map(String::from));
        let group = group.filter(|id| self.groups.contains_key(id));
        let group = group.ok_or_else(|| Invalid::new("there is no such group"))?;
        let mut user = User::new(self.fresh_id()).mail(mail);
        user.lang = "en".into();
        user.status = UserStatus::Active;
        user.memberships.insert(Membership::new(group, "learner"));
        user.last_login_date = Some(now);
        let id = user.id.clone();
        self.store(user, now, switches);
        Ok(id)
    }

    fn subject(&self, act: &Act) -> Result<User, Invalid> {
        let (Act::AcceptInvitation { user }
        | Act::Login { user }
        | Act::AdminDelete { user }
        | Act::AdminActivate { user }
        | Act::AdminEdit { user, .. }
        | Act::AdminAddRole { user, .. }
        | Act::AdminRemoveRole { user, .. }) = act
        else {
            return Err(Invalid::new("the act names no user"));
        };
        let found = self.users.get(&user.to_ascii_lowercase());
        found
            .cloned()
            .ok_or_else(|| Invalid::new(format!("there is no user {user}")))
    }
}

fn expect(user: &User, status: UserStatus) -> Result<(), Invalid> {
    if user.status == status {
        return Ok(());
    }
    Err(Invalid::new(format!(
        "user {} is not {}",
        user.id,
        status.as_str()
    )))
}
