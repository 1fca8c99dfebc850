use learning360_client::{Invitation, User, UserField, UserStatus};

use super::account::Account;
use super::draft::Draft;
use super::explanation::Stage;
use super::gather::{Holder, Owner, Situation};
use super::projection::same_name;
use super::record::Record;
use super::standing::Standing;
use super::{claims, diff, restore};
use crate::facts::{MailKey, Told};
use crate::plan::{Action, Disposition, Finding, Precondition, Reason, Step, Subject, UserRef};
use crate::policy::{Adopt, RestoreUnlinked};

/// No account is linked: one with the person's mail is taken over, or a new one is made.
pub(crate) fn by_mail(
    draft: &mut Draft<'_>,
    record: &Record<'_>,
    situation: &Situation<'_>,
) -> Disposition {
    if matches!(situation.account, Account::Broken(_)) {
        draft.find(Subject::Link, Reason::LinkBroken);
    }
    let Some(mail) = record.mail() else {
        if record.lists_incomplete {
            return draft.retry(Reason::Unavailable);
        }
        draft.find_in_field(UserField::Mail, Reason::NoIdentifier);
        return Disposition::Conflict(Reason::NoIdentifier);
    };
    let policy = draft.case.policy.rules();
    let domains = &policy.matching.allowed_domains;
    if !domains.is_empty() && !domains.iter().any(|domain| domain == mail.domain()) {
        return Disposition::NoOp(Reason::DomainOutOfScope);
    }
    if wrong_before(draft, &mail) {
        return Disposition::Conflict(Reason::WrongAccount);
    }
    let holders = match &situation.holders {
        Told::Found(holders) => holders,
        Told::Forbidden => return draft.retry(Reason::FixConfig),
        _ => return draft.retry(Reason::Unavailable),
    };
    let live = |holder: &&Holder<'_>| *holder.user.status() != UserStatus::Deleted;
    match holders.iter().find(live).or(holders.first()) {
        None => create(draft, record, situation),
        Some(holder) if live(&holder) => live_holder(draft, record, situation, holder, &mail),
        Some(holder) => deleted_holder(draft, record, situation, holder),
    }
}

/// MAT-23: asking again with the same mail would give the same stranger's account.
pub(crate) fn wrong_before(draft: &mut Draft<'_>, mail: &MailKey) -> bool {
    match &draft.memory.wrong_account {
        Some(wrong) if wrong.mail == *mail => {
            let finding = Finding::new(Subject::Person, Reason::WrongAccount);
            let finding = finding.with_user(wrong.user.clone());
            draft.found(finding);
            true
        }
        Some(_) => {
            draft.memory.wrong_account = None;
            false
        }
        None => false,
    }
}

/// Joins an account to the employee, by a new external ID or by the broken one.
pub(crate) fn link(
    draft: &mut Draft<'_>,
    situation: &Situation<'_>,
    user: UserRef,
    why: Reason,
    precondition: Precondition,
) -> Step {
    let employee = draft.case.employee.clone();
    let action = match situation.account {
        Account::Broken(mapping) => Action::Relink {
            mapping: mapping.clone(),
            employee,
        },
        _ => Action::Link { employee },
    };
    Step::on(user, action, precondition, why)
}

fn create(draft: &mut Draft<'_>, record: &Record<'_>, situation: &Situation<'_>) -> Disposition {
    draft.say(Stage::Match, "no account is linked, and none has the mail");
    let values = diff::values(draft, record);
    let rules = draft.case.policy.rules();
    let invitation = if rules.lifecycle.invite {
        Invitation::Send
    } else {
        Invitation::Suppress
    };
    let action = Action::Create {
        values,
        group: rules.group.clone(),
        invitation,
    };
    let created = Step::on(
        UserRef::Created,
        action,
        Precondition::Absent,
        Reason::Provision,
    );
    let created = draft.push(created);
    let linked = link(
        draft,
        situation,
        UserRef::Created,
        Reason::LinkMissing,
        Precondition::Made,
    );
    let linked = draft.push(linked.after(&created));
    if rules.lifecycle.activate && record.standing == Standing::Active {
        let user = UserRef::Created;
        let why = Reason::ActivateByPolicy;
        let step = Step::on(user, Action::Activate, Precondition::Made, why);
        draft.push(step.after(&linked));
    }
    Disposition::Apply(Reason::Provision)
}

