//! Full synchronization after an outage, a kill, a change, and a drift.

use std::process::Stdio;

use hibob_client::EmployeeId;
use provisioning_core::Hint;
use provisioning_core::driver::{Intake, Store as _};
use sandbox::{Api, BobAct, Effect, Fault, Learning360Act, Moment, UserStatus};

use crate::support::company::{Company, POLICY, id, linked_people, people, person};

/// Four days in the life of a company.
async fn days(company: &Company) {
    // Whoever comes back gets an active account only if it was in use before.
    let user = company.account(3).await.unwrap().id;
    company.act360(Learning360Act::Login { user }).await;
    let acts = [
        BobAct::edit(id(0), "work.title", "253903"),
        BobAct::edit(id(1), "root.firstName", "Augusta"),
        BobAct::terminate(id(2), "2026-03-01".parse().unwrap()),
        BobAct::leave(id(3), "2026-03-02".parse().unwrap(), "parental leave"),
        BobAct::Hire(person(50)),
        BobAct::edit(id(4), "root.email", "new@example.com"),
        BobAct::return_on(id(3), "2026-03-02".parse().unwrap()),
    ];
    for act in acts {
        company.act(act).await;
        company.control.advance(3_600).await.unwrap();
        if company.host.is_some() {
            company.pass(3).await;
        }
    }
}

#[tokio::test]
async fn rec_01_after_an_outage_a_backfill_ends_in_the_same_state() {
    let listening = Company::start(linked_people(12), POLICY).await;
    days(&listening).await;

    let mut deaf = Company::start(linked_people(12), POLICY).await;
    deaf.hear_nothing().await;
    deaf.stop().await;
    days(&deaf).await;
    let ran = deaf.run(&["sync", "--yes", "--sandbox"]).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(
        deaf.state().await.linked_accounts(),
        listening.state().await.linked_accounts()
    );
    assert_eq!(deaf.account(50).await.unwrap().status, UserStatus::Invited);
}

#[tokio::test]
async fn rec_02_killed_and_started_again_nothing_is_done_twice() {
    let mut company = Company::start(people(30), POLICY).await;
    company.hear_nothing().await;
    company.stop().await;
    let sync = ["sync", "--yes", "--sandbox"];
    kill_in_the_middle(&company, &sync).await;
    // Where hosts share the database, what the dead one worked on is free when its leases end.
    let ran = company.run_while_time_passes(&sync).await;
    assert!(
        ran.err.contains("A full synchronization is under way"),
        "{ran:?}"
    );
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_everybody_once(&company).await;
}

#[tokio::test]
async fn rec_02_killed_at_any_other_point_it_comes_to_the_same_end() {
    let mut company = Company::start(people(30), POLICY).await;
    company.hear_nothing().await;
    company.stop().await;
    let sync = ["sync", "--yes", "--sandbox"];
    let at = |method, route, nth, moment| {
        let cut = Fault::new(Api::Learning360, Effect::Cut { moment });
        cut.on(method, route).nth(nth)
    };
    // While it lists, before the first write, and before and after a write in the midst of it.
    for cut in [
        at("GET", "/api/v2/users", 1, Moment::Before),
        at("POST", "/api/v2/users", 1, Moment::Before),
        at("POST", "/api/v2/external-ids", 9, Moment::Before),
        at("POST", "/api/v2/external-ids", 9, Moment::After),
    ] {
        kill_at(&company, &sync, cut).await;
    }
    let ran = company.run_while_time_passes(&sync).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_everybody_once(&company).await;
}

#[tokio::test]
async fn a_plan_in_a_file_goes_on_after_a_kill_and_names_who_is_left() {
    let seed = people(30).employee(person(40).mail("no address"));
    let mut company = Company::start(seed, POLICY).await;
    company.hear_nothing().await;
    company.stop().await;
    let plan = ["sync", "--plan", "plan.json", "--sandbox"];
    assert_eq!(company.run(&plan).await.code, 0);
    let apply = ["sync", "--apply", "plan.json", "--sandbox"];
    kill_in_the_middle(&company, &apply).await;
    let ran = company.run_while_time_passes(&apply).await;
    assert!(
        ran.err
            .contains("This plan was begun with before; it goes on."),
        "{ran:?}"
    );
    assert_eq!(ran.code, 3, "{ran:?}");
    let left = format!("{}   conflict   no_identifier", id(40));
    assert!(ran.out.contains(&left), "{ran:?}");
    assert_everybody_once(&company).await;
}

