//! Rules whose cases need several people, or a whole company.

use std::collections::BTreeSet;

use learning360_client::{GroupId, Role, UserField, Visibility};
use provisioning_core::driver::{Store, Turn};
use provisioning_core::policy::Depth;
use provisioning_core::quarantine::{Gate, Lane};
use provisioning_core::sync::Situation;
use provisioning_core::{
    Alarm, Alert, Disposition, Evidence, Group, Membership, Outcome, Reason, Subject,
};
use serde_json::json;

use crate::world::{GROUP, OTHER_GROUP, World, employee, id, mail, user};

/// Each of so many people wants the mail of the next one, and the last one that of the first.
fn going_round(people: u32) -> World {
    let world = World::new();
    world.in_step(0..people);
    for number in 0..people {
        let next = mail((number + 1) % people);
        world.record(number, &[("root.email", Some(next.as_str()))]);
    }
    world
}

fn mails(world: &World, people: u32) -> Vec<String> {
    let mail = |number| world.model().text(&user(number), "mail");
    (0..people).filter_map(mail).collect()
}

/// Who was last told so.
fn last_with(turn: &Turn, reason: Reason) -> BTreeSet<String> {
    let found = turn.decided.iter();
    let found = found.filter(|it| it.findings.iter().any(|found| found.reason == reason));
    found.map(|it| it.employee.to_string()).collect()
}

#[tokio::test]
async fn mat_12_three_or_more_who_go_round_are_a_cycle_for_each_by_event() {
    for people in [3, 4, 5] {
        let mut world = going_round(people);
        let before = mails(&world, people);
        for number in 0..people {
            world.note(number, Evidence::Updated).await;
        }
        let turn = world.after(2).await;
        // Everybody sees first that the holder is about to move.
        let everybody: BTreeSet<_> = (0..people).map(id).collect();
        assert_eq!(last_with(&turn, Reason::MailMoving), everybody);
        let mut last = BTreeSet::new();
        for seconds in [30, 120, 900] {
            let turn = world.after(seconds).await;
            last = last_with(&turn, Reason::MailCycle);
            if last == everybody {
                break;
            }
        }
        assert_eq!(last, everybody, "{people} go round");
        assert_eq!(mails(&world, people), before, "never half swapped");
        assert!(world.effects().is_empty());
        // Nobody is looked at for ever.
        assert_eq!(world.after(86_400).await.next_due, None);
    }
}

#[tokio::test]
async fn mat_12_three_who_go_round_are_a_cycle_for_each_by_sync() {
    let mut world = going_round(3);
    let before = mails(&world, 3);
    world.sync(Depth::Light).await;
    let turn = world.after(30).await;
    let everybody: BTreeSet<_> = (0..3).map(id).collect();
    assert_eq!(last_with(&turn, Reason::MailCycle), everybody);
    assert_eq!(mails(&world, 3), before);
    // Whoever gives way makes room for all the others.
    world.record(2, &[("root.email", Some("fresh@example.com"))]);
    world.note(2, Evidence::Updated).await;
    for _ in 0..4 {
        world.after(2).await;
    }
    let after = [mail(1), mail(2), "fresh@example.com".to_owned()];
    assert_eq!(mails(&world, 3), after);
}

#[tokio::test]
async fn mat_10_whoever_waits_for_a_mail_looks_again_without_being_woken() {
    let mut world = World::new();
    world.in_step(0..2);
    let wanted = mail(1);
    world.record(0, &[("root.email", Some(wanted.as_str()))]);
    world.record(1, &[("root.email", Some("later@example.com"))]);
    world.note(0, Evidence::Refresh).await;
    let turn = world.after(2).await;
    assert_eq!(last_with(&turn, Reason::MailMoving), [id(0)].into());
    assert_eq!(
        turn.next_due,
        Some(world.now + jiff::SignedDuration::from_secs(25))
    );
    // An administrator makes room, and nobody tells us.
    world
        .model()
        .set(&user(1), "mail", json!("later@example.com"));
    world.after(30).await;
    assert_eq!(mails(&world, 2)[0], wanted);
}

const PRIMARY: &str = "primary_group = \"work.custom\"\n\
    [[groups]]\ngroup = \"507f1f77bcf86cd799439012\"\nwhen = \"work.title == 'Boss'\"\n";

fn primary(world: &World, number: u32) -> Option<String> {
    world
        .model()
        .text(&user(number), UserField::PrimaryGroup.as_str())
}

/// The first person is a boss, and that group is to be the primary one.
fn boss() -> World {
    let world = World::plus(PRIMARY);
    world.in_step(0..2);
    let fields = [("work.title", Some("Boss")), ("work.custom", Some(GROUP))];
    world.record(0, &fields);
    world.model().set(&user(0), "job", json!("Boss"));
    world
}

