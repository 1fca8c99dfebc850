use learning360_client::{LANGUAGES, User, UserField};

use super::draft::Draft;
use super::record::Record;
use crate::plan::{Reason, Subject};
use crate::policy::{Evaluated, Expression, FieldRule};

/// What the policy wants in one field.
pub(crate) enum Wanted {
    /// This text.
    Text(String),
    /// Nothing.
    Empty,
    /// It cannot be told; the field is left alone.
    Untold,
}

/// Works out one field, and reports what went wrong with it.
pub(crate) fn wanted(draft: &mut Draft<'_>, record: &Record<'_>, rule: &FieldRule) -> Wanted {
    let subject = Subject::Field(rule.field);
    let value = match rule.field {
        // Worked out once, with the rule about private mails.
        UserField::Mail => record.mail_text(),
        _ => rule.value.text(&record.context),
    };
    match told(draft, record, value, &subject) {
        Wanted::Text(text) if unknown_language(rule.field, &text) => {
            draft.find(subject, Reason::LanguageUnknown);
            Wanted::Untold
        }
        // 360Learning takes small letters only.
        Wanted::Text(text) if rule.field == UserField::Username => {
            Wanted::Text(text.to_lowercase())
        }
        wanted => wanted,
    }
}

/// Works out the text of an expression, and reports what went wrong with it.
pub(crate) fn wanted_text(
    draft: &mut Draft<'_>,
    record: &Record<'_>,
    value: &Expression,
    subject: &Subject,
) -> Wanted {
    told(draft, record, value.text(&record.context), subject)
}

fn told(
    draft: &mut Draft<'_>,
    record: &Record<'_>,
    value: Evaluated<String>,
    subject: &Subject,
) -> Wanted {
    match value {
        Evaluated::Value(text) => usable(draft, subject, &text),
        Evaluated::Null => Wanted::Empty,
        Evaluated::Missing => {
            draft.find(subject.clone(), Reason::SourceFieldMissing);
            Wanted::Untold
        }
        Evaluated::Failed(Reason::LabelUnknown) if record.lists_incomplete => {
            draft.find(subject.clone(), Reason::Unavailable);
            draft.complete_later();
            Wanted::Untold
        }
        Evaluated::Failed(reason) => {
            draft.find(subject.clone(), reason);
            Wanted::Untold
        }
    }
}

/// Whether the record's names are those of the account.
pub(crate) fn same_name(draft: &mut Draft<'_>, record: &Record<'_>, user: &User) -> bool {
    [UserField::FirstName, UserField::LastName]
        .into_iter()
        .all(|field| {
            let policy = draft.case.policy;
            let rule = policy
                .rules()
                .fields
                .iter()
                .find(|rule| rule.field == field);
            let Some(rule) = rule else { return false };
            match wanted(draft, record, rule) {
                Wanted::Text(text) => user
                    .text(field)
                    .is_some_and(|name| name.trim().to_lowercase() == text.to_lowercase()),
                Wanted::Empty | Wanted::Untold => false,
            }
        })
}

fn usable(draft: &mut Draft<'_>, subject: &Subject, text: &str) -> Wanted {
    let clean = clean(text);
    if clean != text.trim() {
        draft.find(subject.clone(), Reason::ValueAdjusted);
    }
    if clean.is_empty() {
        return Wanted::Empty;
    }
    Wanted::Text(clean)
}

fn unknown_language(field: UserField, text: &str) -> bool {
    field == UserField::Lang && !LANGUAGES.contains(&text)
}

/// Without control characters and direction marks, trimmed, and no longer than the limit.
fn clean(text: &str) -> String {
    let visible = |c: &char| !c.is_control() && !DIRECTION_MARKS.contains(c);
    let visible: String = text.chars().filter(visible).collect();
    let short: String = visible.trim().chars().take(LONGEST).collect();
    short.trim_end().to_owned()
}

/// 360Learning documents no limit; longer texts than this are mistakes.
const LONGEST: usize = 500;

/// They change how the text around them is shown, which a name has no business doing.
const DIRECTION_MARKS: [char; 12] = [
    '\u{200e}', '\u{200f}', '\u{061c}', '\u{202a}', '\u{202b}', '\u{202c}', '\u{202d}', '\u{202e}',
    '\u{2066}', '\u{2067}', '\u{2068}', '\u{2069}',
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cleaned_but_their_script_is_kept() {
        assert_eq!(clean(" Ada\u{0}\u{202e} "), "Ada");
        assert_eq!(clean("山田 太郎"), "山田 太郎");
        assert_eq!(clean("Zoë 👩‍💻"), "Zoë 👩‍💻");
        assert_eq!(clean(&"x".repeat(10_000)).chars().count(), LONGEST);
    }
}
