//! What `GET /metrics` shows, and the page that says so.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use provisioner::Metrics;
use provisioning_core::driver::{RunStore as _, approve};
use sandbox::{Api, BobAct, Effect, Fault};
use system_tests::{Endpoint, pages, person};

use crate::{ADA, GRACE, MAIL, OTHER, USER, World, account, date, linked};

/// Names, each with the names of its labels.
type Shown = BTreeMap<String, BTreeSet<String>>;

#[tokio::test]
async fn every_metric_stands_in_the_table_and_none_tells_of_a_person() {
    let text = full_of_everything().await;
    let shown = shown(&text);
    let described: Shown = Metrics::ALL
        .iter()
        .map(|it| (it.name.to_owned(), set(it.labels)))
        .collect();
    assert_eq!(shown, described);
    let kinds: BTreeMap<_, _> = text
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE ")?.split_once(' '))
        .collect();
    for described in Metrics::ALL {
        assert_eq!(kinds.get(described.name), Some(&described.kind));
    }
    for personal in [
        "Ada",
        "Lovelace",
        MAIL,
        "example.com",
        ADA,
        GRACE,
        USER,
        OTHER,
    ] {
        assert!(!text.contains(personal), "{personal}");
    }
    // No label holds an id: the digest of the policy is the only long run of digits.
    for line in text
        .lines()
        .filter(|line| !line.starts_with("provisioner_info"))
    {
        let digits = line.split(|it: char| !it.is_ascii_hexdigit());
        let longest = digits
            .filter(|run| run.bytes().any(|it| it.is_ascii_digit()))
            .map(str::len)
            .max();
        assert!(longest < Some(20), "{line}");
    }
}

#[test]
fn the_page_of_the_metrics_is_up_to_date() {
    let mut page = String::from(PAGE);
    for it in Metrics::ALL {
        let labels: Vec<_> = it.labels.iter().map(|label| format!("`{label}`")).collect();
        let labels = labels.join(", ");
        writeln!(
            page,
            "| `{}` | {} | {labels} | {} |",
            it.name, it.kind, it.text
        )
        .expect("memory");
    }
    pages::check("metrics.md", &page);
}

#[tokio::test]
async fn the_time_from_delivery_to_account_is_shown() {
    let mut world = World::start(linked()).await;
    world.bob_act(BobAct::edit(ADA, "work.title", "t2")).await;
    world.pass(7).await;
    let (_, text) = world.get("/metrics").await;
    let lag = |quantile: &str| {
        let name = format!("provisioner_lag_seconds{{quantile=\"{quantile}\"}} ");
        let line = text.lines().find_map(|line| line.strip_prefix(&name));
        line.expect("shown").parse::<f64>().expect("a number")
    };
    // The summary keeps its numbers to a small error.
    for quantile in ["0.5", "0.95"] {
        assert!((lag(quantile) - 7.0).abs() < 0.1, "{}", lag(quantile));
    }
    assert!(text.contains("provisioner_lag_seconds_count 1"));
}

#[tokio::test]
async fn somebody_who_had_to_wait_for_an_api_has_waited_since_the_delivery() {
    let mut world = World::start(linked()).await;
    let broken = Fault::new(Api::Bob, Effect::status(500));
    world.fault(broken.on("POST", "/v1/people/search")).await;
    world.bob_act(BobAct::edit(ADA, "work.title", "t2")).await;
    world.pass(3).await;
    let (_, text) = world.get("/metrics").await;
    assert!(!text.contains("provisioner_lag_seconds_count"), "not yet");
    world.control().clear_faults().await.expect("cleared");
    world.pass(40).await;
    let (_, text) = world.get("/metrics").await;
    assert!(text.contains("provisioner_lag_seconds_sum 43"), "{text}");
}

