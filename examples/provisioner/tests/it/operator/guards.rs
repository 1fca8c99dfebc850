//! The guards around a full synchronization, and around a deletion in Bob.

use sandbox::{Api, BobAct, UserStatus};

use crate::support::company::{Company, POLICY, id, linked_people, people, person};

#[tokio::test]
async fn grd_13_the_first_full_synchronization_needs_a_yes_and_events_flow() {
    let mut company = Company::start(people(3), POLICY).await;
    let ran = company.run(&["sync", "--sandbox"]).await;
    assert_eq!(ran.code, 4, "{ran:?}");
    assert!(ran.out.contains("3  create"), "the plan is shown: {ran:?}");
    assert!(ran.err.contains("next: say it with --yes"), "{ran:?}");
    assert!(company.state().await.mappings.is_empty());

    // An event is worked on all the same.
    company.bob(BobAct::emit("employee.created", id(1))).await;
    assert!(company.account(1).await.is_some());

    company.stop().await;
    let ran = company.run(&["sync", "--yes", "--sandbox"]).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(company.state().await.mappings.len(), 3);
}

#[tokio::test]
async fn grd_14_a_policy_that_leaves_many_out_is_shown_and_held_and_the_rest_flows() {
    let mut company = Company::start(linked_people(12), POLICY).await;
    // Everybody was in scope once.
    for number in 0..12 {
        company
            .act(BobAct::emit("employee.updated", id(number)))
            .await;
    }
    company.pass(3).await;
    let narrow = POLICY.to_owned()
        + "[scope]\nwhen = \"work.siteId == '2606111'\"\n[lifecycle]\non_out_of_scope = \"deactivate\"\n";
    company.write("narrow.toml", &narrow);
    let shown = company.json(&["preview", "narrow.toml", "--sandbox"]).await;
    assert_eq!(shown["compared"], 12);
    let takes = shown["changes"].as_array().unwrap();
    let takes = takes
        .iter()
        .find(|it| it["effect"] == "deactivates an account");
    assert_eq!(takes.unwrap()["people"], 12, "{shown}");

    company.restart(&narrow).await;
    company.hear_nothing().await;
    company
        .act(BobAct::terminate(id(0), "2026-03-01".parse().unwrap()))
        .await;
    company.stop().await;
    let ran = company.run(&["sync", "--yes", "--json", "--sandbox"]).await;
    assert_eq!(ran.code, 4, "{ran:?}");
    let outcome = ran.json();
    let held = outcome["left"]["held"].as_array().unwrap();
    assert_eq!(held.len(), 11, "{outcome}");
    assert!(held.iter().all(|one| one["because"] == "scope_exit"));
    assert_eq!(company.deactivated().await, 1, "a leaver is a leaver");
}

#[tokio::test]
async fn prv_02_a_deleted_employee_is_deactivated_and_nothing_more() {
    let company = Company::start(linked_people(3), POLICY).await;
    let user = company.account(1).await.unwrap();
    company.control.clear_log().await.unwrap();
    company.bob(BobAct::delete(id(1))).await;
    for minutes in [3, 20, 70] {
        company.pass(minutes * 60).await;
    }
    let after = company.state().await.users[&user.id].clone();
    assert_eq!(after.status, UserStatus::Deleted);
    assert_eq!((after.mail, after.first_name), (user.mail, user.first_name));
    let log = company.control.log().await.unwrap();
    let writes = log.requests.iter().filter(|request| {
        request.api == Api::Learning360
            && request.method != "GET"
            && !request.route.ends_with("/oauth2/token")
    });
    let writes: Vec<_> = writes
        .map(|it| format!("{} {}", it.method, it.route))
        .collect();
    assert_eq!(
        writes,
        ["DELETE /api/v2/users/{userId}"],
        "no pseudonymising, no unlinking"
    );
}

#[tokio::test]
async fn a_plan_and_its_run_let_the_same_people_pass() {
    let policy = POLICY.to_owned()
        + "[manager]\nfrom = \"work.manager\"\n[guards]\ninvitations = { per_hour = 4 }\n";
    // Managers come after their reports when a plan is carried out.
    let seed = (10..16).fold(people(3), |seed, number| {
        seed.employee(person(number).manager(id(number % 3)))
    });
    let mut company = Company::start(seed, &policy).await;
    company.hear_nothing().await;
    company.stop().await;
    let sync = ["sync", "--yes", "--json", "--sandbox"];
    let ran = company.run_while_time_passes(&sync).await;
    assert_eq!(ran.code, 4, "{ran:?}");
    let outcome = ran.json();
    let planned: Vec<_> = outcome["plan"]["sample"]
        .as_array()
        .unwrap()
        .iter()
        .collect();
    assert_eq!(planned.len(), 4, "{outcome}");
    let held = outcome["left"]["held"].as_array().unwrap();
    assert_eq!(held.len(), 5, "{outcome}");
    for one in planned {
        let number = one["employee"].as_str().unwrap();
        assert!(held.iter().all(|it| it["employee"] != number), "{outcome}");
    }
}
