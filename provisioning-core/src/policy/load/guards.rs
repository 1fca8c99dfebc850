use jiff::SignedDuration;
use learning360_client::UserId;
use toml::de::DeValue;

use super::super::guards::{Budget, Guards, Share};
use super::super::problem::Problem;
use super::super::reader::{Located, Section};
use crate::plan::ChargeKind;

/// `[guards]`
///
/// A number is so many in 24 hours, and nothing else. A table sets the limits it names, and the
/// others stay as they are by default.
pub(super) fn guards(top: &Section<'_, '_>) -> Guards {
    let section = top.section("guards", &KEYS);
    let mut guards = Guards::default();
    for (key, kind) in KINDS {
        if let Some(found) = section.get(key) {
            let default = guards.budget(kind).cloned().unwrap_or_default();
            if let Some(budget) = budget(&section, key, found, default) {
                guards = guards.with_budget(kind, budget);
            }
        }
    }
    for found in section.texts("protected") {
        match UserId::try_from(found.value) {
            Ok(user) => guards = guards.protecting(user),
            Err(_) => section.problem(Problem::new(
                found.line,
                "`protected` lists ids of 360Learning users: 24 hexadecimal digits each",
            )),
        }
    }
    guards
}

fn budget(
    section: &Section<'_, '_>,
    key: &str,
    found: Located<&DeValue<'_>>,
    default: Budget,
) -> Option<Budget> {
    if found.value.as_integer().is_some() {
        let most = Share::new(section.count(key, 0), 0);
        return Some(Budget::default().within(SignedDuration::from_hours(24), most));
    }
    if found.value.as_table().is_none() {
        let message = format!(
            "`{key}` must be a number (in 24 hours) or a table such as \
             {{ per_hour = 5, per_day = {{ floor = 10, percent = 5, cap = 200 }} }}"
        );
        section.problem(Problem::new(found.line, message));
        return None;
    }
    let limits = section.inner(key, found, &[])?;
    let mut budget = default;
    for (span, found) in limits.entries() {
        if span == "per_run" {
            budget = match share(&limits, span, found) {
                Some(share) => budget.per_run(share),
                None => budget,
            };
            continue;
        }
        let Some(length) = length(span) else {
            let known = ["per_day", "per_hour", "per_run"].into_iter();
            limits.problem(Problem::unknown_word(found.line, "limit", span, known));
            continue;
        };
        if let Some(share) = share(&limits, span, found) {
            budget.windows.retain(|window| window.length != length);
            budget = budget.within(length, share);
        }
    }
    Some(budget)
}

/// `per_hour`, `per_day`, or so many hours such as `per_6h`; at most seven days.
fn length(span: &str) -> Option<SignedDuration> {
    let hours = match span.strip_prefix("per_")? {
        "hour" => 1,
        "day" => 24,
        other => other.strip_suffix('h')?.parse().ok()?,
    };
    let remembered = (1..=LONGEST).contains(&hours);
    remembered.then(|| SignedDuration::from_hours(hours))
}

/// A number, or the greater of a number and a share of the people.
fn share(section: &Section<'_, '_>, key: &str, found: Located<&DeValue<'_>>) -> Option<Share> {
    if found.value.as_integer().is_some() {
        return Some(Share::new(section.count(key, 0), 0));
    }
    let table = section.inner(key, found, &["floor", "percent", "cap"])?;
    let percent = table.count("percent", 0);
    if percent > 100 {
        let message = "`percent` is a share of the people, 0 to 100";
        section.problem(Problem::new(table.line(), message));
    }
    let share = Share::new(table.count("floor", 0), percent);
    Some(match table.get("cap") {
        Some(_) => share.capped(table.count("cap", 0)),
        None => share,
    })
}

pub(super) const KEYS: [&str; 11] = [
    "deactivations",
    "urgent_deactivations",
    "privileged",
    "source_gone",
    "scope_exits",
    "reactivations",
    "email_changes",
    "field_clears",
    "group_removals",
    "invitations",
    "protected",
];

const KINDS: [(&str, ChargeKind); 10] = [
    ("deactivations", ChargeKind::Deactivation),
    ("urgent_deactivations", ChargeKind::UrgentDeactivation),
    ("privileged", ChargeKind::Privileged),
    ("source_gone", ChargeKind::SourceGone),
    ("scope_exits", ChargeKind::ScopeExit),
    ("reactivations", ChargeKind::Reactivation),
    ("email_changes", ChargeKind::EmailChange),
    ("field_clears", ChargeKind::FieldClear),
    ("group_removals", ChargeKind::GroupRemoval),
    ("invitations", ChargeKind::Invitation),
];

/// The ledger remembers every charge for as long, so a week is enough.
const LONGEST: i64 = 7 * 24;
