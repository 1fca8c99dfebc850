use provisioning_core::driver::Store as _;
use sandbox::{BobAct, UserStatus};
use serde_json::json;

use crate::support::company::{Company, POLICY, id, linked_people};

/// Everything that the state says, as one text.
async fn state(company: &Company) -> String {
    let store = company.host().store();
    let ledger = store.ledger().await.unwrap().value;
    let audit = store.audited(1_000).await.unwrap();
    format!("{}\n{audit:?}", serde_json::to_string(&ledger).unwrap())
}

#[tokio::test]
async fn prv_03_a_leaver_is_forgotten_and_the_audit_keeps_a_hash() {
    let company = Company::start(linked_people(20), POLICY).await;
    let user = company.account(3).await.unwrap().id;
    let today = "2026-03-01".parse().unwrap();
    // Eight leave, so that one of them is held.
    for number in [3, 4, 5, 6, 7, 8, 9, 10] {
        company.act(BobAct::terminate(id(number), today)).await;
    }
    company.pass(3).await;
    assert_eq!(
        company.account(3).await.unwrap().status,
        UserStatus::Deleted
    );
    for number in [3, 10] {
        // Something is pending when the person is forgotten.
        company
            .act(BobAct::emit("employee.updated", id(number)))
            .await;
    }
    let before = state(&company).await;
    assert!(before.contains(&id(3)) && before.contains(&id(10)) && before.contains(&user));

    let command = ["forget", &id(3), "--sandbox"];
    let asked = company.run(&command).await;
    assert_eq!(asked.code, 4, "nobody is there to say yes: {asked:?}");
    assert!(asked.err.contains("1 external ID is deleted"), "{asked:?}");
    assert!(
        asked.err.contains("Bob still shows the employee"),
        "{asked:?}"
    );
    // Where a program asks, what would go is the result.
    let asked = company.run(&[&command[..], &["--json"]].concat()).await;
    assert_eq!(asked.code, 4, "{asked:?}");
    let plan = asked.json();
    assert_eq!(
        (&plan["forgotten"], &plan["links"]),
        (&json!(false), &json!(1))
    );
    assert_eq!(state(&company).await, before, "nothing was done");

    let ran = company.run(&["forget", &id(3), "--yes", "--sandbox"]).await;
    assert_eq!((ran.code, ran.out.as_str()), (0, "Forgotten.\n"), "{ran:?}");
    let forgot = company
        .json(&["forget", &id(10), "--yes", "--even-active", "--sandbox"])
        .await;
    assert_eq!(forgot["forgotten"], true);
    assert_eq!(forgot["links"], 1);

    let after = state(&company).await;
    for trace in [id(3), id(10), user.clone()] {
        assert!(!after.contains(&trace), "{trace} in {after}");
    }
    assert!(
        after.contains("forgotten-") && after.contains(&id(4)),
        "{after}"
    );
    let status = company.json(&["status", "--sandbox"]).await;
    assert_eq!(status["queue"]["pending"], 0);
    let store = company.host().store();
    for number in [3, 10] {
        let employee = id(number).as_str().try_into().unwrap();
        assert_eq!(
            store.traces(&employee).await.unwrap(),
            provisioner::Traces::default()
        );
        assert!(company.account(number).await.is_none(), "the link is gone");
    }
    let state = company.state().await;
    assert_eq!(
        state.users[&user].status,
        UserStatus::Deleted,
        "the account stays as it was"
    );
    assert!(state.mappings.len() == 18, "the links of the others stay");

    // The host goes on, and the budget is as full as before.
    company.act(BobAct::terminate(id(11), today)).await;
    company.pass(3).await;
    let holds = company.json(&["holds", "list", "--sandbox"]).await;
    assert!(holds.to_string().contains(&id(11)), "{holds}");
}

#[tokio::test]
async fn prv_03_nothing_stays_in_the_file_either() {
    if std::env::var_os("PROVISIONER_TEST_POSTGRES").is_some() {
        return;
    }
    let mut company = Company::start(linked_people(2), POLICY).await;
    let today = "2026-03-01".parse().unwrap();
    for number in [0, 1] {
        company
            .bob(BobAct::edit(id(number), "work.title", "253903"))
            .await;
        company.bob(BobAct::terminate(id(number), today)).await;
    }
    let ran = company.run(&["forget", &id(0), "--yes", "--sandbox"]).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    company.host.take().unwrap().shutdown().await.unwrap();
    let mut bytes = Vec::new();
    for entry in std::fs::read_dir(company.home.path()).unwrap() {
        bytes.extend(std::fs::read(entry.unwrap().path()).unwrap());
    }
    let holds = |text: &str| {
        bytes
            .windows(text.len())
            .any(|window| window == text.as_bytes())
    };
    assert!(
        holds(&id(1)) && holds("person1@example.com"),
        "others are kept"
    );
    assert!(!holds(&id(0)) && !holds("person0@example.com"));
}

#[tokio::test]
async fn an_account_that_somebody_uses_is_not_forgotten_by_mistake() {
    let company = Company::start(linked_people(2), POLICY).await;
    company.bob(BobAct::emit("employee.updated", id(0))).await;
    let ran = company.run(&["forget", &id(0), "--yes", "--sandbox"]).await;
    assert_eq!(ran.code, 1);
    assert!(
        ran.err.contains("is not deactivated") && ran.err.contains("--even-active"),
        "{ran:?}"
    );
    assert!(company.account(0).await.is_some());

    // Without a call: the state only.
    let ran = company
        .run(&["forget", &id(0), "--yes", "--keep-link", "--json"])
        .await;
    let forgot = ran.json();
    assert_eq!(
        (&forgot["links"], &forgot["in_bob"]),
        (&json!(0), &json!(null))
    );
    assert!(company.account(0).await.is_some());

    for (word, code) in [("99", 1), ("ada@example.com", 2)] {
        let ran = company.run(&["forget", word, "--yes", "--sandbox"]).await;
        assert_eq!(ran.code, code, "{ran:?}");
        assert!(ran.err.contains("next: "), "{ran:?}");
    }
}
