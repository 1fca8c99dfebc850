//! Bob's side of a seed.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Secret;
use crate::switches::Knobs;

/// The company (tenant) in Bob.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Company {
    /// Bob's company id, the `companyId` of every event.
    pub id: u64,
    /// IANA zone for people without a site.
    pub zone: String,
    /// Employee id of the administrator who causes the acts (`triggeredBy`).
    pub administrator: String,
}

impl Default for Company {
    fn default() -> Self {
        Self {
            id: 637_323,
            zone: "UTC".into(),
            administrator: "3332883804594373380".into(),
        }
    }
}

/// A site: an entry of the named list `site`, with the zone its midnights follow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Site {
    /// Machine value of `work.siteId`.
    pub id: i64,
    /// Machine value of `work.site`.
    pub name: String,
    /// IANA zone, such as `Europe/Paris`.
    pub zone: String,
}

impl Site {
    /// A site with its IANA zone.
    pub fn new(id: i64, name: impl Into<String>, zone: impl Into<String>) -> Self {
        Self {
            id,
            name: name.into(),
            zone: zone.into(),
        }
    }
}

/// A field of Bob's inventory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct FieldDefinition {
    /// Field id in dot form, such as `work.custom.field_1`.
    pub id: String,
    /// Label.
    pub name: String,
    /// Permission category (`categoryId`), such as `work`.
    pub category: String,
    /// Bob's type: `text`, `date`, `list`, `employee-reference`, ….
    pub kind: String,
    /// True for columns of a historical table.
    #[serde(default)]
    pub historical: bool,
    /// Named list of a `list` field.
    #[serde(default)]
    pub list: Option<String>,
}

impl FieldDefinition {
    /// A text field; its category is the first part of its id.
    pub fn text(id: impl Into<String>, name: impl Into<String>) -> Self {
        let id = id.into();
        let category = id.split('.').next().unwrap_or_default().to_owned();
        Self {
            id,
            name: name.into(),
            category,
            kind: "text".into(),
            historical: false,
            list: None,
        }
    }

    /// Changes the type.
    pub fn kind(mut self, kind: impl Into<String>) -> Self {
        self.kind = kind.into();
        self
    }

    /// Changes the permission category.
    pub fn category(mut self, category: impl Into<String>) -> Self {
        self.category = category.into();
        self
    }

    /// Makes it a field whose values are item ids of the named list.
    pub fn list(mut self, list: impl Into<String>) -> Self {
        self.kind = "list".into();
        self.list = Some(list.into());
        self
    }
}

/// A named list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct List {
    /// Case-sensitive name.
    pub name: String,
    /// Items in their order.
    #[serde(default)]
    pub items: Vec<ListItem>,
}

impl List {
    /// An empty list.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            items: Vec::new(),
        }
    }

    /// Adds an item.
    pub fn item(mut self, id: impl Into<String>, label: impl Into<String>) -> Self {
        self.items.push(ListItem::new(id, label));
        self
    }
}

/// An item of a named list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ListItem {
    /// Machine value. Sent as a JSON integer in the lists `site` and `calendar`, else as a string.
    pub id: String,
    /// Label.
    pub label: String,
    /// Hidden unless `includeArchived=true`.
    #[serde(default)]
    pub archived: bool,
    /// Items below this one.
    #[serde(default)]
    pub children: Vec<ListItem>,
}

impl ListItem {
    /// An item without children.
    pub fn new(id: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            label: label.into(),
            archived: false,
            children: Vec::new(),
        }
    }
}

/// Whether a person may use Bob (`internal.status`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "Bob has exactly these two")]
pub enum Access {
    /// `Active`
    Active,
    /// `Inactive`
    Inactive,
}

impl Access {
    /// Bob's machine value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "Active",
            Self::Inactive => "Inactive",
        }
    }
}

/// A row of the lifecycle table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct LifecycleRow {
    /// Effective date. The row takes effect at the site's midnight at the beginning of that day;
    /// a `terminated` row at the end of it, because it names the last employed day.
    pub date: Date,
    /// `hired`, `employed`, `garden leave`, `terminated`, `parental leave`, … (lower case).
    pub status: String,
    /// Access while the row is in effect; absent = what is usual for the status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access: Option<Access>,
    /// Reason, an item id of `terminationreason`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Kind of reason, an item id of `lifecycleReasonType`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason_type: Option<String>,
}

