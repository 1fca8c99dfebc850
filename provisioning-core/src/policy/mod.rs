#![doc = include_str!("file.md")]

mod bind;
mod canonical;
mod catalog;
mod context;
mod events;
mod expression;
mod fence;
mod filters;
mod guards;
mod lint;
mod load;
mod nothing;
mod options;
mod origins;
mod path;
mod problem;
mod reader;
mod requirements;
mod tables;
mod tokens;

use std::collections::BTreeSet;
use std::sync::Arc;

use hibob_client::{FieldId, FieldInventory, ListName};
use learning360_client::{GroupId, UserField};

pub use self::catalog::Catalog;
pub(crate) use self::context::Context;
pub use self::events::{AccessRevoked, Reaction};
pub(crate) use self::events::{Events, is_temporary_leave};
pub(crate) use self::expression::{Condition, Evaluated, Expression};
pub use self::guards::{Budget, Guards, Share, Window};
pub use self::lint::{Lint, LintKind};
use self::load::Loaded;
pub use self::options::{
    Adopt, CreateAt, Depth, Gone, InviteAt, Lifecycle, Matching, OnLeave, OnOutOfScope,
    PrivateMail, Relink, RestoreUnlinked, Revoke, Schedule, When,
};
pub(crate) use self::options::{Zones, midnight, today};
pub use self::origins::Origin;
use self::origins::ToldOrigins;
pub use self::problem::{PolicyProblems, Problem};
pub use self::requirements::{Requirements, Webhook};
use crate::digest::{Digest, DigestKey};

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
    lints: Arc<[Lint]>,
    origins: Arc<ToldOrigins>,
    catalog: Option<Arc<Catalog>>,
    depth: Depth,
    digest: Digest,
    key: Option<DigestKey>,
}

/// What a policy file says.
#[derive(Debug)]
pub(crate) struct Rules {
    pub(crate) platform: String,
    pub(crate) scope: Option<Condition>,
    pub(crate) zones: Zones,
    pub(crate) group: GroupId,
    pub(crate) group_line: usize,
    pub(crate) fields: Vec<FieldRule>,
    pub(crate) custom: Vec<CustomRule>,
    pub(crate) manager: Option<ManagerRule>,
    pub(crate) groups: Vec<GroupRule>,
    /// Whether roles that we gave are taken back when no rule gives them any more.
    pub(crate) revoke: Revoke,
    pub(crate) matching: Matching,
    pub(crate) lifecycle: Lifecycle,
    pub(crate) events: Events,
    pub(crate) guards: Guards,
    pub(crate) deactivations_line: usize,
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

/// Where the value of one custom field comes from.
#[derive(Debug)]
pub(crate) struct CustomRule {
    /// The name or the id of the custom field in 360Learning.
    pub(crate) name: Box<str>,
    pub(crate) value: Expression,
    pub(crate) default: Option<String>,
    pub(crate) when: When,
    pub(crate) clear: bool,
}

/// Where the manager comes from.
#[derive(Debug)]
pub(crate) struct ManagerRule {
    /// Gives the manager's employee id.
    pub(crate) from: Expression,
    /// What happens to the manager we set when he cannot be one any more.
    pub(crate) gone: Gone,
}

/// Who is a learner of a group.
#[derive(Debug)]
pub(crate) struct GroupRule {
    pub(crate) group: GroupId,
    /// `None` = everybody in scope.
    pub(crate) when: Option<Condition>,
    pub(crate) line: usize,
}

impl Policy {
    /// Reads a policy, and finds all problems that can be found without a network at once.
    ///
    /// # Errors
    /// [`PolicyProblems`] lists each problem with its line and, where there is one, the nearest
    /// thing that would have been right. A [`Lint`] that is an error is a problem too.
    pub fn parse(text: &str) -> Result<Self, PolicyProblems> {
        let Loaded {
            rules,
            digest,
            lints,
        } = load::load(text)?;
        let standing = STANDING_FIELDS.iter();
        let standing = standing.filter_map(|id| FieldId::parse(id).ok());
        let mapped = rules.expressions().flat_map(Expression::fields).cloned();
        let lists = rules.expressions().flat_map(Expression::lists).cloned();
        Ok(Self {
            fields: Arc::new(mapped.chain(standing).collect()),
            lists: Arc::new(lists.collect()),
            origins: Arc::new(ToldOrigins::of(&rules.origins())),
            rules: Arc::new(rules),
            lints: lints.into(),
            catalog: None,
            depth: Depth::Deep,
            digest,
            key: None,
        })
    }

