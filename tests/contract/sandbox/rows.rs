//! What brings each declared answer about: tables of requests, in text files beside this one.

use sandbox::{Credential, Sandbox, Seed, Switches};
use serde_json::{Value, json};
use system_tests::openapi::Spec;

use super::caller::{Caller, Seen, credentials};
use super::{id, routes, seed, start};

/// Sends what a table says, in its order, and expects its answers.
async fn play(caller: &mut Caller<'_>, table: &str, names: &[(&str, &str)]) {
    for line in table.lines() {
        let line = expand(line, names);
        let mut words = line.split_whitespace();
        let (Some(method), Some(path)) = (words.next(), words.next()) else {
            continue;
        };
        if method == "#" {
            continue;
        }
        let status: u16 = words
            .next()
            .and_then(|it| it.parse().ok())
            .expect("a status");
        let code = words.next().expect("a code or -");
        let code = if code == "-" { "" } else { code };
        let body = line.find(" {").map(|at| {
            let body = serde_json::from_str(&line[at..]);
            body.unwrap_or_else(|_| panic!("no JSON in {line}"))
        });
        caller.row(method, path, body, (status, code)).await;
    }
}

/// Puts ids and names into a line.
fn expand(line: &str, names: &[(&str, &str)]) -> String {
    let mut parts = line.split('~');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part.len()
            - part
                .trim_start_matches(|it: char| it.is_ascii_digit())
                .len();
        let number = part[..digits].parse().expect("a number behind the tilde");
        text += &id(number);
        text += &part[digits..];
    }
    for (name, value) in names {
        text = text.replace(name, value);
    }
    let membership = json!({ "groupId": Seed::LEARNERS_GROUP, "role": "learner" });
    text.replace("$M", &membership.to_string())
        .replace("$POLICY", r#"{"url": "https://example.com"}"#)
        .replace("$ROOT", Seed::ROOT_GROUP)
        .replace("$OWNER", Seed::OWNER)
}

/// What happens with default switches.
pub(super) async fn usual(spec: &Spec, seen: &mut Seen) {
    let (_sandbox, mut caller) = start(spec, |_| {}).await;
    let with = |name: &str, value: &str| {
        let mut body = credentials();
        body[name] = json!(value);
        Some(body)
    };
    let headers = std::mem::take(&mut caller.headers);
    for (body, expected) in [
        (with("grant_type", "x"), (400, "unsupported_grant_type")),
        (with("scope", "x"), (400, "invalid_request")),
        (with("user_id", &id(3)), (400, "non_existing_user")),
        (with("client_secret", "x"), (401, "invalid_client")),
    ] {
        caller.row("POST", "/oauth2/token", body, expected).await;
    }
    caller.headers = headers;
    play(&mut caller, include_str!("usual.txt"), &[]).await;
    seen.append(&mut caller.seen);
}

/// What needs a company that has less, or more.
pub(super) async fn strict(spec: &Spec, seen: &mut Seen) {
    let (_sandbox, mut caller) = start(spec, |switches| {
        let it = &mut switches.learning360;
        it.usernames_allowed = true;
        it.analyst_available = false;
        it.overused_mails = ["shared@example.com".to_owned()].into();
        it.content_custom_fields = false;
        it.most_custom_fields = 3;
        it.most_groups = 4;
        it.integrated_groups = [id(22)].into();
        it.skills = true;
        it.known_jobs = ["JOB1".to_owned()].into();
    })
    .await;
    let jobs: Vec<String> = (0..101).map(|n| format!("JOB{n}")).collect();
    let jobs = json!(jobs).to_string();
    play(&mut caller, include_str!("strict.txt"), &[("$JOBS", &jobs)]).await;
    seen.append(&mut caller.seen);
}

/// Webhook subscriptions and their events.
pub(super) async fn subscriptions(spec: &Spec, seen: &mut Seen) {
    let (sandbox, mut caller) = start(spec, |switches| {
        switches.learning360.events.subscriptions_per_type = 1;
    })
    .await;
    // The stand-in for Bob listens there, which is all that counts.
    let url = sandbox.bob_base_url().to_string();
    let first = subscribe(&mut caller, &url).await;
    let edit = Some(json!({ "job": "Poetess" }));
    let path = format!("/users/{}", id(1));
    caller.row("PATCH", &path, edit, (200, "")).await;
    sandbox.control().advance(2).await.expect("time passes");
    let names = [("$URL", url.as_str()), (&id(60), &first)];
    play(&mut caller, include_str!("subscriptions.txt"), &names).await;
    seen.append(&mut caller.seen);

    // Two of the same type, one about to take the other's URL.
    let (sandbox, mut caller) = start(spec, |_| {}).await;
    let url = sandbox.bob_base_url().to_string();
    subscribe(&mut caller, &url).await;
    let second = subscribe(&mut caller, &format!("{url}/other")).await;
    let path = format!("/webhooks/subscriptions/{second}");
    let refused = (400, "subscriptionAlreadyExists");
    let body = Some(json!({ "url": url }));
    caller.row("PATCH", &path, body, refused).await;
    seen.append(&mut caller.seen);
}

async fn subscribe(caller: &mut Caller<'_>, url: &str) -> String {
    let body = json!({ "eventType": "user.updated", "name": "Ours", "url": url });
    let path = "/webhooks/subscriptions";
    let created = caller.row("POST", path, Some(body), (201, "")).await;
    created.body["_id"].as_str().expect("an id").to_owned()
}

