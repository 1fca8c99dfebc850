use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use hibob_client::{Employee, Field, FieldId, NamedList, fields};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use learning360_client::UserField;

use super::Case;
use super::scope::{self, Scope};
use super::standing::{Dates, Standing, standing};
use crate::facts::{Desk, MailKey, Told, Username};
use crate::policy::{Context, Evaluated, Policy, PrivateMail, midnight, today};

/// A Bob record, read with the policy's eyes.
pub(crate) struct Record<'a> {
    pub(crate) standing: Standing,
    pub(crate) scope: Scope,
    pub(crate) dates: Dates,
    pub(crate) context: Context,
    /// Whether the employee's site has a zone of its own, or needs none.
    pub(crate) zone_known: bool,
    /// Whether a list gave no answer, so that labels may be missing for now.
    pub(crate) lists_incomplete: bool,
    pub(crate) today: Date,
    /// Whether a private mail is known and not trusted, and no other.
    pub(crate) mail_is_private: bool,
    /// The fields of the policy that have a value.
    pub(crate) filled: BTreeSet<FieldId>,
    zone: &'a TimeZone,
    mail: Evaluated<String>,
    username: Evaluated<String>,
}

impl<'a> Record<'a> {
    pub(crate) fn read(case: Case<'a>, employee: &Employee, desk: &Desk<'_>) -> Self {
        let policy = case.policy;
        let site = FieldId::parse("work.siteId")
            .ok()
            .map(|field| employee.text(&field));
        let site = site.and_then(|site| match site {
            Field::Value(site) => Some(site.into_owned()),
            _ => None,
        });
        let (zone, zone_known) = policy.rules().zones.of_site(site.as_deref());
        let today = today(case.now, zone);
        let dates = Dates::of(employee);
        let mut lists_incomplete = false;
        let mut lists: BTreeMap<_, Option<Arc<NamedList>>> = BTreeMap::new();
        for name in policy.lists() {
            let told = desk.list(name);
            lists_incomplete |= matches!(told, Some(Told::Unavailable(_)));
            lists.insert(name.clone(), told.and_then(Told::found).cloned());
        }
        let context = Context::new(employee, policy.fields(), lists);
        let (mail, mail_is_private) = mail(case, employee, &context);
        let username = policy.rules().field(UserField::Username);
        let username = username.map_or(Evaluated::Null, |rule| rule.value.text(&context));
        Self {
            standing: standing(employee, dates, today),
            scope: scope::scope(policy, &context),
            dates,
            context,
            zone_known,
            lists_incomplete,
            today,
            zone,
            mail,
            mail_is_private,
            username,
            filled: filled(policy, employee),
        }
    }

    /// What the policy wants as mail, as it came out.
    pub(crate) fn mail_text(&self) -> Evaluated<String> {
        self.mail.clone()
    }

    /// The username that the policy wants for the account.
    pub(crate) fn username(&self) -> Option<Username> {
        match &self.username {
            Evaluated::Value(text) => Username::parse(text),
            _ => None,
        }
    }

    /// The mail that the policy wants for the account.
    pub(crate) fn mail(&self) -> Option<MailKey> {
        match &self.mail {
            Evaluated::Value(text) => MailKey::parse(text),
            _ => None,
        }
    }

    /// The instant at which a day begins where the person works.
    pub(crate) fn midnight(&self, date: Date) -> Option<Timestamp> {
        midnight(date, self.zone)
    }

    /// Whether the record may call for an account, so that it is worth looking for one.
    pub(crate) fn may_want_account(&self) -> bool {
        matches!(self.standing, Standing::Active | Standing::PreHire) && self.scope == Scope::In
    }
}

/// The wanted mail, and whether it is missing only because a private one is not trusted.
fn mail(case: Case<'_>, employee: &Employee, context: &Context) -> (Evaluated<String>, bool) {
    let Some(rule) = case.policy.rules().field(UserField::Mail) else {
        return (Evaluated::Null, false);
    };
    let mail = rule.value.text(context);
    let trusted = case.policy.rules().matching.private_mail == PrivateMail::Trust;
    let Ok(private) = FieldId::parse(fields::HOME_PRIVATE_EMAIL) else {
        return (mail, false);
    };
    if trusted || !rule.value.fields().any(|field| *field == private) {
        return (mail, false);
    }
    let (Evaluated::Value(text), Field::Value(known)) = (&mail, employee.text(&private)) else {
        return (mail, false);
    };
    if MailKey::parse(text) == MailKey::parse(&known) {
        return (Evaluated::Null, true);
    }
    (mail, false)
}

fn filled(policy: &Policy, employee: &Employee) -> BTreeSet<FieldId> {
    let fields = policy.fields().iter();
    let filled = fields.filter(|field| matches!(employee.field(field), Field::Value(_)));
    filled.cloned().collect()
}