#[tokio::test]
async fn grp_09_the_membership_comes_before_the_primary_group_by_event() {
    let mut world = boss();
    world.note(0, Evidence::Updated).await;
    world.after(2).await;
    let expected = ["add_membership", "edit"].map(|kind| format!("{kind} {}", user(0)));
    assert_eq!(world.effects(), expected);
    assert_eq!(primary(&world, 0).as_deref(), Some(GROUP));
    world.note(0, Evidence::Updated).await;
    world.after(2).await;
    assert!(world.effects().is_empty(), "and that is all");
}

#[tokio::test]
async fn grp_09_the_membership_comes_before_the_primary_group_by_sync() {
    let mut world = boss();
    let survey = world.survey(Depth::Light).await;
    assert_eq!(
        survey.people.len(),
        1,
        "the list shows another primary group"
    );
    world.sync(Depth::Light).await;
    let expected = ["add_membership", "edit"].map(|kind| format!("{kind} {}", user(0)));
    assert_eq!(world.effects(), expected);
    assert_eq!(primary(&world, 0).as_deref(), Some(GROUP));
    assert_eq!(world.survey(Depth::Deep).await.people, []);
}

#[tokio::test]
async fn grp_09_without_the_membership_nothing_is_sent() {
    let mut world = boss();
    world.record(1, &[("work.custom", Some(OTHER_GROUP))]);
    world.note(1, Evidence::Updated).await;
    let turn = world.after(2).await;
    let findings: Vec<_> = turn.decided[0]
        .findings
        .iter()
        .map(ToString::to_string)
        .collect();
    let found = "not_member_of_primary_group(primaryGroupId)";
    assert!(findings.contains(&found.to_owned()), "{findings:?}");
    assert!(world.effects().is_empty());
}

#[tokio::test]
async fn grp_09_a_mover_changes_the_primary_group_before_the_old_group_goes() {
    let mut world = boss();
    world.note(0, Evidence::Updated).await;
    world.after(2).await;
    world.effects();
    world.record(0, &[("work.custom", Some(crate::model::GROUP))]);
    world.note(0, Evidence::Updated).await;
    world.after(2).await;
    let kinds: Vec<_> = world.effects().iter().map(|it| kind(it)).collect();
    assert_eq!(kinds, ["edit", "edit", "remove_membership"]);
    assert_eq!(primary(&world, 0).as_deref(), Some(crate::model::GROUP));
}

#[tokio::test]
async fn grp_09_a_new_account_gets_its_primary_group_with_or_after_its_membership() {
    let mut world = World::plus(PRIMARY);
    world.record(0, &[("work.custom", Some(crate::model::GROUP))]);
    let fields = [("work.title", Some("Boss")), ("work.custom", Some(GROUP))];
    world.record(1, &fields);
    for number in 0..2 {
        world.note(number, Evidence::Created).await;
    }
    world.after(2).await;
    let kinds: Vec<_> = world.effects().iter().map(|it| kind(it)).collect();
    let edits = kinds.iter().filter(|kind| *kind == "edit").count();
    assert_eq!(
        edits, 1,
        "with the default group it is created with it: {kinds:?}"
    );
    let systems = world.model().lock();
    let primaries: BTreeSet<_> = systems
        .users
        .values()
        .filter_map(|user| user["primaryGroupId"].as_str())
        .collect();
    assert_eq!(primaries, [crate::model::GROUP, GROUP].into());
}

#[tokio::test]
async fn grp_09_a_public_group_brings_those_above_it() {
    const BELOW: &str = "507f1f77bcf86cd799439014";
    let lines = PRIMARY.replace("507f1f77bcf86cd799439012", BELOW);
    let mut world = World::plus(&lines);
    let parent: GroupId = GROUP.parse().expect("an id");
    let below = BELOW.parse().expect("an id");
    let below = Group::new(below, "below", Some(parent), Visibility::Public);
    world.model().lock().groups.push(below);
    world.in_step(0..1);
    let fields = [("work.title", Some("Boss")), ("work.custom", Some(GROUP))];
    world.record(0, &fields);
    world.note(0, Evidence::Updated).await;
    world.after(2).await;
    assert_eq!(primary(&world, 0).as_deref(), Some(GROUP));
}

#[tokio::test]
async fn grp_09_a_refused_primary_group_does_not_fail_the_person() {
    let mut world = boss();
    let manager = "[manager]\nfrom = \"work.manager\"\n";
    world.adopt(&format!("{PRIMARY}{manager}"));
    let boss_of_0 = id(1);
    let fields = [
        ("work.custom", Some(crate::model::GROUP)),
        ("work.manager", Some(boss_of_0.as_str())),
    ];
    world.record(0, &fields);
    world.model().set(&user(0), "job", json!("Engineer"));
    let code = Some("notMemberOfPrimaryGroup".into());
    let refused = Outcome::Refused { status: 400, code };
    world.model().lock().surprises.push((false, refused));
    world.note(0, Evidence::Updated).await;
    let turn = world.after(2).await;
    assert_eq!(world.effects(), [format!("add_manager {}", user(0))]);
    assert_eq!(
        last_with(&turn, Reason::NotMemberOfPrimaryGroup),
        [id(0)].into()
    );
}