fn live_holder(
    draft: &mut Draft<'_>,
    record: &Record<'_>,
    situation: &Situation<'_>,
    holder: &Holder<'_>,
    mail: &MailKey,
) -> Disposition {
    let user = holder.user;
    draft.say(Stage::Match, format!("user {} has the mail", user.id()));
    match &holder.owner {
        Owner::Me => diff::keep_in_step(draft, record, situation, user, Reason::Difference),
        Owner::Unknown => draft.retry(Reason::Unavailable),
        Owner::Other { has_left: true, .. } if same_name(draft, record, user) => {
            conflict(draft, Reason::RelinkProposal, user)
        }
        Owner::Other { .. } => {
            let reason = claims::claim(draft, holder, None);
            conflict(draft, reason, user)
        }
        Owner::Nobody if is_own_create(draft, user, mail) => {
            take_over(draft, record, situation, user, Reason::OwnCreate)
        }
        Owner::Nobody if was_deleted_before(user) => {
            conflict(draft, Reason::RecycledIdentity, user)
        }
        Owner::Nobody => match draft.case.policy.rules().matching.adopt {
            Adopt::Auto => take_over(draft, record, situation, user, Reason::Adopted),
            Adopt::Manual => conflict(draft, Reason::AdoptionNeeded, user),
        },
    }
}

fn deleted_holder(
    draft: &mut Draft<'_>,
    record: &Record<'_>,
    situation: &Situation<'_>,
    holder: &Holder<'_>,
) -> Disposition {
    let user = holder.user;
    draft.say(
        Stage::Match,
        format!("deactivated user {} has the mail", user.id()),
    );
    match &holder.owner {
        Owner::Me => restore::linked(draft, record, situation, user),
        Owner::Unknown => draft.retry(Reason::Unavailable),
        Owner::Other { .. } if same_name(draft, record, user) => {
            conflict(draft, Reason::RelinkProposal, user)
        }
        Owner::Other { .. } => conflict(draft, Reason::RecycledIdentity, user),
        Owner::Nobody => {
            let same = same_name(draft, record, user);
            let say = if same {
                "its name is the same"
            } else {
                "its name is another"
            };
            draft.say(Stage::Match, format!("it is not linked, and {say}"));
            match draft.case.policy.rules().matching.restore_unlinked {
                RestoreUnlinked::SameName if same => {
                    restore::unlinked(draft, record, situation, user)
                }
                _ => conflict(draft, Reason::RecycledIdentity, user),
            }
        }
    }
}

fn take_over(
    draft: &mut Draft<'_>,
    record: &Record<'_>,
    situation: &Situation<'_>,
    user: &User,
    why: Reason,
) -> Disposition {
    let precondition = Precondition::Status(user.status().clone());
    let known = UserRef::Known(user.id().clone());
    let linked = link(draft, situation, known, why, precondition);
    let linked = draft.push(linked);
    diff::edit(draft, record, situation, user, Some(&linked));
    diff::activate(draft, record, user, Some(&linked));
    Disposition::Apply(why)
}

fn conflict(draft: &mut Draft<'_>, reason: Reason, user: &User) -> Disposition {
    draft.found(Finding::new(Subject::Person, reason).with_user(user.id().clone()));
    Disposition::Conflict(reason)
}

/// MAT-19: the answer to a create of ours was lost, and this is what it made.
fn is_own_create(draft: &Draft<'_>, user: &User, mail: &MailKey) -> bool {
    let intended = draft
        .memory
        .create
        .as_ref()
        .is_some_and(|intent| intent.mail == *mail);
    intended && *user.status() == UserStatus::Invited && !was_deleted_before(user)
}

fn was_deleted_before(user: &User) -> bool {
    !user.deleted_at().is_empty() || !user.reactivated_at().is_empty()
}
