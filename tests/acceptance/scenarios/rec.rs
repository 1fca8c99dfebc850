//! Full synchronizations: begun by an operator, carried out by the host.

use std::collections::BTreeMap;

use provisioning_core::driver::{Approval, Review, RunState, RunStore as _, Store as _, review};
use provisioning_core::policy::Depth;
use provisioning_core::sync::Situation;
use sandbox::{Api, BobAct, Effect, Fault, Learning360Act, Moment, Seed, UserStatus};
use serde_json::json;
use system_tests::person;

use super::World;
use crate::company::{in_step, mail, newcomers, user};
use crate::date;

#[tokio::test]
async fn rec_01_after_an_outage_of_days_everything_is_as_without_it() {
    let mut listening = World::start(in_step(12)).await;
    days(&mut listening).await;
    let mut deaf = World::start(in_step(12)).await;
    deaf.host_hears_nothing().await;
    days(&mut deaf).await;
    let report = deaf.sync(Depth::Light).await;
    assert_eq!(report.get(Situation::Create), 1, "{}", report.tally);
    let expected = listening.state().await.linked_accounts();
    assert_eq!(deaf.state().await.linked_accounts(), expected);
    assert_eq!(expected.len(), 13);
}

#[tokio::test]
async fn rec_01_those_who_left_during_an_outage_are_guarded_as_one_run() {
    let mut world = World::start(in_step(40)).await;
    world.host_hears_nothing().await;
    for number in 0..8 {
        let act = BobAct::terminate(Seed::employee_id(number), date("2026-03-01"));
        world.bob_act(act).await;
        world.pass(12 * 60 * 60).await;
    }
    let report = world.sync(Depth::Light).await;
    assert_eq!(report.get(Situation::Deactivate), 5, "{}", report.tally);
    assert_eq!(report.get(Situation::Held), 3, "{}", report.tally);

    let ledger = world.store().ledger().await.expect("it holds").value;
    let holds: Vec<_> = ledger.held().map(|hold| hold.id).collect();
    let now = world.control().now().await.expect("the sandbox answers");
    let said = review(world.store(), Review::Approve, &holds, now).await;
    assert_eq!(said.expect("it holds").len(), 3);
    world.pass(3).await;
    let state = world.state().await;
    let gone = state.users.values();
    let gone = gone.filter(|user| user.status == UserStatus::Deleted);
    assert_eq!(gone.count(), 8);
}

#[tokio::test]
async fn rec_02_killed_while_it_applies_it_goes_on_and_does_nothing_twice() {
    let moments = [
        ("/api/v2/users", 1, Moment::Before),
        ("/api/v2/users", 11, Moment::After),
        ("/api/v2/external-ids", 30, Moment::After),
    ];
    for (route, nth, moment) in moments {
        let mut world = World::start(newcomers(30)).await;
        let run = world.begin(Depth::Light).await;
        let cut = Fault::new(Api::Learning360, Effect::Cut { moment });
        world.fault(cut.on("POST", route).nth(nth)).await;
        world.crash_while_working(1).await;
        world.control().clear_faults().await.expect("cleared");
        world.restart_host().await;
        for seconds in [3, 300, 600, 3600] {
            world.pass(seconds).await;
        }
        let report = world.report(run).await;
        assert_eq!(report.run.state, RunState::Done, "{route} {nth}");
        assert_eq!(report.open, 0, "{route} {nth}: {}", report.tally);
        assert_everybody_once(&world).await;
    }
}

#[tokio::test]
async fn rec_02_killed_while_it_lists_it_begins_again() {
    let mut world = World::start(newcomers(30)).await;
    let moment = Moment::Before;
    let cut = Fault::new(Api::Learning360, Effect::Cut { moment });
    world.fault(cut.on("GET", "/api/v2/users")).await;
    let begun = tokio::select! {
        begun = world.synchronize(Depth::Light, Approval::ByPerson) => begun.ok(),
        () = world.sees_a_fault() => None,
    };
    assert_eq!(begun, None, "it was listing");
    world.control().clear_faults().await.expect("cleared");
    world.restart_host().await;
    assert!(world.pass(3_600).await.is_empty());
    let runs = world.store().runs(9).await.expect("it holds");
    assert!(runs.is_empty(), "nothing was begun: {runs:?}");
    world.sync(Depth::Light).await;
    assert_everybody_once(&world).await;
}

#[tokio::test]
async fn rec_03_an_event_during_the_run_counts_more_than_what_was_listed() {
    let mut seed = in_step(3);
    let drifted = seed.users.iter_mut().find(|it| it.id == user(0));
    drifted.expect("the account exists").job = Some("Boss".to_owned());
    let mut world = World::start(seed).await;
    let run = world.begin(Depth::Light).await;
    let edit = BobAct::edit(Seed::employee_id(0), "work.title", "t2");
    world.bob_act(edit).await;
    world.control().clear_log().await.expect("cleared");
    world.pass(3).await;
    let report = world.report(run).await;
    assert_eq!(report.run.state, RunState::Done);
    let account = world.user(&user(0)).await;
    assert_eq!(account.job.as_deref(), Some("Analyst"));
    let writes = world.writes().await;
    assert_eq!(writes, ["PATCH /api/v2/users/{userId}"], "once, and right");
}

