use learning360_client::{Invitation, MappingId, User, UserField, UserStatus};

use super::account::Account;
use super::draft::{Draft, Target};
use super::explanation::Stage;
use super::gather::{Holder, Owner, Situation};
use super::lifecycle::SECOND_LOOK;
use super::projection::same_name;
use super::record::Record;
use super::standing::Standing;
use super::{claims, diff, restore};
use crate::facts::{MailKey, Told, Username};
use crate::memory::Memory;
use crate::plan::{
    Action, Change, Changes, ChargeKind, Disposition, Finding, Grounds, Precondition, Reason, Step,
    Subject, UserRef,
};
use crate::policy::{Adopt, Depth, InviteAt, Relink, RestoreUnlinked};

/// No account is linked: one with the person's mail is taken over, or a new one is made.
pub(crate) fn by_mail(
    draft: &mut Draft<'_>,
    record: &Record<'_>,
    situation: &Situation<'_>,
) -> Disposition {
    if matches!(situation.account, Account::Broken(_)) {
        draft.find(Subject::Link, Reason::LinkBroken);
    }
    let mail = record.mail();
    if let Some(refused) = unusable(draft, record, mail.as_ref()) {
        return refused;
    }
    let (Told::Found(holders), Told::Found(namesakes)) = (&situation.holders, &situation.namesakes)
    else {
        let told = [
            situation.holders.is_forbidden(),
            situation.namesakes.is_forbidden(),
        ];
        let forbidden = told.contains(&true);
        let why = if forbidden {
            Reason::FixConfig
        } else {
            Reason::Unavailable
        };
        return draft.retry(why);
    };
    let holder = foremost(holders);
    let namesake = foremost(namesakes);
    if let (Some(holder), Some(namesake)) = (holder, namesake) {
        if holder.user.id() != namesake.user.id() {
            return disputed(draft, holder.user, namesake.user);
        }
    }
    match holder.or(namesake) {
        None => create(draft, record, situation),
        Some(holder) if is_live(holder) => live_holder(draft, record, situation, holder),
        Some(holder) => deleted_holder(draft, record, situation, holder),
    }
}

/// MAT-19, where nobody would come across the account: it is linked first, whatever is to become of
/// it, and then looked at as the person's own.
pub(crate) fn lost_create(draft: &mut Draft<'_>, situation: &Situation<'_>) -> Option<Disposition> {
    let made = match (situation.made, &situation.account) {
        (Some(made), _) => made,
        // We know what we made, but not whether the link to it was.
        (None, Account::LinkLost(user)) if is_left_alone(draft, situation) => Told::Found(*user),
        (None, Account::Unavailable) if is_left_alone(draft, situation) => {
            return Some(draft.retry(Reason::Unavailable));
        }
        (None, _) => return None,
    };
    match made {
        Told::Found(user) => {
            draft.say(
                Stage::Match,
                format!("user {} was made by us, and is not linked yet", user.id()),
            );
            let precondition = Precondition::Status(user.status().clone());
            let user = UserRef::Known(user.id().clone());
            let linked = link(draft, situation, user, Reason::OwnCreate, precondition);
            draft.grounds = Grounds::Account;
            draft.push(linked);
            draft.wait.look_in(SECOND_LOOK, draft.case.now);
            Some(Disposition::Apply(Reason::OwnCreate))
        }
        Told::NotFound => None,
        Told::Forbidden => Some(draft.retry(Reason::FixConfig)),
        Told::Unavailable(_) => Some(draft.retry(Reason::Unavailable)),
    }
}

/// Whether an account that we have just made would not be linked with whatever else it needs.
fn is_left_alone(draft: &Draft<'_>, situation: &Situation<'_>) -> bool {
    let record = situation.record.as_ref();
    draft.memory.create.is_some() && !record.is_some_and(Record::may_want_account)
}

