//! What a policy can say and should not.

use std::fmt;

use hibob_client::fields;
use hibob_client::webhook::EventKind;
use toml::de::{DeTable, DeValue};

use super::events::{AccessRevoked, Reaction};
use super::expression::{Condition, Expression};
use super::fence::Shape;
use super::options::PrivateMail;
use super::problem::Problem;
use super::reader::Reader;
use super::{Budget, CALCULATED_FIELDS, Rules, path};
use crate::plan::ChargeKind;
use learning360_client::UserField;

/// Something in a policy that is probably not meant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Lint {
    /// The line in the file, counted from 1.
    pub line: usize,
    /// What it is.
    pub kind: LintKind,
    /// What is wrong, and what would be right.
    pub message: String,
}

/// What a [`Lint`] is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum LintKind {
    /// Bob is not subscribed to the event that deactivates; the one it calls *Terminated* is not
    /// acted on. An error.
    LeftIsIgnoredSoNothingDeactivates,
    /// A secret stands in the file. An error.
    LiteralSecret,
    /// The mail can never be one. An error.
    NeverProducesMail,
    /// A field whose changes Bob does not announce.
    CalculatedField,
    /// A condition that reads no field.
    ConstantCondition,
    /// No deactivation passes the guards without approval.
    DeactivationsHeld,
    /// A condition that reads a label, which people rename.
    LabelInCondition,
    /// Nobody is told of a new account, and nobody can enter it.
    NobodyInvited,
    /// An event that the policy acts on is not among the subscribed ones.
    NotSubscribed,
    /// Accounts are found and made by a private mail.
    PrivateMail,
    /// A rule gives the role that everybody has anyway.
    SameGroup,
}

impl LintKind {
    /// The stable code, in `snake_case`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::LeftIsIgnoredSoNothingDeactivates => "left_is_ignored_so_nothing_deactivates",
            Self::LiteralSecret => "literal_secret",
            Self::NeverProducesMail => "never_produces_mail",
            Self::CalculatedField => "calculated_field",
            Self::ConstantCondition => "constant_condition",
            Self::DeactivationsHeld => "deactivations_held",
            Self::LabelInCondition => "label_in_condition",
            Self::NobodyInvited => "nobody_invited",
            Self::NotSubscribed => "not_subscribed",
            Self::PrivateMail => "private_mail",
            Self::SameGroup => "same_group",
        }
    }

    /// Whether a policy with it cannot be used.
    pub fn is_error(self) -> bool {
        matches!(
            self,
            Self::LeftIsIgnoredSoNothingDeactivates | Self::LiteralSecret | Self::NeverProducesMail
        )
    }
}

impl Lint {
    pub(crate) fn is_error(&self) -> bool {
        self.kind.is_error()
    }

    fn new(line: usize, kind: LintKind, message: impl Into<String>) -> Self {
        Self {
            line,
            kind,
            message: message.into(),
        }
    }
}

/// Looks at the rules as a whole.
pub(crate) fn rules(rules: &Rules) -> Vec<Lint> {
    let mut lints = Vec::new();
    subscriptions(rules, &mut lints);
    mail(rules, &mut lints);
    conditions(rules, &mut lints);
    for expression in rules.expressions() {
        calculated(expression, &mut lints);
    }
    if lets_nothing_pass(rules.guards.budget(ChargeKind::Deactivation)) {
        let message = "`deactivations` lets nothing pass: whoever leaves keeps the account until \
                       somebody approves";
        let line = rules.deactivations_line;
        lints.push(Lint::new(line, LintKind::DeactivationsHeld, message));
    }
    let lifecycle = &rules.lifecycle;
    if !lifecycle.invite && !lifecycle.activate {
        let message = "with neither `invite` nor `activate` people hear nothing of their account \
                       and cannot enter it";
        lints.push(Lint::new(1, LintKind::NobodyInvited, message));
    }
    for rule in rules.groups.iter().filter(|rule| rule.group == rules.group) {
        let message = "everybody is a learner of this group already";
        lints.push(Lint::new(rule.line, LintKind::SameGroup, message));
    }
    lints.sort();
    lints.dedup();
    lints
}