    /// Checks the policy against what this company has, and remembers it.
    ///
    /// A policy that knows Bob's fields can tell that an update of fields that it does not use
    /// costs no read.
    ///
    /// # Errors
    /// [`PolicyProblems`] names every field, list, list item, group and custom field that does not
    /// exist, and every text that is mapped to a custom field for dates.
    pub fn bind(&self, catalog: Catalog) -> Result<Self, PolicyProblems> {
        PolicyProblems::check(bind::problems(&self.rules, &catalog))?;
        Ok(Self {
            catalog: Some(Arc::new(catalog)),
            ..self.clone()
        })
    }

    /// What is probably not meant, in the order of the file.
    ///
    /// These are warnings: what cannot work at all is an error of [`Policy::parse`].
    pub fn lint(&self) -> &[Lint] {
        &self.lints
    }

    /// What the policy was bound to.
    pub fn catalog(&self) -> Option<&Catalog> {
        self.catalog.as_deref()
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

    /// The lines of the file whose expressions read this field, counted from 1. A field that only
    /// the standing of a person is read from has none.
    pub fn lines_of(&self, field: &FieldId) -> BTreeSet<usize> {
        let readers = self.rules.expressions();
        let readers = readers.filter(|reader| reader.fields().any(|read| read == field));
        readers.map(Expression::line).collect()
    }

    /// The same policy, whose decisions look no deeper than this.
    #[must_use]
    pub fn at_depth(&self, depth: Depth) -> Self {
        Self {
            depth,
            ..self.clone()
        }
    }

    /// The zone whose days count where no site has another.
    pub fn zone(&self) -> &jiff::tz::TimeZone {
        &self.rules.zones.tenant
    }

    /// Tells two policies apart by what they say; comments, blanks and the order of keys do not
    /// matter.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// The same policy, with the key for digests of values that are remembered.
    ///
    /// Without a key no such digest is kept, and a change by somebody else in 360Learning is
    /// overwritten without being counted as drift.
    #[must_use]
    pub fn with_digest_key(self, key: DigestKey) -> Self {
        Self {
            key: Some(key),
            ..self
        }
    }

    pub(crate) fn digest_key(&self) -> Option<&DigestKey> {
        self.key.as_ref()
    }

    /// How deep decisions look.
    pub fn depth(&self) -> Depth {
        self.depth
    }

    pub(crate) fn rules(&self) -> &Rules {
        &self.rules
    }

    /// Where what a decision looks at comes from, beside the scope.
    pub(crate) fn told_origins(&self) -> impl Iterator<Item = &str> {
        let beside = self.origins.beside.iter();
        let beside = beside.filter(|_| self.depth == Depth::Deep);
        self.origins.fields.iter().chain(beside).map(AsRef::as_ref)
    }

    /// Where the scope comes from; `None` = everybody is in it.
    pub(crate) fn told_scope(&self) -> Option<&str> {
        self.origins.scope.as_deref()
    }

    /// Whether an update of exactly these fields can be left alone: all of them exist and none
    /// of them matters.
    pub(crate) fn is_irrelevant(&self, changed: &BTreeSet<FieldId>) -> bool {
        let fields = self.catalog().and_then(Catalog::fields);
        let Some(known): Option<&FieldInventory> = fields else {
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
        let relevant = |field: &FieldId| {
            used.contains(field) || path::aliases(field, used) || path::is_of_lifecycle(field)
        };
        changed
            .iter()
            .all(|field| known.contains(field) && !relevant(field))
    }
}

impl Rules {
    /// The rule of one account field.
    pub(crate) fn field(&self, field: UserField) -> Option<&FieldRule> {
        self.fields.iter().find(|rule| rule.field == field)
    }

    fn expressions(&self) -> impl Iterator<Item = &Expression> {
        let scope = self.scope.iter().map(Condition::expression);
        let groups = self.groups.iter().filter_map(|rule| rule.when.as_ref());
        scope
            .chain(self.fields.iter().map(|rule| &rule.value))
            .chain(self.custom.iter().map(|rule| &rule.value))
            .chain(self.manager.iter().map(|rule| &rule.from))
            .chain(groups.map(Condition::expression))
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
const CALCULATED_FIELDS: [&str; 11] = [
    "root.fullName",
    "internal.periodSinceTermination",
    "internal.yearsSinceTermination",
    "work.secondLevelManager",
    "work.isManager",
    "work.directReports",
    "work.indirectReports",
    "work.yearsOfService",
    "work.tenureYears",
    "work.durationOfEmployment",
    "work.tenureDuration",
];
