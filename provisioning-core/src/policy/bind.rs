//! Checks a policy against what the two systems of a company offer.

use std::collections::BTreeMap;

use hibob_client::{FieldId, FieldKind, ListItemId, ListName, NamedList, fields};
use jiff::civil::Date;
use learning360_client::{GroupId, UserField};

use super::catalog::Catalog;
use super::expression::Expression;
use super::fence::Shape;
use super::path;
use super::problem::{Problem, did_you_mean, nearest};
use super::{CustomRule, Rules, Zones};
use crate::facts::{CustomField, CustomFieldKind};

/// Everything in the rules that the company does not have.
pub(crate) fn problems(rules: &Rules, catalog: &Catalog) -> Vec<Problem> {
    let mut problems = Vec::new();
    for expression in rules.expressions() {
        unknown_fields(expression, catalog, &mut problems);
        lists(expression, catalog, &mut problems);
        compared(expression, catalog, &mut problems);
    }
    group(&rules.group, rules.group_line, catalog, &mut problems);
    for rule in &rules.groups {
        group(&rule.group, rule.line, catalog, &mut problems);
    }
    primary_groups(rules, catalog, &mut problems);
    custom_fields(&rules.custom, catalog, &mut problems);
    sites(&rules.zones, catalog, &mut problems);
    problems
}

/// The groups that stand in the rule of the primary group.
fn primary_groups(rules: &Rules, catalog: &Catalog, problems: &mut Vec<Problem>) {
    let Some(rule) = rules.field(UserField::PrimaryGroup) else {
        return;
    };
    let texts = rule.value.results().chain(rule.default.as_deref());
    for id in texts.filter_map(|text| GroupId::try_from(text).ok()) {
        group(&id, rule.value.line(), catalog, problems);
    }
}

/// The sites that have a zone of their own.
fn sites(zones: &Zones, catalog: &Catalog, problems: &mut Vec<Problem>) {
    let site = FieldId::parse(fields::WORK_SITE_ID).ok();
    let Some(list) = site.and_then(|site| catalog.list_of(&site)) else {
        return;
    };
    for site in zones.sites.keys() {
        if ListItemId::try_from(site.as_str()).is_ok_and(|id| list.item(&id).is_some()) {
            continue;
        }
        let line = zones.lines.get(site).copied().unwrap_or(1);
        let message = format!("Bob has no site `{site}`") + &item_like(site, list);
        problems.push(Problem::new(line, message));
    }
}

fn unknown_fields(expression: &Expression, catalog: &Catalog, problems: &mut Vec<Problem>) {
    let Some(known) = catalog.fields() else {
        return;
    };
    for field in expression.fields().filter(|field| !known.contains(field)) {
        let known = known.ids().map(FieldId::as_str);
        problems.push(Problem::unknown_field(expression.line(), field, known));
    }
}

fn lists(expression: &Expression, catalog: &Catalog, problems: &mut Vec<Problem>) {
    let Some(known) = catalog.lists() else {
        return;
    };
    for list in expression.lists().filter(|list| !known.contains_key(*list)) {
        let known = known.keys().map(ListName::as_str);
        let nearest = did_you_mean(nearest(list.as_str(), known));
        let message = format!("Bob has no list `{list}`{nearest}");
        problems.push(Problem::new(expression.line(), message));
    }
}

/// Texts that are compared with a field whose values are the items of a list.
fn compared(expression: &Expression, catalog: &Catalog, problems: &mut Vec<Problem>) {
    for (path, text) in &expression.reads().compared {
        let list = path::field(path).and_then(|field| catalog.list_of(&field).cloned());
        let Some(list) = list else {
            continue;
        };
        if ListItemId::try_from(text.as_str()).is_ok_and(|id| list.item(&id).is_some()) {
            continue;
        }
        let message = format!("Bob's list `{}` has no item `{text}`", list.name());
        let message = message + &item_like(text, &list);
        problems.push(Problem::new(expression.line(), message));
    }
}

/// Labels are what people see, so they are what people write.
fn item_like(text: &str, list: &NamedList) -> String {
    let same = |label: &str| label.trim().to_lowercase() == text.trim().to_lowercase();
    let labelled = list
        .items()
        .iter()
        .find(|item| item.label.as_deref().is_some_and(same));
    match labelled {
        Some(item) => format!("; that is a label, and its id is `{}`", item.id),
        None => did_you_mean(nearest(
            text,
            list.items().iter().map(|item| item.id.as_str()),
        )),
    }
}

fn group(id: &GroupId, line: usize, catalog: &Catalog, problems: &mut Vec<Problem>) {
    let Some(groups) = catalog.groups() else {
        return;
    };
    if groups.get(id).is_none() {
        let known = groups.iter().map(|group| group.id.as_str());
        let nearest = did_you_mean(nearest(id.as_str(), known));
        let message = format!("360Learning has no group `{id}`{nearest}");
        problems.push(Problem::new(line, message));
    }
}

fn custom_fields(rules: &[CustomRule], catalog: &Catalog, problems: &mut Vec<Problem>) {
    let Some(known) = catalog.custom_fields() else {
        return;
    };
    let mut mapped = BTreeMap::new();
    for rule in rules {
        let line = rule.value.line();
        let Some(field) = known.iter().find(|field| is_named(field, &rule.name)) else {
            let names = known.iter().map(|field| &*field.name);
            let nearest = did_you_mean(nearest(&rule.name, names));
            let message = format!("360Learning has no custom field `{}`{nearest}", rule.name);
            problems.push(Problem::new(line, message));
            continue;
        };
        if let Some(first) = mapped.insert(&field.id, line) {
            let message = format!(
                "the custom field `{}` is mapped in line {first} already",
                field.name
            );
            problems.push(Problem::new(line, message));
        }
        let default = rule.default.as_deref().map(|text| (text, "its default"));
        let texts = rule
            .value
            .results()
            .map(|text| (text, "a text of its rule"));
        for (text, what) in default.into_iter().chain(texts) {
            if field.allows(text) {
                continue;
            }
            let allowed = field.authorized.iter().map(AsRef::as_ref);
            let nearest = did_you_mean(nearest(text, allowed));
            let message = format!(
                "the custom field `{}` does not allow {what}{nearest}",
                field.name
            );
            problems.push(Problem::new(line, message));
        }
        if field.kind == CustomFieldKind::Date {
            date(rule, field, catalog, problems);
        }
    }
}

fn is_named(field: &CustomField, name: &str) -> bool {
    *field.name == *name || field.id.as_str().eq_ignore_ascii_case(name)
}

/// 360Learning refuses anything but a day for such a field.
fn date(rule: &CustomRule, field: &CustomField, catalog: &Catalog, problems: &mut Vec<Problem>) {
    let line = rule.value.line();
    let is_day = |path: &String| {
        path::field(path)
            .and_then(|field| catalog.kind(&field).cloned())
            // A field of which nothing is known is not checked.
            .is_none_or(|kind| kind == FieldKind::Date)
    };
    let right = match &rule.value.reads().shape {
        Shape::Day => true,
        Shape::Field(paths) => paths.iter().all(is_day),
        Shape::Text => false,
    };
    if !right {
        let message = format!(
            "the custom field `{}` holds dates: map a date field, or end with `| date`",
            field.name
        );
        problems.push(Problem::new(line, message));
    }
    let default = rule.default.as_deref();
    if default.is_some_and(|default| default.parse::<Date>().is_err()) {
        let message = format!("the default of `{}` must be a date, YYYY-MM-DD", field.name);
        problems.push(Problem::new(line, message));
    }
}