/// Bulk operations in each of their states.
pub(super) async fn operations(spec: &Spec, seen: &mut Seen) {
    let (sandbox, mut caller) = start(spec, |switches| {
        switches.learning360.bulk.concurrent = 1;
        switches.learning360.bulk.items_per_second = 1;
    })
    .await;
    let item = |n: u32| json!({ "userId": id(n), "groupId": id(21), "role": "learner" });
    let group = json!({ "groupId": id(22) });
    for (method, path, most, items) in [
        ("POST", MEMBERSHIPS, 20_000, vec![item(1), item(9)]),
        ("DELETE", MEMBERSHIPS, 20_000, vec![item(1), item(9)]),
        ("DELETE", GROUPS, 2_000, vec![group]),
    ] {
        let input = |items: &[Value]| Some(json!({ "input": items }));
        let none = Some(json!({ "input": 7 }));
        caller.row(method, path, none, (400, "invalidInput")).await;
        let long = vec![items[0].clone(); most + 1];
        let refused = (400, "inputTooLong");
        caller.row(method, path, input(&long), refused).await;
        let answer = caller.row(method, path, input(&items), (202, "")).await;
        let location = answer.location.expect("where to look");
        let (_, one) = location.split_once("/api/v2").expect("a URL of the API");
        let busy = (429, "bulkOperationsConcurrencyLimitReached");
        caller.row(method, path, input(&items), busy).await;
        until_completed(&sandbox, &mut caller, one).await;
    }
    let absent = format!("/bulk/operations/{}", id(9));
    let missing = (404, "bulkOperationNotFound");
    caller.row("GET", &absent, None, missing).await;
    let results = format!("{absent}/results");
    caller.row("GET", &results, None, missing).await;
    caller.row("GET", "/bulk/operations", None, (200, "")).await;
    seen.append(&mut caller.seen);
    interrupted(spec, seen).await;
}

/// Looks at an operation in every state until it is completed.
async fn until_completed(sandbox: &Sandbox, caller: &mut Caller<'_>, one: &str) {
    let results = format!("{one}/results");
    let mut states = Vec::new();
    while states.last().is_none_or(|it| it != "completed") {
        assert!(states.len() < 10, "it never ends: {states:?}");
        if !states.is_empty() {
            let not_run = (400, "bulkOperationNotRun");
            caller.row("GET", &results, None, not_run).await;
            sandbox.control().advance(1).await.expect("time passes");
        }
        let found = caller.row("GET", one, None, (200, "")).await;
        states.push(found.body["status"].clone());
    }
    states.dedup();
    assert_eq!(states, ["pending", "queued", "running", "completed"]);
    caller.row("GET", &results, None, (200, "")).await;
}

/// An operation that ends in an error, and a bulk API that is switched off.
async fn interrupted(spec: &Spec, seen: &mut Seen) {
    let (sandbox, mut caller) = start(spec, |switches| {
        switches.learning360.bulk.fail_after = Some(1);
    })
    .await;
    let item = |n: u32| json!({ "userId": id(n), "groupId": id(21), "role": "learner" });
    let two = Some(json!({ "input": [item(1), item(2)] }));
    caller.row("POST", MEMBERSHIPS, two, (202, "")).await;
    sandbox.control().advance(5).await.expect("time passes");
    let listed = caller.row("GET", "/bulk/operations", None, (200, "")).await;
    assert_eq!(listed.body[0]["status"], "error");
    let mut off = Switches::default();
    off.learning360.bulk.disabled = true;
    sandbox.control().switches(&off).await.expect("it answers");
    for (method, path) in [
        ("POST", MEMBERSHIPS),
        ("DELETE", MEMBERSHIPS),
        ("DELETE", GROUPS),
    ] {
        let body = Some(json!({ "input": [] }));
        let refused = (503, "bulkAPIDisabled");
        caller.row(method, path, body, refused).await;
    }
    seen.append(&mut caller.seen);
}

/// Tokens, scopes and rates, on every route.
pub(super) async fn refused_everywhere(spec: &Spec, seen: &mut Seen) {
    let credential = Credential::new(Seed::CLIENT_ID, Seed::CLIENT_SECRET).scopes(["none:none"]);
    let world = seed().credential(credential);
    let sandbox = Sandbox::start(world).await.expect("it starts");
    let control = sandbox.control();
    let mut caller = Caller::new(spec, &sandbox).await;
    let headers = caller.headers.clone();
    let mut limited = Switches::default();
    limited.learning360.rate_limits = true;
    limited.learning360.reads_per_second = 0;
    limited.learning360.writes_per_second = 0;
    for (method, template) in routes() {
        if template.ends_with("/oauth2/token") {
            continue;
        }
        let path = super::requests::path(&template);
        let operation = spec.operation(method, &template).expect("it is there");
        let body = operation.request_schema().map(|_| json!({}));
        let no_token = (401, "invalid_token");
        caller.headers.remove("authorization");
        caller.row(method, &path, body.clone(), no_token).await;
        caller.headers.clone_from(&headers);
        let no_scope = (403, "invalid_scope");
        caller.row(method, &path, body.clone(), no_scope).await;
        control.switches(&limited).await.expect("it answers");
        // Submissions of bulk operations are not limited.
        let is_submission = operation.answers().contains_key(&503);
        let expected = if is_submission {
            no_scope
        } else {
            (429, "tooManyRequests")
        };
        caller.row(method, &path, body, expected).await;
        let usual = Switches::default();
        control.switches(&usual).await.expect("it answers");
    }
    seen.append(&mut caller.seen);
}

const MEMBERSHIPS: &str = "/bulk/groups/memberships";
const GROUPS: &str = "/bulk/groups";
