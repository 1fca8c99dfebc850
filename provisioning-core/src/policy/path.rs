use std::collections::BTreeSet;

use hibob_client::fields::{self, StandardField};
use hibob_client::{FieldId, FieldKind};

use super::problem::{Problem, nearest_within};

/// The Bob field that a path in an expression names.
///
/// A path is the position in the nested form of a record: `email` is `root.email`, and
/// `work.reportsTo.id` is a part of the field `work.reportsTo`. The longest prefix that is a
/// standard field wins; a path that looks like a custom field, or like nothing known, is taken as
/// it stands, and `bind` checks it against the company's own fields.
pub(crate) fn field(path: &str) -> Option<FieldId> {
    let id = if path.contains('.') {
        path.to_owned()
    } else {
        format!("root.{path}")
    };
    let standard = prefixes(&id).find(|prefix| is_standard(prefix));
    FieldId::parse(standard.unwrap_or(&id)).ok()
}

/// What is wrong with a path as far as can be known without the company's own fields: it asks for
/// a part of a field that has none, or it is spelled nearly like a standard field.
pub(crate) fn unlikely(path: &str, field: &FieldId, line: usize) -> Option<Problem> {
    let id = field.as_str();
    let Some(standard) = fields::standard(id) else {
        let known = || fields::STANDARD.iter().map(|field| field.id);
        let own =
            |part| matches!(part, "custom" | "customColumns") || part.starts_with("category_");
        if id.split('.').any(own) {
            return None;
        }
        // The table of standard fields may be incomplete, so only a near miss is an error here.
        let close = (id.len() / 6).clamp(1, 2);
        nearest_within(id, known(), close)?;
        return Some(Problem::unknown_field(line, field, known()));
    };
    let short = path.strip_prefix("root.").unwrap_or(path);
    let part = short.strip_prefix(&position(field).join("."))?;
    let part = part.strip_prefix('.')?;
    if standard.kind != FieldKind::Employee {
        let message = format!("the field `{id}` has no parts such as `{part}`");
        return Some(Problem::new(line, message));
    }
    if EMPLOYEE_PARTS.contains(&part) {
        return None;
    }
    let known = EMPLOYEE_PARTS.into_iter();
    Some(Problem::unknown_word(
        line,
        "part of an employee",
        part,
        known,
    ))
}

/// Whether a field tells when somebody comes, leaves or stays away; all of them move dates.
pub(crate) fn is_of_lifecycle(field: &FieldId) -> bool {
    let listed = standard(field).is_some_and(|standard| standard.category == "lifecycle");
    listed || field.as_str().starts_with("internal.")
}

/// What is known of a standard field.
pub(crate) fn standard(field: &FieldId) -> Option<&'static StandardField> {
    fields::standard(field.as_str())
}

/// The parts of the nested form under which a field stands.
pub(crate) fn position(field: &FieldId) -> Vec<&str> {
    let id = field.as_str();
    id.strip_prefix("root.").unwrap_or(id).split('.').collect()
}

/// Whether a field is another name of one of these, so that a change of one changes the other.
pub(crate) fn aliases(field: &FieldId, used: &BTreeSet<FieldId>) -> bool {
    let same = |group: &&&[&str]| group.contains(&field.as_str());
    let Some(group) = ALIASES.iter().find(same) else {
        return false;
    };
    used.iter().any(|used| group.contains(&used.as_str()))
}

fn prefixes(id: &str) -> impl Iterator<Item = &str> {
    let shorter = id
        .rmatch_indices('.')
        .map(|(end, _)| id.get(..end).unwrap_or_default());
    std::iter::once(id).chain(shorter)
}

fn is_standard(id: &str) -> bool {
    fields::STANDARD.iter().any(|field| field.id == id)
}

/// What the summary of another employee holds.
const EMPLOYEE_PARTS: [&str; 5] = ["displayName", "email", "firstName", "id", "surname"];

/// Fields that show the same thing in different forms.
const ALIASES: [&[&str]; 6] = [
    &["work.site", "work.siteId"],
    &[
        "work.manager",
        "work.reportsTo",
        "work.reportsTo.email",
        "work.reportsToIdInCompany",
    ],
    &[
        "work.startDate",
        "work.shortStartDate",
        "work.originalStartDate",
        "work.activeEffectiveDate",
        "employee.firstDayOfWork",
    ],
    &["personal.birthDate", "personal.shortBirthDate"],
    &[
        "root.firstName",
        "root.surname",
        "root.displayName",
        "root.fullName",
    ],
    &["internal.terminationDate", "employee.lastDayOfWork"],
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_resolve_by_longest_prefix() {
        let table = [
            ("email", "root.email"),
            ("root.email", "root.email"),
            ("work.siteId", "work.siteId"),
            ("work.reportsTo.id", "work.reportsTo"),
            ("work.reportsTo.email", "work.reportsTo.email"),
            ("work.custom.field_1", "work.custom.field_1"),
        ];
        for (path, id) in table {
            assert_eq!(
                field(path).as_ref().map(FieldId::as_str),
                Some(id),
                "{path}"
            );
        }
    }
}
