//! What would be done, as a difference that a person can read.

use std::collections::BTreeMap;

use learning360_client::CustomFieldId;
use provisioning_core::driver::Explained;
use provisioning_core::policy::When;
use provisioning_core::{Action, Change, Policy, Reason, Step, Subject};
use serde::Serialize;

use super::Values;
use super::account::Account;
use crate::commands::steps::{Names, takes_away};

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
    /// There is no account, and none is made.
    NoAccount,
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
    #[serde(skip)]
    pub(super) words: String,
    pub(super) because: Reason,
    #[serde(skip)]
    pub(super) takes: bool,
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
    account: Option<&Account>,
    values: Values,
) -> Vec<Field> {
    let names = Names::of(policy);
    let wanted = wanted(explained, names, values);
    let is_written = account.is_some() || !explained.verdict.plan.is_empty();
    let fields = policy.origins().into_iter().filter_map(|origin| {
        let name = match &origin.what {
            Subject::Field(field) => field.as_str().to_owned(),
            // The policy may name it by its id.
            Subject::CustomField(name) => match CustomFieldId::try_from(&**name) {
                Ok(id) => names.custom_field(&id).to_owned(),
                Err(_) => name.to_string(),
            },
            Subject::Manager => "manager".to_owned(),
            _ => return None,
        };
        let findings = explained.verdict.findings.iter();
        let found = findings.filter(|finding| finding.subject == origin.what);
        let found = found.map(|finding| finding.reason).next();
        let has = match &origin.what {
            Subject::Field(field) => account.and_then(|account| account.text(*field)),
            Subject::CustomField(_) => account.and_then(|it| it.custom(&name, names)),
            Subject::Manager => account.and_then(Account::managers),
            _ => None,
        };
        let state = match (wanted.get(&name), found) {
            (Some(state), _) => state.clone(),
            (None, Some(reason)) if reason != Reason::Drift => State::LeftAlone(reason),
            (None, _) if !is_written => State::NoAccount,
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
pub(super) fn steps(
    explained: &Explained,
    account: Option<&Account>,
    names: Names<'_>,
    values: Values,
) -> Vec<Planned> {
    let steps = explained.verdict.plan.steps().iter();
    let steps = steps.map(|step| Planned {
        step: step.id.to_string(),
        action: step.action.to_string(),
        words: names.step(&step.action),
        because: step.reason,
        takes: takes_away(&step.action),
        runs: explained.run.contains(&step.id),
        changes: changes(step, account, names, values),
    });
    steps.collect()
}

fn changes(
    step: &Step,
    account: Option<&Account>,
    names: Names<'_>,
    values: Values,
) -> Vec<Changed> {
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
                let before = account.and_then(|account| account.text(field));
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
            let fields =
                fields.map(|id| changed(names.custom_field(id), before.get(id), after.get(id)));
            fields.collect()
        }
        _ => Vec::new(),
    }
}

/// What the plan writes, by the name of the field.
fn wanted(explained: &Explained, names: Names<'_>, shown: Values) -> BTreeMap<String, State> {
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
            Action::SetCustomValues { before, after } => {
                wanted.extend(before.differing(after).map(|id| {
                    let state = after.get(id).map_or(State::Cleared, set);
                    (names.custom_field(id).to_owned(), state)
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
