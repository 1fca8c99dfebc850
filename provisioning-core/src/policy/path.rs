use std::collections::BTreeSet;

use hibob_client::{FieldId, fields};

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

/// Fields that show the same thing in different forms.
const ALIASES: [&[&str]; 4] = [
    &["work.site", "work.siteId"],
    &["work.manager", "work.reportsTo", "work.reportsTo.email"],
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
