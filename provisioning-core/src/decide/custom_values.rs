use jiff::civil::Date;
use learning360_client::CustomFieldId;

use super::draft::{Draft, Target};
use super::estate::Estate;
use super::explanation::Stage;
use super::projection::{Wanted, wanted_text};
use super::record::Record;
use crate::facts::{CustomField, CustomFieldKind, Told};
use crate::plan::{Action, ChargeKind, CustomValues, Reason, Subject};
use crate::policy::{CustomRule, When};

/// Replaces the account's custom values if one that the policy maps differs.
///
/// 360Learning replaces the whole set, so the values of others are read and sent back as they
/// are. If they cannot be read, nothing is written.
pub(crate) fn settle(
    draft: &mut Draft<'_>,
    record: &Record<'_>,
    estate: &Estate<'_>,
    target: &Target,
) {
    let given_back = draft
        .memory
        .taken
        .as_ref()
        .map(|taken| taken.custom.clone());
    let given_back = given_back.unwrap_or_default();
    let policy = draft.case.policy;
    let rules = &policy.rules().custom;
    if rules.is_empty() && given_back.is_empty() {
        return;
    }
    let empty = CustomValues::default();
    let before = match (target.is_new(), &estate.custom_values) {
        (true, _) => &empty,
        (false, Some(Told::Found(values))) => *values,
        (false, Some(told)) => return draft.lacks(Subject::Person, told),
        (false, None) => return,
    };
    let mut after = before.clone();
    after.fill_in(&given_back);
    let mut cleared = Vec::new();
    if !rules.is_empty() {
        match &estate.custom_fields {
            Some(Told::Found(fields)) => {
                for rule in rules {
                    apply(
                        draft,
                        record,
                        rule,
                        fields,
                        target,
                        &mut after,
                        &mut cleared,
                    );
                }
            }
            Some(told) => draft.lacks(Subject::Person, told),
            None => {}
        }
    }
    if after == *before {
        return;
    }
    let action = Action::SetCustomValues {
        before: before.clone(),
        after,
    };
    let step = draft.on(target, action, Reason::Difference);
    for field in cleared {
        draft.charge_of(&step, ChargeKind::FieldClear, field.to_string());
    }
}

fn apply(
    draft: &mut Draft<'_>,
    record: &Record<'_>,
    rule: &CustomRule,
    fields: &[CustomField],
    target: &Target,
    after: &mut CustomValues,
    cleared: &mut Vec<CustomFieldId>,
) {
    let subject = Subject::CustomField(rule.name.clone());
    let Some(field) = find(&rule.name, fields) else {
        return draft.find(subject, Reason::CustomFieldNotFound);
    };
    let current = after.get(&field.id).is_some();
    let skip = match rule.when {
        When::CreateOnly => !target.is_new(),
        When::FillIfEmpty => current,
        When::Always => false,
    };
    if skip {
        return;
    }
    let default = rule.default.clone().filter(|_| target.is_new());
    let text = match wanted_text(draft, record, &rule.value, &subject) {
        Wanted::Text(text) => text,
        Wanted::Empty if rule.clear && current && default.is_none() => {
            draft.say(
                Stage::Fields,
                format!("custom field {} is cleared", rule.name),
            );
            after.remove(&field.id);
            return cleared.push(field.id.clone());
        }
        Wanted::Empty | Wanted::Untold => match default {
            Some(default) => default,
            None => return,
        },
    };
    let Some(text) = fitting(field.kind, text) else {
        return draft.find(subject, Reason::MappingFailed);
    };
    if !field.allows(&text) {
        return draft.find(subject, Reason::UnauthorizedValue);
    }
    let equal = |value: &str| fitting(field.kind, value.to_owned()).as_ref() == Some(&text);
    if !after.get(&field.id).is_some_and(equal) {
        draft.say(Stage::Fields, format!("custom field {} differs", rule.name));
        after.insert(field.id.clone(), text);
    }
}

/// The text as a value of this kind: of a point in time, the calendar day that it names.
fn fitting(kind: CustomFieldKind, text: String) -> Option<String> {
    match kind {
        CustomFieldKind::Date => {
            let day: Date = text.get(..10)?.parse().ok()?;
            let rest = text.get(10..)?;
            (rest.is_empty() || rest.starts_with('T')).then(|| day.to_string())
        }
        _ => Some(text),
    }
}

/// By id or, as people write it, by name.
fn find<'f>(name: &str, fields: &'f [CustomField]) -> Option<&'f CustomField> {
    let by_id = fields.iter().find(|field| field.id.as_str() == name);
    by_id.or_else(|| fields.iter().find(|field| *field.name == *name))
}
