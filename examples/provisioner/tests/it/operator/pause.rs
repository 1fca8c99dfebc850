use provisioning_core::{Disposition, Reason};
use sandbox::BobAct;

use crate::support::company::{Company, POLICY, id, linked_people};

#[tokio::test]
async fn grd_16_a_pause_takes_in_and_writes_nothing_and_ends_in_one_decision_each() {
    let company = Company::start(linked_people(3), POLICY).await;
    let ran = company.run(&["pause"]).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.starts_with("Paused.\n"), "{ran:?}");
    assert_eq!(company.json(&["pause"]).await["changed"], false);

    company.control.clear_log().await.unwrap();
    for number in 0..3 {
        let edit = BobAct::edit(id(number), "root.firstName", "Augusta");
        company.act(edit).await;
        let title = BobAct::edit(id(number), "work.title", "253903");
        company.act(title).await;
    }
    assert!(company.pass(60).await.is_empty());
    assert_eq!(company.writes().await, 0);
    let status = company.json(&["status", "--sandbox"]).await;
    assert_eq!(status["paused"], true);
    assert_eq!(status["queue"]["pending"], 3, "intake goes on: {status}");

    let ran = company.run(&["resume"]).await;
    assert!(ran.out.starts_with("The work goes on.\n"), "{ran:?}");
    let decided = company.pass(1).await;
    assert_eq!(decided.len(), 3, "one decision each");
    for one in decided {
        assert_eq!(one.disposition, Disposition::Apply(Reason::Difference));
        assert_eq!(one.applied.len(), 1, "both changes in one write");
    }
    assert_eq!(company.writes().await, 3);
    assert_eq!(
        company.account(0).await.unwrap().job.as_deref(),
        Some("Engineer")
    );
}
