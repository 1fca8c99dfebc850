use sandbox::{Api, BobAct, Effect, Fault};
use serde_json::json;

use crate::support::company::{Company, POLICY, id, people};

/// 360Learning refuses the mail of one of two people for good.
async fn one_dead_end() -> Company {
    let company = Company::start(people(2), POLICY).await;
    let refused = json!({"code": "mailUsedTooManyTimes", "message": "no"});
    let refused = Fault::new(Api::Learning360, Effect::json(400, refused));
    let refused = refused.on("POST", "/api/v2/users").times(1);
    company.control.add_faults(&[refused]).await.unwrap();
    company.bob(BobAct::emit("employee.created", id(0))).await;
    company.bob(BobAct::emit("employee.created", id(1))).await;
    company
}

#[tokio::test]
async fn a_dead_end_is_shown_and_replayed_when_it_is_mended() {
    let company = one_dead_end().await;
    assert!(company.account(0).await.is_none());
    assert!(company.account(1).await.is_some());
    let listed = company.json(&["dead-letters", "list", "--sandbox"]).await;
    assert_eq!(listed["employees"].as_array().unwrap().len(), 1);
    assert_eq!(listed["employees"][0]["employee"], id(0));
    assert_eq!(listed["employees"][0]["reason"], "fix_data");

    let ran = company
        .run(&["dead-letters", "show", &id(0), "--sandbox"])
        .await;
    assert!(
        ran.out.contains("create: refused mailUsedTooManyTimes"),
        "{ran:?}"
    );
    assert!(
        ran.out.contains("another mail for the person in Bob"),
        "{ran:?}"
    );

    // Somebody who is well is no dead letter.
    let ran = company
        .run(&["dead-letters", "replay", &id(1), "--sandbox"])
        .await;
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("next: "), "{ran:?}");

    let replayed = company
        .json(&["dead-letters", "replay", "--all", "--sandbox"])
        .await;
    assert_eq!(replayed, json!({"employees": [id(0)], "host": true}));
    company.pass(3).await;
    assert!(company.account(0).await.is_some());
    let ran = company.run(&["dead-letters", "list", "--sandbox"]).await;
    assert_eq!(ran.out, "There are no dead letters.\n");
}

#[tokio::test]
async fn a_delivery_that_could_not_be_used_is_kept_as_a_hash() {
    let company = Company::start(people(1), POLICY).await;
    for _ in 0..2 {
        company
            .act(BobAct::emit("employee.updated", "marker-of-a-person"))
            .await;
    }
    company.pass(3).await;
    let listed = company.json(&["dead-letters", "list", "--sandbox"]).await;
    let letters = listed["deliveries"].as_array().unwrap();
    assert!(!letters.is_empty(), "{listed}");
    assert_eq!(letters[0]["reason"], "unparseable");
    assert!(!listed.to_string().contains("marker"));

    let digest = letters[0]["digest"].as_str().unwrap();
    let ran = company
        .run(&["dead-letters", "show", &digest[..10], "--sandbox"])
        .await;
    assert!(
        ran.out.contains("no JSON, or it named no employee"),
        "{ran:?}"
    );
    assert!(ran.err.contains("sync --light"), "{ran:?}");
    let ran = company
        .run(&["dead-letters", "replay", digest, "--sandbox"])
        .await;
    assert_eq!(ran.code, 1, "{ran:?}");
}

#[tokio::test]
async fn many_are_counted_a_few_shown_and_all_replayed_also_without_a_host() {
    let mut company = Company::start(people(25), POLICY).await;
    let refused = json!({"code": "invalidInput", "message": "no"});
    let refused = Fault::new(Api::Learning360, Effect::json(400, refused));
    let refused = refused.on("POST", "/api/v2/users");
    company.control.add_faults(&[refused]).await.unwrap();
    for number in 0..25 {
        company
            .act(BobAct::emit("employee.created", id(number)))
            .await;
    }
    company.pass(3).await;
    let ran = company.run(&["dead-letters", "list", "--sandbox"]).await;
    for part in [
        "It cannot be done for 25 people.",
        "and 5 more; `--json` has them all",
    ] {
        assert!(ran.out.contains(part), "{part} in {}", ran.out);
    }
    let listed = company.json(&["dead-letters", "list", "--sandbox"]).await;
    assert_eq!(listed["employees"].as_array().unwrap().len(), 25);
    let status = company.json(&["status", "--sandbox"]).await;
    assert_eq!(status["dead_letters"]["employees"], 25);
    let show = ["dead-letters", "show", &id(3), "--sandbox"];
    let ran = company.run(&show).await;
    assert!(ran.out.contains("another value in Bob"), "{ran:?}");

    company.control.clear_faults().await.unwrap();
    company.stop().await;
    let ran = company
        .run(&["dead-letters", "replay", "--all", "--sandbox"])
        .await;
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(
        ran.out
            .starts_with("25 people will be decided about again once")
    );
    assert!(ran.out.contains("no host is at work now"), "{ran:?}");
    company.restart(POLICY).await;
    company.pass(3).await;
    assert_eq!(company.state().await.mappings.len(), 25);
}
