use sandbox::{BobAct, Group, Learning360Act, Seed, User, UserStatus};
use serde_json::json;

use crate::support::company::{Company, POLICY, id, linked_people, people, person};

/// A company without a host at work, where one person's job differs and one has left.
pub(super) async fn two_differ() -> Company {
    let mut company = Company::start(linked_people(4), POLICY).await;
    company.hear_nothing().await;
    company.stop().await;
    company
        .act(BobAct::edit(id(0), "work.title", "253903"))
        .await;
    company
        .act(BobAct::terminate(id(1), "2026-03-01".parse().unwrap()))
        .await;
    company.control.clear_log().await.unwrap();
    company
}

#[tokio::test]
async fn a_plan_is_shown_without_values_and_kept_in_a_file_of_ones_own() {
    let company = two_differ().await;
    let ran = company
        .run(&["sync", "--plan", "plan.json", "--sandbox"])
        .await;
    assert_eq!(ran.code, 0, "{ran:?}");
    for part in [
        "Light synchronization, planned 2026-03-02 08:00 UTC",
        "4 people listed by Bob.",
        "1  update",
        "1  deactivate",
        "2  in_sync",
        "Everything that is taken away",
        "2 people to change",
        "holds personal values",
    ] {
        assert!(ran.out.contains(part), "{part} in {}", ran.out);
    }
    assert!(
        ran.err
            .contains("next: `provisioner sync --apply plan.json`"),
        "{ran:?}"
    );
    assert_eq!(company.writes().await, 0, "nothing is written");
    let said = format!("{}{}", ran.out, ran.err);
    assert!(
        !said.contains("Engineer") && !said.contains('@'),
        "no values: {said}"
    );

    let path = company.home.path().join("plan.json");
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains("Engineer"), "the file has them");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[tokio::test]
async fn a_plan_is_carried_out_exactly_and_what_went_stale_is_refused() {
    let company = two_differ().await;
    let planned = company
        .json(&["sync", "--plan", "plan.json", "--sandbox"])
        .await;
    assert_eq!(planned["changes"], 2);
    assert_eq!(
        planned["situations"],
        json!({"update": 1, "deactivate": 1, "in_sync": 2, "target_only": 1})
    );
    assert_eq!(planned["destructive"][0]["employee"], id(1));
    // One changes again, and one falls out of step, after the plan was made.
    company
        .act(BobAct::edit(id(0), "root.firstName", "Augusta"))
        .await;
    company
        .act(BobAct::edit(id(2), "work.title", "253903"))
        .await;

    let ran = company
        .run(&["sync", "--apply", "plan.json", "--json", "--sandbox"])
        .await;
    assert_eq!(ran.code, 3, "{ran:?}");
    let outcome = ran.json();
    assert_eq!(outcome["state"], "done");
    assert_eq!(outcome["mode"], "exact");
    assert_eq!(
        outcome["left"]["stale"],
        json!([{"employee": id(0), "because": "plan_stale"}])
    );
    assert_eq!(company.deactivated().await, 1, "what is as planned is done");
    let account = company.account(0).await.unwrap();
    assert_eq!(account.job.as_deref(), Some("Team Lead"), "left alone");
    let other = company.account(2).await.unwrap();
    assert_eq!(other.job.as_deref(), Some("Team Lead"), "not in the plan");

    // Under another policy it is no plan any more.
    let changed = POLICY.replace("job = ", "phone = ");
    company.write("changed.toml", &changed);
    let apply = [
        "sync",
        "--apply",
        "plan.json",
        "--policy",
        "changed.toml",
        "--sandbox",
    ];
    let ran = company.run(&apply).await;
    assert_eq!(ran.code, 1);
    assert!(
        ran.err.contains("another policy") && ran.err.contains("--plan"),
        "{ran:?}"
    );

    // Planned anew, everything comes right.
    let ran = company.run(&["sync", "--yes", "--sandbox"]).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    let account = company.account(0).await.unwrap();
    assert_eq!(account.first_name.as_deref(), Some("Augusta"));
    assert_eq!(account.job.as_deref(), Some("Engineer"));
}