#[tokio::test]
async fn the_queue_the_budgets_and_what_differs_are_measured() {
    let mut world = World::start(linked()).await;
    let gauge = async |world: &World, name: &str| {
        let (_, text) = world.get("/metrics").await;
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        let line = line.unwrap_or_else(|| panic!("{name} in\n{text}"));
        line.trim().to_owned()
    };
    assert_eq!(gauge(&world, "provisioner_queue_oldest_seconds").await, "0");
    world
        .bob_act(BobAct::terminate(ADA, date("2026-03-01")))
        .await;
    world.control().advance(90).await.expect("time passes");
    assert_eq!(
        gauge(&world, "provisioner_queue_employees{state=\"due\"}").await,
        "1"
    );
    let oldest = gauge(&world, "provisioner_queue_oldest_seconds").await;
    assert_eq!(oldest, "90", "a departure is urgent");
    world.settle().await;
    assert_eq!(
        gauge(&world, "provisioner_queue_employees{state=\"due\"}").await,
        "0"
    );
    let fill = "provisioner_guard_fill_ratio{budget=\"deactivation\",window=\"1h\"}";
    assert_eq!(gauge(&world, fill).await, "0.2", "one of five");
    let delivered = "provisioner_last_delivery_seconds{endpoint=\"deactivation\"}";
    assert_eq!(gauge(&world, delivered).await, "90");
    assert_eq!(gauge(&world, "provisioner_drift_oldest_seconds").await, "0");
    world.host().store().close().await;
    let (status, text) = world.get("/metrics").await;
    assert_eq!(status, 200, "the counters are shown without a database");
    assert!(text.contains("provisioner_decisions_total"));
}

/// The metrics of a host to which everything has happened.
async fn full_of_everything() -> String {
    let mut seed = linked()
        .employee(person(GRACE, "grace@example.com"))
        .user(account(
            OTHER,
            "grace@example.com",
            sandbox::UserStatus::Deleted,
        ));
    seed.switches.bob.rate_limits = true;
    let mut world = World::start(seed).await;
    a_night_passes(&mut world).await;
    world.bob_act(BobAct::emit("employee.created", GRACE)).await;
    world.bob(BobAct::edit(ADA, "work.title", "t2")).await;
    // A signed body that is no event, and an event on the wrong address.
    let nothing = serde_json::json!({});
    world.deliver(Endpoint::Upsert, &nothing).await;
    let inactivated = serde_json::json!({
        "companyId": system_tests::BOB_COMPANY, "type": "employee.inactivated",
        "triggeredAt": "2026-03-02T09:00:00.000001", "version": "v2",
        "data": { "employeeId": ADA },
    });
    world.deliver(Endpoint::Upsert, &inactivated).await;
    world.pass(120).await;
    let (status, text) = world.get("/metrics").await;
    assert_eq!(status, 200);
    text
}

/// Everybody is compared at night, which is approved, for it is the first time.
async fn a_night_passes(world: &mut World) {
    world.compare_everybody_at("03:00").await;
    world.settle().await;
    world.pass_until("2026-03-03T02:00:00Z").await;
    let store = world.host().store();
    let planned = store.runs(1).await.expect("the store holds");
    let now = world.control().now().await.expect("the sandbox answers");
    let approved = approve(store, planned[0].id, now).await;
    assert!(approved.expect("the store holds"));
    world.pass(60).await;
}

/// What a text in the format of Prometheus shows.
fn shown(text: &str) -> Shown {
    let mut shown = Shown::new();
    for line in text
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
    {
        let (series, _) = line.rsplit_once(' ').expect("a value");
        let (name, labels) = series.split_once('{').unwrap_or((series, ""));
        let name = name.strip_suffix("_sum").unwrap_or(name);
        let name = name.strip_suffix("_count").unwrap_or(name);
        let labels = labels.trim_end_matches('}').split(',');
        let names = labels.filter_map(|label| Some(label.split_once('=')?.0.to_owned()));
        shown.entry(name.to_owned()).or_default().extend(names);
    }
    shown
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

const PAGE: &str = "\
# Metrics

`GET /metrics` of the reference host, in the text format of Prometheus. Labels are names and classes:
no id, no address and no value of anybody stands in them. Seconds are seconds, ratios are between 0
and 1; gauges are measured when they are read, so that every instance of a host shows the same queue,
budgets and drift, and its own calls and deliveries.

A test writes this page from the metrics themselves:
`UPDATE_DOCS=1 cargo test -p system-tests --test acceptance metrics`. It fails if a metric is shown
that does not stand here, or with other labels.

| metric | kind | labels | what it says |
|---|---|---|---|
";
