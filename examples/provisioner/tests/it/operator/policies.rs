//! What is said of a policy before it is in force.

use sandbox::{Api, BobAct, CustomField, Effect, Fault};

use crate::support::company::{Company, POLICY, id, linked_people};

#[tokio::test]
async fn cfg_01_every_name_that_does_not_exist_is_named_with_its_line_and_the_nearest() {
    let department = CustomField::text("650000000000000000000c01", "Department");
    let company = Company::start(linked_people(1).custom_field(department), POLICY).await;
    let table = [
        (
            "job = \"work.title",
            "job = \"work.titel",
            "line 12",
            "work.title",
        ),
        ("label('title')", "label('titel')", "line 12", "title"),
        (
            "650000000000000000000002",
            "650000000000000000000003",
            "line 8",
            "did you mean `65000000000000000000000",
        ),
    ];
    for (right, wrong, line, nearest) in table {
        let text = POLICY.replace(right, wrong);
        company.write("wrong.toml", &text);
        for command in [
            &["preview", "wrong.toml"][..],
            &["sync", "--policy", "wrong.toml"],
        ] {
            let ran = company.run(&[command, &["--sandbox"]].concat()).await;
            assert_eq!(ran.code, 2, "{wrong}: {ran:?}");
            assert!(
                ran.err.contains(line) && ran.err.contains(nearest),
                "{wrong}: {ran:?}"
            );
            assert!(ran.err.contains("wrong.toml"), "{ran:?}");
        }
    }
    let text = POLICY.to_owned() + "[scope]\nwhen = \"work.siteId == '2606112'\"\n";
    company.write("wrong.toml", &text);
    let ran = company.run(&["preview", "wrong.toml", "--sandbox"]).await;
    assert_eq!(ran.code, 2, "{ran:?}");
    let said = "line 14: Bob's list `site` has no item `2606112`; did you mean `260611";
    assert!(ran.err.contains(said), "{ran:?}");
    let text = POLICY.to_owned() + "[custom_fields]\n\"Depratment\" = \"work.department\"\n";
    company.write("wrong.toml", &text);
    let ran = company.run(&["preview", "wrong.toml", "--sandbox"]).await;
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(
        ran.err.contains("line 14") && ran.err.contains("did you mean `Department`?"),
        "{ran:?}"
    );
}

#[tokio::test]
async fn cfg_02_a_policy_that_can_never_give_a_mail_is_refused() {
    let company = Company::start(linked_people(1), POLICY).await;
    let text = POLICY.replace("mail = \"email | trim | lower\"\n", "");
    company.write("wrong.toml", &text);
    for command in [
        &["preview", "wrong.toml"][..],
        &["serve", "--policy", "wrong.toml"],
    ] {
        let ran = company.run(&[command, &["--sandbox"]].concat()).await;
        assert_eq!(ran.code, 2, "{ran:?}");
        assert!(ran.err.contains("mail"), "{ran:?}");
    }
}

#[tokio::test]
async fn cfg_04_a_secret_in_the_policy_is_refused_and_not_repeated() {
    let company = Company::start(linked_people(1), POLICY).await;
    let text = POLICY.to_owned() + "[bob]\ntoken = \"hunter2-hunter2-hunter2\"\n";
    company.write("wrong.toml", &text);
    for command in [
        &["preview", "wrong.toml"][..],
        &["serve", "--policy", "wrong.toml"],
    ] {
        let ran = company.run(&[command, &["--sandbox"]].concat()).await;
        assert_eq!(ran.code, 2, "{ran:?}");
        assert!(
            !format!("{}{}", ran.out, ran.err).contains("hunter2"),
            "{ran:?}"
        );
    }
}

#[tokio::test]
async fn cfg_03_a_plan_of_another_policy_is_refused_and_planned_anew() {
    let mut company = Company::start(linked_people(3), POLICY).await;
    company.hear_nothing().await;
    company.stop().await;
    company
        .act(BobAct::edit(id(0), "work.title", "253903"))
        .await;
    company
        .json(&["sync", "--plan", "plan.json", "--sandbox"])
        .await;
    let changed = POLICY.replace("lower\"", "lower\" # the same in other words");
    company.write(
        "policy.toml",
        &(changed + "[lifecycle]\non_leave = \"keep\"\n"),
    );
    company.control.clear_log().await.unwrap();
    let ran = company
        .run(&["sync", "--apply", "plan.json", "--sandbox"])
        .await;
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(
        ran.err.contains("the plan was made under another policy"),
        "{ran:?}"
    );
    assert_eq!(company.writes().await, 0);
    company
        .json(&["sync", "--plan", "plan.json", "--sandbox"])
        .await;
    let ran = company
        .run(&["sync", "--apply", "plan.json", "--sandbox"])
        .await;
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(company.writes().await, 1);
}

#[tokio::test]
async fn a_changed_policy_is_compared_and_nothing_is_written() {
    let company = Company::start(linked_people(5), POLICY).await;
    let changed = POLICY.replace("last_name = \"surname\"", "last_name = \"surname | upper\"");
    company.write("changed.toml", &changed);
    company.control.clear_log().await.unwrap();
    let ran = company.run(&["preview", "changed.toml", "--sandbox"]).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(
        ran.out
            .contains("5 people decided about under both policies"),
        "{ran:?}"
    );
    assert!(ran.out.contains("changes fields"), "{ran:?}");
    assert!(!ran.out.contains("LOVELACE"), "no values");
    let ran = company.run(&["preview", "policy.toml", "--sandbox"]).await;
    assert_eq!(
        ran.out,
        "Both policies say the same.\nNothing changes for any of 5 people.\n"
    );
    let one = company
        .json(&["preview", "changed.toml", "--only", &id(3), "--sandbox"])
        .await;
    assert_eq!(one["compared"], 1);
    assert_eq!(company.writes().await, 0);
}

#[tokio::test]
async fn whoever_cannot_be_decided_about_is_counted_and_what_is_odd_is_said() {
    let company = Company::start(linked_people(2), POLICY).await;
    let silent = POLICY.to_owned() + "[lifecycle]\ninvite = false\n";
    company.write("silent.toml", &silent);
    let ran = company.run(&["preview", "silent.toml", "--sandbox"]).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.contains("nobody_invited"), "{ran:?}");
    let broken = Fault::new(Api::Bob, Effect::Html).on("POST", "/v1/people/search");
    company.control.add_faults(&[broken]).await.unwrap();
    let one = ["preview", "silent.toml", "--only", &id(1), "--sandbox"];
    let ran = company.run(&one).await;
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(ran.out.contains("1 person could not be decided about."));
}
