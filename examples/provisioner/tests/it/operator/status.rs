use sandbox::{Api, BobAct, Effect, Fault};
use serde_json::json;

use crate::support::company::{Company, POLICY, id, linked_people, people};

#[tokio::test]
async fn the_status_of_a_host_is_told_without_calling_anybody() {
    let mut company = Company::start(people(3), POLICY).await;
    for number in 0..3 {
        company
            .act(BobAct::emit("employee.created", id(number)))
            .await;
    }
    company.control.clear_log().await.unwrap();
    let before = company.json(&["status", "--sandbox"]).await;
    assert_eq!(before["queue"]["pending"], 3);
    assert_eq!(before["people"]["linked_active"], 0);
    assert_eq!(company.control.log().await.unwrap().requests.len(), 0);

    company.pass(3).await;
    let after = company.json(&["status", "--sandbox"]).await;
    assert_eq!(after["queue"]["pending"], 0);
    assert_eq!(after["people"]["linked_active"], 3);
    assert_eq!(after["bob"]["state"], "open");
    assert_eq!(after["last_decision"], "2026-03-02T08:00:03Z");
    let ran = company.run(&["status", "--sandbox"]).await;
    assert!(ran.out.contains("3 known, 3 linked and active"), "{ran:?}");
    assert!(ran.out.starts_with("A host is at work.\n"), "{ran:?}");

    company.run(&["pause"]).await;
    let ran = company.run(&["status", "--sandbox"]).await;
    assert!(
        ran.out
            .starts_with("A host is at work and paused; `provisioner resume`")
    );
    company.run(&["resume"]).await;
    company.stop().await;
    let ran = company.run(&["status", "--sandbox"]).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(
        ran.out
            .starts_with("No host is at work; `provisioner serve` starts one.\n")
    );
}

#[tokio::test]
async fn an_api_that_refuses_is_shown() {
    let company = Company::start(people(3), POLICY).await;
    let refuses = Fault::new(Api::Bob, Effect::status(401));
    company.control.add_faults(&[refuses]).await.unwrap();
    for number in 0..3 {
        company
            .act(BobAct::emit("employee.created", id(number)))
            .await;
        company.pass(3).await;
        company.pass(600).await;
    }
    let status = company.json(&["status", "--sandbox"]).await;
    assert_eq!(status["bob"]["state"], "stopped", "{status}");
    let ran = company.run(&["status", "--sandbox"]).await;
    assert!(
        ran.out
            .contains("is not called, because it refuses the credentials"),
        "{ran:?}"
    );
}

#[tokio::test]
async fn links_that_lead_to_nobody_are_no_pause() {
    let company = Company::start(linked_people(6), POLICY).await;
    let gone = json!({ "error": { "code": "userNotFound", "message": "no" } });
    let gone = Fault::new(Api::Learning360, Effect::json(404, gone));
    let gone = [gone.on("GET", "/api/v2/users/{userId}")];
    company.control.add_faults(&gone).await.unwrap();
    for number in 0..6 {
        company
            .act(BobAct::emit("employee.updated", id(number)))
            .await;
    }
    company.pass(3).await;
    let status = company.json(&["status", "--sandbox"]).await;
    assert_eq!(status["learning360"]["state"], "stopped", "{status}");
    assert_eq!(status["learning360"]["cause"], "broken_links", "{status}");
    assert_eq!(status["bob"]["state"], "open", "{status}");
    let ran = company.run(&["status", "--sandbox"]).await;
    assert!(
        ran.out
            .contains("because several linked accounts do not exist there"),
        "{ran:?}"
    );
    assert!(!ran.out.contains("asked for a pause"), "{ran:?}");
}

#[tokio::test]
async fn without_a_database_the_next_step_is_told() {
    let company = Company::start(people(0), POLICY).await;
    let nowhere = [("DATABASE_URL", "sqlite://elsewhere.db")];
    let ran = company.run_with(&["status"], &nowhere).await;
    assert_eq!(ran.code, 1);
    assert!(ran.out.is_empty());
    assert!(ran.err.contains("next: set DATABASE_URL"), "{ran:?}");
    assert!(!company.home.path().join("elsewhere.db").exists());
}
