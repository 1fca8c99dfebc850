//! Nobody's data reaches a log, a metric, a notice, an error or a debug text.

use sandbox::{Api, BobAct, Effect, Fault, Learning360Act, List, Moment, Person, Seed, User};
use serde_json::json;

use crate::support::inbox::Inbox;
use crate::support::lines::Lines;
use crate::support::world::{DEACTIVATION, UPSERT, World, event};

/// Stands in every value of everybody.
const MARKER: &str = "Qwyzzlyx";

const POLICY: &str = r#"
platform = "hibob-provisioner"

[time]
zone = "Europe/Paris"

[user]
group = "650000000000000000000002"
mail = "email | trim | lower"
first_name = "firstName"
last_name = "surname"
job = "work.title | label('title')"

[custom_fields]
"Desk" = "work.site"

[manager]
from = "work.manager"

[[groups]]
group = "6500000000000000000000f1"
when = "work.title == 'marked'"
"#;

#[tokio::test]
async fn prv_01_a_marker_in_every_value_appears_nowhere_in_text_or_json() {
    for form in ["text", "json"] {
        let lines = Lines::keep(form);
        let inbox = Inbox::open().await;
        let at = ("SYNC_AT", "03:00".to_owned());
        let more = [inbox.variable(), at];
        let world = World::of(marked(), POLICY, &more).await;
        let decided = whole_life(&world).await;
        assert!(decided.contains("Apply"), "something was done");
        let metrics = world.get("/metrics").await.text;
        let audit = world.host.store().audited(1_000).await.unwrap();
        let letters = world.host.store().dead_letters(100).await.unwrap();
        let notices = world.host.store().notices(100).await.unwrap();
        let posted = inbox.take();
        assert!(posted.len() > 3, "{posted:?}");
        let host = format!("{:?}", world.host);
        world.host.shutdown().await.unwrap();
        let log = lines.text();
        assert!(log.lines().count() > 100, "it does log");
        for (what, text) in [
            ("the log", log),
            ("the metrics", metrics),
            ("the audit", format!("{audit:?}")),
            ("the dead letters", format!("{letters:?}")),
            ("the notices", format!("{notices:?}{posted:?}")),
            ("the decisions", decided),
            ("the host", host),
        ] {
            let found = text.to_lowercase().find(&MARKER.to_lowercase());
            let around = found.map(|at| &text[at.saturating_sub(200)..(at + 100).min(text.len())]);
            assert_eq!(around, None, "in {what}, {form}");
            for secret in ["canary", Seed::SERVICE_USER_TOKEN, Seed::CLIENT_SECRET] {
                assert!(!text.contains(secret), "{secret} in {what}, {form}");
            }
        }
    }
}

