//! `POST /users`: a new account, or a deleted one restored.

use std::collections::BTreeSet;

use axum::Json;
use axum::body::Bytes;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde_json::Value;

use super::Learning360;
use super::auth::{Call, Context};
use super::errors::Failure;
use super::users::dto;
use super::validate::{Body, Change, is_mail, is_object_id, is_role, is_username};
use crate::seed::{Membership, User, UserStatus};
use crate::switches::Learning360Switches;

const PROPERTIES: [&str; 12] = [
    "mail",
    "username",
    "membership",
    "primaryGroupId",
    "custom",
    "firstName",
    "lastName",
    "job",
    "lang",
    "organization",
    "phone",
    "toBeDeactivatedAt",
];

/// Answers 201 for a new account, 200 for a restored one.
pub(super) async fn create(call: Call, body: Bytes) -> Response {
    call.answer("users:write", |state, context| {
        context
            .query
            .only(&["sendInvitationEmail"], context.switches)?;
        let invite = match context.query.get("sendInvitationEmail") {
            None | Some("true") => true,
            Some("false") => false,
            Some(_) => return Err(Failure::invalid()),
        };
        let strict = context.switches.reject_unknown;
        let body = Body::parse(context.headers, &body, &PROPERTIES, strict)?;
        let input = Input::read(&body)?;
        state.check_input(&input, context)?;
        match state.identified(&input, context.switches)?.cloned() {
            None => Ok(state.add(input, invite, context)),
            Some(user) => Ok(state.restore(user, input, invite, context)),
        }
    })
}

/// `InputUserDTO`
struct Input {
    mail: Option<String>,
    username: Option<String>,
    membership: Membership,
    primary_group_id: Option<String>,
    to_be_deactivated_at: Option<Timestamp>,
    lang: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    job: Option<String>,
    organization: Option<String>,
    phone: Option<String>,
    custom: Option<String>,
}

impl Input {
    fn read(body: &Body) -> Result<Self, Failure> {
        let primary = match body.object_id("primaryGroupId")? {
            Change::Keep => None,
            Change::Set(id) => Some(id),
            Change::Clear => return Err(Failure::invalid()),
        };
        let end = match body.instant("toBeDeactivatedAt")? {
            Change::Keep => None,
            Change::Set(at) => Some(at),
            Change::Clear => return Err(Failure::invalid()),
        };
        Ok(Self {
            mail: body.text("mail")?,
            username: body.text("username")?,
            membership: membership(body.get("membership"))?,
            primary_group_id: primary,
            to_be_deactivated_at: end,
            lang: body.lang()?,
            first_name: body.text("firstName")?,
            last_name: body.text("lastName")?,
            job: body.text("job")?,
            organization: body.text("organization")?,
            phone: body.text("phone")?,
            custom: body.text("custom")?,
        })
    }

    /// Writes what is given and leaves the rest.
    fn write_to(self, user: &mut User) {
        let texts = [
            (self.mail, &mut user.mail),
            (self.username, &mut user.username),
            (self.first_name, &mut user.first_name),
            (self.last_name, &mut user.last_name),
            (self.job, &mut user.job),
            (self.organization, &mut user.organization),
            (self.phone, &mut user.phone),
            (self.custom, &mut user.custom),
        ];
        for (given, stored) in texts {
            if given.is_some() {
                *stored = given;
            }
        }
        if let Some(lang) = self.lang {
            user.lang = lang;
        }
    }
}

/// Exactly one group and one role.
fn membership(value: Option<&Value>) -> Result<Membership, Failure> {
    let object = value.and_then(Value::as_object).ok_or(Failure::invalid())?;
    let text = |name| object.get(name).and_then(Value::as_str);
    match (text("groupId"), text("role")) {
        (Some(group), Some(role)) if object.len() == 2 && is_object_id(group) && is_role(role) => {
            Ok(Membership::new(group.to_ascii_lowercase(), role))
        }
        _ => Err(Failure::invalid()),
    }
}

