//! What would be done, as a difference that a person can read.

use std::collections::BTreeMap;

use learning360_client::{User, UserField};
use provisioning_core::driver::Explained;
use provisioning_core::policy::When;
use provisioning_core::{Action, Change, Policy, Reason, Step, Subject};
use serde::Serialize;

use super::Values;

/// Something that the policy works out.
#[derive(Debug, Serialize)]
pub(super) struct Field {
    /// Its name in 360Learning.
    pub(super) name: String,
    /// The fields of Bob's that it comes from.
    pub(super) from: Vec<String>,
    /// The line of the policy that says so.
    pub(super) line: usize,
    /// What the account has; null = nothing, no account, or not shown.
    pub(super) has: Option<String>,
    /// What it comes to.
    pub(super) state: State,
}

/// What is to be done about a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum State {
    /// It stays as it is.
    Kept,
    /// It is written on creation only.
    OnCreationOnly,
    /// It is set to this; null = not shown.
    Set(Option<String>),
    /// It is emptied.
    Cleared,
    /// It is left alone, for this reason.
    LeftAlone(Reason),
}

/// A step that would be done.
#[derive(Debug, Serialize)]
pub(super) struct Planned {
    pub(super) step: String,
    pub(super) action: String,
    pub(super) because: Reason,
    /// Whether it would run now; otherwise the guards hold it, or a step that it needs.
    pub(super) runs: bool,
    /// What it changes, field by field.
    pub(super) changes: Vec<Changed>,
}

/// One field before and after.
#[derive(Debug, Serialize)]
pub(super) struct Changed {
    pub(super) field: String,
    pub(super) before: Option<String>,
    pub(super) after: Option<String>,
}

/// Everything that the policy works out for an account, in the order of the policy.
pub(super) fn fields(
    policy: &Policy,
    explained: &Explained,
    account: Option<&User>,
    values: Values,
) -> Vec<Field> {
    let wanted = wanted(explained, values);
    let fields = policy.origins().into_iter().filter_map(|origin| {
        let name = match &origin.what {
            Subject::Field(field) => field.as_str().to_owned(),
            Subject::CustomField(name) => name.to_string(),
            Subject::Manager => "manager".to_owned(),
            _ => return None,
        };
        let findings = explained.verdict.findings.iter();
        let found = findings.filter(|finding| finding.subject == origin.what);
        let found = found.map(|finding| finding.reason).next();
        let has = match &origin.what {
            Subject::Field(field) => account.and_then(|user| text(user, *field)),
            _ => None,
        };
        let state = match (wanted.get(&name), found) {
            (Some(state), _) => state.clone(),
            (None, Some(reason)) if reason != Reason::Drift => State::LeftAlone(reason),
            (None, _) if origin.when == When::CreateOnly => State::OnCreationOnly,
            _ => State::Kept,
        };
        Some(Field {
            name,
            from: origin.fields.iter().map(ToString::to_string).collect(),
            line: origin.line,
            has: has.filter(|_| values == Values::Shown),
            state,
        })
    });
    fields.collect()
}

/// The steps of the plan, in order.
pub(super) fn steps(explained: &Explained, account: Option<&User>, values: Values) -> Vec<Planned> {
    let steps = explained.verdict.plan.steps().iter();
    let steps = steps.map(|step| Planned {
        step: step.id.to_string(),
        action: step.action.to_string(),
        because: step.reason,
        runs: explained.run.contains(&step.id),
        changes: changes(step, account, values),
    });
    steps.collect()
}

fn changes(step: &Step, account: Option<&User>, values: Values) -> Vec<Changed> {
    let changed = |field: &str, before: Option<&str>, after: Option<&str>| {
        let show = |text: Option<&str>| {
            let shown = text.filter(|_| values == Values::Shown);
            shown.map(str::to_owned)
        };
        Changed {
            field: field.to_owned(),
            before: show(before),
            after: show(after),
        }
    };
    match &step.action {
        Action::Create { values, .. } => {
            let fields = values.iter();
            fields
                .map(|(field, value)| changed(field.as_str(), None, Some(value)))
                .collect()
        }
        Action::Edit { changes } => {
            let fields = changes.iter().map(|(field, change)| {
                let before = account.and_then(|user| text(user, field));
                let after = match change {
                    Change::Set(value) => Some(value.as_str()),
                    Change::Clear => None,
                };
                changed(field.as_str(), before.as_deref(), after)
            });
            fields.collect()
        }
        Action::SetCustomValues { before, after } => {
            let fields = before.differing(after);
            let fields = fields.map(|id| changed(id.as_str(), before.get(id), after.get(id)));
            fields.collect()
        }
        _ => Vec::new(),
    }
}

/// What the plan writes, by the name of the field.
fn wanted(explained: &Explained, shown: Values) -> BTreeMap<String, State> {
    let mut wanted = BTreeMap::new();
    let set = |value: &str| State::Set((shown == Values::Shown).then(|| value.to_owned()));
    for step in explained.verdict.plan.steps() {
        match &step.action {
            Action::Create { values, .. } => {
                let fields = values.iter();
                wanted.extend(fields.map(|(field, value)| (field.as_str().to_owned(), set(value))));
            }
            Action::Edit { changes } => {
                wanted.extend(changes.iter().map(|(field, change)| {
                    let state = match change {
                        Change::Set(value) => set(value),
                        Change::Clear => State::Cleared,
                    };
                    (field.as_str().to_owned(), state)
                }));
            }
            Action::AddManager { manager } => {
                wanted.insert("manager".to_owned(), set(&format!("user {manager}")));
            }
            _ => {}
        }
    }
    wanted
}

fn text(user: &User, field: UserField) -> Option<String> {
    let text = user.text(field).filter(|text| !text.trim().is_empty());
    text.map(str::to_owned)
}
