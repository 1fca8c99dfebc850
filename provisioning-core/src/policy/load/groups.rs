use std::sync::Arc;

use super::super::expression::Expression;
use super::super::options::{Gone, Revoke};
use super::super::reader::Section;
use super::super::tables::Tables;
use super::super::{GroupRule, ManagerRule};
use super::{condition, group_id};

/// `[manager]`
pub(super) fn manager(top: &Section<'_, '_>, tables: &Arc<Tables>) -> Option<ManagerRule> {
    top.get("manager")?;
    let section = top.section("manager", &["from", "gone"]);
    let words = [("keep", Gone::Keep), ("remove", Gone::Remove)];
    let gone = section.choice("gone", &words, Gone::Keep);
    let from = section.required_text("from")?;
    let from = section.noted(Expression::compile(from.value, from.line, tables))?;
    Some(ManagerRule { from, gone })
}

/// `[[groups]]`
pub(super) fn groups(top: &Section<'_, '_>, tables: &Arc<Tables>) -> Vec<GroupRule> {
    let sections = top.sections("groups", &["group", "when"]);
    let rules = sections.iter().filter_map(|section| {
        let when = condition(section, tables);
        let found = section.required_text("group")?;
        let (group, line) = (group_id(section, "group", found)?, found.line);
        // A condition with a problem must not become "everybody".
        (when.is_some() || section.get("when").is_none()).then_some(GroupRule { group, when, line })
    });
    rules.collect()
}

/// `[memberships]`
pub(super) fn revoke(top: &Section<'_, '_>) -> Revoke {
    let words = [("granted", Revoke::Granted), ("never", Revoke::Never)];
    let section = top.section("memberships", &["revoke"]);
    section.choice("revoke", &words, Revoke::Granted)
}
