//! Reads a policy file section by section.

mod events;
mod groups;
mod guards;
mod lifecycle;
mod matching;
mod tables;
mod time;
mod user;

use std::sync::Arc;

use learning360_client::GroupId;
use toml::de::DeTable;

use super::Rules;
use super::canonical::canonical;
use super::expression::Condition;
use super::lint::{self, Lint};
use super::problem::{PolicyProblems, Problem};
use super::reader::{Located, Reader, Section};
use super::tables::Tables;
use crate::digest::Digest;

/// What a policy file comes to.
pub(crate) struct Loaded {
    pub(crate) rules: Rules,
    pub(crate) digest: Digest,
    pub(crate) lints: Vec<Lint>,
}

/// Reads the rules, or finds everything that is wrong with them.
pub(crate) fn load(text: &str) -> Result<Loaded, PolicyProblems> {
    if text.len() > MOST {
        let problem = Problem::new(1, format!("a policy has at most {MOST} bytes"));
        return Err(PolicyProblems::one(problem));
    }
    let reader = Reader::new(text);
    let (document, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        let line = error.span().map_or(1, |span| reader.line(span));
        reader.problem(Problem::new(line, error.message().to_owned()));
    }
    let secrets = lint::secrets(&reader, document.get_ref());
    let rules = read(&reader, &document);
    let lints = rules.as_ref().map(lint::rules).unwrap_or_default();
    let (errors, lints): (Vec<_>, Vec<_>) = lints.into_iter().partition(Lint::is_error);
    for error in errors {
        reader.problem(error.into());
    }
    let mut problems = reader.into_problems();
    // What else is said about such a line might repeat the secret.
    problems.retain(|problem| secrets.iter().all(|lint| lint.line != problem.line));
    problems.extend(secrets.into_iter().map(Problem::from));
    PolicyProblems::check(problems)?;
    // Every `None` comes with a problem, so this answer is never seen.
    let rules =
        rules.ok_or_else(|| PolicyProblems::one(Problem::new(1, "the policy is incomplete")))?;
    Ok(Loaded {
        rules,
        digest: Digest::of(canonical(document.get_ref()).as_bytes()),
        lints,
    })
}

fn read(reader: &Reader, document: &toml::Spanned<DeTable<'_>>) -> Option<Rules> {
    let top = reader.top(document, &TOP_KEYS);
    let platform = top.required_text("platform");
    let tables = Arc::new(tables::tables(&top));
    let scope = scope(&top, &tables);
    let zones = time::zones(&top);
    let user = top.section("user", &user::KEYS);
    let group = user.required_text("group");
    let group_line = group.map_or(user.line(), |found| found.line);
    let group = group.and_then(|found| group_id(&user, "group", found));
    let fields = user::fields(&user, &tables);
    let custom = user::custom_fields(&top, &tables);
    let manager = groups::manager(&top, &tables);
    let groups = groups::groups(&top, &tables);
    let revoke = groups::revoke(&top);
    let matching = matching::matching(&top);
    let lifecycle = lifecycle::lifecycle(&top);
    let events = events::events(&top);
    let guards = guards::guards(&top);
    let limits = top.section("guards", &guards::KEYS);
    let deactivations_line = limits.get("deactivations").map_or(1, |found| found.line);
    let platform = platform?;
    if platform.value.trim().is_empty() {
        reader.problem(Problem::new(platform.line, "`platform` must not be empty"));
    }
    Some(Rules {
        platform: platform.value.trim().to_owned(),
        scope,
        zones: zones?,
        group: group?,
        group_line,
        fields,
        custom,
        manager,
        groups,
        revoke,
        matching,
        lifecycle,
        events,
        guards,
        deactivations_line,
    })
}

fn scope(top: &Section<'_, '_>, tables: &Arc<Tables>) -> Option<Condition> {
    let section = top.section("scope", &["when"]);
    condition(&section, tables)
}

/// The condition of a section, if it has one.
fn condition(section: &Section<'_, '_>, tables: &Arc<Tables>) -> Option<Condition> {
    let when = section.text("when")?;
    section.noted(Condition::compile(when.value, when.line, tables))
}

fn group_id(section: &Section<'_, '_>, key: &str, found: Located<&str>) -> Option<GroupId> {
    let group = GroupId::try_from(found.value);
    if group.is_err() {
        let message =
            format!("`{key}` must be the id of a 360Learning group: 24 hexadecimal digits");
        section.problem(Problem::new(found.line, message));
    }
    group.ok()
}

const TOP_KEYS: [&str; 13] = [
    "platform",
    "scope",
    "time",
    "user",
    "custom_fields",
    "manager",
    "groups",
    "memberships",
    "matching",
    "lifecycle",
    "events",
    "guards",
    "tables",
];

/// Larger files are mistakes.
const MOST: usize = 256 * 1_024;