fn lets_nothing_pass(budget: Option<&Budget>) -> bool {
    let shares = budget.into_iter().flat_map(|budget| {
        let windows = budget.windows.iter().map(|window| window.share);
        windows.chain(budget.run)
    });
    // However many people there are.
    shares.map(|share| share.of(u32::MAX)).any(|most| most == 0)
}

/// Looks for secrets in the whole document; the messages never repeat them.
pub(crate) fn secrets(reader: &Reader, document: &DeTable<'_>) -> Vec<Lint> {
    let mut lints = Vec::new();
    for (key, value) in document {
        // Here the keys are names out of the company's data.
        let free = matches!(key.get_ref().as_ref(), "custom_fields" | "tables");
        let names = if free { Names::Data } else { Names::Settings };
        secret(reader, key.get_ref(), value, names, &mut lints);
    }
    lints
}

#[derive(Clone, Copy, PartialEq)]
enum Names {
    Settings,
    Data,
}

fn secret(
    reader: &Reader,
    key: &str,
    value: &toml::Spanned<DeValue<'_>>,
    names: Names,
    lints: &mut Vec<Lint>,
) {
    match value.get_ref() {
        DeValue::Table(entries) => {
            for (key, value) in entries {
                secret(reader, key.get_ref(), value, names, lints);
            }
        }
        DeValue::Array(items) => {
            for item in items {
                secret(reader, key, item, names, lints);
            }
        }
        DeValue::String(text) => {
            let telling = names == Names::Settings && names_secret(key);
            if telling || looks_secret(text) {
                let message = format!(
                    "`{}` holds a secret: secrets come from the environment and never stand here",
                    if looks_secret(key) { "?" } else { key }
                );
                let line = reader.line(value.span());
                lints.push(Lint::new(line, LintKind::LiteralSecret, message));
            }
        }
        _ => {}
    }
}

fn names_secret(key: &str) -> bool {
    let letters = key.chars().filter(char::is_ascii_alphabetic);
    let letters: String = letters.map(|c| c.to_ascii_lowercase()).collect();
    SECRET_NAMES.iter().any(|name| letters.contains(name))
}

/// Long words out of capitals, small letters and digits, long hexadecimal numbers, and the
/// beginnings that credentials have.
fn looks_secret(text: &str) -> bool {
    let lower = text.trim_start().to_lowercase();
    let begins = ["bearer ", "basic ", "-----begin"];
    if begins.iter().any(|begin| lower.starts_with(begin)) {
        return true;
    }
    let userinfo = lower.split_once("://").map(|(_, rest)| rest);
    let host = userinfo.and_then(|rest| rest.split(['/', '?', '#']).next());
    if host.is_some_and(|host| host.contains('@') && host.contains(':')) {
        return true;
    }
    let is_part = |c: char| c.is_ascii_alphanumeric() || "+/_=-".contains(c);
    text.split(|c: char| !is_part(c)).any(is_random)
}

fn is_random(word: &str) -> bool {
    let has = |test: fn(char) -> bool| word.chars().any(test);
    let digit = has(|c| c.is_ascii_digit());
    let mixed = digit && has(|c| c.is_ascii_uppercase()) && has(|c| c.is_ascii_lowercase());
    let hexadecimal =
        digit && has(|c| c.is_ascii_alphabetic()) && word.chars().all(|c| c.is_ascii_hexdigit());
    (word.len() >= 32 && (mixed || hexadecimal)) || (word.len() >= 20 && word.starts_with("eyJ"))
}

fn subscriptions(rules: &Rules, lints: &mut Vec<Lint>) {
    let events = &rules.events;
    let Some(subscribed) = &events.subscribed else {
        return;
    };
    if !subscribed.contains(&EventKind::EmployeeInactivated) {
        let message = "`subscribed` lacks \"employee.inactivated\": what Bob calls Terminated is \
                       employee.left, on which nothing is done, so nobody would be deactivated";
        let kind = LintKind::LeftIsIgnoredSoNothingDeactivates;
        lints.push(Lint::new(events.line, kind, message));
    }
    let mut wanted = vec![
        EventKind::EmployeeCreated,
        EventKind::EmployeeUpdated,
        EventKind::EmployeeActivated,
        EventKind::EmployeeJoined,
        EventKind::EmployeeDeleted,
    ];
    if events.access_revoked == AccessRevoked::Deactivate {
        wanted.push(EventKind::AccessRevokedImmediately);
    }
    if events.table_entries == Reaction::Refresh {
        wanted.push(EventKind::TableEntryCreated);
        wanted.push(EventKind::TableEntryUpdated);
    }
    for kind in wanted.iter().filter(|kind| !subscribed.contains(*kind)) {
        let message = format!("the policy acts on \"{kind}\", and `subscribed` lacks it");
        lints.push(Lint::new(events.line, LintKind::NotSubscribed, message));
    }
}

