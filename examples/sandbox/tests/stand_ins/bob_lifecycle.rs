//! Lifecycle rows and the virtual clock: when who switches, and which events follow.

use jiff::civil::date;
use sandbox::{Access, BobAct, Control, Person, Sandbox, Seed, State, Switches};
use serde_json::json;

use crate::support::{ADA, BEN, ada, monday};

/// Types of the events since the `n`-th, with `*` for those by the system.
async fn events(control: &Control, n: usize) -> Vec<String> {
    let events = control.state().await.unwrap().events;
    let text = |by_system: bool, kind: &str| format!("{}{kind}", if by_system { "*" } else { "" });
    events[n..]
        .iter()
        .map(|it| text(it.by_system, &it.kind))
        .collect()
}

fn status(state: &State, id: &str) -> (String, String) {
    let fields = &state.employees[id].fields;
    let text = |field: &str| fields[field].as_str().unwrap().to_owned();
    (text("internal.lifecycleStatus"), text("internal.status"))
}

async fn start(seed: Seed) -> (Sandbox, Control) {
    let sandbox = Sandbox::start(seed).await.unwrap();
    let control = sandbox.control();
    (sandbox, control)
}

fn pair(lifecycle: &str, access: &str) -> (String, String) {
    (lifecycle.to_owned(), access.to_owned())
}

#[tokio::test]
async fn a_future_hire_joins_at_midnight_of_his_site() {
    let (_sandbox, control) = start(monday()).await;
    let hire = Person::new(BEN).started("2026-03-10").site(Seed::AUCKLAND);
    control.act(BobAct::Hire(hire)).await.unwrap();
    assert_eq!(events(&control, 0).await, ["employee.created"]);
    assert_eq!(
        status(&control.state().await.unwrap(), BEN),
        pair("hired", "Inactive")
    );

    // 10 March begins in Auckland (UTC+13) at 11:00 UTC of the 9th.
    let before = "2026-03-09T10:59:59Z".parse().unwrap();
    assert_eq!(
        control.advance_to(before).await.unwrap().lifecycle_switches,
        0
    );
    let report = control.advance(1).await.unwrap();
    assert_eq!((report.lifecycle_switches, report.events), (1, 2));
    assert_eq!(
        events(&control, 1).await,
        ["*employee.joined", "*employee.activated"]
    );
    let state = control.state().await.unwrap();
    assert_eq!(status(&state, BEN), pair("employed", "Active"));
    let since = &state.employees[BEN].fields["internal.currentActiveStatusStartDate"];
    assert_eq!(since, "2026-03-10");
}

#[tokio::test]
async fn a_hire_with_a_past_start_is_created_then_joins_at_once() {
    let (_sandbox, control) = start(monday()).await;
    for start in ["2026-03-02", "2026-01-01"] {
        let n = control.state().await.unwrap().events.len();
        let hire = Person::unnumbered().started(start).site(Seed::PARIS);
        let report = control.act(BobAct::Hire(hire)).await.unwrap();
        let expected = [
            "employee.created",
            "*employee.joined",
            "*employee.activated",
        ];
        assert_eq!(events(&control, n).await, expected);
        let id = report.id.unwrap();
        assert_eq!(
            status(&control.state().await.unwrap(), &id),
            pair("employed", "Active")
        );
    }
}

#[tokio::test]
async fn the_termination_date_is_the_last_employed_day() {
    let (_sandbox, control) = start(monday().employee(ada())).await;
    control
        .act(BobAct::terminate(ADA, date(2026, 4, 17)))
        .await
        .unwrap();
    assert_eq!(
        events(&control, 0).await,
        ["table.entry.created", "employee.updated"]
    );
    let state = control.state().await.unwrap();
    assert_eq!(status(&state, ADA), pair("employed", "Active"));
    assert_eq!(
        state.employees[ADA].fields["internal.terminationDate"],
        "2026-04-17"
    );
    assert_eq!(state.events[1].fields, ["internal.terminationDate"]);

    // The 18th begins in Paris (UTC+2) at 22:00 UTC of the 17th.
    control
        .advance_to("2026-04-17T21:59:59Z".parse().unwrap())
        .await
        .unwrap();
    assert_eq!(events(&control, 2).await.len(), 0);
    control.advance(1).await.unwrap();
    assert_eq!(
        events(&control, 2).await,
        ["*employee.left", "*employee.inactivated"]
    );
    assert_eq!(
        status(&control.state().await.unwrap(), ADA),
        pair("terminated", "Inactive")
    );
}