#[tokio::test]
async fn nobody_but_the_pilots_is_looked_at() {
    let company = two_differ().await;
    let one = id(0);
    let ran = company
        .run(&["sync", "--only", &one, "--yes", "--sandbox"])
        .await;
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(
        ran.out.contains("Only some people were looked at."),
        "{ran:?}"
    );
    assert_eq!(company.writes().await, 1);
    assert_eq!(
        company.account(0).await.unwrap().job.as_deref(),
        Some("Engineer")
    );
    assert_eq!(company.deactivated().await, 0);
    // A pilot is no full synchronization: the next one still lists everybody.
    let planned = company
        .json(&["sync", "--plan", "plan.json", "--sandbox"])
        .await;
    assert_eq!(planned["listed"], 4);
}

#[tokio::test]
async fn a_host_that_works_carries_the_plan_out() {
    let company = Company::start(linked_people(3), POLICY).await;
    company.hear_nothing().await;
    company
        .act(BobAct::edit(id(0), "work.title", "253903"))
        .await;
    let ran = company
        .run_while_the_host_works(&["sync", "--yes", "--sandbox"])
        .await;
    assert_eq!(ran.code, 0, "{ran:?}");
    // Also where hosts share the work: they decide by the policy in force, the command by its own.
    let watches = ran.err.contains("The host that works on this database");
    assert!(watches, "{ran:?}");
    assert_eq!(
        company.account(0).await.unwrap().job.as_deref(),
        Some("Engineer")
    );
    let status = company.run(&["status", "--sandbox"]).await;
    assert!(
        status.out.contains("light, done just now: 2 in_sync"),
        "{status:?}"
    );
    let audit = company.host().store().audited(10).await.unwrap();
    assert!(audit.iter().any(|line| line.employee == id(0)), "{audit:?}");
}

#[tokio::test]
async fn held_steps_end_in_exit_code_4() {
    let mut company = Company::start(linked_people(20), POLICY).await;
    company.hear_nothing().await;
    company.stop().await;
    for number in 0..12 {
        let today = "2026-03-01".parse().unwrap();
        company.act(BobAct::terminate(id(number), today)).await;
    }
    let planned = company
        .run(&["sync", "--plan", "plan.json", "--sandbox"])
        .await;
    assert_eq!(planned.code, 4, "{planned:?}");
    // A sample is a sample, and what is taken away is all of it.
    let (_, taken) = planned
        .out
        .split_once("Everything that is taken away")
        .unwrap();
    for number in 0..12 {
        let (id, held) = (id(number), if number < 5 { "" } else { "held: " });
        let mut lines = taken.lines().filter(|line| line.starts_with(&id));
        let line = lines.next().unwrap_or_else(|| panic!("{id} in {taken}"));
        assert!(line.contains("deactivate") && line.contains(held), "{line}");
    }
    assert_eq!(taken.matches("held: mass_deactivation").count(), 7);
    let ran = company.run(&["sync", "--yes", "--json", "--sandbox"]).await;
    assert_eq!(ran.code, 4, "{ran:?}");
    let outcome = ran.json();
    assert_eq!(
        outcome["left"]["held"].as_array().unwrap().len(),
        7,
        "{outcome}"
    );
    assert_eq!(company.deactivated().await, 5);
    let holds = company.json(&["holds", "list", "--sandbox"]).await;
    assert_eq!(holds["held"], 7);
}

#[tokio::test]
async fn a_conflict_ends_in_exit_code_3_and_is_named() {
    let stranger = User::new("650000000000000000009999")
        .mail("person1@example.com")
        .names("Ada", "Lovelace")
        .status(UserStatus::Active)
        .member_of(Seed::LEARNERS_GROUP, "learner");
    let policy = POLICY.to_owned() + "[matching]\nadopt = \"manual\"\n";
    let mut company = Company::start(people(2).user(stranger), &policy).await;
    company.hear_nothing().await;
    company.stop().await;
    let ran = company.run(&["sync", "--yes", "--sandbox"]).await;
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(ran.out.contains("Who is not in step"), "{ran:?}");
    assert!(
        ran.out.contains(&id(1)) || ran.out.contains(&id(0)),
        "{ran:?}"
    );
    assert!(ran.err.contains("provisioner explain EMPLOYEE"), "{ran:?}");
}