fn mail(rules: &Rules, lints: &mut Vec<Lint>) {
    let Some(rule) = rules.field(UserField::Mail) else {
        return;
    };
    let (line, reads) = (rule.value.line(), rule.value.reads());
    let matching = &rules.matching;
    // A private one is none if it is not trusted, and a username may do in its place.
    let trusted =
        matching.private_mail == PrivateMail::Trust || rules.field(UserField::Username).is_some();
    let may_hold_mail = |field: &hibob_client::FieldId| match path::standard(field) {
        Some(standard) if standard.id == fields::HOME_PRIVATE_EMAIL => trusted,
        Some(standard) => standard.id == fields::ROOT_EMAIL,
        None => true,
    };
    let made = reads.texts.iter().filter_map(|text| text.rsplit_once('@'));
    let made = made.map(|(_, domain)| domain.trim().to_lowercase());
    let allowed = |domain: String| {
        // What comes behind the text may complete the domain.
        domain.is_empty()
            || matching.allowed_domains.is_empty()
            || matching
                .allowed_domains
                .iter()
                .any(|it| it.starts_with(&domain))
    };
    let possible = made.into_iter().any(allowed) || rule.value.fields().any(may_hold_mail);
    if !possible || reads.paths.is_empty() || reads.shape == Shape::Day {
        let message = "this is never the mail of one person: map a field that holds mails, such \
                       as \"email | trim | lower\", and mails of `allowed_domains`";
        lints.push(Lint::new(line, LintKind::NeverProducesMail, message));
    }
    if rule
        .value
        .fields()
        .any(|field| field.as_str() == fields::HOME_PRIVATE_EMAIL)
    {
        let message = match rules.matching.private_mail {
            PrivateMail::Trust => {
                "private mails find and make accounts: whoever holds such an address enters"
            }
            PrivateMail::Distrust => {
                "a private mail is never used unless `trust_personal_email` is true in [matching]"
            }
        };
        lints.push(Lint::new(line, LintKind::PrivateMail, message));
    }
}

fn conditions(rules: &Rules, lints: &mut Vec<Lint>) {
    let groups = rules.groups.iter().filter_map(|rule| rule.when.as_ref());
    for condition in rules.scope.iter().chain(groups) {
        let expression = Condition::expression(condition);
        let (line, reads) = (expression.line(), expression.reads());
        if !reads.lists.is_empty() {
            let message = "compare ids and not labels: whoever renames a label moves people";
            lints.push(Lint::new(line, LintKind::LabelInCondition, message));
        }
        if reads.paths.is_empty() {
            let message = "this condition reads no field: it is the same for everybody";
            lints.push(Lint::new(line, LintKind::ConstantCondition, message));
        }
    }
}

fn calculated(expression: &Expression, lints: &mut Vec<Lint>) {
    for field in expression.fields() {
        if CALCULATED_FIELDS.contains(&field.as_str()) {
            let message = format!(
                "Bob calculates `{field}` and announces no change of it: every update costs a \
                 read, and some changes are only found by a full synchronization"
            );
            let line = expression.line();
            lints.push(Lint::new(line, LintKind::CalculatedField, message));
        }
    }
}

impl From<Lint> for Problem {
    fn from(lint: Lint) -> Self {
        Self::new(lint.line, lint.to_string())
    }
}

impl fmt::Display for Lint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind, self.message)
    }
}

impl fmt::Display for LintKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

const SECRET_NAMES: [&str; 7] = [
    "apikey",
    "credential",
    "passphrase",
    "password",
    "privatekey",
    "secret",
    "token",
];
