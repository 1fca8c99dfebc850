//! Comparing what is wanted with what is there.

use super::filters::day;
use crate::seed::{CustomField, CustomFieldType, User};

/// Whether a user has a field of this name, as policies call it.
pub(super) fn is_field(name: &str) -> bool {
    FIELDS.contains(&name)
}

/// A field of a user by its name in the policy; `None` = it is empty.
pub(super) fn field<'u>(user: &'u User, name: &str) -> Option<&'u str> {
    let value = match name {
        "mail" => &user.mail,
        "username" => &user.username,
        "first_name" => &user.first_name,
        "last_name" => &user.last_name,
        "job" => &user.job,
        "organization" => &user.organization,
        "phone" => &user.phone,
        "custom" => &user.custom,
        _ => return Some(user.lang.as_str()),
    };
    value.as_deref().filter(|text| !text.trim().is_empty())
}

/// Whether a field has the value that is wanted.
pub(super) fn same(name: &str, wanted: &str, found: Option<&str>) -> bool {
    let found = clean(found.unwrap_or_default());
    let wanted = clean(wanted);
    if name == "mail" {
        return wanted.to_lowercase() == found.to_lowercase();
    }
    // Nobody says how long a text may be; only what is far too long may be cut off.
    let cut = found.chars().count() >= SURELY_KEPT && wanted.starts_with(&found);
    wanted == found || cut
}

/// Whether a custom field has the value that is wanted.
pub(super) fn same_custom(field: &CustomField, wanted: &str, found: Option<&str>) -> bool {
    match field.kind {
        CustomFieldType::String => same("", wanted, found),
        CustomFieldType::Date => {
            let found = found.and_then(|it| day(it).ok());
            found.is_some() && day(wanted).ok() == found
        }
    }
}

/// Without what nobody sees: control characters, marks of direction, blanks at the ends.
pub(super) fn clean(text: &str) -> String {
    let seen = |c: &char| !c.is_control() && !is_direction_mark(*c);
    let seen: String = text.chars().filter(seen).collect();
    seen.trim().to_owned()
}

fn is_direction_mark(c: char) -> bool {
    matches!(
        c,
        '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}'
    )
}

/// Whether a text can be a mail address.
pub(super) fn is_mail(text: &str) -> bool {
    let text = text.trim();
    let parts = text.rsplit_once('@');
    parts.is_some_and(|(name, domain)| !name.is_empty() && !domain.is_empty())
        && !text.contains(char::is_whitespace)
}

const FIELDS: [&str; 9] = [
    "mail",
    "username",
    "first_name",
    "last_name",
    "job",
    "organization",
    "phone",
    "custom",
    "lang",
];

/// Texts up to this length are never cut off.
const SURELY_KEPT: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_seen_does_not_count() {
        assert!(same("first_name", " A\u{200F}da\u{0} ", Some("Ada")));
        assert!(!same("first_name", "Ada", Some("ada")));
        assert!(same("mail", "Ada@Example.com", Some("ada@example.com ")));
        assert!(!same("job", "Poet", None));
        let long = "x".repeat(10_000);
        assert!(same("job", &long, Some(&long[..500])));
        assert!(!same("job", &long, Some(&long[..100])));
        assert!(is_mail("a@b") && !is_mail("a@") && !is_mail("@b") && !is_mail("a b@c"));
    }

    #[test]
    fn days_are_days_however_they_are_written() {
        let date = CustomField::date("", "Since");
        assert!(same_custom(
            &date,
            "2026-03-02T00:00:00.000Z",
            Some("2026-03-02")
        ));
        assert!(!same_custom(&date, "2026-03-02", Some("2026-03-03")));
        assert!(!same_custom(&date, "soon", None));
    }
}
