//! What events say, type by type.

use core::fmt;

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::event_type::EventType;
use crate::bulk::{BulkOperationType, BulkStatus};
use crate::ids::{BulkOperationId, GroupId, UserId};
use crate::user::UserField;

/// The data of an event.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum EventData {
    /// Of `user.activated`, `user.created`, `user.deleted`, `user.invited`, `user.reactivated` and
    /// `user.updated`.
    User(UserEvent),
    /// Of `group.created`, `group.deleted` and `group.updated`.
    Group(GroupEvent),
    /// Of `bulk.operation.created` and `bulk.operation.ended`.
    Bulk(BulkOperationEvent),
    /// Of any other type, known or not, and of those above without a usable id: as it was sent.
    /// It may hold personal data; `Debug` does not show it.
    Other(Value),
}

/// What an event says about a user. `Debug` shows ids and times only.
#[derive(Clone, PartialEq, Eq)]
pub struct UserEvent {
    user: UserId,
    at: Option<Timestamp>,
    fields: Vec<(UserField, Box<str>)>,
    created_from: Option<Box<str>>,
}

/// What an event says about a group. `Debug` shows ids and times only.
#[derive(Clone, PartialEq, Eq)]
pub struct GroupEvent {
    group: GroupId,
    at: Option<Timestamp>,
    parent: Option<GroupId>,
    data: Map<String, Value>,
}

/// What an event says about a bulk operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BulkOperationEvent {
    operation: BulkOperationId,
    operation_type: Option<BulkOperationType>,
    created_at: Option<Timestamp>,
    ended_at: Option<Timestamp>,
    status: Option<BulkStatus>,
}

impl EventData {
    pub(super) fn new(kind: &EventType, data: Value) -> Self {
        let typed = data.as_object().and_then(|object| match kind {
            EventType::UserActivated => UserEvent::parse(object, "firstActivatedAt"),
            EventType::UserCreated => UserEvent::parse(object, "createdAt"),
            EventType::UserDeleted => UserEvent::parse(object, "deletedAt"),
            EventType::UserInvited => UserEvent::parse(object, "invitedAt"),
            EventType::UserReactivated => UserEvent::parse(object, "reactivatedAt"),
            EventType::UserUpdated => UserEvent::parse(object, "updatedAt"),
            EventType::GroupCreated => GroupEvent::parse(object, "createdAt"),
            EventType::GroupDeleted => GroupEvent::parse(object, "deletedAt"),
            EventType::GroupUpdated => GroupEvent::parse(object, "updatedAt"),
            EventType::BulkOperationCreated | EventType::BulkOperationEnded => {
                BulkOperationEvent::parse(object)
            }
            _ => None,
        });
        typed.unwrap_or(Self::Other(data))
    }
}

impl UserEvent {
    /// The user.
    pub fn user(&self) -> &UserId {
        &self.user
    }

    /// When it happened, for instance when the user was deactivated.
    pub fn at(&self) -> Option<Timestamp> {
        self.at
    }

    /// The user's value of a field as the event gives it. Events of deactivation and the like give
    /// mail, username and names only. A missing value may be empty or not given.
    pub fn text(&self, field: UserField) -> Option<&str> {
        let mut fields = self.fields.iter();
        fields
            .find(|(given, _)| *given == field)
            .map(|(_, value)| &**value)
    }

    /// Where the user came from, if that was not an administrator or the API: `selfRegistration`.
    pub fn created_from(&self) -> Option<&str> {
        self.created_from.as_deref()
    }

    fn parse(data: &Map<String, Value>, at: &str) -> Option<EventData> {
        let fields = UserField::ALL.into_iter().filter_map(|field| {
            let value = text(data, field.as_str())?;
            Some((field, value.into()))
        });
        Some(EventData::User(Self {
            user: text(data, "userId")?.try_into().ok()?,
            at: instant(data, at),
            fields: fields.collect(),
            created_from: text(data, "createdFrom").map(Into::into),
        }))
    }
}

impl GroupEvent {
    /// The group.
    pub fn group(&self) -> &GroupId {
        &self.group
    }

    /// When it happened.
    pub fn at(&self) -> Option<Timestamp> {
        self.at
    }

    /// The group's name.
    pub fn name(&self) -> Option<&str> {
        text(&self.data, "name")
    }

    /// A property as the event gives it, by 360Learning's name, such as `public` or `logoImageId`.
    pub fn property(&self, name: &str) -> Option<&Value> {
        self.data.get(name)
    }

    /// The parent group, which only `group.updated` gives.
    pub fn parent(&self) -> Option<&GroupId> {
        self.parent.as_ref()
    }

    fn parse(data: &Map<String, Value>, at: &str) -> Option<EventData> {
        Some(EventData::Group(Self {
            group: text(data, "groupId")?.try_into().ok()?,
            at: instant(data, at),
            parent: text(data, "parentId").and_then(|id| id.try_into().ok()),
            data: data.clone(),
        }))
    }
}

impl BulkOperationEvent {
    /// The bulk operation. Its results are to be read through the API.
    pub fn operation(&self) -> &BulkOperationId {
        &self.operation
    }

