//! `PATCH /users/{userId}`: absent keeps, null clears.

use axum::Json;
use axum::body::Bytes;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;

use super::Learning360;
use super::auth::Call;
use super::errors::Failure;
use super::users::dto;
use super::validate::{Body, Change, is_mail, is_username, path_id};
use crate::seed::{User, UserStatus};
use crate::switches::Learning360Switches;

/// Properties of `UpdateUserDTO`.
pub(super) const PROPERTIES: [&str; 12] = [
    "firstName",
    "lastName",
    "phone",
    "job",
    "organization",
    "custom",
    "lang",
    "toBeDeactivatedAt",
    "mail",
    "primaryGroupId",
    "username",
    "profileImageId",
];

/// Changes everything or, on any error, nothing.
pub(super) async fn edit(call: Call, Path(id): Path<String>, body: Bytes) -> Response {
    call.answer("users:write", |state, context| {
        let id = path_id(&id)?;
        let strict = context.switches.reject_unknown;
        let body = Body::parse(context.headers, &body, &PROPERTIES, strict)?;
        let user = state.patch(&id, &body, context.now, context.switches)?;
        Ok(Json(dto(&user)).into_response())
    })
}

impl Learning360 {
    /// Applies a PATCH.
    pub(super) fn patch(
        &mut self,
        id: &str,
        body: &Body,
        now: Timestamp,
        switches: &Learning360Switches,
    ) -> Result<User, Failure> {
        let edit = Edit::read(body)?;
        let mut user = self.user(id)?.clone();
        self.check_edit(&user, &edit, now, switches)?;
        edit.write_to(&mut user);
        if user.mail.is_none() && user.username.is_none() {
            return Err(Failure::bad("userShouldHaveAtLeastOneValidIdentifier"));
        }
        self.store(user.clone(), now, switches);
        Ok(user)
    }

    fn check_edit(
        &self,
        user: &User,
        edit: &Edit,
        now: Timestamp,
        switches: &Learning360Switches,
    ) -> Result<(), Failure> {
        let dated = edit.to_be_deactivated_at != Change::Keep;
        if user.status == UserStatus::Deleted && (dated || !switches.edit_deleted) {
            return Err(Failure::bad("invalidUpdateOnDeletedUser"));
        }
        if let Some(at) = edit.to_be_deactivated_at.set() {
            if user.owner {
                return Err(Failure::bad("ownerDeactivationNotAllowed"));
            }
            if *at <= now {
                return Err(Failure::bad("deactivationDateInvalid"));
            }
        }
        if edit.profile_image_id.set().is_some() {
            // The stand-in holds no media.
            return Err(Failure::bad("mediaNotFound"));
        }
        self.check_mail(user, edit.mail.set(), switches)?;
        self.check_username(user, edit.username.set(), switches)?;
        let member = self.with_implied(&user.memberships);
        let primary = edit.primary_group_id.set();
        if primary.is_some_and(|id| !member.iter().any(|it| it.group_id == *id)) {
            return Err(Failure::bad("notMemberOfPrimaryGroup"));
        }
        Ok(())
    }

    fn check_mail(
        &self,
        user: &User,
        mail: Option<&String>,
        switches: &Learning360Switches,
    ) -> Result<(), Failure> {
        let Some(mail) = mail else { return Ok(()) };
        if !is_mail(mail) {
            return Err(Failure::bad("mailInvalid"));
        }
        let unchanged = user.mail.as_ref() == Some(mail);
        let holders = self.by_mail.get(&mail.to_lowercase()).into_iter().flatten();
        let mut others = holders
            .filter(|id| **id != user.id)
            .filter_map(|id| self.users.get(id))
            .filter(|it| switches.mail_ignores_case || it.mail.as_ref() == Some(mail));
        let taken = others.any(|it| blocks(it, switches));
        if taken || (unchanged && switches.same_mail_is_error) {
            return Err(Failure::bad("mailAlreadyUsed"));
        }
        Ok(())
    }

    fn check_username(
        &self,
        user: &User,
        name: Option<&String>,
        switches: &Learning360Switches,
    ) -> Result<(), Failure> {
        let Some(name) = name else { return Ok(()) };
        if !switches.usernames_allowed {
            return Err(Failure::bad("usernameNotAllowed"));
        }
        if !is_username(name) {
            return Err(Failure::invalid());
        }
        let holders = self.by_username.get(name).into_iter().flatten();
        let mut others = holders
            .filter(|id| **id != user.id)
            .filter_map(|id| self.users.get(id));
        if others.any(|it| blocks(it, switches)) || switches.foreign_usernames.contains(name) {
            return Err(Failure::bad("usernameAlreadyUsed"));
        }
        Ok(())
    }
}

fn blocks(holder: &User, switches: &Learning360Switches) -> bool {
    holder.status != UserStatus::Deleted || switches.deleted_identifiers_block
}

/// `UpdateUserDTO`
struct Edit {
    first_name: Change<String>,
    last_name: Change<String>,
    phone: Change<String>,
    job: Change<String>,
    organization: Change<String>,
    custom: Change<String>,
    mail: Change<String>,
    username: Change<String>,
    lang: Option<String>,
    to_be_deactivated_at: Change<Timestamp>,
    primary_group_id: Change<String>,
    profile_image_id: Change<String>,
}

impl Edit {
    fn read(body: &Body) -> Result<Self, Failure> {
        Ok(Self {
            first_name: body.change("firstName")?,
            last_name: body.change("lastName")?,
            phone: body.change("phone")?,
            job: body.change("job")?,
            organization: body.change("organization")?,
            custom: body.change("custom")?,
            mail: body.change("mail")?,
            username: body.change("username")?,
            lang: body.lang()?,
            to_be_deactivated_at: body.instant("toBeDeactivatedAt")?,
            primary_group_id: body.object_id("primaryGroupId")?,
            profile_image_id: body.object_id("profileImageId")?,
        })
    }

    fn write_to(self, user: &mut User) {
        self.first_name.apply(&mut user.first_name);
        self.last_name.apply(&mut user.last_name);
        self.phone.apply(&mut user.phone);
        self.job.apply(&mut user.job);
        self.organization.apply(&mut user.organization);
        self.custom.apply(&mut user.custom);
        self.mail.apply(&mut user.mail);
        self.username.apply(&mut user.username);
        self.to_be_deactivated_at
            .apply(&mut user.to_be_deactivated_at);
        self.primary_group_id.apply(&mut user.primary_group_id);
        if let Some(lang) = self.lang {
            user.lang = lang;
        }
    }
}
