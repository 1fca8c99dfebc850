use core::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::BulkMessage;
use crate::ids::BulkOperationId;
use crate::open_enum::open_enum;

/// A bulk operation, as 360Learning shows one.
///
/// Only the id, the type and the status are certain: which instants there are depends on the
/// status. What cannot be read counts as absent.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BulkOperation {
    #[serde(rename = "_id")]
    id: BulkOperationId,
    #[serde(rename = "type")]
    kind: BulkOperationType,
    status: BulkStatus,
    #[serde(default, deserialize_with = "instant")]
    created_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "instant")]
    queued_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "instant")]
    started_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "instant")]
    ended_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "progress")]
    progress: Progress,
    #[serde(default, deserialize_with = "message")]
    error_message: Option<BulkMessage>,
}

/// How far it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Progress {
    index: Option<u64>,
    updated_at: Option<Timestamp>,
}

impl BulkOperation {
    /// The id.
    pub fn id(&self) -> &BulkOperationId {
        &self.id
    }

    /// What it does.
    pub fn kind(&self) -> &BulkOperationType {
        &self.kind
    }

    /// Where it stands.
    pub fn status(&self) -> &BulkStatus {
        &self.status
    }

    /// When it was submitted.
    pub fn created_at(&self) -> Option<Timestamp> {
        self.created_at
    }

    /// When it was queued.
    pub fn queued_at(&self) -> Option<Timestamp> {
        self.queued_at
    }

    /// When it began to run.
    pub fn started_at(&self) -> Option<Timestamp> {
        self.started_at
    }

    /// When it ended.
    pub fn ended_at(&self) -> Option<Timestamp> {
        self.ended_at
    }

    /// The place of the item that was processed last, from 0 on.
    pub fn last_processed(&self) -> Option<u64> {
        self.progress.index
    }

    /// When that was.
    pub fn last_processed_at(&self) -> Option<Timestamp> {
        self.progress.updated_at
    }

    /// Why it ended in error, in prose.
    pub fn error_message(&self) -> Option<&BulkMessage> {
        self.error_message.as_ref()
    }

    /// Whether it runs no more, well or not.
    pub fn has_ended(&self) -> bool {
        // A status that is not known yet may come with the instant of the end.
        matches!(self.status, BulkStatus::Completed | BulkStatus::Error)
            || (!self.status.is_known() && self.ended_at.is_some())
    }
}

/// Where a bulk operation stands.
// Exhaustive on purpose: whatever else comes is `Other`.
#[allow(clippy::exhaustive_enums)]
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BulkStatus {
    /// Submitted.
    Pending,
    /// In the queue.
    Queued,
    /// Running.
    Running,
    /// Ended; single items may have failed.
    Completed,
    /// Ended early. What was processed until then has results.
    Error,
    /// A status this crate does not know, as it was sent.
    Other(Box<str>),
}

impl BulkStatus {
    /// The wire form, such as `running`.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Pending => "pending",
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Completed => "completed",
            Self::Error => "error",
            Self::Other(text) => text,
        }
    }
}

open_enum!(BulkStatus:
    "pending" => Pending,
    "queued" => Queued,
    "running" => Running,
    "completed" => Completed,
    "error" => Error,
);

/// What a bulk operation does.
// Exhaustive on purpose: whatever else comes is `Other`.
#[allow(clippy::exhaustive_enums)]
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BulkOperationType {
    /// Gives users roles in groups.
    AddUsersToGroups,
    /// Takes users' roles in groups away.
    RemoveUsersFromGroups,
    /// Deletes groups.
    DeleteGroups,
    /// Switches users' mails on or off.
    CreateSubscriptionEvents,
    /// Replaces users' jobs.
    ReplaceUsersJobs,
    /// Anything else, such as `upsertSkills`, as it was sent.
    Other(Box<str>),
}

impl BulkOperationType {
    /// The wire form, such as `addUsersToGroups`.
    pub fn as_str(&self) -> &str {
        match self {
            Self::AddUsersToGroups => "addUsersToGroups",
            Self::RemoveUsersFromGroups => "removeUsersFromGroups",
            Self::DeleteGroups => "deleteGroups",
            Self::CreateSubscriptionEvents => "createSubscriptionEvents",
            Self::ReplaceUsersJobs => "replaceUsersJobs",
            Self::Other(text) => text,
        }
    }
}

open_enum!(BulkOperationType:
    "addUsersToGroups" => AddUsersToGroups,
    "removeUsersFromGroups" => RemoveUsersFromGroups,
    "deleteGroups" => DeleteGroups,
    "createSubscriptionEvents" => CreateSubscriptionEvents,
    "replaceUsersJobs" => ReplaceUsersJobs,
);

impl fmt::Display for BulkOperation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.status)
    }
}

fn instant<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    Ok(value.as_str().and_then(|text| text.parse().ok()))
}

fn progress<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Progress, D::Error> {
    let value = Value::deserialize(deserializer)?;
    let updated_at = value.get("updatedAt").and_then(Value::as_str);
    Ok(Progress {
        index: value.get("index").and_then(Value::as_u64),
        updated_at: updated_at.and_then(|text| text.parse().ok()),
    })
}

fn message<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<BulkMessage>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    Ok(value.as_str().map(BulkMessage::from))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ID: &str = "507f1f77bcf86cd799439011";

    #[test]
    fn every_shape_is_read_and_says_whether_it_ended() {
        let at = "2026-01-01T08:00:00.000Z";
        for (status, ended) in [
            ("pending", false),
            ("queued", false),
            ("running", false),
            ("completed", true),
            ("error", true),
            ("paused", false),
        ] {
            let operation: BulkOperation = serde_json::from_value(json!({
                "_id": ID, "type": "upsertSkills", "status": status, "createdAt": at,
                "progress": {"index": 7, "updatedAt": at}, "startedAt": at, "more": [],
            }))
            .unwrap();
            assert_eq!(operation.has_ended(), ended, "{status}");
            assert_eq!(operation.last_processed(), Some(7));
            assert_eq!(operation.last_processed_at(), at.parse().ok());
            assert_eq!(operation.created_at(), at.parse().ok());
            assert_eq!(operation.queued_at(), None);
            assert_eq!(operation.kind().as_str(), "upsertSkills");
        }
    }

    #[test]
    fn an_unknown_status_with_an_end_has_ended() {
        let operation: BulkOperation = serde_json::from_value(json!({
            "_id": ID, "type": "deleteGroups", "status": "cancelled",
            "endedAt": "2026-01-01T08:00:00.000Z", "errorMessage": "canary",
        }))
        .unwrap();
        assert!(operation.has_ended());
        assert_eq!(operation.error_message().unwrap().as_str(), "canary");
        assert!(!format!("{operation:?} {operation}").contains("canary"));
    }

    #[test]
    fn what_cannot_be_read_counts_as_absent() {
        for odd in [
            json!(null),
            json!([]),
            json!("soon"),
            json!({"index": -1, "updatedAt": 5}),
        ] {
            let operation: BulkOperation = serde_json::from_value(json!({
                "_id": ID, "type": "deleteGroups", "status": "running", "createdAt": odd,
                "queuedAt": odd, "startedAt": odd, "endedAt": odd, "progress": odd,
            }))
            .unwrap();
            assert_eq!(operation.created_at(), None);
            assert_eq!(operation.ended_at(), None);
            assert_eq!(operation.last_processed(), None);
            assert_eq!(operation.last_processed_at(), None);
        }
    }
}
