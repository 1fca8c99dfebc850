use std::collections::BTreeSet;
use std::fmt;

use hibob_client::FieldId;

use super::expression::{Condition, Expression};
use super::options::When;
use super::{Policy, Rules};
use crate::plan::Subject;

/// Where a policy takes something from.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Origin {
    /// What it is: a field, a custom field, a group or the manager of an account, or
    /// [`Subject::Person`] for the scope.
    pub what: Subject,
    /// The fields of Bob's that it is worked out from.
    pub fields: BTreeSet<FieldId>,
    /// The line of the policy that says so, counted from 1.
    pub line: usize,
    /// When it is written.
    pub when: When,
}

impl Policy {
    /// Where everything comes from that this policy works out, in the order of its parts: scope,
    /// fields, custom fields, manager, groups. What is given to everybody in scope has no origin.
    pub fn origins(&self) -> Vec<Origin> {
        self.rules().origins()
    }
}

impl Rules {
    pub(crate) fn origins(&self) -> Vec<Origin> {
        let rules = self;
        let scope = rules.scope.iter();
        let scope = scope.map(|when| origin(Subject::Person, Condition::expression(when)));
        let fields = rules.fields.iter().map(|rule| Origin {
            when: rule.when,
            ..origin(Subject::Field(rule.field), &rule.value)
        });
        let custom = rules.custom.iter().map(|rule| Origin {
            when: rule.when,
            ..origin(Subject::CustomField(rule.name.clone()), &rule.value)
        });
        let manager = rules.manager.iter();
        let manager = manager.map(|rule| origin(Subject::Manager, &rule.from));
        let groups = rules.groups.iter().filter_map(|rule| {
            let when = rule.when.as_ref()?;
            Some(origin(
                Subject::Group(rule.group.clone()),
                when.expression(),
            ))
        });
        scope
            .chain(fields)
            .chain(custom)
            .chain(manager)
            .chain(groups)
            .collect()
    }
}

/// The origins as sentences, made once for all decisions.
#[derive(Debug, Default)]
pub(crate) struct ToldOrigins {
    pub(crate) scope: Option<Box<str>>,
    /// Those of the fields, which are compared at any depth.
    pub(crate) fields: Vec<Box<str>>,
    pub(crate) beside: Vec<Box<str>>,
}

impl ToldOrigins {
    pub(crate) fn of(origins: &[Origin]) -> Self {
        let mut told = Self::default();
        for origin in origins {
            let text = origin.to_string().into_boxed_str();
            match origin.what {
                Subject::Person => told.scope = Some(text),
                Subject::Field(_) => told.fields.push(text),
                _ => told.beside.push(text),
            }
        }
        told
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.what {
            Subject::Person => f.write_str("scope")?,
            Subject::CustomField(name) => write!(f, "custom field {name}")?,
            Subject::Group(group) => write!(f, "group {group}")?,
            what => write!(f, "{what}")?,
        }
        if self.fields.is_empty() {
            f.write_str(", the same for everybody")?;
        }
        for (index, field) in self.fields.iter().enumerate() {
            let before = if index == 0 { " from" } else { "," };
            write!(f, "{before} {field}")?;
        }
        f.write_str(match self.when {
            When::Always => "",
            When::CreateOnly => ", for new accounts only",
            When::FillIfEmpty => ", where there is nothing yet",
        })
    }
}

fn origin(what: Subject, value: &Expression) -> Origin {
    Origin {
        what,
        fields: value.fields().cloned().collect(),
        line: value.line(),
        when: When::Always,
    }
}
