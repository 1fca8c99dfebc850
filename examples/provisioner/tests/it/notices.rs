//! What else an operator is told: each kind of notice, shown by what causes it.

use provisioner::{Clock, EXAMPLE_POLICY, Environment, Host, Settings};
use provisioning_core::Policy;
use sandbox::{Api, BobAct, Credential, Effect, Fault, Seed};
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::support::home::Home;
use crate::support::inbox::{Inbox, told};
use crate::support::world::{HANGS, World, company, employee, seed, stand_ins, user, variables};

const MINUTE: u32 = 60;
const DAY: u32 = 24 * 60 * MINUTE;

async fn world(seed: Seed, policy: &str, inbox: &Inbox) -> World {
    let world = World::of(seed, policy, &[inbox.variable()]).await;
    world.connect().await;
    world
}

/// What happens in Bob, of which its webhooks tell.
async fn act(world: &World, act: BobAct) {
    world.sandbox.control().act(act).await.unwrap();
}

/// What was told of one kind.
fn of(kind: &str, inbox: &Inbox) -> Vec<(String, String, u64)> {
    let told = inbox.told().into_iter();
    told.filter(|it| it.0 == kind).collect()
}

#[tokio::test]
async fn what_nobody_answered_is_told_when_it_expires() {
    let inbox = Inbox::open().await;
    let world = world(company(5), EXAMPLE_POLICY, &inbox).await;
    let yesterday = "2026-03-01".parse().unwrap();
    for number in 0..5 {
        act(&world, BobAct::terminate(employee(number), yesterday)).await;
    }
    world.pass(3).await;
    assert_eq!(of("held", &inbox), [told("held", "mass_deactivation", 2)]);
    world.pass(7 * DAY - MINUTE).await;
    assert!(of("hold_expired", &inbox).is_empty());
    world.pass(2 * MINUTE).await;
    let expired = told("hold_expired", "mass_deactivation", 2);
    assert_eq!(of("hold_expired", &inbox), [expired]);
}

#[tokio::test]
async fn err_06_who_was_given_up_is_told() {
    let inbox = Inbox::open().await;
    let world = world(company(1), EXAMPLE_POLICY, &inbox).await;
    let odd = json!({ "error": { "code": "computerSaysNo", "message": "no" } });
    let odd = Fault::new(Api::Learning360, Effect::json(400, odd));
    let faults = [odd.on("PATCH", "/api/v2/users/{userId}")];
    let control = world.sandbox.control();
    control.add_faults(&faults).await.unwrap();
    act(&world, BobAct::edit(employee(0), "root.surname", "Murray")).await;
    for seconds in [3, 40, 130, 610] {
        assert!(of("dead", &inbox).is_empty(), "it is tried again");
        world.pass(seconds).await;
    }
    world.pass(MINUTE).await;
    assert_eq!(of("dead", &inbox), [told("dead", "unknown_code", 1)]);
}

#[tokio::test]
async fn a_protected_account_of_somebody_who_left_is_told() {
    let inbox = Inbox::open().await;
    let policy = EXAMPLE_POLICY.replace(
        "protected = []",
        &format!("protected = [\"{}\", \"{}\"]", user(0), user(1)),
    );
    let world = world(company(3), &policy, &inbox).await;
    let yesterday = "2026-03-01".parse().unwrap();
    for number in 0..3 {
        act(&world, BobAct::terminate(employee(number), yesterday)).await;
    }
    world.pass(3).await;
    world.pass(MINUTE).await;
    assert_eq!(inbox.told(), [told("protected", "protected", 2)]);
}

#[tokio::test]
async fn a_group_that_nobody_has_is_told_once_with_its_id() {
    let inbox = Inbox::open().await;
    let policy = EXAMPLE_POLICY.replace("650000000000000000000003", "650000000000000000000999");
    let world = world(company(2), &policy, &inbox).await;
    for number in 0..2 {
        act(
            &world,
            BobAct::edit(employee(number), "work.department", "253891"),
        )
        .await;
    }
    world.pass(3).await;
    world.pass(MINUTE).await;
    let group = "group_not_found (650000000000000000000999)";
    assert_eq!(of("settings", &inbox), [told("settings", group, 2)]);
    for number in 0..2 {
        act(&world, BobAct::emit("employee.updated", employee(number))).await;
    }
    world.pass(2 * DAY).await;
    assert!(of("settings", &inbox).is_empty(), "once");
}

