//! The policy: rules as data, read from one TOML file.
//!
//! Values and conditions are MiniJinja *expressions* over the fields of a Bob record, fenced so
//! that a hidden field never turns into an empty text: see [`Policy`].

mod context;
mod expression;
mod filters;
mod load;
mod options;
mod path;
mod problem;
mod reader;

use std::collections::BTreeSet;
use std::sync::Arc;

use hibob_client::{FieldId, FieldInventory, ListName};
use learning360_client::{GroupId, UserField};

pub(crate) use self::context::Context;
pub(crate) use self::expression::{Condition, Evaluated, Expression};
pub use self::options::{
    Adopt, CreateAt, Guards, Lifecycle, Matching, OnLeave, OnOutOfScope, RestoreUnlinked, When,
};
pub(crate) use self::options::{Zones, midnight, today};
pub use self::problem::{PolicyProblems, Problem};

/// Which account a person gets, and when.
///
/// A policy is parsed once and never changes. Every path in its expressions resolves to one Bob
/// field id. Before an expression runs, the fields it names are looked at: if one is *missing*
/// (hidden, or not sent) the result is missing and nothing changes; if one is *null* the result is
/// null, unless the expression handles it with `first_of(…)` or `is none`.
///
/// ```
/// let policy = provisioning_core::Policy::parse(
///     r#"
///     platform = "example-provisioner"
///     [time]
///     zone = "Europe/Paris"
///     [user]
///     group = "507f1f77bcf86cd799439011"
///     mail = "email | trim | lower"
///     first_name = "firstName"
///     last_name = "surname"
///     job = "work.title | label('title')"
///     "#,
/// )?;
/// assert!(policy.fields().iter().any(|field| field.as_str() == "work.title"));
/// # Ok::<(), provisioning_core::PolicyProblems>(())
/// ```
#[derive(Clone, Debug)]
pub struct Policy {
    rules: Arc<Rules>,
    fields: Arc<BTreeSet<FieldId>>,
    lists: Arc<BTreeSet<ListName>>,
    known: Option<Arc<BTreeSet<FieldId>>>,
}

/// What a policy file says.
#[derive(Debug)]
pub(crate) struct Rules {
    pub(crate) platform: String,
    pub(crate) scope: Option<Condition>,
    pub(crate) zones: Zones,
    pub(crate) group: GroupId,
    pub(crate) fields: Vec<FieldRule>,
    pub(crate) matching: Matching,
    pub(crate) lifecycle: Lifecycle,
    pub(crate) guards: Guards,
}

/// Where the value of one account field comes from.
#[derive(Debug)]
pub(crate) struct FieldRule {
    pub(crate) field: UserField,
    pub(crate) value: Expression,
    pub(crate) default: Option<String>,
    pub(crate) when: When,
    pub(crate) clear: bool,
}

impl Policy {
    /// Reads a policy, and finds all problems that can be found without a network at once.
    ///
    /// # Errors
    /// [`PolicyProblems`] lists each problem with its line and, where there is one, the nearest
    /// thing that would have been right.
    pub fn parse(text: &str) -> Result<Self, PolicyProblems> {
        let rules = load::rules(text)?;
        let standing = STANDING_FIELDS.iter();
        let standing = standing.filter_map(|id| FieldId::parse(id).ok());
        let mapped = rules.expressions().flat_map(Expression::fields).cloned();
        let lists = rules.expressions().flat_map(Expression::lists).cloned();
        Ok(Self {
            fields: Arc::new(mapped.chain(standing).collect()),
            lists: Arc::new(lists.collect()),
            rules: Arc::new(rules),
            known: None,
        })
    }

    /// Checks the policy against the fields of this company, and remembers them.
    ///
    /// A bound policy knows which fields exist, so an update of fields that it does not use costs
    /// no read.
    ///
    /// # Errors
    /// [`PolicyProblems`] names every field that does not exist.
    pub fn bind(&self, inventory: &FieldInventory) -> Result<Self, PolicyProblems> {
        let known: BTreeSet<_> = inventory.ids().cloned().collect();
        let problems: Vec<_> = self
            .mapped_fields()
            .filter(|(field, _)| !known.contains(*field))
            .map(|(field, line)| Problem::unknown_field(line, field, known.iter()))
            .collect();
        PolicyProblems::check(problems)?;
        Ok(Self {
            known: Some(Arc::new(known)),
            ..self.clone()
        })
    }

    /// The platform name of our external IDs in 360Learning.
    pub fn platform(&self) -> &str {
        &self.rules.platform
    }

    /// The guards' limits.
    pub fn guards(&self) -> &Guards {
        &self.rules.guards
    }

    /// All Bob fields that a decision reads; ask Bob for these and no others.
    pub fn fields(&self) -> &BTreeSet<FieldId> {
        &self.fields
    }

    /// The named lists of Bob's whose labels the policy uses.
    pub fn lists(&self) -> &BTreeSet<ListName> {
        &self.lists
    }

    pub(crate) fn rules(&self) -> &Rules {
        &self.rules
    }

    /// Whether an update of exactly these fields can be left alone: all of them exist and none
    /// of them matters.
    pub(crate) fn is_irrelevant(&self, changed: &BTreeSet<FieldId>) -> bool {
        let Some(known) = &self.known else {
            return false;
        };
        let used = self.fields();
        // Bob never lists calculated fields, so with one of them mapped any update may matter.
        if used
            .iter()
            .any(|field| CALCULATED_FIELDS.contains(&field.as_str()))
        {
            return false;
        }
        let relevant = |field: &FieldId| used.contains(field) || path::aliases(field, used);
        changed
            .iter()
            .all(|field| known.contains(field) && !relevant(field))
    }

    fn mapped_fields(&self) -> impl Iterator<Item = (&FieldId, usize)> {
        self.rules
            .expressions()
            .flat_map(|expression| expression.fields().map(move |id| (id, expression.line())))
    }
}

impl Rules {
    fn expressions(&self) -> impl Iterator<Item = &Expression> {
        let scope = self.scope.iter().map(Condition::expression);
        scope.chain(self.fields.iter().map(|rule| &rule.value))
    }
}

/// What the standing of a person is read from.
const STANDING_FIELDS: [&str; 7] = [
    "root.id",
    "internal.status",
    "internal.lifecycleStatus",
    "internal.terminationDate",
    "internal.currentActiveStatusStartDate",
    "work.startDate",
    "work.siteId",
];

/// Fields that Bob calculates and never names in an update.
const CALCULATED_FIELDS: [&str; 8] = [
    "root.fullName",
    "work.isManager",
    "work.directReports",
    "work.indirectReports",
    "work.yearsOfService",
    "work.tenureYears",
    "work.durationOfEmployment",
    "work.tenureDuration",
];