impl LifecycleRow {
    /// A row with the usual access of its status.
    pub fn new(date: Date, status: impl Into<String>) -> Self {
        Self {
            date,
            status: status.into(),
            access: None,
            reason: None,
            reason_type: None,
        }
    }
}

/// A person in Bob: machine values by field id, and lifecycle rows.
///
/// `Debug` shows the id and the field ids only.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Person {
    /// Decimal id; empty = the stand-in gives the next one.
    pub id: String,
    /// Machine values by field id (dot form). What is named here wins over what the lifecycle
    /// rows imply, until a row takes effect.
    pub fields: BTreeMap<String, Value>,
    /// Lifecycle rows. Without any they follow from `work.startDate` and
    /// `internal.terminationDate`.
    pub lifecycle: Vec<LifecycleRow>,
    /// Rows of other tables by the table's name (`work`, `employment`, `salaries`, `training`, …) or
    /// a custom table's id, as the API writes them: `{"effectiveDate": "2026-04-01", "title": "7"}`.
    /// Without any, the tables `work` and `employment` follow from the fields.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tables: BTreeMap<String, Vec<Map<String, Value>>>,
}

impl Person {
    /// A person with this employee id, who has no values yet.
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            ..Self::default()
        }
    }

    /// A person to whom the stand-in gives an employee id.
    pub fn unnumbered() -> Self {
        Self::default()
    }

    /// Sets any field, by its id in dot form, to a machine value.
    pub fn field(mut self, id: impl Into<String>, value: impl Into<Value>) -> Self {
        self.fields.insert(id.into(), value.into());
        self
    }

    /// Sets the work e-mail (`root.email`).
    pub fn mail(self, mail: impl Into<String>) -> Self {
        self.field("root.email", mail.into())
    }

    /// Sets first name and surname.
    pub fn names(self, first: impl Into<String>, surname: impl Into<String>) -> Self {
        self.field("root.firstName", first.into())
            .field("root.surname", surname.into())
    }

    /// Sets the start date (`work.startDate`), `YYYY-MM-DD`.
    pub fn started(self, date: impl Into<String>) -> Self {
        self.field("work.startDate", date.into())
    }

    /// Sets the last employed day (`internal.terminationDate`), `YYYY-MM-DD`.
    pub fn terminated(self, date: impl Into<String>) -> Self {
        self.field("internal.terminationDate", date.into())
    }

    /// Sets the site (`work.siteId`).
    pub fn site(self, id: i64) -> Self {
        self.field("work.siteId", id)
    }

    /// Sets the job title, a list item id (`work.title`).
    pub fn title(self, item: impl Into<String>) -> Self {
        self.field("work.title", item.into())
    }

    /// Sets the department, a list item id (`work.department`).
    pub fn department(self, item: impl Into<String>) -> Self {
        self.field("work.department", item.into())
    }

    /// Sets the manager's employee id (`work.manager`).
    pub fn manager(self, id: impl Into<String>) -> Self {
        self.field("work.manager", id.into())
    }

    /// Adds a row to another table; `row` is an object.
    pub fn table_row(mut self, table: impl Into<String>, row: Value) -> Self {
        let rows = self.tables.entry(table.into()).or_default();
        if let Value::Object(row) = row {
            rows.push(row);
        }
        self
    }

    /// Adds a lifecycle row.
    pub fn row(mut self, row: LifecycleRow) -> Self {
        self.lifecycle.push(row);
        self
    }
}

impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Person")
            .field("id", &self.id)
            .field("fields", &self.fields.keys())
            .field("lifecycle", &self.lifecycle)
            .field("tables", &self.tables.keys())
            .finish()
    }
}

/// A service user: who may call Bob's API, and what he sees.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ServiceUser {
    /// User name of HTTP Basic.
    pub id: String,
    /// Password of HTTP Basic.
    pub token: Secret,
    /// Permitted field categories (`categoryId`); absent = all.
    #[serde(default)]
    pub categories: Option<BTreeSet<String>>,
    /// Categories that he may change, as far as he may read them; absent = all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub editable: Option<BTreeSet<String>>,
    /// Categories of which he sees all rows of tables and not only the present one; absent = all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub history: Option<BTreeSet<String>>,
    /// Lifecycle statuses of the people he sees, compared without case; absent = all.
    #[serde(default)]
    pub population: Option<BTreeSet<String>>,
}