/// Starts a command, and kills it while it creates the accounts of thirty people.
async fn kill_in_the_middle(company: &Company, arguments: &[&str]) {
    let moment = Moment::After;
    let cut = Fault::new(Api::Learning360, Effect::Cut { moment });
    let cut = cut.on("POST", "/api/v2/users").nth(11);
    kill_at(company, arguments, cut).await;
    assert!(company.invitations().await < 30, "it was in the middle");
}

/// Starts a command, and kills it when it comes so far.
async fn kill_at(company: &Company, arguments: &[&str], cut: Fault) {
    company.control.clear_log().await.unwrap();
    company.control.add_faults(&[cut]).await.unwrap();
    let mut command = company.command(arguments);
    let silent = command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = silent.stdin(Stdio::null()).spawn().unwrap();
    loop {
        let log = company.control.log().await.unwrap();
        if log.requests.iter().any(|request| request.fault) {
            break;
        }
        assert!(child.try_wait().unwrap().is_none(), "it comes so far");
    }
    child.kill().unwrap();
    child.wait().unwrap();
    company.control.clear_faults().await.unwrap();
    if company.home.is_shared() {
        // Where processes share the work, nobody knows that this one died before its leases end.
        company.control.advance(5 * 60).await.unwrap();
    }
}

async fn assert_everybody_once(company: &Company) {
    let state = company.state().await;
    assert_eq!(state.mappings.len(), 30);
    assert_eq!(state.users.len(), 31, "nobody twice, and the owner");
    assert_eq!(company.invitations().await, 30, "one each");
}

#[tokio::test]
async fn rec_03_an_event_during_the_run_counts_more_than_the_plan() {
    let company = Company::start(linked_people(3), POLICY).await;
    company.hear_nothing().await;
    company
        .act(BobAct::edit(id(0), "work.title", "253903"))
        .await;
    let planned = company
        .json(&["sync", "--plan", "plan.json", "--sandbox"])
        .await;
    assert_eq!(planned["changes"], 1);
    // The change is taken back, and Bob says so before the plan comes to it.
    company
        .act(BobAct::edit(id(0), "work.title", "253902"))
        .await;
    let store = company.host().store();
    let now = company.control.now().await.unwrap();
    let employee: EmployeeId = id(0).as_str().try_into().unwrap();
    let hint = Hint::refresh(now);
    store.note(Intake::new(employee, hint, now)).await.unwrap();
    company.control.clear_log().await.unwrap();
    let apply = ["sync", "--apply", "plan.json", "--sandbox"];
    let ran = company.run_while_the_host_works(&apply).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(company.writes().await, 0, "the later facts win");
    assert_eq!(
        company.account(0).await.unwrap().job.as_deref(),
        Some("Team Lead")
    );
}

#[tokio::test]
async fn rec_04_users_of_360learning_alone_are_counted_and_left_alone() {
    let mut company = Company::start(linked_people(2), POLICY).await;
    company.stop().await;
    let registration = Learning360Act::self_registration("stranger@example.com");
    company.act360(registration).await;
    let before = company.state().await.users;
    company.control.clear_log().await.unwrap();
    let ran = company.run(&["sync", "--yes", "--json", "--sandbox"]).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    // The stranger and the platform's owner.
    assert_eq!(ran.json()["situations"]["target_only"], 2);
    assert_eq!(company.writes().await, 0);
    assert_eq!(company.state().await.users, before);
}

#[tokio::test]
async fn rec_05_a_drift_without_an_event_is_mended() {
    let mut company = Company::start(linked_people(4), POLICY).await;
    company.stop().await;
    let user = company.account(2).await.unwrap().id;
    let fields = serde_json::json!({"job": "Somebody else"});
    let fields = fields.as_object().unwrap().clone();
    let edit = Learning360Act::AdminEdit { user, fields };
    company.act360(edit).await;
    let ran = company.run(&["sync", "--yes", "--sandbox"]).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    let account = company.account(2).await.unwrap();
    assert_eq!(account.job.as_deref(), Some("Team Lead"));
}

#[tokio::test]
async fn rec_06_a_second_run_at_once_plans_nothing_and_writes_nothing() {
    let mut company = Company::start(people(4), POLICY).await;
    company.hear_nothing().await;
    company.stop().await;
    let ran = company.run(&["sync", "--yes", "--sandbox"]).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    company.control.clear_log().await.unwrap();
    for depth in ["--light", "--deep"] {
        let again = ["sync", depth, "--yes", "--json", "--sandbox"];
        let ran = company.run(&again).await;
        assert_eq!(ran.code, 0, "{ran:?}");
        let outcome = ran.json();
        assert_eq!(outcome["plan"]["changes"], 0, "{outcome}");
        assert_eq!(outcome["situations"]["in_sync"], 4);
    }
    assert_eq!(company.writes().await, 0);
}
