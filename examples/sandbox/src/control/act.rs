//! Acts: what people do in the two products' user interfaces.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::seed::{List, Person, Secret, ServiceUser, Site, Webhook};

/// An act in Bob (`POST /_sandbox/act` on Bob's side): an object with one key, the act's name in
/// snake case.
///
/// ```
/// use sandbox::BobAct;
///
/// let act: BobAct = serde_json::from_str(r#"{"terminate": {"id": "1", "on": "2026-04-17"}}"#)?;
/// assert!(matches!(act, BobAct::Terminate { .. }));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum BobAct {
    /// Creates an employee. A start date in the future makes him a pre-hire; today or past, he
    /// joins and is activated at once.
    Hire(Person),
    /// Changes values. `root.email`, `work.startDate` and `work.siteId` have their consequences.
    Edit {
        /// The employee.
        id: String,
        /// New machine values by field id; null clears.
        fields: BTreeMap<String, Value>,
    },
    /// Adds a row to another table than the lifecycle table; a row of `work` or `employment` may take
    /// effect later.
    AddRow {
        /// The employee.
        id: String,
        /// The table's name or, of a custom table, its id.
        table: String,
        /// The row, as the API writes it.
        row: Map<String, Value>,
    },
    /// Takes access to Bob away; the lifecycle status stays.
    Uninvite {
        /// The employee.
        id: String,
    },
    /// Invites to Bob.
    Invite {
        /// The employee.
        id: String,
    },
    /// Begins a leave.
    Leave {
        /// The employee.
        id: String,
        /// First day of the leave.
        from: Date,
        /// Lifecycle status, such as `parental leave`.
        kind: String,
        /// Bob's option "Remain active".
        #[serde(default)]
        remain_active: bool,
    },
    /// Ends a leave.
    Return {
        /// The employee.
        id: String,
        /// First day of work.
        on: Date,
    },
    /// Ends the employment.
    Terminate {
        /// The employee.
        id: String,
        /// Last employed day.
        on: Date,
        /// Item id of `terminationreason`.
        #[serde(default)]
        reason: Option<String>,
        /// Before `on`: garden leave in between.
        #[serde(default)]
        last_day_of_work: Option<Date>,
        /// Bob's option "Revoke access immediately".
        #[serde(default)]
        revoke_access: bool,
    },
    /// Withdraws the termination.
    CancelTermination {
        /// The employee.
        id: String,
    },
    /// Employs a leaver again, with the same id.
    Rehire {
        /// The employee.
        id: String,
        /// New start date.
        start: Date,
    },
    /// Deletes the record.
    Delete {
        /// The employee.
        id: String,
    },
    /// Sends an event although nothing changed.
    Emit {
        /// Event type.
        #[serde(rename = "type")]
        kind: String,
        /// The employee; need not exist.
        id: String,
        /// Changed fields; absent = the event has no such list.
        #[serde(default)]
        fields: Option<Vec<String>>,
    },
    /// Registers a webhook, or replaces the one with the same name, and pings it.
    Webhook(Webhook),
    /// Removes a webhook and what is on its way to it.
    RemoveWebhook {
        /// Its name.
        name: String,
    },
    /// Switches a deactivated webhook on again.
    ReactivateWebhook {
        /// Its name.
        name: String,
    },
    /// Gives a webhook another secret.
    RefreshSecret {
        /// Its name.
        name: String,
        /// The new secret.
        secret: Secret,
    },
    /// Adds a site, or replaces the one with the same id; a new zone moves its midnights.
    Site(Site),
    /// Adds a named list, or replaces the one with the same name.
    List(List),
    /// Adds a service user, or replaces the one with the same id (changes permissions).
    ServiceUser(ServiceUser),
}

impl BobAct {
    /// The employee who is changed, if he exists already.
    pub(crate) fn subject(&self) -> Option<&str> {
        match self {
            Self::Edit { id, .. }
            | Self::AddRow { id, .. }
            | Self::Uninvite { id }
            | Self::Invite { id }
            | Self::Leave { id, .. }
            | Self::Return { id, .. }
            | Self::Terminate { id, .. }
            | Self::CancelTermination { id }
            | Self::Rehire { id, .. }
            | Self::Delete { id }
            | Self::Emit { id, .. } => Some(id),
            _ => None,
        }
    }

    /// Changes one value.
    pub fn edit(id: impl Into<String>, field: impl Into<String>, value: impl Into<Value>) -> Self {
        Self::Edit {
            id: id.into(),
            fields: [(field.into(), value.into())].into(),
        }
    }

    /// Adds a row to a table; `row` is an object.
    pub fn add_row(id: impl Into<String>, table: impl Into<String>, row: Value) -> Self {
        let row = match row {
            Value::Object(row) => row,
            _ => Map::new(),
        };
        Self::AddRow {
            id: id.into(),
            table: table.into(),
            row,
        }
    }

    /// Begins a leave without access.
    pub fn leave(id: impl Into<String>, from: Date, kind: impl Into<String>) -> Self {
        Self::Leave {
            id: id.into(),
            from,
            kind: kind.into(),
            remain_active: false,
        }
    }

    /// Ends a leave.
    pub fn return_on(id: impl Into<String>, on: Date) -> Self {
        Self::Return { id: id.into(), on }
    }

    /// Ends the employment after this day.
    pub fn terminate(id: impl Into<String>, on: Date) -> Self {
        Self::Terminate {
            id: id.into(),
            on,
            reason: None,
            last_day_of_work: None,
            revoke_access: false,
        }
    }

    /// Employs a leaver again.
    pub fn rehire(id: impl Into<String>, start: Date) -> Self {
        Self::Rehire {
            id: id.into(),
            start,
        }
    }

    /// Deletes the record.
    pub fn delete(id: impl Into<String>) -> Self {
        Self::Delete { id: id.into() }
    }

    /// Sends an event without a list of changed fields.
    pub fn emit(kind: impl Into<String>, id: impl Into<String>) -> Self {
        Self::Emit {
            kind: kind.into(),
            id: id.into(),
            fields: None,
        }
    }
}

/// An act in 360Learning (`POST /_sandbox/act` on its side).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Learning360Act {
    /// The invited user accepts: active, and logged in.
    AcceptInvitation {
        /// The user.
        user: String,
    },
    /// An active user logs in.
    Login {
        /// The user.
        user: String,
    },
    /// Somebody registers by himself, and is active at once in the learners' group of his choice.
    SelfRegistration {
        /// His mail.
        mail: String,
        /// The group; absent = the platform group.
        #[serde(default)]
        group: Option<String>,
    },
    /// An administrator deletes the account.
    AdminDelete {
        /// The user.
        user: String,
    },
    /// An administrator makes the account active, restoring it if it was deleted.
    AdminActivate {
        /// The user.
        user: String,
    },
    /// An administrator changes the account, by the rules of `PATCH /users/{userId}`.
    AdminEdit {
        /// The user.
        user: String,
        /// Body of the PATCH (camel case; null clears).
        fields: Map<String, Value>,
    },
    /// An administrator gives a role in a group.
    AdminAddRole {
        /// The user.
        user: String,
        /// The group.
        group: String,
        /// The role.
        role: String,
    },
    /// An administrator takes a role in a group away.
    AdminRemoveRole {
        /// The user.
        user: String,
        /// The group.
        group: String,
        /// The role.
        role: String,
    },
}

impl Learning360Act {
    /// Somebody registers by himself in the platform group.
    pub fn self_registration(mail: impl Into<String>) -> Self {
        Self::SelfRegistration {
            mail: mail.into(),
            group: None,
        }
    }
}