impl Learning360 {
    fn check_input(&self, input: &Input, context: &Context<'_>) -> Result<(), Failure> {
        let switches = context.switches;
        if input.mail.is_none() && input.username.is_none() {
            return Err(Failure::bad("mailAndUsernameUndefined"));
        }
        if let Some(mail) = &input.mail {
            if !is_mail(mail) {
                return Err(Failure::bad("mailInvalid"));
            }
            if switches.overused_mails.contains(mail) {
                return Err(Failure::bad("mailUsedTooManyTimes"));
            }
        }
        if let Some(name) = &input.username {
            if !switches.usernames_allowed {
                return Err(Failure::bad("usernameNotAllowed"));
            }
            if !is_username(name) {
                return Err(Failure::invalid());
            }
        }
        if !self.groups.contains_key(&input.membership.group_id) {
            return Err(Failure::missing("groupNotFound"));
        }
        if input.membership.role == "analyst" && !switches.analyst_available {
            return Err(Failure::bad("analystUnavailable"));
        }
        if input
            .to_be_deactivated_at
            .is_some_and(|at| at <= context.now)
        {
            return Err(Failure::bad("deactivationDateInvalid"));
        }
        let memberships = BTreeSet::from([input.membership.clone()]);
        let implied = self.with_implied(&memberships);
        let primary = input.primary_group_id.as_ref();
        if primary.is_some_and(|id| !implied.iter().any(|it| it.group_id == *id)) {
            return Err(Failure::bad("notMemberOfPrimaryGroup"));
        }
        Ok(())
    }

    /// The deleted account that mail or username name; a living one is a conflict.
    fn identified(
        &self,
        input: &Input,
        switches: &Learning360Switches,
    ) -> Result<Option<&User>, Failure> {
        let mail = input.mail.as_ref();
        let by_mail = mail.and_then(|mail| self.holder_of_mail(mail, switches));
        let username = input.username.as_ref();
        if username.is_some_and(|name| switches.foreign_usernames.contains(name)) {
            return Err(Failure::bad("usernameAlreadyUsed"));
        }
        let by_name = username.and_then(|name| self.holder_of_username(name));
        if let (Some(one), Some(other)) = (by_mail, by_name) {
            if one.id != other.id {
                return Err(Failure::bad("loginIdentifierMultipleUsersFound"));
            }
        }
        let living = |user: &User| user.status != UserStatus::Deleted;
        if by_mail.is_some_and(living) {
            return Err(Failure::bad("mailAlreadyUsed"));
        }
        if by_name.is_some_and(living) {
            return Err(Failure::bad("usernameAlreadyUsed"));
        }
        Ok(by_mail.or(by_name))
    }

    fn add(&mut self, input: Input, invite: bool, context: &Context<'_>) -> Response {
        let mut user = User::new(self.fresh_id());
        user.lang = "en".into();
        user.memberships.insert(input.membership.clone());
        self.provenance
            .gave_role(&user.id, input.membership.clone());
        user.primary_group_id.clone_from(&input.primary_group_id);
        user.to_be_deactivated_at = input.to_be_deactivated_at;
        input.write_to(&mut user);
        if invite {
            self.send_mail(&user, "invitation", context.now);
        }
        self.store(user.clone(), context.now, context.switches);
        (StatusCode::CREATED, Json(dto(&user))).into_response()
    }

    /// Invited again, with the given group only; date, groups and custom values are gone.
    fn restore(
        &mut self,
        mut user: User,
        input: Input,
        invite: bool,
        context: &Context<'_>,
    ) -> Response {
        let switches = context.switches;
        user.status = UserStatus::Invited;
        user.reactivated_at.push(context.now);
        user.memberships = BTreeSet::from([input.membership.clone()]);
        self.provenance.forget(&user.id);
        self.provenance
            .gave_role(&user.id, input.membership.clone());
        user.primary_group_id.clone_from(&input.primary_group_id);
        user.to_be_deactivated_at = input.to_be_deactivated_at;
        if switches.restore_drops_custom_values {
            user.custom_values.clear();
        }
        if !switches.restore_keeps_managers {
            user.managers.clear();
        }
        if switches.restore_overwrites {
            input.write_to(&mut user);
        }
        if invite || !switches.restore_honours_invitation {
            self.send_mail(&user, "invitation", context.now);
        }
        self.store(user.clone(), context.now, switches);
        Json(dto(&user)).into_response()
    }
}
