//! Which tests prove which scenario, as a page of the documentation.
//!
//! `scenarios.txt` says what must happen; a test whose name begins with a scenario's id proves it.
//! One name may carry several ids: `mat_08_and_13_…`, `err_07_and_lif_25_…`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use system_tests::pages;

use crate::hosts;
use crate::proofs::{FAMILIES, Found, Id, Proofs, found, text, two_digits};

const SCENARIOS: &str = include_str!("scenarios.txt");

const OPEN: &str = include_str!("open_scenarios.txt");

/// What must happen in one situation.
pub(crate) struct Scenario {
    pub(crate) id: Id,
    pub(crate) sentence: &'static str,
}

#[test]
fn every_scenario_has_a_test_or_is_known_to_be_open() {
    let Found { proofs, .. } = found();
    let (open, with_server) = (open(), hosts::with_server());
    let is_known = |id: &Id| open.contains_key(id) || with_server.contains_key(id);
    let all = scenarios().map(|scenario| scenario.id);
    let missing = all.filter(|id| !proofs.contains_key(id) && !is_known(id));
    let missing: Vec<_> = missing.map(text).collect();
    assert!(missing.is_empty(), "without a test: {missing:?}");
    let done = open.into_keys().filter(|id| proofs.contains_key(id));
    let done: Vec<_> = done.map(text).collect();
    assert!(
        done.is_empty(),
        "take them off open_scenarios.txt: {done:?}"
    );
}

#[test]
fn every_test_that_names_a_scenario_names_one_that_exists() {
    let Found {
        proofs,
        with_server,
        strange,
    } = found();
    assert!(strange.is_empty(), "no ids: {strange:?}");
    let known: BTreeSet<_> = scenarios().map(|scenario| scenario.id).collect();
    for (id, tests) in proofs.into_iter().chain(with_server) {
        assert!(known.contains(&id), "{}: {:?}", text(id), tests.keys());
    }
    let listed = [open(), hosts::with_server(), hosts::one_host()];
    for id in listed.iter().flat_map(BTreeMap::keys) {
        assert!(known.contains(id), "{} is no scenario", text(*id));
    }
}

#[test]
fn the_page_of_the_scenarios_is_up_to_date() {
    pages::check("scenarios.md", &page());
}

fn page() -> String {
    let Found {
        proofs,
        with_server,
        ..
    } = found();
    let (open, one_host) = (open(), hosts::one_host());
    let servers = hosts::with_server();
    let mut page = HEAD.to_owned();
    let count = scenarios().count();
    let _ = writeln!(
        page,
        "Of {count} scenarios {} are proved by `cargo test`, {} where there is a PostgreSQL server, \
         and {} are open. {} are tested on every host, {} on one alone, as the end of this page \
         says; the others are tested where no host is needed.",
        count - open.len() - servers.len(),
        servers.len(),
        open.len(),
        hosts::on_every_host(&proofs).len(),
        one_host.len(),
    );
    for line in SCENARIOS.lines() {
        if let Some(title) = line.strip_prefix("## ") {
            let _ = write!(page, "\n## {title}\n\n{COLUMNS}");
        }
        let Some(Scenario { id, sentence }) = scenario(line) else {
            continue;
        };
        let proved = if let Some(proofs) = proofs.get(&id) {
            lines(proofs)
        } else if let Some(command) = servers.get(&id) {
            let proofs = with_server.get(&id).map(lines).unwrap_or_default();
            format!("**with a PostgreSQL server only**: {proofs}; {command}")
        } else {
            let reason = open.get(&id).unwrap_or(&"nothing");
            format!("**open**: {reason}")
        };
        let _ = writeln!(page, "| {} | {sentence} | {proved} |", text(id));
    }
    page.push_str(ONE_HOST);
    for (id, reason) in one_host {
        let _ = writeln!(page, "| {} | {reason} |", text(id));
    }
    page
}

fn lines(proofs: &Proofs) -> String {
    let lines = proofs.iter().map(|(says, places)| {
        let places: Vec<_> = places.iter().map(|place| place.as_str()).collect();
        format!("{says} ({})", places.join(", "))
    });
    lines.collect::<Vec<_>>().join("<br>")
}

pub(crate) fn scenarios() -> impl Iterator<Item = Scenario> {
    SCENARIOS.lines().filter_map(scenario)
}

fn scenario(line: &'static str) -> Option<Scenario> {
    let (id, sentence) = line.split_once(' ')?;
    let (family, number) = id.split_once('-')?;
    let mut families = FAMILIES.into_iter();
    let family = families.find(|known| *known == family)?;
    let id = (family, two_digits(number)?);
    Some(Scenario { id, sentence })
}

/// The scenarios without a test, and what they wait for.
fn open() -> BTreeMap<Id, &'static str> {
    list(OPEN)
}

/// A file of ids, each with a sentence about it.
pub(crate) fn list(file: &'static str) -> BTreeMap<Id, &'static str> {
    let lines = file.lines().filter(|line| !line.starts_with('#'));
    let listed = lines.map(|line| scenario(line).expect("an id and a sentence"));
    listed.map(|it| (it.id, it.sentence)).collect()
}

const HEAD: &str = "\
# Scenarios

What must happen in every situation, and the tests that prove it. `cargo test --workspace ev_01` runs
those of one scenario. *Core* is the rules against a model of both systems, woken by an event or by a
full synchronization; *host* is the reference host by itself; *HTTP* is the whole, with signed webhooks
and both stand-ins; *every host* means once on the reference host and once on the service that
integrators are shown, `embed-in-axum` of the quickstart.

A test writes this page from `tests/workspace/scenarios.txt` and the names of the tests:
`UPDATE_DOCS=1 cargo test -p system-tests --test workspace`. It fails if a scenario has no test.

";

const COLUMNS: &str = "| | what must happen | proved by |\n|---|---|---|\n";

const ONE_HOST: &str = "
## On one host alone

These are tested over HTTP or on the process itself, and on the reference host alone. A test sees to
it that the list is right: whatever is tested on a host is tested on every one, or stands here.

| | why the other host cannot have it |
|---|---|
";