#[tokio::test]
async fn a_past_termination_takes_effect_at_once() {
    let (_sandbox, control) = start(monday().employee(ada())).await;
    control
        .act(BobAct::terminate(ADA, date(2026, 3, 1)))
        .await
        .unwrap();
    assert_eq!(
        events(&control, 2).await,
        ["*employee.left", "*employee.inactivated"]
    );
}

#[tokio::test]
async fn a_withdrawn_termination_never_happens() {
    let (_sandbox, control) = start(monday().employee(ada())).await;
    control
        .act(BobAct::terminate(ADA, date(2026, 4, 17)))
        .await
        .unwrap();
    control
        .act(BobAct::CancelTermination { id: ADA.into() })
        .await
        .unwrap();
    assert_eq!(
        events(&control, 2).await,
        ["employee.updated"],
        "and no table event"
    );
    control.advance(100 * 86_400).await.unwrap();
    assert_eq!(events(&control, 3).await.len(), 0);
    let state = control.state().await.unwrap();
    assert!(state.employees[ADA].fields["internal.terminationDate"].is_null());
    let again = control
        .act(BobAct::CancelTermination { id: ADA.into() })
        .await;
    assert!(again.is_err());

    let mut switches = Switches::default();
    switches.bob.cancellation_sends_updated = false;
    control.switches(&switches).await.unwrap();
    control
        .act(BobAct::terminate(ADA, date(2026, 12, 31)))
        .await
        .unwrap();
    let n = control.state().await.unwrap().events.len();
    control
        .act(BobAct::CancelTermination { id: ADA.into() })
        .await
        .unwrap();
    assert_eq!(events(&control, n).await.len(), 0);
}

#[tokio::test]
async fn a_leave_inactivates_and_the_return_activates() {
    let (_sandbox, control) = start(monday().employee(ada())).await;
    control
        .act(BobAct::leave(ADA, date(2026, 3, 5), "Parental leave"))
        .await
        .unwrap();
    control
        .act(BobAct::return_on(ADA, date(2026, 6, 1)))
        .await
        .unwrap();
    let n = control.state().await.unwrap().events.len();
    control
        .advance_to("2026-03-05T12:00:00Z".parse().unwrap())
        .await
        .unwrap();
    assert_eq!(
        events(&control, n).await,
        ["*employee.inactivated", "*employee.temporaryLeave"]
    );
    assert_eq!(
        status(&control.state().await.unwrap(), ADA),
        pair("parental leave", "Inactive")
    );
    control
        .advance_to("2026-06-01T12:00:00Z".parse().unwrap())
        .await
        .unwrap();
    assert_eq!(events(&control, n + 2).await, ["*employee.activated"]);
    assert_eq!(
        status(&control.state().await.unwrap(), ADA),
        pair("employed", "Active")
    );
}

#[tokio::test]
async fn remaining_active_on_leave_sends_no_access_events() {
    let (_sandbox, control) = start(monday().employee(ada())).await;
    let leave = BobAct::Leave {
        id: ADA.into(),
        from: date(2026, 3, 1),
        kind: "leave".into(),
        remain_active: true,
    };
    control.act(leave).await.unwrap();
    control
        .act(BobAct::return_on(ADA, date(2026, 3, 2)))
        .await
        .unwrap();
    let expected = [
        "table.entry.created",
        "*employee.temporaryLeave",
        "table.entry.created",
    ];
    assert_eq!(events(&control, 0).await, expected);
    assert_eq!(
        status(&control.state().await.unwrap(), ADA),
        pair("employed", "Active")
    );
}