#[tokio::test]
async fn grd_11_the_owner_and_protected_accounts_are_never_scheduled_and_an_alert_says_so() {
    let lines = format!(
        "[lifecycle]\nschedule_deactivation = true\n[guards]\nprotected = [\"{}\"]\n",
        user(1)
    );
    let mut world = World::plus(&lines);
    world.in_step(0..3);
    let owner = Membership::new(crate::model::GROUP.parse().expect("an id"), Role::Owner);
    let roles = world
        .model()
        .lock()
        .roles
        .remove(&user(0))
        .expect("it has one");
    let roles = roles.into_iter().chain([owner]).collect();
    world.model().lock().roles.insert(user(0), roles);
    for number in 0..3 {
        let leaves = [("internal.terminationDate", Some("2026-03-20"))];
        world.record(number, &leaves);
    }
    let report = world.sync(Depth::Light).await;
    assert_eq!(world.effects(), [format!("schedule {}", user(2))]);
    assert_eq!(report.get(Situation::Error), 0);
    // On the day itself the other one goes, and a person is told of the two.
    for number in 0..3 {
        world.terminate(number);
        world.note(number, Evidence::Terminated).await;
    }
    let turn = world.after(2).await;
    assert_eq!(world.effects(), [format!("deactivate {}", user(2))]);
    let protected = [0, 1].map(|number| Alert::Protected {
        employee: employee(number),
    });
    assert_eq!(turn.alerts, protected);
}

#[tokio::test]
async fn mat_16_several_broken_links_at_once_stop_all_writes() {
    let mut world = World::new();
    world.in_step(0..8);
    for number in 0..3 {
        world.model().lock().users.remove(&user(number));
        world.note(number, Evidence::Updated).await;
    }
    let turn = world.after(2).await;
    assert_eq!(last_with(&turn, Reason::LinkBroken).len(), 3);
    let made = world.effects();
    assert!(made.iter().any(|it| it.starts_with("relink")), "{made:?}");
    // One more within the hour, and nobody at all is written to.
    world.model().lock().users.remove(&user(3));
    world.model().set(&user(7), "job", json!("Boss"));
    world.note(3, Evidence::Updated).await;
    world.note(7, Evidence::Updated).await;
    let turn = world.after(2).await;
    assert_eq!(turn.alarms, [Alarm::WrongPlatform]);
    assert_eq!(turn.postponed, 2);
    assert!(world.effects().is_empty());
    let quarantine = world.store().quarantine().await.expect("the store holds");
    assert!(matches!(
        quarantine.gate(Lane::TargetWrites, world.now),
        Gate::Closed(_)
    ));
    assert_eq!(quarantine.gate(Lane::TargetReads, world.now), Gate::Open);
    assert!(quarantine.broken_links_until(world.now) > Some(world.now));
    // An hour later it is tried again, and says nothing new.
    let turn = world.after(3_600).await;
    assert!(turn.alarms.is_empty());
    assert!(
        world
            .effects()
            .iter()
            .any(|it| *it == format!("edit {}", user(7)))
    );
}

#[tokio::test]
async fn cf_04_and_grp_04_what_the_policy_names_and_nobody_has_is_told_once_a_day() {
    let lines = "[custom_fields]\n\"Gone\" = \"work.title\"\n\
        [[groups]]\ngroup = \"507f1f77bcf86cd7994390ff\"\nwhen = \"work.title == 'Engineer'\"\n";
    let mut world = World::plus(lines);
    world.in_step(0..5);
    let missing = |turn: &Turn| {
        let mut missing: Vec<_> = turn
            .alerts
            .iter()
            .filter_map(|alert| match alert {
                Alert::Missing { what } => Some(what.clone()),
                _ => None,
            })
            .collect();
        missing.sort();
        missing
    };
    for (seconds, told) in [(2, 2), (3_600, 0), (86_400, 2)] {
        for number in 0..5 {
            world.note(number, Evidence::Updated).await;
        }
        let turn = world.after(seconds).await;
        assert_eq!(missing(&turn).len(), told, "after {seconds} s");
        if told > 0 {
            let group = "507f1f77bcf86cd7994390ff".parse().expect("an id");
            let expected = [Subject::CustomField("Gone".into()), Subject::Group(group)];
            assert_eq!(missing(&turn), expected);
        }
        let fine = Disposition::NoOp(Reason::InSync);
        assert!(turn.decided.iter().all(|it| it.disposition == fine));
    }
    assert!(world.effects().is_empty());
}

fn kind(effect: &str) -> String {
    let kind = effect.split(' ').next();
    kind.unwrap_or_default().to_owned()
}