#[tokio::test]
async fn rec_04_users_whom_no_employee_is_linked_to_are_counted_and_left_alone() {
    let mut world = World::start(in_step(2)).await;
    let registration = Learning360Act::self_registration("stranger@example.com");
    world.learning360(registration).await;
    let before = world.state().await.users;
    world.control().clear_log().await.expect("cleared");
    let report = world.sync(Depth::Light).await;
    // The stranger and the platform's owner.
    assert_eq!(report.get(Situation::TargetOnly), 2, "{}", report.tally);
    assert_eq!(world.writes().await, [""; 0]);
    assert_eq!(world.state().await.users, before);
}

#[tokio::test]
async fn rec_05_drift_missing_accounts_and_leavers_are_found_without_any_event() {
    let mut seed = in_step(40).employee(person(&Seed::employee_id(90), &mail(90)));
    let left = Seed::employee_id(7);
    let left = seed.employees.iter_mut().find(|it| it.id == left);
    let left = left.expect("the record exists");
    *left = left.clone().terminated("2026-02-01");
    let mut world = World::start(seed).await;
    let fields = json!({ "job": "Boss" });
    let fields = fields.as_object().expect("an object").clone();
    let user = user(3);
    world
        .learning360(Learning360Act::AdminEdit { user, fields })
        .await;
    let report = world.sync(Depth::Light).await;
    let counts = [
        (Situation::Create, 1),
        (Situation::Update, 1),
        (Situation::Deactivate, 1),
        (Situation::InSync, 38),
    ];
    for (situation, count) in counts {
        let tally = &report.tally;
        assert_eq!(report.get(situation), count, "{situation:?}: {tally}");
    }
    let account = world.account(&Seed::employee_id(3)).await;
    assert_eq!(account.expect("linked").job.as_deref(), Some("Engineer"));
}

#[tokio::test]
async fn rec_06_a_second_run_at_once_writes_nothing() {
    let mut world = World::start(newcomers(4)).await;
    let report = world.sync(Depth::Light).await;
    assert_eq!(report.get(Situation::Create), 4, "{}", report.tally);
    world.control().clear_log().await.expect("cleared");
    for depth in [Depth::Light, Depth::Deep] {
        let report = world.sync(depth).await;
        assert_eq!(report.get(Situation::InSync), 4, "{}", report.tally);
        assert_eq!(report.run.begun.people, 0, "nothing was planned");
    }
    assert_eq!(world.writes().await, [""; 0]);
}

#[tokio::test]
async fn rec_06_a_light_synchronization_of_people_in_sync_costs_its_pages() {
    let mut world = World::start(in_step(620)).await;
    world.control().clear_log().await.expect("cleared");
    let report = world.sync(Depth::Light).await;
    assert_eq!(report.get(Situation::InSync), 620, "{}", report.tally);
    let log = world.control().log().await.expect("the sandbox answers");
    let mut calls = log.counts;
    calls.retain(|route, _| !route.contains("token"));
    let expected = [
        ("bob GET /v1/company/named-lists/{listName}", 1),
        ("bob POST /v1/people/search", 1),
        // One page of 5,000; two of 500 and the one of the deactivated.
        ("learning360 GET /api/v2/external-ids", 1),
        ("learning360 GET /api/v2/users", 3),
    ];
    let expected: BTreeMap<_, _> = expected
        .into_iter()
        .map(|(route, calls)| (route.to_owned(), calls))
        .collect();
    assert_eq!(calls, expected);
}

/// Four days in the life of a company.
async fn days(world: &mut World) {
    // Whoever comes back gets an active account only if it was in use before.
    world
        .learning360(Learning360Act::Login { user: user(3) })
        .await;
    let id = Seed::employee_id;
    let acts = [
        BobAct::edit(id(0), "work.title", "t2"),
        BobAct::edit(id(1), "root.firstName", "Augusta"),
        BobAct::terminate(id(2), date("2026-03-02")),
        BobAct::leave(id(3), date("2026-03-03"), "parental leave"),
        BobAct::Hire(person(&id(50), &mail(50))),
        BobAct::edit(id(4), "root.email", "new@example.com"),
        BobAct::return_on(id(3), date("2026-03-05")),
    ];
    for act in acts {
        world.bob(act).await;
        world.pass(14 * 60 * 60).await;
    }
}

async fn assert_everybody_once(world: &World) {
    let state = world.state().await;
    assert_eq!(state.mappings.len(), 30);
    assert_eq!(state.users.len(), 31, "nobody twice, and the owner");
    let mails = state.mails.iter();
    let invitations = mails.filter(|mail| mail.kind == "invitation");
    assert_eq!(invitations.count(), 30, "one each");
}
