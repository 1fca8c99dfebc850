//! How many calls what happens costs, counted in the stand-ins' logs, and the page that says so.
//!
//! A read or a write is one HTTP call to either API. Calls for tokens and for metadata that is kept
//! (fields, named lists, groups, custom fields) are not counted.

use std::fmt::Write as _;

use futures_util::StreamExt as _;
use provisioning_core::policy::Depth;
use provisioning_core::sync::Situation;
use sandbox::{
    Api, BobAct, CustomField, CustomValue, Group, Log, LoggedRequest, Mapping, Person, Seed, User,
    UserStatus,
};
use serde_json::{Value, json};
use system_tests::{BOB_COMPANY, Endpoint, pages, person};

use crate::company::in_step;
use crate::{ADA, GRACE, MAIL, OTHER, USER, World};

/// Everything that the host can keep in step: fields, a custom field, a group and a manager.
const POLICY: &str = r#"
platform = "test-provisioner"

[scope]
when = "work.siteId == '2606110'"

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
when = "work.title == 't2'"
"#;

/// What something cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Cost {
    decisions: usize,
    searches: usize,
    reads: usize,
    writes: usize,
}

#[tokio::test]
async fn what_happens_costs_so_many_calls_and_the_page_says_so() {
    let mut costs = events().await;
    costs.extend(changes().await);
    costs.push(two_thousand_events().await);
    costs.push(light_synchronization().await);
    pages::check("api-calls.md", &page(&costs));
}

/// Events behind which there is nothing to do.
async fn events() -> Vec<(&'static str, Cost)> {
    let mut world = warm().await;
    let irrelevant = cost(&mut world, async |world| {
        let edit = BobAct::edit(ADA, "work.employeeIdInCompany", 7);
        world.bob_act(edit).await;
    });
    let irrelevant = irrelevant.await;
    assert_eq!((irrelevant.reads, irrelevant.writes), (0, 0));

    let ignored = cost(&mut world, async |world| {
        world.bob_act(BobAct::emit("employee.left", ADA)).await;
    });
    let ignored = ignored.await;
    assert_eq!(ignored, Cost::default());

    let in_sync = cost(&mut world, async |world| {
        world.bob_act(BobAct::emit("employee.updated", ADA)).await;
    });
    let in_sync = in_sync.await;
    assert!(in_sync.reads <= 5, "{in_sync:?}");
    assert_eq!((in_sync.decisions, in_sync.writes), (1, 0));

    let burst = cost(&mut world, async |world| {
        for number in 0..30 {
            let body = event("employee.updated", ADA, number);
            assert_eq!(world.deliver(Endpoint::Upsert, &body).await, 200);
        }
    });
    let burst = burst.await;
    assert_eq!((burst.decisions, burst.searches, burst.writes), (1, 1, 0));
    assert!(burst.reads <= 5, "{burst:?}");
    vec![
        ("an update that changes nothing mapped", irrelevant),
        ("an event that the policy ignores", ignored),
        ("an event about somebody who is in sync", in_sync),
        ("a burst of thirty events about one person", burst),
    ]
}

/// Events behind which there is something to do.
async fn changes() -> Vec<(&'static str, Cost)> {
    let mut world = warm().await;
    let renamed = cost(&mut world, async |world| {
        let edit = BobAct::edit(ADA, "root.surname", "Byron");
        world.bob_act(edit).await;
    });
    let renamed = renamed.await;
    assert_eq!((renamed.decisions, renamed.writes), (1, 1));

    let titled = cost(&mut world, async |world| {
        world.bob_act(BobAct::edit(ADA, "work.title", "t3")).await;
    });
    let titled = titled.await;
    assert_eq!(titled.decisions, 1);

    let hired = cost(&mut world, async |world| {
        world.bob_act(BobAct::Hire(newcomer())).await;
    });
    let hired = hired.await;
    assert_eq!(hired.decisions, 1);

    let mut world = warm().await;
    let left = cost(&mut world, async |world| {
        let yesterday = crate::date("2026-03-01");
        world.bob_act(BobAct::terminate(ADA, yesterday)).await;
    });
    let left = left.await;
    assert_eq!((left.decisions, left.writes), (1, 1));
    vec![
        ("a changed name", renamed),
        ("a changed job title, by which a group goes", titled),
        ("a hire: account, link, custom field, group, manager", hired),
        ("somebody who left", left),
    ]
}