/// Everything that can happen to somebody; the decisions as they are debugged.
async fn whole_life(world: &World) -> String {
    world.connect().await;
    let control = world.sandbox.control();
    let mut decided = Vec::new();
    let act = async |act: BobAct| drop(control.act(act).await.unwrap());
    for number in 0..4 {
        act(BobAct::Hire(person(number))).await;
    }
    decided.extend(world.pass(30).await);
    // Changed, on leave and back, gone and back, deleted.
    act(BobAct::edit(
        id(0),
        "root.surname",
        format!("Other {MARKER}"),
    ))
    .await;
    act(BobAct::edit(id(1), "root.email", mail("another"))).await;
    decided.extend(world.pass(30).await);
    let day = "2026-03-02".parse().unwrap();
    act(BobAct::leave(id(0), day, "parental leave")).await;
    act(BobAct::terminate(id(1), "2026-03-01".parse().unwrap())).await;
    act(BobAct::delete(id(2))).await;
    decided.extend(world.pass(3_600).await);
    act(BobAct::rehire(id(1), day)).await;
    // An administrator changes something, and a refusal quotes a value.
    let users = control.state().await.unwrap();
    let user = users
        .linked("hibob-provisioner", &id(3))
        .unwrap()
        .id
        .clone();
    let edit = json!({ "admin_edit": { "user": user, "fields": { "lastName": MARKER } } });
    let edit: Learning360Act = serde_json::from_value(edit).unwrap();
    control.act360(edit).await.unwrap();
    // A code is told; what is in its place here is none.
    let code = mail("quoted");
    let quoted = json!({ "error": { "code": code, "message": format!("no {MARKER}") } });
    let refusal = Fault::new(Api::Learning360, Effect::json(400, quoted));
    let html = Fault::new(Api::Bob, Effect::json(500, json!({ "error": MARKER }))).nth(1);
    let faults = [
        refusal.on("PATCH", "/api/v2/users/{userId}"),
        html.on("POST", "/v1/people/search"),
    ];
    control.add_faults(&faults).await.unwrap();
    act(BobAct::edit(
        id(3),
        "root.firstName",
        format!("New {MARKER}"),
    ))
    .await;
    for seconds in [3, 60, 200, 900, 4_000] {
        decided.extend(world.pass(seconds).await);
    }
    control.clear_faults().await.unwrap();
    let moment = Moment::Before;
    let cut = Fault::new(Api::Bob, Effect::Cut { moment });
    control
        .add_faults(&[cut.on("POST", "/v1/people/search")])
        .await
        .unwrap();
    act(BobAct::edit(
        id(3),
        "root.firstName",
        format!("Newer {MARKER}"),
    ))
    .await;
    decided.extend(world.pass(600).await);
    control.clear_faults().await.unwrap();
    // Somebody whose mail belonged to a deleted account of a stranger.
    act(BobAct::Hire(person(9).mail(mail("stranger")))).await;
    decided.extend(world.pass(600).await);
    // Deliveries that are none, that are strange, and that are not Bob's.
    let full = format!(
        r#""data":{{"surname":"{MARKER}","email":"{}",""#,
        mail("data")
    );
    let strange = event("employee.teleported", 1).replace(r#""data":{""#, &full);
    world.post("/hibob/upsert", Some(UPSERT[0]), strange).await;
    let nothing = format!(r#"{{"name":"{MARKER}","type":{{"{MARKER}":1}}}}"#);
    world
        .post("/hibob/upsert", Some(UPSERT[0]), nothing.clone())
        .await;
    world
        .post(
            "/hibob/deactivation",
            Some(DEACTIVATION),
            format!("<{MARKER}>"),
        )
        .await;
    world
        .post("/hibob/upsert", Some("wrong"), nothing.clone())
        .await;
    world.post("/hibob/upsert", None, nothing).await;
    // Two nights of full synchronizations.
    for day in 3..=4 {
        let night = format!("2026-03-0{day}T02:00:00Z").parse().unwrap();
        control.advance_to(night).await.unwrap();
        decided.extend(world.host.settle().await.unwrap());
        decided.extend(world.pass(600).await);
    }
    format!("{decided:?}")
}

fn marked() -> Seed {
    let stranger = User::new("6500000000000000000000aa")
        .mail(mail("stranger"))
        .names(MARKER, MARKER)
        .status(sandbox::UserStatus::Deleted);
    let desk = sandbox::CustomField::text("6500000000000000000000d1", "Desk");
    let team = sandbox::Group::private("6500000000000000000000f1", "Team", Seed::ROOT_GROUP);
    Seed::empty("2026-03-02T08:00:00Z".parse().unwrap())
        .list(List::new("title").item("marked", format!("Head of {MARKER}")))
        .custom_field(desk)
        .group(team)
        .user(stranger)
}

fn person(number: u32) -> Person {
    Person::new(id(number))
        .names(format!("First {MARKER}"), format!("Last {MARKER}"))
        .mail(mail(&number.to_string()))
        .started("2024-04-01")
        .site(Seed::PARIS)
        .title("marked")
        .manager(id(0))
}

fn mail(name: &str) -> String {
    format!("{name}.{MARKER}@example.com").to_lowercase()
}

fn id(number: u32) -> String {
    format!("{}", 8_000_000 + number)
}
