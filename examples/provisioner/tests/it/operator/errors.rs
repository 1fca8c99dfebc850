//! What goes wrong is told in words, with the next step, and by the exit code.

use sandbox::{Api, Effect, Fault};

use crate::support::company::{Company, POLICY, Ran, linked_people};

async fn company() -> Company {
    let mut company = Company::start(linked_people(3), POLICY).await;
    company.hear_nothing().await;
    company.stop().await;
    company
}

fn assert_told(ran: &Ran, code: i32, parts: &[&str]) {
    assert_eq!(ran.code, code, "{ran:?}");
    assert!(ran.err.starts_with("error: "), "{ran:?}");
    for part in parts {
        assert!(ran.err.contains(part), "{part} in {}", ran.err);
    }
    assert_eq!(ran.err.matches("error: ").count(), 1, "{ran:?}");
}

#[tokio::test]
async fn a_database_that_cannot_be_used_is_told_once_and_in_words() {
    let company = company().await;
    company.write("junk.db", &"This is no database. ".repeat(100));
    let table = [
        ("sqlite://nowhere.db", 1, "there is no file /"),
        ("sqlite://junk.db", 1, "file is not a database"),
        (
            "postgres://nobody:canary@127.0.0.1:1/none",
            1,
            "Connection refused",
        ),
        (
            "mysql://nobody:canary@localhost/none",
            2,
            "DATABASE_URL must begin with",
        ),
    ];
    for (url, code, part) in table {
        let ran = company
            .run_with(&["status"], &[("DATABASE_URL", url)])
            .await;
        assert_told(&ran, code, &[part]);
        assert!(
            code == 2 || ran.err.contains("next: set DATABASE_URL"),
            "{ran:?}"
        );
        assert!(
            !ran.err.contains("canary") && ran.err.lines().count() < 4,
            "{ran:?}"
        );
    }
}

#[tokio::test]
async fn credentials_that_are_refused_are_told_with_the_next_step() {
    let company = company().await;
    for (variable, name) in [
        ("HIBOB_SERVICE_USER_TOKEN", "HiBob"),
        ("LEARNING360_CLIENT_SECRET", "360Learning"),
    ] {
        for command in [
            &["sync", "--yes", "--sandbox"][..],
            &["sync", "--plan", "a", "--sandbox"],
        ] {
            let ran = company.run_with(command, &[(variable, "wrong")]).await;
            assert_told(&ran, 1, &[name, "next: `provisioner doctor`"]);
            assert!(ran.out.is_empty(), "{ran:?}");
        }
    }
    assert_eq!(company.writes().await, 0);
}

#[tokio::test]
async fn an_api_that_fails_makes_no_plan_and_one_that_recovers_does() {
    let company = company().await;
    let broken = Fault::new(Api::Learning360, Effect::status(500)).on("GET", "/api/v2/users");
    company.control.add_faults(&[broken]).await.unwrap();
    let ran = company
        .run_while_time_passes(&["sync", "--yes", "--sandbox"])
        .await;
    assert_told(
        &ran,
        1,
        &["no plan could be made: 360Learning could not be listed"],
    );
    company.control.clear_faults().await.unwrap();
    let few = Fault::new(Api::Learning360, Effect::status(503))
        .on("GET", "/api/v2/users")
        .times(2);
    company.control.add_faults(&[few]).await.unwrap();
    let ran = company
        .run_while_time_passes(&["sync", "--yes", "--sandbox"])
        .await;
    assert_eq!(ran.code, 0, "{ran:?}");
}

#[tokio::test]
async fn a_policy_that_names_what_there_is_not_is_told_with_file_and_line() {
    let company = company().await;
    company.write("other.toml", &POLICY.replace("work.title", "work.titel"));
    for command in [
        &["sync", "--yes", "--policy", "other.toml", "--sandbox"][..],
        &["explain", "1000001", "--policy", "other.toml", "--sandbox"],
        &["preview", "other.toml", "--sandbox"],
    ] {
        let ran = company.run(command).await;
        assert_told(
            &ran,
            2,
            &[
                "other.toml",
                "line 12",
                "did you mean `work.title`?",
                "\nnext: mend these lines",
            ],
        );
    }
}

#[tokio::test]
async fn a_place_for_a_plan_is_tried_before_anybody_is_called() {
    let company = company().await;
    company.control.clear_log().await.unwrap();
    let ran = company
        .run(&["sync", "--plan", "nowhere/plan.json", "--sandbox"])
        .await;
    assert_told(
        &ran,
        2,
        &["cannot be written to nowhere/plan.json", "next: "],
    );
    let log = company.control.log().await.unwrap();
    let lists = log
        .requests
        .iter()
        .filter(|it| it.route.ends_with("/search"));
    assert_eq!(lists.count(), 0, "nobody was listed");
}

#[tokio::test]
async fn whoever_looks_at_one_person_or_policy_hears_the_next_step_too() {
    let company = company().await;
    company.write("changed.toml", &POLICY.replace("| trim", "| trim | trim"));
    let bob = ("HIBOB_SERVICE_USER_TOKEN", "wrong");
    let learning360 = ("LEARNING360_CLIENT_SECRET", "wrong");
    let table = [
        (
            &["explain", "person0@example.com"][..],
            bob,
            "Bob cannot be asked",
        ),
        (
            &["explain", "nobody@example.com"],
            learning360,
            "360Learning cannot be",
        ),
        (
            &["preview", "changed.toml"],
            bob,
            "Bob's fields cannot be read",
        ),
        (
            &["preview", "changed.toml"],
            learning360,
            "cannot be compared now",
        ),
        (
            &["forget", "1000001", "--yes"],
            learning360,
            "external IDs cannot be read",
        ),
    ];
    for (command, wrong, what) in table {
        let command = [command, &["--sandbox"]].concat();
        let ran = company.run_with(&command, &[wrong]).await;
        assert_told(&ran, 1, &[what, "\nnext: "]);
        assert!(ran.out.is_empty(), "{ran:?}");
    }
    let none = ("LEARNING360_CLIENT_ID", "");
    let ran = company.run_with(&["explain", "1000001"], &[none]).await;
    assert_told(&ran, 2, &["LEARNING360_CLIENT_ID", "\nnext: set it"]);
}
