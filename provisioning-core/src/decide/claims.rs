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
    let own = user.mail().and_then(MailKey::parse);
    is_free(
        draft,
        situation,
        &situation.holders,
        UserField::Mail,
        own.as_ref(),
    )
}

/// The same for the wanted username.
pub(crate) fn username_is_free(draft: &mut Draft<'_>, situation: &Situation<'_>) -> bool {
    is_free(
        draft,
        situation,
        &situation.namesakes,
        UserField::Username,
        None,
    )
}

fn is_free(
    draft: &mut Draft<'_>,
    situation: &Situation<'_>,
    holders: &Told<Vec<Holder<'_>>>,
    field: UserField,
    own: Option<&MailKey>,
) -> bool {
    let Told::Found(holders) = holders else {
        draft.find_in_field(field, Reason::Unavailable);
        draft.complete_later();
        return false;
    };
    let Some(holder) = holders.first() else {
        return true;
    };
    let reason = claim(draft, situation, holder, own);
    let finding = Finding::new(Subject::Field(field), reason);
    draft.found(finding.with_user(holder.user.id().clone()));
    if let (UserField::Username, Owner::Other { employee, .. }) = (field, &holder.owner) {
        // Whoever gives it up makes room.
        draft.wait.wake_on(employee.clone());
    }
    false
}

/// Names the case of a mail or username that somebody else holds.
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