impl ServiceUser {
    /// A service user who sees every field of everybody.
    pub fn new(id: impl Into<String>, token: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            token: Secret::from(token.into()),
            categories: None,
            editable: None,
            history: None,
            population: None,
        }
    }

    /// Permits only these field categories.
    pub fn categories<S: Into<String>>(mut self, ids: impl IntoIterator<Item = S>) -> Self {
        self.categories = Some(ids.into_iter().map(Into::into).collect());
        self
    }

    /// Lets him change only these categories.
    pub fn editable<S: Into<String>>(mut self, ids: impl IntoIterator<Item = S>) -> Self {
        self.editable = Some(ids.into_iter().map(Into::into).collect());
        self
    }

    /// Shows the history of these categories only.
    pub fn history<S: Into<String>>(mut self, ids: impl IntoIterator<Item = S>) -> Self {
        self.history = Some(ids.into_iter().map(Into::into).collect());
        self
    }

    /// Shows only people with one of these lifecycle statuses.
    pub fn population<S: Into<String>>(mut self, statuses: impl IntoIterator<Item = S>) -> Self {
        self.population = Some(statuses.into_iter().map(Into::into).collect());
        self
    }
}

/// The shape of a webhook's bodies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum WebhookVersion {
    /// Ids only, since 2025.
    #[default]
    V2,
    /// Legacy: the employee's data is in the body.
    V1,
}

/// Which employees a webhook listens to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Condition {
    /// Field id in dot form.
    pub field: String,
    /// Machine values, as text.
    pub values: BTreeSet<String>,
}

/// A webhook as an administrator registers it in Bob.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Webhook {
    /// Unique name.
    pub name: String,
    /// Where deliveries go.
    pub url: String,
    /// Key of the signature; its UTF-8 bytes are used as they are.
    pub secret: Secret,
    /// Shape of the bodies.
    #[serde(default)]
    pub version: WebhookVersion,
    /// Event types that are delivered.
    pub events: BTreeSet<String>,
    /// Only events of these employees are delivered; absent = of all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listens_to: Option<Condition>,
    /// Behaviour of this webhook; absent = `switches.bob.webhooks`.
    #[serde(default)]
    pub knobs: Option<Knobs>,
}

impl Webhook {
    /// A v2 webhook for these event types.
    pub fn new<S: Into<String>>(
        name: impl Into<String>,
        url: impl Into<String>,
        secret: impl Into<String>,
        events: impl IntoIterator<Item = S>,
    ) -> Self {
        Self {
            name: name.into(),
            url: url.into(),
            secret: Secret::from(secret.into()),
            version: WebhookVersion::V2,
            events: events.into_iter().map(Into::into).collect(),
            listens_to: None,
            knobs: None,
        }
    }

    /// The webhook `360Learning_Employee_Upsert` of the connector's set-up guide.
    pub fn upsert(url: impl Into<String>, secret: impl Into<String>) -> Self {
        let events = [
            "employee.created",
            "employee.updated",
            "employee.activated",
            "employee.joined",
        ];
        Self::new("360Learning_Employee_Upsert", url, secret, events)
    }

    /// The webhook `360Learning_Employee_Deactivation` of the connector's set-up guide.
    pub fn deactivation(url: impl Into<String>, secret: impl Into<String>) -> Self {
        let events = [
            "employee.inactivated",
            "employee.left",
            "employee.terminated",
            "employee.deleted",
        ];
        Self::new("360Learning_Employee_Deactivation", url, secret, events)
    }

    /// Chooses the shape of the bodies.
    pub fn version(mut self, version: WebhookVersion) -> Self {
        self.version = version;
        self
    }

    /// Delivers only events of employees with one of these values in a field, as they are when it
    /// happens. Nothing tells that somebody no longer fits.
    pub fn listens_to<S: Into<String>>(
        mut self,
        field: impl Into<String>,
        values: impl IntoIterator<Item = S>,
    ) -> Self {
        self.listens_to = Some(Condition {
            field: field.into(),
            values: values.into_iter().map(Into::into).collect(),
        });
        self
    }

    /// Gives this webhook its own behaviour.
    pub fn knobs(mut self, knobs: Knobs) -> Self {
        self.knobs = Some(knobs);
        self
    }
}