#[tokio::test]
async fn err_04_a_kind_of_step_without_its_scope_is_told_and_the_others_go_on() {
    let inbox = Inbox::open().await;
    let scopes = [
        "users:read",
        "users:write",
        "externalIds:read",
        "externalIds:write",
        "customFields:read",
        "bulkOperations:read",
        "groups:read",
    ];
    let credential = Credential::new(Seed::CLIENT_ID, Seed::CLIENT_SECRET).scopes(scopes);
    let group =
        sandbox::Group::private("650000000000000000000003", "Engineering", Seed::ROOT_GROUP);
    let seed = company(1).credential(credential).group(group);
    let world = world(seed, EXAMPLE_POLICY, &inbox).await;
    act(&world, BobAct::edit(employee(0), "root.surname", "Murray")).await;
    act(
        &world,
        BobAct::edit(employee(0), "work.department", "253891"),
    )
    .await;
    world.pass(3).await;
    let missing = told("scope_missing", "add_membership", 1);
    assert_eq!(of("scope_missing", &inbox), [missing]);
    let state = world.sandbox.control().state().await.unwrap();
    assert_eq!(state.users[&user(0)].last_name.as_deref(), Some("Murray"));
}

#[tokio::test]
async fn links_that_lead_to_nobody_are_told_and_shown_as_a_stop() {
    let inbox = Inbox::open().await;
    let world = world(company(6), EXAMPLE_POLICY, &inbox).await;
    let gone = json!({ "error": { "code": "userNotFound", "message": "no" } });
    let gone = Fault::new(Api::Learning360, Effect::json(404, gone));
    let faults = [gone.on("GET", "/api/v2/users/{userId}")];
    let control = world.sandbox.control();
    control.add_faults(&faults).await.unwrap();
    for number in 0..6 {
        act(&world, BobAct::emit("employee.updated", employee(number))).await;
    }
    world.pass(3).await;
    let wrong = told("wrong_platform", "links", 1);
    assert_eq!(of("wrong_platform", &inbox), [wrong]);
    let stopped = "provisioner_api_stopped{api=\"360learning\"}";
    let metrics = world.get("/metrics").await.text;
    assert!(metrics.contains(&format!("{stopped} 1")), "{metrics}");
}

#[tokio::test]
async fn what_nearly_everybody_lost_is_told_by_the_field() {
    let inbox = Inbox::open().await;
    let line = "phone = { value = \"work.workPhone\", clear = true }\nlang =";
    let policy = EXAMPLE_POLICY.replace("lang =", line);
    let world = world(company(20), &policy, &inbox).await;
    for phone in [json!("123"), Value::Null] {
        for number in 0..20 {
            act(
                &world,
                BobAct::edit(employee(number), "work.workPhone", phone.clone()),
            )
            .await;
        }
        world.pass(3).await;
        world.pass(30).await;
    }
    let lost = told("permission_change", "work.workPhone", 1);
    assert_eq!(of("permission_change", &inbox), [lost]);
}

/// Bob does not answer when the host starts. When he does, the policy turns out to be wrong.
#[tokio::test]
async fn cfg_01_a_policy_that_bob_refutes_later_is_told_with_the_number_of_lines() {
    let inbox = Inbox::open().await;
    let sandbox = stand_ins(seed()).await;
    let control = sandbox.control();
    let down = Fault::new(Api::Bob, Effect::status(404));
    let faults = [down.on("GET", "/v1/company/people/fields")];
    control.add_faults(&faults).await.unwrap();
    let home = Home::new();
    let variables = variables(&sandbox, &home).into_iter();
    let environment: Environment = variables.chain([inbox.variable()]).collect();
    let settings = Settings::read(&environment).unwrap();
    let clock = Clock::sandbox(&settings.bob.base_url).await.unwrap();
    let text = EXAMPLE_POLICY.replace("work.title |", "work.customColumns.column_1 |");
    let policy = Policy::parse(&text).unwrap();
    let host = Host::start_stepped(&settings, policy, clock).await.unwrap();
    control.clear_faults().await.unwrap();
    let is_told = async {
        loop {
            control.advance(MINUTE).await.unwrap();
            host.settle().await.unwrap();
            let told = inbox.told();
            if !told.is_empty() {
                return told;
            }
        }
    };
    let told_of = timeout(HANGS, is_told).await.expect("it is told");
    assert_eq!(told_of, [told("policy_misfit", "policy", 1)]);
    host.shutdown().await.unwrap();
}
