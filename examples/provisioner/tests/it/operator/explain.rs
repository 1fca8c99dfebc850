use sandbox::{BobAct, List, Mapping, User, UserStatus};

use crate::support::company::{Company, POLICY, id, linked_people, person};

#[tokio::test]
async fn the_whole_chain_is_told_and_nothing_is_written() {
    let company = Company::start(linked_people(3), POLICY).await;
    company
        .bob(BobAct::edit(id(0), "root.firstName", "Augusta"))
        .await;
    company.hear_nothing().await;
    company
        .act(BobAct::edit(id(0), "work.title", "253903"))
        .await;
    company.control.clear_log().await.unwrap();
    let ran = company.run(&["explain", &id(0), "--sandbox"]).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    for part in [
        "apply(difference)",
        "standing",
        "in scope",
        "by link",
        "work.title",
        "→ Engineer",
        "1. edit job because difference",
        "apply(difference)  edit",
    ] {
        assert!(ran.out.contains(part), "{part} in\n{}", ran.out);
    }
    assert_eq!(company.writes().await, 0);
    let told = company.json(&["explain", &id(0), "--sandbox"]).await;
    let changes = &told["steps"][0]["changes"][0];
    assert_eq!(
        (&changes["before"], &changes["after"]),
        (&"Team Lead".into(), &"Engineer".into())
    );
    assert_eq!(told["history"].as_array().unwrap().len(), 1);
    assert_eq!(told["known"], true);

    let ran = company
        .run(&["explain", &id(0), "--no-values", "--sandbox"])
        .await;
    for value in ["Engineer", "Team Lead", "Augusta", "Lovelace", "@"] {
        assert!(!ran.out.contains(value), "{value} in\n{}", ran.out);
    }
}

#[tokio::test]
async fn somebody_is_found_by_mail_also_when_bob_has_forgotten_them() {
    let company = Company::start(linked_people(2), POLICY).await;
    let told = company
        .json(&["explain", "Person0@example.com", "--sandbox"])
        .await;
    assert_eq!(told["employee"], id(0));
    company.bob(BobAct::delete(id(1))).await;
    company.pass(200).await;
    let told = company
        .json(&["explain", "person1@example.com", "--sandbox"])
        .await;
    assert_eq!(told["employee"], id(1));
    assert_eq!(told["disposition"], "no_op(already_inactive)");
    for (who, code) in [("nobody@example.com", 1), ("nobody", 2)] {
        let ran = company.run(&["explain", who, "--sandbox"]).await;
        assert_eq!(ran.code, code, "{ran:?}");
        assert!(
            !ran.err.contains("@example"),
            "the mail is not repeated: {ran:?}"
        );
    }
}

#[tokio::test]
async fn what_the_guards_hold_is_told() {
    let company = Company::start(linked_people(10), POLICY).await;
    for number in 0..6 {
        let today = "2026-03-01".parse().unwrap();
        company.act(BobAct::terminate(id(number), today)).await;
    }
    company.pass(3).await;
    let told = company.json(&["explain", &id(5), "--sandbox"]).await;
    assert_eq!(told["disposition"], "hold(mass_deactivation)");
    assert_eq!(told["steps"][0]["runs"], false);
    let ran = company.run(&["explain", &id(5), "--sandbox"]).await;
    assert!(ran.out.contains("(held)"), "{ran:?}");
}

#[tokio::test]
async fn out_of_scope_and_without_a_database_it_is_told_all_the_same() {
    let company = Company::start(linked_people(2), POLICY).await;
    let narrow = POLICY.to_owned() + "[scope]\nwhen = \"work.siteId == '2606111'\"\n";
    company.write("narrow.toml", &narrow);
    let elsewhere = [("DATABASE_URL", "sqlite://elsewhere.db")];
    let explain = [
        "explain",
        &id(0),
        "--policy",
        "narrow.toml",
        "--json",
        "--sandbox",
    ];
    let ran = company.run_with(&explain, &elsewhere).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(ran.json()["disposition"], "no_op(out_of_scope)");
    assert_eq!(ran.json()["known"], false);
    assert!(!company.home.path().join("elsewhere.db").exists());
}

#[tokio::test]
async fn custom_values_managers_and_groups_are_told_by_their_names() {
    let policy = POLICY.to_owned()
        + "[custom_fields]\n\"Department\" = \"work.department | label('department')\"\n\
           [manager]\nfrom = \"work.manager\"\n\
           [[groups]]\ngroup = \"650000000000000000000003\"\nwhen = \"work.department == '253891'\"\n";
    let seed = linked_people(2)
        .with_departments()
        .list(List::new("department").item("253891", "Engineering"))
        .employee(person(7).department("253891").manager(id(0)));
    let company = Company::start(seed, &policy).await;
    let ran = company.run(&["explain", &id(7), "--sandbox"]).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    for part in [
        "create and invite",
        "set Department",
        "add to Engineering",
        "→ Engineering",
    ] {
        assert!(ran.out.contains(part), "{part} in\n{}", ran.out);
    }
    company.bob(BobAct::emit("employee.created", id(7))).await;
    let told = company.json(&["explain", &id(7), "--sandbox"]).await;
    let field = |name: &str| {
        let mut fields = told["fields"].as_array().unwrap().iter();
        fields.find(|field| field["name"] == name).cloned().unwrap()
    };
    assert_eq!(field("Department")["has"], "Engineering", "{told}");
    assert_eq!(field("Department")["state"], "kept");
    let manager = company.account(0).await.unwrap().id;
    assert_eq!(field("manager")["has"], format!("user {manager}"));

    // Nobody who has no account and gets none has anything that stays.
    let told = company.json(&["explain", "4711", "--sandbox"]).await;
    for field in told["fields"].as_array().unwrap() {
        assert_eq!(field["state"], "no_account", "{told}");
    }
}

#[tokio::test]
async fn a_mail_of_several_employees_names_them_by_their_ids() {
    // Bob has forgotten both, and both had this account.
    let user = "650000000000000000009999";
    let account = User::new(user).mail("gone@example.com");
    let mut seed = linked_people(2).user(account.status(UserStatus::Deleted));
    for number in [8, 9] {
        seed = seed.mapping(Mapping::user("hibob-provisioner", user, id(number)));
    }
    let company = Company::start(seed, POLICY).await;
    let ran = company
        .run(&["explain", "gone@example.com", "--sandbox"])
        .await;
    assert_eq!(ran.code, 1, "{ran:?}");
    let next = format!("next: name one by id: {}, {}", id(8), id(9));
    assert!(ran.err.contains("several employees have this mail"));
    assert!(ran.err.contains(&next), "{ran:?}");
}

#[tokio::test]
async fn as_many_of_the_last_decisions_are_told_as_are_wanted() {
    let company = Company::start(linked_people(2), POLICY).await;
    for name in ["Augusta", "Byron", "King"] {
        let edit = BobAct::edit(id(0), "root.firstName", name);
        company.bob(edit).await;
        company.pass(60).await;
    }
    let explain = ["explain", &id(0), "--last", "2", "--sandbox"];
    let told = company.json(&explain).await;
    let history = told["history"].as_array().unwrap();
    assert_eq!(history.len(), 2, "{told}");
    let all = company.json(&["explain", &id(0), "--sandbox"]).await;
    let all = all["history"].as_array().unwrap();
    assert!(all.len() > 2);
    assert_eq!(history[..], all[..2], "the newest first");
}