/// A job title that nothing else goes by is one edit.
#[tokio::test]
async fn ev_03_a_changed_job_title_is_one_write() {
    let policy = POLICY.split("[[groups]]").next().expect("there is a start");
    let mut world = World::with_policy(seed(), policy).await;
    world.bob(BobAct::emit("employee.updated", ADA)).await;
    let titled = cost(&mut world, async |world| {
        world.bob_act(BobAct::edit(ADA, "work.title", "t3")).await;
    });
    let titled = titled.await;
    assert_eq!((titled.decisions, titled.writes), (1, 1));
    assert!(titled.reads <= 5, "{titled:?}");
}

/// Two thousand people at once are read a hundred at a time.
async fn two_thousand_events() -> (&'static str, Cost) {
    // They are out of scope, so that nothing but the record and the link is asked for.
    let seed = (0..2_000).fold(seed(), |seed, number| {
        let id = Seed::employee_id(10_000 + number);
        let mail = format!("person{number}@example.com");
        seed.employee(person(&id, &mail).site(Seed::AUCKLAND))
    });
    let mut world = World::with_policy(seed, POLICY).await;
    world.pass(60).await;
    let cost = cost(&mut world, async |world| {
        let world = &*world;
        let posts = (0..2_000).map(async |number| {
            let id = Seed::employee_id(10_000 + u64::from(number));
            let body = event("employee.created", &id, number);
            assert_eq!(world.deliver(Endpoint::Upsert, &body).await, 200);
        });
        let posts = futures_util::stream::iter(posts).buffer_unordered(50);
        posts.collect::<()>().await;
    });
    let cost = cost.await;
    assert_eq!((cost.decisions, cost.writes), (2_000, 0));
    assert!(cost.searches <= 20, "{cost:?}");
    ("two thousand events about as many people", cost)
}

/// Whoever can be compared in lists is.
async fn light_synchronization() -> (&'static str, Cost) {
    let mut world = World::start(in_step(2_000)).await;
    world
        .control()
        .clear_log()
        .await
        .expect("the log is emptied");
    let report = world.sync(Depth::Light).await;
    assert_eq!(report.get(Situation::InSync), 2_000, "{}", report.tally);
    let log = world.control().log().await.expect("the sandbox answers");
    let cost = counted(&log);
    assert_eq!((cost.searches, cost.writes), (1, 0));
    // A page of people, links and deactivated accounts each, and accounts by the five hundred.
    assert_eq!(cost.reads, 1 + 1 + 1 + 2_001_usize.div_ceil(500));
    ("a light full synchronization of 2 000 people in sync", cost)
}

/// A world whose host has just decided about Ada, so that her link and the metadata are kept.
async fn warm() -> World {
    let mut world = World::with_policy(seed(), POLICY).await;
    world.bob_act(BobAct::emit("employee.updated", GRACE)).await;
    world.bob(BobAct::emit("employee.updated", ADA)).await;
    // The look after 25 seconds, too.
    world.pass(60).await;
    let user = world.user(USER).await;
    assert!(user.managers.contains(OTHER), "everything agrees");
    world
}

/// Lets something happen, lets the host work until a quiet moment is over, and counts.
///
/// The second look after 25 seconds, when Bob's reads cannot be stale any more, is not counted: it
/// costs the reads of somebody who is in sync.
async fn cost(world: &mut World, what: impl AsyncFnOnce(&mut World)) -> Cost {
    world.pass(60).await;
    world.control().clear_log().await.expect("cleared");
    what(world).await;
    let decisions = world.pass(3).await.len();
    let log = world.control().log().await.expect("the sandbox answers");
    Cost {
        decisions,
        ..counted(&log)
    }
}

