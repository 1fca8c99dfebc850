//! What the client read in an answer, written in the vendor's words again.

use jiff::Timestamp;
use learning360_client::webhook::{SentEvent, SigningSecret, Subscription};
use learning360_client::{
    Branding, BrandingColor, BulkMessage, BulkOperation, BulkOperationId, BulkResult, Certificate,
    Consent, CourseId, Created, CustomField, CustomValue, CustomValues, Group, GroupImage,
    GroupMember, GroupPolicy, GroupText, Mapping, MappingTarget, Membership, PathId, PathSessionId,
    User, UserCustomLink, UserField, UserId, Visibility,
};
use serde_json::{Value, json};

/// Something read.
pub(super) trait Seen {
    /// As the vendor writes it.
    fn seen(&self) -> Value;
}

/// Where an answer and what was read in it differ, and how.
///
/// Ids may differ in case and instants in form. Nothing, an empty list, an empty text and `false`
/// are one: what an optional property means that is not there.
pub(super) fn differences(says: &Value, seen: &Value) -> Vec<(String, String)> {
    let mut found = Vec::new();
    compare("", says, seen, &mut found);
    found
}

fn compare(at: &str, says: &Value, seen: &Value, found: &mut Vec<(String, String)>) {
    match (says, seen) {
        (Value::Object(says), Value::Object(seen)) => {
            let mut names: Vec<_> = says.keys().chain(seen.keys()).collect();
            names.sort();
            names.dedup();
            for name in names {
                let value = |object: &serde_json::Map<_, _>| object.get(name).cloned();
                let (says, seen) = (value(says), value(seen));
                let at = format!("{at}.{name}");
                compare(
                    &at,
                    &says.unwrap_or_default(),
                    &seen.unwrap_or_default(),
                    found,
                );
            }
        }
        (Value::Array(says), Value::Array(seen)) if says.len() == seen.len() => {
            for (says, seen) in says.iter().zip(seen) {
                compare(&format!("{at}[]"), says, seen, found);
            }
        }
        _ if says == seen || (is_nothing(says) && is_nothing(seen)) => {}
        (Value::String(says), Value::String(seen)) if is_same(says, seen) => {}
        _ => found.push((at.to_owned(), format!("{says} was read as {seen}"))),
    }
}

fn is_same(says: &str, seen: &str) -> bool {
    let at = |text: &str| text.parse::<Timestamp>().ok();
    let is_id = says.len() == 24 && says.bytes().all(|byte| byte.is_ascii_hexdigit());
    (is_id && says.to_lowercase() == seen)
        || (at(says).is_some() && at(says) == at(seen))
        // A day, written as an instant.
        || (at(says).is_some() && seen.len() == 10 && says.starts_with(seen))
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(value) => !value,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(object) => object.values().all(is_nothing),
        Value::Number(_) => false,
    }
}

impl Seen for () {
    fn seen(&self) -> Value {
        Value::Null
    }
}

/// What has been seen already.
impl Seen for Value {
    fn seen(&self) -> Value {
        self.clone()
    }
}

impl Seen for String {
    fn seen(&self) -> Value {
        json!(self)
    }
}

impl<T: Seen> Seen for Vec<T> {
    fn seen(&self) -> Value {
        self.iter().map(Seen::seen).collect()
    }
}

macro_rules! ids {
    ($($id:ident),+) => {
        $(impl Seen for $id {
            fn seen(&self) -> Value {
                json!(self.as_str())
            }
        })+
    };
}

ids!(BulkOperationId, CourseId, PathId, PathSessionId, UserId);

impl Seen for Created {
    fn seen(&self) -> Value {
        self.user().seen()
    }
}

impl Seen for User {
    fn seen(&self) -> Value {
        let mut user = json!({
            "_id": self.id(), "status": self.status(), "profileImageId": self.profile_image(),
            "deletedAt": self.deleted_at(), "reactivatedAt": self.reactivated_at(),
            "lastLoginDate": self.last_login_date(),
        });
        for field in UserField::ALL {
            user[field.as_str()] = json!(self.text(field));
        }
        user
    }
}

impl Seen for Membership {
    fn seen(&self) -> Value {
        json!({"groupId": self.group(), "role": self.role()})
    }
}

impl Seen for GroupMember {
    fn seen(&self) -> Value {
        json!({"userId": self.user(), "role": self.role()})
    }
}

