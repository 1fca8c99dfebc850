//! Stories, played without a host: what is done, told, and refused.

use std::time::Duration;

use sandbox::{Control, Person, Player, Sandbox, Seed, Story, Told, ToldStep};
use serde_json::Value;

use crate::support::{ADA, Receiver, ada, monday};

async fn start(seed: Seed) -> (Sandbox, Control) {
    let sandbox = Sandbox::start(seed).await.unwrap();
    let control = sandbox.control();
    (sandbox, control)
}

/// Nobody asks anything here, so that nothing needs to be waited for.
fn player(control: &Control) -> Player {
    Player::new(control.clone()).quiet(Duration::from_micros(60))
}

async fn play(control: &Control, story: &Story) -> Told {
    player(control).play(story, |_| {}).await.unwrap()
}

#[tokio::test]
async fn every_ready_story_can_be_played_on_every_ready_company() {
    for seed in ["company", "demo", "empty"] {
        for name in Story::NAMES {
            let (_sandbox, control) = start(Seed::named(seed).unwrap()).await;
            let story = Story::named(name).unwrap();
            let told = play(&control, &story).await;
            assert_eq!(told.steps.len(), story.steps() + 1);
            let refused: Vec<&String> = told.steps.iter().flat_map(|it| &it.refused).collect();
            // Nobody makes the account that is to be accepted.
            let expected: &[&str] = if name == "hire" {
                &["$nina has no user"]
            } else {
                &[]
            };
            assert_eq!(refused, expected, "{name} on {seed}");
            assert_eq!(told.is_good(), expected.is_empty());
        }
    }
}

#[tokio::test]
async fn a_story_tells_what_happened_in_each_step() {
    let receiver = Receiver::start().await;
    let webhook = sandbox::Webhook::upsert(&receiver.url, "secret");
    let seed = monday().employee(ada()).webhook(webhook);
    let (_sandbox, control) = start(seed).await;
    let story = Story::parse(
        r#"
        title = "A test"

        [[steps]]
        say = "Somebody is hired for tomorrow."
        name = "new"
        bob = { hire = { fields = { "work.startDate" = "$today+1" } } }

        [[steps]]
        after = "2d"
        say = "He is terminated, and a day has passed."
        bob = [
            { terminate = { id = "$new", on = "$today" } },
            { terminate = { id = "$nobody", on = "$today" } },
            { terminate = { id = "1", on = "$today" } },
            { dance = { id = "$new" } },
        ]
        "#,
    )
    .unwrap();
    let mut lines = Vec::new();
    let player = player(&control);
    let told = player.play(&story, |step| lines.push(step.to_string()));
    let told = told.await.unwrap();
    let [hired, gone, rest] = &told.steps[..] else {
        panic!("three steps")
    };
    assert_eq!(hired.events["employee.created"], 1);
    assert_eq!((hired.acts, hired.deliveries[&200]), (1, 1));
    // The time before the step is told with it.
    let kinds: Vec<&str> = gone.events.keys().map(String::as_str).collect();
    let expected = [
        "employee.activated",
        "employee.joined",
        "employee.updated",
        "table.entry.created",
    ];
    assert_eq!(kinds, expected);
    assert_eq!((gone.acts, gone.refused.len()), (1, 3));
    assert!(rest.events.is_empty());
    assert_eq!(rest.at.to_string(), "2026-03-04T08:01:06Z");
    assert!(!told.is_good());
    assert_eq!(lines.len(), 3);
    assert!(lines[0].starts_with("2026-03-02 08:00:00  Somebody is hired for tomorrow."));
    assert!(lines[1].contains("refused    nobody knows what $nobody is"));
    assert!(lines[1].contains("deliveries 200 ×3"));
}

#[tokio::test]
async fn acts_can_be_done_for_many_people_and_faults_for_a_while() {
    let seed = (1..=10).fold(monday(), |seed, n: u32| {
        seed.employee(Person::new(n.to_string()).started("2025-01-01"))
    });
    let (sandbox, control) = start(seed).await;
    let story = Story::parse(
        r#"
        title = "Many"

        [[steps]]
        each = { share = 0.3 }
        bob = { edit = { id = "$each", fields = { "work.title" = "7" } } }
        faults = [{ api = "bob", until = "$now+1h", effect = { kind = "answer", status = 503 } }]

        [[steps]]
        each = { count = 2 }
        bob = { delete = { id = "$each" } }

        [[steps]]
        clear_faults = true
        faults = [{ api = "bob", effect = { kind = "nonsense" } }]
        "#,
    )
    .unwrap();
    let told = play(&control, &story).await;
    let acts: Vec<usize> = told.steps.iter().map(|it| it.acts).collect();
    assert_eq!(acts, [3, 2, 0, 0]);
    assert_eq!(told.steps[2].refused.len(), 1);
    let state = control.state().await.unwrap();
    assert_eq!(state.employees.len(), 8);
    let promoted = state
        .employees
        .values()
        .filter(|it| it.fields.contains_key("work.title"));
    assert_eq!(promoted.count(), 1);
    let answer = crate::support::bob_get(&sandbox, "/company/people/fields").await;
    assert_eq!(answer.status(), 200);
}

#[tokio::test]
async fn both_sides_are_compared_at_the_end() {
    let (_sandbox, control) = start(Seed::company().provisioned(50).unwrap()).await;
    let nothing = Story::parse("title = 'Nothing'\nsteps = []").unwrap();
    let player = player(&control);
    let by_policy = player.clone().policy(Seed::POLICY);
    let told = by_policy.play(&nothing, |_| {}).await.unwrap();
    assert!(told.is_good(), "{:?}", told.agreement);
    let story = Story::named("move").unwrap();
    let told = by_policy.play(&story, |_| {}).await.unwrap();
    // Nobody made Omar's account.
    assert!(!told.is_good());
    let json: Value = serde_json::to_value(&told).unwrap();
    assert_eq!(json["agreement"]["differences"][0]["what"], "no_user");
    let broken = player.policy("nonsense");
    assert!(broken.play(&nothing, |_| {}).await.is_err());
}

#[tokio::test]
async fn a_hosts_requests_are_told_by_route_and_status() {
    let (sandbox, control) = start(monday().employee(ada())).await;
    let asked = std::cell::RefCell::new(Vec::new());
    let story = Story::parse("title = 'Asked'\n[[steps]]\nsay = 'x'").unwrap();
    // Somebody asks while the story is played.
    let asking = async {
        let body = serde_json::json!({ "fields": ["root.id"] });
        for path in [format!("/people/{ADA}"), "/people/1".to_owned()] {
            crate::support::bob(&sandbox, &path, body.clone()).await;
        }
    };
    asking.await;
    let player = player(&control);
    let told = player.play(&story, |step: &ToldStep| {
        asked.borrow_mut().push(step.requests.clone());
    });
    told.await.unwrap();
    // What came before is nobody's business.
    assert!(
        asked
            .borrow()
            .iter()
            .all(std::collections::BTreeMap::is_empty)
    );
    let log = control.log_after(1).await.unwrap();
    assert_eq!(log.requests.len(), 1);
    assert_eq!(log.requests[0].status, 404);
    assert_eq!(log.counts.values().sum::<u64>(), 2);
}
