use std::collections::BTreeSet;

use hibob_client::FieldId;

use super::Policy;
use super::expression::{Condition, Expression};
use super::options::When;
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
        let rules = self.rules();
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

fn origin(what: Subject, value: &Expression) -> Origin {
    Origin {
        what,
        fields: value.fields().cloned().collect(),
        line: value.line(),
        when: When::Always,
    }
}