#[tokio::test]
async fn garden_leave_sends_left_once() {
    for (access, first) in [
        (
            Access::Inactive,
            &["*employee.left", "*employee.inactivated"][..],
        ),
        (Access::Active, &["*employee.left"][..]),
    ] {
        let mut switches = Switches::default();
        switches.bob.garden_leave_access = access;
        let (_sandbox, control) = start(monday().employee(ada()).switches(switches)).await;
        let plan = BobAct::Terminate {
            id: ADA.into(),
            on: date(2026, 3, 31),
            reason: Some("resigned".into()),
            last_day_of_work: Some(date(2026, 3, 10)),
            revoke_access: false,
        };
        control.act(plan).await.unwrap();
        let n = control.state().await.unwrap().events.len();
        control
            .advance_to("2026-03-11T12:00:00Z".parse().unwrap())
            .await
            .unwrap();
        assert_eq!(events(&control, n).await, first);
        assert_eq!(
            status(&control.state().await.unwrap(), ADA),
            pair("garden leave", access.as_str())
        );
        control
            .advance_to("2026-04-02T00:00:00Z".parse().unwrap())
            .await
            .unwrap();
        assert_eq!(
            events(&control, n + first.len()).await,
            ["*employee.inactivated"]
        );
    }
}

#[tokio::test]
async fn immediate_revocation_is_an_event_of_its_own() {
    let (_sandbox, control) = start(monday().employee(ada())).await;
    let plan = BobAct::Terminate {
        id: ADA.into(),
        on: date(2026, 3, 31),
        reason: None,
        last_day_of_work: None,
        revoke_access: true,
    };
    control.act(plan).await.unwrap();
    let expected = [
        "table.entry.created",
        "employee.updated",
        "employee.access.revoked.immediately",
    ];
    assert_eq!(events(&control, 0).await, expected);
}

#[tokio::test]
async fn a_rehire_keeps_the_id_and_joins_on_the_new_date() {
    let leaver = ada().terminated("2026-01-31");
    let (_sandbox, control) = start(monday().employee(leaver)).await;
    assert_eq!(
        status(&control.state().await.unwrap(), ADA),
        pair("terminated", "Inactive")
    );
    control
        .act(BobAct::rehire(ADA, date(2026, 5, 1)))
        .await
        .unwrap();
    assert_eq!(
        events(&control, 0).await,
        ["table.entry.created", "employee.updated"]
    );
    let state = control.state().await.unwrap();
    assert_eq!(status(&state, ADA), pair("hired", "Inactive"));
    assert_eq!(state.employees[ADA].fields["work.startDate"], "2026-05-01");
    assert_eq!(
        state.employees[ADA].fields["internal.terminationDate"],
        "2026-01-31"
    );
    control
        .advance_to("2026-05-01T00:00:00Z".parse().unwrap())
        .await
        .unwrap();
    assert_eq!(
        events(&control, 2).await,
        ["*employee.joined", "*employee.activated"]
    );
    // A second departure is a departure again.
    control
        .act(BobAct::terminate(ADA, date(2026, 4, 30)))
        .await
        .unwrap();
    assert_eq!(
        events(&control, 6).await,
        ["*employee.left", "*employee.inactivated"]
    );
    assert!(
        control
            .act(BobAct::rehire(BEN, date(2026, 5, 1)))
            .await
            .is_err()
    );
}

#[tokio::test]
async fn a_rehire_today_joins_at_once_and_may_clear_the_date() {
    let mut switches = Switches::default();
    switches.bob.rehire_clears_termination = true;
    let leaver = ada().terminated("2026-01-31");
    let (_sandbox, control) = start(monday().employee(leaver).switches(switches)).await;
    control
        .act(BobAct::rehire(ADA, date(2026, 3, 2)))
        .await
        .unwrap();
    assert_eq!(
        events(&control, 2).await,
        ["*employee.joined", "*employee.activated"]
    );
    let state = control.state().await.unwrap();
    assert!(state.employees[ADA].fields["internal.terminationDate"].is_null());
}

#[tokio::test]
async fn moving_the_start_date_moves_the_first_day() {
    let hire = Person::new(BEN).started("2026-03-10").site(Seed::PARIS);
    let (_sandbox, control) = start(monday().employee(hire)).await;
    control
        .act(BobAct::edit(BEN, "work.startDate", "2026-04-01"))
        .await
        .unwrap();
    control
        .advance_to("2026-03-20T00:00:00Z".parse().unwrap())
        .await
        .unwrap();
    assert_eq!(events(&control, 0).await, ["employee.updated"]);
    assert_eq!(
        status(&control.state().await.unwrap(), BEN),
        pair("hired", "Inactive")
    );
    control
        .act(BobAct::edit(BEN, "work.startDate", "2026-03-19"))
        .await
        .unwrap();
    let expected = [
        "employee.updated",
        "*employee.joined",
        "*employee.activated",
    ];
    assert_eq!(events(&control, 1).await, expected);
}

