use sandbox::BobAct;

use crate::support::company::{Company, POLICY, id, linked_people};

/// Forty people of whom eight leave: five pass, three are held.
async fn three_held() -> Company {
    let company = Company::start(linked_people(40), POLICY).await;
    let today = "2026-03-01".parse().unwrap();
    for number in 0..8 {
        company.act(BobAct::terminate(id(number), today)).await;
    }
    company.pass(3).await;
    assert_eq!(company.deactivated().await, 5);
    company
}

#[tokio::test]
async fn grd_02_what_a_person_approves_runs_and_nothing_else() {
    let company = three_held().await;
    let listed = company.json(&["holds", "list", "--sandbox"]).await;
    assert_eq!(listed["held"], 3);
    let holds = listed["holds"].as_array().unwrap();
    let batch = holds[0]["batch"].as_str().unwrap();
    assert!(holds.iter().all(|hold| hold["batch"] == batch));
    assert_eq!(holds[0]["reason"], "mass_deactivation");

    // One by its number.
    let number = holds[0]["id"].to_string();
    let answered = company
        .json(&["holds", "approve", &number, "--sandbox"])
        .await;
    assert_eq!(answered["employees"][0], holds[0]["employee"]);
    company.pass(3).await;
    assert_eq!(company.deactivated().await, 6);

    // One of the others comes back before the batch is approved, and drops out.
    let back = holds[1]["employee"].as_str().unwrap();
    company
        .act(BobAct::CancelTermination {
            id: back.to_owned(),
        })
        .await;
    let answered = company
        .json(&["holds", "approve", &batch[..8], "--sandbox"])
        .await;
    assert_eq!(answered["holds"].as_array().unwrap().len(), 2);
    company.pass(3).await;
    assert_eq!(company.deactivated().await, 7);
    let listed = company.json(&["holds", "list", "--all", "--sandbox"]).await;
    assert_eq!(listed["holds"].as_array().unwrap().len(), 0, "{listed}");
}

#[tokio::test]
async fn grd_03_what_a_person_rejects_does_not_run() {
    let company = three_held().await;
    let listed = company.json(&["holds", "list", "--sandbox"]).await;
    let batch = listed["holds"][0]["batch"].as_str().unwrap();
    let ran = company.run(&["holds", "reject", batch, "--sandbox"]).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(
        ran.out.starts_with("Rejected 3 steps of 3 people.\n"),
        "{ran:?}"
    );
    company.pass(3).await;
    assert_eq!(company.deactivated().await, 5);
    let listed = company.json(&["holds", "list", "--sandbox"]).await;
    assert_eq!(listed["held"], 0);

    // Answered is answered: the batch has nothing left to say yes to.
    let ran = company.run(&["holds", "approve", batch, "--sandbox"]).await;
    assert_eq!(ran.code, 1);
    assert!(
        ran.err.contains("nothing of batch") && ran.err.contains("next: "),
        "{ran:?}"
    );
}

#[tokio::test]
async fn holds_are_shown_batch_by_batch_and_one_by_one() {
    let company = three_held().await;
    let ran = company.run(&["holds", "list", "--sandbox"]).await;
    let lines: Vec<_> = ran.out.lines().collect();
    assert_eq!(lines[0], "3 steps wait for approval, about 3 people.");
    assert!(lines[2].starts_with("Batch ") && lines[2].contains(": mass_deactivation, held "));
    assert!(lines[2].ends_with("expires in 7 d"), "{ran:?}");
    assert!(
        lines[4].contains("deactivate:") && lines[4].ends_with("held"),
        "{ran:?}"
    );
    assert!(!ran.out.contains('\u{1b}'), "no colours in a pipe");

    let ran = company.run(&["holds", "show", "1", "--sandbox"]).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(
        ran.out
            .contains("more deactivations than the policy's guards let pass")
    );
    let coloured = [("CLICOLOR_FORCE", "1")];
    let ran = company
        .run_with(&["holds", "show", "1", "--sandbox"], &coloured)
        .await;
    assert!(ran.out.contains('\u{1b}'), "{ran:?}");

    for unknown in ["99", "abcdef0123", "1x"] {
        let ran = company.run(&["holds", "show", unknown, "--sandbox"]).await;
        assert_eq!(ran.code, 1);
        assert!(
            ran.out.is_empty() && ran.err.contains("holds list --all"),
            "{ran:?}"
        );
    }
}

#[tokio::test]
async fn everything_that_waits_may_be_answered_at_once_if_a_person_means_it() {
    let mut company = three_held().await;
    let all = ["holds", "approve", "--all", "--sandbox"];
    let ran = company.run(&all).await;
    assert_eq!(ran.code, 4, "nobody said yes: {ran:?}");
    let listed = company.json(&["holds", "list", "--sandbox"]).await;
    assert_eq!(listed["held"], 3);

    company.stop().await;
    let ran = company.run(&[&all[..], &["--yes"]].concat()).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(
        ran.out
            .starts_with("Approved 3 steps of 3 people.\nNo host is at work."),
        "{ran:?}"
    );
    company.restart(POLICY).await;
    company.pass(3).await;
    assert_eq!(company.deactivated().await, 8);
    let ran = company.run(&[&all[..], &["--yes"]].concat()).await;
    assert_eq!(ran.code, 1, "nothing waits any more: {ran:?}");
}

#[tokio::test]
async fn an_answer_may_be_taken_back_by_the_number_of_the_hold() {
    let company = three_held().await;
    let answer = async |answer: &str, hold: &str| {
        let ran = company.run(&["holds", answer, hold, "--sandbox"]).await;
        assert_eq!(ran.code, 0, "{ran:?}");
    };
    // Somebody thinks better of a no, and of a yes before it is carried out.
    answer("reject", "1").await;
    answer("approve", "1").await;
    answer("approve", "2").await;
    answer("reject", "2").await;
    company.pass(3).await;
    assert_eq!(company.deactivated().await, 6);
    let listed = company.json(&["holds", "list", "--all", "--sandbox"]).await;
    let states = listed["holds"].as_array().unwrap().iter();
    let states: Vec<_> = states.map(|hold| (&hold["id"], &hold["state"])).collect();
    assert_eq!(
        states,
        [(&2.into(), &"rejected".into()), (&3.into(), &"held".into())]
    );
}