impl Seen for CustomValues {
    fn seen(&self) -> Value {
        let value = |value: &CustomValue| {
            let (field, kind) = (value.field(), value.kind());
            json!({"customFieldId": field, "type": kind, "value": value.value()})
        };
        self.iter().map(value).collect()
    }
}

impl Seen for UserCustomLink {
    fn seen(&self) -> Value {
        json!({"_id": self.id(), "customLinkId": self.custom_link(), "url": self.url()})
    }
}

impl Seen for Certificate {
    fn seen(&self) -> Value {
        json!({
            "_id": self.id(), "type": self.kind(), "title": self.title(),
            "deliveryDate": self.delivery_date(), "expirationDate": self.expiration_date(),
            "validityPeriod": self.validity_months(), "certificateOutlineId": self.outline(),
            "pathId": self.path(), "pathName": self.path_name(),
            "pathSessionId": self.path_session(),
        })
    }
}

impl Seen for Group {
    fn seen(&self) -> Value {
        let mut group = json!({
            "_id": self.id(), "name": self.name(), "parentId": self.parent(),
            "public": self.visibility() == Visibility::Public,
        });
        for text in GroupText::ALL {
            group[text.as_str()] = json!(self.text(*text));
        }
        for image in GroupImage::ALL {
            group[image.as_str()] = json!(self.image(*image));
        }
        for kind in GroupPolicy::ALL {
            let policy = self.policy(*kind).map(|policy| {
                let explicit = policy.consent() == Consent::Explicit;
                json!({"url": policy.url(), "explicitConsent": explicit})
            });
            group[kind.as_str()] = json!(policy);
        }
        group
    }
}

impl Seen for Branding {
    fn seen(&self) -> Value {
        let color = |color: BrandingColor| (color.to_string(), json!(self.color(color)));
        let colors = BrandingColor::ALL.into_iter().map(color);
        json!({"colors": colors.collect::<serde_json::Map<_, _>>()})
    }
}

impl Seen for CustomField {
    fn seen(&self) -> Value {
        json!({
            "_id": self.id(), "name": self.name(), "targetType": self.target_type(),
            "type": self.kind(),
        })
    }
}

impl<T: MappingTarget> Seen for Mapping<T> {
    fn seen(&self) -> Value {
        json!({
            "_id": self.id(), "platform": self.platform(), "targetId": self.target().as_ref(),
            "targetType": self.target_type(), "value": self.value(),
        })
    }
}

impl Seen for BulkOperation {
    fn seen(&self) -> Value {
        json!({
            "_id": self.id(), "type": self.kind(), "status": self.status(),
            "createdAt": self.created_at(), "queuedAt": self.queued_at(),
            "startedAt": self.started_at(), "endedAt": self.ended_at(),
            "progress": {"index": self.last_processed(), "updatedAt": self.last_processed_at()},
            "errorMessage": self.error_message().map(BulkMessage::as_str),
        })
    }
}

impl Seen for BulkResult {
    fn seen(&self) -> Value {
        json!({
            "input": self.input(), "status": self.status(), "resourceId": self.resource(),
            "errorMessage": self.message().map(BulkMessage::as_str),
        })
    }
}

impl Seen for Subscription {
    fn seen(&self) -> Value {
        json!({
            "_id": self.id(), "eventType": self.event_type(), "status": self.status(),
            "name": self.name(), "url": self.url(),
        })
    }
}

impl Seen for SentEvent {
    fn seen(&self) -> Value {
        json!({
            "_id": self.id(), "createdAt": self.created_at(), "status": self.status(),
            "payload": self.payload(),
        })
    }
}

impl Seen for SigningSecret {
    fn seen(&self) -> Value {
        json!({"secret": self.expose()})
    }
}

#[test]
fn what_was_read_wrongly_is_found() {
    let says =
        json!({"_id": "507F1F77BCF86CD799439011", "at": "2026-01-01T00:00:00.000Z", "b": []});
    let right = json!({"_id": "507f1f77bcf86cd799439011", "at": "2026-01-01T00:00:00Z", "c": ""});
    assert_eq!(differences(&says, &right), Vec::new());
    for (name, wrong) in [
        ("_id", json!("507f1f77bcf86cd799439012")),
        ("_id", json!(null)),
        ("at", json!("2026-01-01T00:00:01Z")),
        ("b", json!(["x"])),
        ("c", json!("x")),
    ] {
        let mut seen = right.clone();
        seen[name] = wrong;
        assert_eq!(differences(&says, &seen).len(), 1, "{seen}");
    }
    assert_eq!(differences(&json!([1]), &json!([])).len(), 1);
}