fn counted(log: &Log) -> Cost {
    let kept = [
        "/oauth2/token",
        "/company/people/fields",
        "/company/named-lists",
        "/api/v2/groups",
        "/api/v2/custom-fields",
    ];
    let is_kept = |request: &LoggedRequest| {
        let route = request.route.trim_end_matches("/{listName}");
        request.method != "DELETE" && kept.iter().any(|end| route.ends_with(end))
    };
    let mut cost = Cost::default();
    for request in log.requests.iter().filter(|request| !is_kept(request)) {
        let is_search = request.route.ends_with("/people/search");
        cost.searches += usize::from(is_search);
        // Bob is only read, also where that takes a POST.
        if request.api == Api::Bob || request.method == "GET" {
            cost.reads += 1;
        } else {
            cost.writes += 1;
        }
    }
    cost
}

/// Ada, who reports to Grace; both have accounts that agree.
fn seed() -> Seed {
    let grace = person(GRACE, "grace@example.com");
    let ada = person(ADA, MAIL).title("t2").manager(GRACE);
    World::seed()
        .list(
            sandbox::List::new("title")
                .item("t1", "Engineer")
                .item("t2", "Analyst")
                .item("t3", "Architect"),
        )
        .custom_field(CustomField::text(DESK, "Desk"))
        .group(Group::private(TEAM, "Analysts", Seed::ROOT_GROUP))
        .employee(grace)
        .employee(ada)
        .user(account(OTHER, "grace@example.com", "Engineer"))
        .user(
            account(USER, MAIL, "Analyst")
                .member_of(TEAM, "learner")
                .manager(OTHER),
        )
        .mapping(Mapping::user("test-provisioner", OTHER, GRACE))
        .mapping(Mapping::user("test-provisioner", USER, ADA))
}

fn account(id: &str, mail: &str, job: &str) -> User {
    User::new(id)
        .mail(mail)
        .names("Ada", "Lovelace")
        .job(job)
        .status(UserStatus::Active)
        .member_of(Seed::LEARNERS_GROUP, "learner")
        .custom_value(CustomValue::text(DESK, "Paris"))
}

fn newcomer() -> Person {
    person("3332883894235038490", "mary@example.com")
        .title("t2")
        .manager(GRACE)
}

fn event(kind: &str, employee: &str, number: u32) -> Value {
    json!({
        "companyId": BOB_COMPANY, "type": kind, "triggeredBy": "system",
        "triggeredAt": format!("2026-03-02T09:00:00.{number:06}"), "version": "v2",
        "data": { "employeeId": employee },
    })
}

fn page(costs: &[(&str, Cost)]) -> String {
    let mut page = String::from(PAGE);
    for (what, cost) in costs {
        let Cost {
            decisions,
            reads,
            writes,
            ..
        } = cost;
        writeln!(page, "| {what} | {decisions} | {reads} | {writes} |").expect("memory");
    }
    page.push_str(AFTER);
    page
}

const DESK: &str = "6500000000000000000000d1";
const TEAM: &str = "6500000000000000000000f1";

const PAGE: &str = "\
# API calls

What happens in Bob, and how many calls it costs. A read or a write is one HTTP call to either API;
calls for tokens, and for metadata that is kept (fields, named lists, groups, custom fields), are not
counted. The policy keeps fields, a custom field, a group and the manager in step, so that everything
there is to read is read; the person's link was read within the last fifteen minutes.

A test counts them in the stand-ins' logs and writes this page:
`UPDATE_DOCS=1 cargo test -p system-tests --test acceptance calls`. It fails if a number changes.

| what happens | decisions | reads | writes |
|---|---|---|---|
";

const AFTER: &str = "
Bob's reads may be stale for twenty seconds. Where one was made that soon after an event, one more look
follows 25 seconds after the event; it costs what an event about somebody who is in sync costs.

People are read with one search for up to a hundred of them; of the two thousand, each link is asked
for as well. A light full synchronization reads lists, and nothing for each person: 5 000 people of Bob
to a search, 5 000 links and 500 accounts to a page.
";