/// Why nobody can be identified by this mail; a username will do instead, where one is mapped.
fn unusable(
    draft: &mut Draft<'_>,
    record: &Record<'_>,
    mail: Option<&MailKey>,
) -> Option<Disposition> {
    let Some(mail) = mail else {
        if record.mail_is_private {
            draft.find_in_field(UserField::Mail, Reason::UntrustedIdentifier);
        }
        if record.username().is_some() {
            return None;
        }
        if record.mail_is_private {
            return Some(Disposition::Conflict(Reason::UntrustedIdentifier));
        }
        if record.lists_incomplete {
            return Some(draft.retry(Reason::Unavailable));
        }
        draft.find_in_field(UserField::Mail, Reason::NoIdentifier);
        return Some(Disposition::Conflict(Reason::NoIdentifier));
    };
    let domains = &draft.case.policy.rules().matching.allowed_domains;
    if !domains.is_empty() && !domains.iter().any(|domain| domain == mail.domain()) {
        return Some(Disposition::NoOp(Reason::DomainOutOfScope));
    }
    wrong_before(draft, mail).then_some(Disposition::Conflict(Reason::WrongAccount))
}

/// MAT-04: mail and username name two accounts.
fn disputed(draft: &mut Draft<'_>, holder: &User, namesake: &User) -> Disposition {
    for user in [holder, namesake] {
        draft.found(Finding::new(Subject::Person, Reason::Disputed).with_user(user.id().clone()));
    }
    Disposition::Conflict(Reason::Disputed)
}

/// The account in use, or else a deactivated one.
fn foremost<'h, 'a>(holders: &'h [Holder<'a>]) -> Option<&'h Holder<'a>> {
    holders
        .iter()
        .find(|holder| is_live(holder))
        .or(holders.first())
}

fn is_live(holder: &Holder<'_>) -> bool {
    *holder.user.status() != UserStatus::Deleted
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
    let mut values = diff::values(draft, record);
    let rules = draft.case.policy.rules();
    let needed = [UserField::FirstName, UserField::LastName];
    let lacking: Vec<_> = needed
        .into_iter()
        .filter(|field| rules.field(*field).is_some() && values.get(*field).is_none())
        .collect();
    if !lacking.is_empty() {
        for field in lacking {
            draft.find_in_field(field, Reason::RequiredMissing);
        }
        return Disposition::Conflict(Reason::RequiredMissing);
    }
    let early =
        record.standing == Standing::PreHire && rules.lifecycle.invite_at == InviteAt::Start;
    let invitation = if rules.lifecycle.invite && !early {
        Invitation::Send
    } else {
        Invitation::Suppress
    };
    // A username may be somebody's whom we cannot see, and need not stop the account.
    let username = values.get(UserField::Mail).is_some();
    let username = username.then(|| values.take(UserField::Username)).flatten();
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
    if invitation == Invitation::Send {
        draft.charge(&created, ChargeKind::Invitation);
    }
    let linked = link(
        draft,
        situation,
        UserRef::Created,
        Reason::LinkMissing,
        Precondition::Made,
    );
    let linked = draft.push(linked.after(&created));
    let target = Target::created(&linked);
    if let Some(name) = username {
        let mut changes = Changes::default();
        changes.insert(UserField::Username, Change::Set(name));
        draft.on(&target, Action::Edit { changes }, Reason::Difference);
    }
    if rules.lifecycle.activate && record.standing == Standing::Active {
        draft.on(&target, Action::Activate, Reason::ActivateByPolicy);
    }
    if draft.case.policy.depth() == Depth::Deep {
        diff::beside_the_fields(draft, record, situation, None, &target);
    }
    Disposition::Apply(Reason::Provision)
}

