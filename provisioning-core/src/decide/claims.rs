use super::draft::Draft;
use super::gather::{Holder, Owner, Situation};
use super::moves::moving;
use crate::facts::{MailKey, Told};
use crate::plan::{Finding, Reason, Subject};
use learning360_client::{User, UserField, UserStatus};

/// Whether a linked account may take the wanted mail; if not, the finding says who holds it.
///
/// It stops this one field and nothing else.
pub(crate) fn mail_is_free(draft: &mut Draft<'_>, situation: &Situation<'_>, user: &User) -> bool {
    let Told::Found(holders) = &situation.holders else {
        draft.find_in_field(UserField::Mail, Reason::Unavailable);
        draft.complete_later();
        return false;
    };
    let Some(holder) = holders.first() else {
        return true;
    };
    let own = user.mail().and_then(MailKey::parse);
    let reason = claim(draft, situation, holder, own.as_ref());
    let finding = Finding::new(Subject::Field(UserField::Mail), reason);
    draft.found(finding.with_user(holder.user.id().clone()));
    false
}

/// Names the case of a mail that somebody else holds.
pub(crate) fn claim(
    draft: &mut Draft<'_>,
    situation: &Situation<'_>,
    holder: &Holder<'_>,
    own: Option<&MailKey>,
) -> Reason {
    if *holder.user.status() == UserStatus::Deleted {
        return Reason::MailHeldByDeleted;
    }
    let (employee, wants) = match &holder.owner {
        Owner::Other {
            employee, wants, ..
        } => (employee, wants),
        Owner::Unknown => {
            draft.complete_later();
            return Reason::Unavailable;
        }
        Owner::Nobody | Owner::Me => return Reason::MailHeldByOther,
    };
    let held = holder.user.mail().and_then(MailKey::parse);
    match wants {
        Some(wants) if Some(wants) == own => {
            // Whoever gives way makes room for the other.
            draft.wait.wake_on(employee.clone());
            Reason::MailCycle
        }
        Some(wants) if Some(wants) != held.as_ref() => {
            moving(draft, &situation.moves, employee, own)
        }
        _ => Reason::SharedIdentity,
    }
}