#[tokio::test]
async fn edits_name_the_edited_fields_only() {
    let (_sandbox, control) = start(monday().employee(ada())).await;
    let fields = [
        ("root.surname".to_owned(), json!("King")),
        ("work.title".to_owned(), json!("9")),
    ];
    control
        .act(BobAct::Edit {
            id: ADA.into(),
            fields: fields.into(),
        })
        .await
        .unwrap();
    let state = control.state().await.unwrap();
    assert_eq!(state.events[0].kind, "table.entry.created");
    assert_eq!(state.events[1].fields, ["root.surname", "work.title"]);
    assert_eq!(state.employees[ADA].fields["root.surname"], "King");
    let unknown = control.act(BobAct::edit(ADA, "nonsense.field", 1)).await;
    assert!(unknown.is_err());
}

#[tokio::test]
async fn a_deleted_person_is_gone_and_sends_nothing_any_more() {
    let hire = Person::new(BEN)
        .started("2026-03-10")
        .mail("ben@example.com");
    let (_sandbox, control) = start(monday().employee(hire)).await;
    control.act(BobAct::delete(BEN)).await.unwrap();
    assert_eq!(events(&control, 0).await, ["employee.deleted"]);
    control.advance(30 * 86_400).await.unwrap();
    assert_eq!(events(&control, 1).await.len(), 0);
    let state = control.state().await.unwrap();
    assert!(state.employees.is_empty());
    assert!(state.deleted_employees.contains(BEN));
    // His mail is free again; his id is not.
    let same_mail = Person::unnumbered().mail("Ben@example.com");
    control.act(BobAct::Hire(same_mail)).await.unwrap();
    assert!(control.act(BobAct::Hire(Person::new(BEN))).await.is_err());
}

#[tokio::test]
async fn the_order_of_twin_events_is_a_switch() {
    let mut switches = Switches::default();
    switches.bob.joined_first = false;
    switches.bob.left_first = false;
    switches.bob.lifecycle_sends_updated = true;
    switches.bob.temporary_leave_type = "employee.onLeave".into();
    let (_sandbox, control) = start(monday().switches(switches)).await;
    let hire = Person::new(BEN).started("2026-01-01");
    control.act(BobAct::Hire(hire)).await.unwrap();
    control
        .act(BobAct::leave(BEN, date(2026, 1, 20), "leave"))
        .await
        .unwrap();
    control
        .act(BobAct::terminate(BEN, date(2026, 2, 1)))
        .await
        .unwrap();
    let expected = [
        "employee.created",
        "*employee.activated",
        "*employee.joined",
        "*employee.updated",
        "table.entry.created",
        "*employee.inactivated",
        "*employee.onLeave",
        "*employee.updated",
        "table.entry.created",
        "employee.updated",
        "*employee.inactivated",
        "*employee.left",
        "*employee.updated",
    ];
    assert_eq!(events(&control, 0).await, expected);
}

#[tokio::test]
async fn midnights_follow_daylight_saving_time() {
    // Auckland leaves daylight saving time on 5 April 2026: UTC+13 before, UTC+12 after.
    let hire = |id: &str, start: &str| Person::new(id).started(start).site(Seed::AUCKLAND);
    let seed = monday()
        .employee(hire(ADA, "2026-04-05"))
        .employee(hire(BEN, "2026-04-06"));
    let (_sandbox, control) = start(seed).await;
    let state = control.state().await.unwrap();
    let next = |id: &str| state.employees[id].next_switch.unwrap().to_string();
    assert_eq!(next(ADA), "2026-04-04T11:00:00Z");
    assert_eq!(next(BEN), "2026-04-05T12:00:00Z");
}

#[tokio::test]
async fn an_edit_repeats_no_lifecycle_event() {
    let leaver = ada().terminated("2026-01-31");
    let (_sandbox, control) = start(monday().employee(leaver)).await;
    control
        .act(BobAct::edit(ADA, "root.surname", "King"))
        .await
        .unwrap();
    assert_eq!(events(&control, 0).await, ["employee.updated"]);
    assert_eq!(
        status(&control.state().await.unwrap(), ADA),
        pair("terminated", "Inactive")
    );
}