    /// What it does, if the event says so.
    pub fn operation_type(&self) -> Option<&BulkOperationType> {
        self.operation_type.as_ref()
    }

    /// When it was submitted.
    pub fn created_at(&self) -> Option<Timestamp> {
        self.created_at
    }

    /// When it ended, if it has.
    pub fn ended_at(&self) -> Option<Timestamp> {
        self.ended_at
    }

    /// How it ended, if it has: completed, or with an error.
    pub fn status(&self) -> Option<&BulkStatus> {
        self.status.as_ref()
    }

    fn parse(data: &Map<String, Value>) -> Option<EventData> {
        Some(EventData::Bulk(Self {
            operation: text(data, "bulkOperationId")?.try_into().ok()?,
            operation_type: text(data, "type").map(Into::into),
            created_at: instant(data, "createdAt"),
            ended_at: instant(data, "endedAt"),
            status: text(data, "status").map(Into::into),
        }))
    }
}

impl fmt::Debug for EventData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(user) => user.fmt(f),
            Self::Group(group) => group.fmt(f),
            Self::Bulk(bulk) => bulk.fmt(f),
            Self::Other(_) => f.write_str("Other(..)"),
        }
    }
}

impl fmt::Debug for UserEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UserEvent")
            .field("user", &self.user)
            .field("at", &self.at)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for GroupEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GroupEvent")
            .field("group", &self.group)
            .field("at", &self.at)
            .finish_non_exhaustive()
    }
}

fn text<'d>(data: &'d Map<String, Value>, name: &str) -> Option<&'d str> {
    data.get(name)?.as_str()
}

fn instant(data: &Map<String, Value>, name: &str) -> Option<Timestamp> {
    text(data, name)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ID: &str = "507f1f77bcf86cd799439011";

    #[test]
    fn every_user_event_has_its_time() {
        for (kind, at) in [
            (EventType::UserActivated, "firstActivatedAt"),
            (EventType::UserCreated, "createdAt"),
            (EventType::UserDeleted, "deletedAt"),
            (EventType::UserInvited, "invitedAt"),
            (EventType::UserReactivated, "reactivatedAt"),
            (EventType::UserUpdated, "updatedAt"),
        ] {
            let data = json!({
                "userId": ID, at: "2026-01-02T03:04:05.678Z", "mail": "a@b.c", "lang": 5,
                "createdFrom": "selfRegistration", "unknown": {},
            });
            let EventData::User(user) = EventData::new(&kind, data) else {
                panic!("{kind}");
            };
            assert_eq!(user.user().as_str(), ID);
            assert_eq!(user.at(), "2026-01-02T03:04:05.678Z".parse().ok(), "{kind}");
            assert_eq!(user.text(UserField::Mail), Some("a@b.c"));
            assert_eq!(user.text(UserField::Lang), None);
            assert_eq!(user.created_from(), Some("selfRegistration"));
        }
    }

    #[test]
    fn bulk_and_group_events_are_read() {
        let data = json!({
            "bulkOperationId": ID, "type": "addUsersToGroups", "status": "completed",
            "createdAt": "2026-01-02T03:04:05.000Z", "endedAt": "2026-01-02T03:05:05.000Z",
        });
        let EventData::Bulk(bulk) = EventData::new(&EventType::BulkOperationEnded, data) else {
            panic!("no bulk event");
        };
        assert_eq!(bulk.operation().as_str(), ID);
        let added = BulkOperationType::AddUsersToGroups;
        assert_eq!(bulk.operation_type(), Some(&added));
        assert_eq!(bulk.status(), Some(&BulkStatus::Completed));
        assert!(bulk.created_at() < bulk.ended_at());

        let data = json!({"groupId": ID, "updatedAt": "2026-01-02T03:04:05.000Z", "name": "A",
            "public": true, "parentId": ID});
        let EventData::Group(group) = EventData::new(&EventType::GroupUpdated, data) else {
            panic!("no group event");
        };
        assert_eq!((group.group().as_str(), group.name()), (ID, Some("A")));
        assert_eq!(group.parent(), Some(group.group()));
        assert_eq!(group.property("public"), Some(&json!(true)));
        assert!(!format!("{group:?}").contains("public"), "{group:?}");
        assert!(group.at().is_some());
    }

    #[test]
    fn what_is_not_understood_is_kept() {
        for (kind, data) in [
            (EventType::UserDeleted, json!({"userId": "x"})),
            (EventType::UserDeleted, json!(null)),
            (EventType::Xapi, json!({"userId": ID})),
            (EventType::from("user.teleported"), json!({"userId": ID})),
        ] {
            assert_eq!(EventData::new(&kind, data.clone()), EventData::Other(data));
        }
    }

    #[test]
    fn a_missing_date_costs_no_event() {
        for at in [json!(null), json!("yesterday"), json!(5)] {
            let data = json!({"userId": ID, "deletedAt": at});
            let EventData::User(user) = EventData::new(&EventType::UserDeleted, data) else {
                panic!("no user event");
            };
            assert_eq!(user.at(), None);
        }
    }
}
