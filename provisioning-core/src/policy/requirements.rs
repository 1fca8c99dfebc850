use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use hibob_client::webhook::EventKind;
use hibob_client::{FieldId, ListName};

use super::Policy;
use super::catalog::Catalog;
use super::events::{AccessRevoked, Reaction};
use crate::event::Endpoint;

/// What has to be set up in both systems before a policy can work.
///
/// `Display` writes it as a list for people.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Requirements {
    /// The fields that Bob's service user has to see, by the category whose permission shows them.
    pub categories: BTreeMap<Box<str>, BTreeSet<FieldId>>,
    /// The categories whose history it has to see as well.
    pub history: BTreeSet<&'static str>,
    /// Bob's named lists that it has to read.
    pub lists: BTreeSet<ListName>,
    /// The lifecycle statuses that its population has to include.
    pub population: Vec<&'static str>,
    /// Bob's webhooks.
    pub webhooks: Vec<Webhook>,
    /// The scopes of 360Learning's credentials, each with what it is for.
    pub scopes: BTreeMap<&'static str, &'static str>,
}

/// A webhook to set up in Bob.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Webhook {
    /// The name of the set-up guide.
    pub name: &'static str,
    /// Where it delivers to.
    pub endpoint: Endpoint,
    /// What to tick: the name in Bob's settings, and the type on the wire.
    pub events: Vec<(&'static str, EventKind)>,
}

impl Policy {
    /// What has to be set up in Bob and in 360Learning for this policy.
    ///
    /// A bound policy knows the categories of the company's own fields too.
    pub fn requirements(&self) -> Requirements {
        let nothing = Catalog::default();
        let catalog = self.catalog().unwrap_or(&nothing);
        let mut categories: BTreeMap<Box<str>, BTreeSet<FieldId>> = BTreeMap::new();
        for field in self.fields() {
            let first = field.as_str().split('.').next().unwrap_or_default();
            let category = catalog.category(field).unwrap_or(first);
            let fields = categories.entry(category.into()).or_default();
            fields.insert(field.clone());
        }
        Requirements {
            categories,
            // Whether somebody came back is read from the rows of the lifecycle table.
            history: BTreeSet::from(["lifecycle"]),
            lists: self.lists().clone(),
            population: POPULATION.to_vec(),
            webhooks: vec![upsert(self), deactivation(self)],
            scopes: scopes(self),
        }
    }
}

fn upsert(policy: &Policy) -> Webhook {
    let mut events = vec![
        ("Employee Created", EventKind::EmployeeCreated),
        ("Employee Update", EventKind::EmployeeUpdated),
        ("Employee Activated", EventKind::EmployeeActivated),
        ("Employee Joined", EventKind::EmployeeJoined),
    ];
    if policy.rules().events.table_entries == Reaction::Refresh {
        events.push(("Table entry created", EventKind::TableEntryCreated));
        events.push(("Table entry updated", EventKind::TableEntryUpdated));
    }
    if policy.rules().events.temporary_leave == Reaction::Refresh {
        events.push(("On leave", EventKind::from("employee.temporaryLeave")));
    }
    Webhook {
        name: "360Learning_Employee_Upsert",
        endpoint: Endpoint::Upsert,
        events,
    }
}

fn deactivation(policy: &Policy) -> Webhook {
    let mut events = vec![
        ("Employee Inactivated", EventKind::EmployeeInactivated),
        // What arrives is `employee.left`, on which nothing is done.
        ("Employee Terminated", EventKind::EmployeeLeft),
        ("Employee Deleted", EventKind::EmployeeDeleted),
    ];
    if policy.rules().events.access_revoked == AccessRevoked::Deactivate {
        let kind = EventKind::AccessRevokedImmediately;
        events.push(("Employee immediate access revocation", kind));
    }
    Webhook {
        name: "360Learning_Employee_Deactivation",
        endpoint: Endpoint::Deactivation,
        events,
    }
}

fn scopes(policy: &Policy) -> BTreeMap<&'static str, &'static str> {
    let mut scopes = BTreeMap::from([
        ("users:read", "find accounts, and read what they have"),
        (
            "users:write",
            "create, change, deactivate and restore accounts",
        ),
        (
            "externalIds:read",
            "find the account that belongs to an employee",
        ),
        (
            "externalIds:write",
            "remember which account belongs to whom",
        ),
        ("groups:read", "know the groups and their members"),
        // A return from leave gives back the roles that the deactivation took.
        (
            "groups:write",
            "give roles, and take back those that were given",
        ),
    ]);
    let rules = policy.rules();
    let values = if rules.custom.is_empty() {
        "give back the values that a leave took"
    } else {
        "know the custom fields and their values"
    };
    scopes.insert("customFields:read", values);
    if !rules.groups.is_empty() {
        scopes.insert("groups:bulk", "give roles to many at once");
        scopes.insert(
            "bulkOperations:read",
            "follow what was given to many at once",
        );
    }
    scopes
}

impl fmt::Display for Requirements {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Bob, permission group of the service user:")?;
        writeln!(f, "  people: {}", self.population.join(", "))?;
        for (category, fields) in &self.categories {
            let fields: Vec<_> = fields.iter().map(FieldId::as_str).collect();
            let seen = self.history.contains(&**category);
            let history = if seen { " (and its history)" } else { "" };
            writeln!(f, "  view {category}{history}: {}", fields.join(", "))?;
        }
        if !self.lists.is_empty() {
            let lists: Vec<_> = self.lists.iter().map(ListName::as_str).collect();
            writeln!(f, "  named lists: {}", lists.join(", "))?;
        }
        for webhook in &self.webhooks {
            writeln!(f, "Bob, webhook {} for all employees:", webhook.name)?;
            for (label, kind) in &webhook.events {
                writeln!(f, "  {label} ({kind})")?;
            }
        }
        f.write_str("360Learning, scopes of the credentials:")?;
        for (scope, purpose) in &self.scopes {
            write!(f, "\n  {scope}: {purpose}")?;
        }
        Ok(())
    }
}

/// Whoever is left out here is never seen to leave, or to come.
const POPULATION: [&str; 4] = ["Hired", "Employed", "Terminated", "every kind of leave"];