fn live_holder(
    draft: &mut Draft<'_>,
    record: &Record<'_>,
    situation: &Situation<'_>,
    holder: &Holder<'_>,
) -> Disposition {
    let user = holder.user;
    draft.say(
        Stage::Match,
        format!("user {} has the mail or username", user.id()),
    );
    match &holder.owner {
        Owner::Me => diff::keep_in_step(draft, record, situation, user, Reason::Difference),
        Owner::Unknown => draft.retry(Reason::Unavailable),
        Owner::Other {
            has_left: true,
            mapping,
            ..
        } if same_name(draft, record, user) => relink(draft, mapping, user),
        Owner::Other { .. } => {
            let reason = claims::claim(draft, situation, holder, None);
            conflict(draft, reason, user)
        }
        Owner::Nobody if is_own_create(&draft.memory, user) => {
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
        Owner::Other {
            has_left: true,
            mapping,
            ..
        } if same_name(draft, record, user) => relink(draft, mapping, user),
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
                RestoreUnlinked::SameName if same => restore::unlinked(draft, situation, user),
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
    let target = Target::known_after(user, &linked);
    diff::all(draft, record, situation, user, &target);
    Disposition::Apply(why)
}

/// MAT-21: the link of an employee who has left moves to the person's new id in Bob.
fn relink(draft: &mut Draft<'_>, mapping: &MappingId, user: &User) -> Disposition {
    if draft.case.policy.rules().matching.relink == Relink::Propose {
        return conflict(draft, Reason::RelinkProposal, user);
    }
    let employee = draft.case.employee.clone();
    let mapping = mapping.clone();
    draft.step(
        user,
        Action::Relink { mapping, employee },
        Reason::RelinkProposal,
    );
    Disposition::Apply(Reason::RelinkProposal)
}

fn conflict(draft: &mut Draft<'_>, reason: Reason, user: &User) -> Disposition {
    draft.found(Finding::new(Subject::Person, reason).with_user(user.id().clone()));
    Disposition::Conflict(reason)
}

/// MAT-19: the answer to a create of ours was lost, and this is what it made.
pub(crate) fn is_own_create(memory: &Memory, user: &User) -> bool {
    let mail = user.mail().and_then(MailKey::parse);
    let username = user.username().and_then(Username::parse);
    let intended = memory.create.as_ref().is_some_and(|intent| {
        let by_mail = intent.mail.is_some() && intent.mail == mail;
        let by_name = intent.mail.is_none() && intent.username.is_some();
        by_mail || (by_name && intent.username == username)
    });
    intended && *user.status() == UserStatus::Invited && !was_deleted_before(user)
}

fn was_deleted_before(user: &User) -> bool {
    !user.deleted_at().is_empty() || !user.reactivated_at().is_empty()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::memory::CreateIntent;

    const ADA: Option<&str> = Some("ada@example.com");
    const BOB: Option<&str> = Some("bob@example.com");
    const E7: Option<&str> = Some("e7");
    const E8: Option<&str> = Some("e8");

    /// Whether an account with this mail and username is what we meant to create.
    fn ours(
        wanted: (Option<&str>, Option<&str>),
        has: (Option<&str>, Option<&str>),
        more: &[(&str, serde_json::Value)],
    ) -> bool {
        let intent = CreateIntent {
            mail: wanted.0.and_then(MailKey::parse),
            username: wanted.1.and_then(Username::parse),
            tries: 1,
        };
        let mut memory = Memory::default();
        memory.create = Some(intent);
        let mut user = json!({
            "_id": "0000000000000000000000aa", "status": "invited",
            "mail": has.0, "username": has.1,
        });
        for (field, value) in more {
            user[*field] = value.clone();
        }
        let user = serde_json::from_value(user).expect("a user");
        assert!(!is_own_create(&Memory::default(), &user), "none was meant");
        is_own_create(&memory, &user)
    }

    #[test]
    fn mat_19_our_own_create_is_known_by_the_mail_or_without_one_by_the_username() {
        for (wanted, has, own) in [
            ((ADA, None), (ADA, None), true),
            ((ADA, None), (ADA, E8), true),
            ((ADA, E7), (ADA, None), true),
            ((ADA, None), (BOB, None), false),
            ((ADA, None), (None, None), false),
            ((ADA, E7), (BOB, E7), false),
            ((None, E7), (None, E7), true),
            ((None, E7), (BOB, E7), true),
            ((None, E7), (None, E8), false),
            ((None, E7), (None, None), false),
            ((None, None), (None, None), false),
            ((None, None), (ADA, E7), false),
        ] {
            assert_eq!(ours(wanted, has, &[]), own, "{wanted:?} {has:?}");
        }
    }

    #[test]
    fn mat_19_what_was_used_or_deleted_before_is_not_our_own_create() {
        let time = json!(["2026-03-01T09:00:00.000Z"]);
        for more in [
            ("status", json!("active")),
            ("status", json!("deleted")),
            ("deletedAt", time.clone()),
            ("reactivatedAt", time),
        ] {
            let field = more.0;
            assert!(!ours((ADA, None), (ADA, None), &[more]), "{field}");
        }
    }
}