#[tokio::test]
async fn what_cannot_be_used_exits_with_2() {
    let company = two_differ().await;
    for arguments in [
        &["sync", "--plan", "a", "--apply", "b"][..],
        &["sync", "--light", "--deep"],
        &["sync", "--apply", "a", "--deep"],
        &["sync", "--apply", "a", "--only", "1000001"],
        &["sync", "--only", "ada"],
        &["sync", "--apply", "nowhere.json", "--sandbox"],
        &["sync", "--policy", "nowhere.toml", "--sandbox"],
    ] {
        let ran = company.run(arguments).await;
        assert_eq!(ran.code, 2, "{arguments:?}: {ran:?}");
        assert!(ran.out.is_empty());
    }
    company.run(&["pause"]).await;
    let ran = company.run(&["sync", "--yes", "--sandbox"]).await;
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("provisioner resume"), "{ran:?}");
    // Looking is no work.
    let ran = company
        .run(&["sync", "--plan", "plan.json", "--sandbox"])
        .await;
    assert_eq!(ran.code, 0, "{ran:?}");
    company
        .act360(Learning360Act::self_registration("somebody@example.com"))
        .await;
}

#[tokio::test]
async fn what_follows_in_a_moment_is_done_too() {
    let policy = POLICY.to_owned() + "[manager]\nfrom = \"work.manager\"\n";
    let seed = people(3).employee(person(7).manager(id(0)));
    let mut company = Company::start(seed, &policy).await;
    company.hear_nothing().await;
    company.stop().await;
    // The manager's account does not exist when the report is planned.
    let ran = company
        .run_while_time_passes(&["sync", "--yes", "--sandbox"])
        .await;
    assert_eq!(ran.code, 0, "{ran:?}");
    let manager = company.account(0).await.unwrap().id;
    let report = company.account(7).await.unwrap();
    assert_eq!(report.managers.iter().collect::<Vec<_>>(), [&manager]);
}

#[tokio::test]
async fn a_host_under_another_policy_gives_the_plan_up() {
    let company = Company::start(linked_people(2), POLICY).await;
    company.hear_nothing().await;
    let other = POLICY.replace("last_name = \"surname\"", "last_name = \"surname | upper\"");
    company.write("other.toml", &other);
    let sync = ["sync", "--yes", "--policy", "other.toml", "--sandbox"];
    let ran = company.run_while_the_host_works(&sync).await;
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(
        ran.out
            .contains("Given up: the host works under another policy."),
        "{ran:?}"
    );
    assert!(
        ran.err
            .contains("next: let the host work under this policy"),
        "{ran:?}"
    );
    assert_eq!(
        company.account(0).await.unwrap().last_name.as_deref(),
        Some("Lovelace")
    );
}

#[tokio::test]
async fn without_a_yes_the_plan_is_the_result() {
    let company = two_differ().await;
    let ran = company.run(&["sync", "--json", "--sandbox"]).await;
    assert_eq!(ran.code, 4, "{ran:?}");
    assert!(ran.err.contains("next: say it with --yes"), "{ran:?}");
    let plan = ran.json();
    assert_eq!(plan["changes"], 2, "{plan}");
    assert_eq!(plan["destructive"][0]["employee"], id(1));
    assert_eq!(company.writes().await, 0);
}

#[tokio::test]
async fn several_pilots_are_looked_at_and_nobody_else() {
    let company = two_differ().await;
    let (one, other) = (id(0), id(3));
    let sync = [
        "sync",
        "--only",
        &one,
        &other,
        "--yes",
        "--json",
        "--sandbox",
    ];
    let ran = company.run(&sync).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    let outcome = ran.json();
    assert_eq!(outcome["situations"], json!({"update": 1, "in_sync": 1}));
    assert_eq!(company.deactivated().await, 0);
}

#[tokio::test]
async fn a_deep_one_sees_what_cannot_be_listed() {
    let group = "650000000000000000000c01";
    let rule = format!("[[groups]]\ngroup = \"{group}\"\nwhen = \"work.title == '253902'\"\n");
    let seed = linked_people(2).group(Group::private(group, "Leads", Seed::ROOT_GROUP));
    let mut company = Company::start(seed, &(POLICY.to_owned() + &rule)).await;
    company.hear_nothing().await;
    company.stop().await;
    for light in [&["sync", "--yes"][..], &["sync", "--light", "--yes"]] {
        let ran = company.run(&[light, &["--sandbox"]].concat()).await;
        assert_eq!(ran.code, 0, "{ran:?}");
        assert!(ran.out.starts_with("Light synchronization"), "{ran:?}");
    }
    assert_eq!(company.writes().await, 0, "lists tell nothing of groups");
    let ran = company.run(&["sync", "--deep", "--yes", "--sandbox"]).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.starts_with("Deep synchronization"), "{ran:?}");
    assert!(ran.out.contains("add to Leads"), "{ran:?}");
    let account = company.account(0).await.unwrap();
    assert!(account.memberships.iter().any(|it| it.group_id == group));
}
