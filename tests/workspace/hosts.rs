//! On which hosts the scenarios are tested, and what cannot be tested on each.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use crate::files::root;
use crate::proofs::{Found, Id, Place, Proofs, found, text};
use crate::scenarios::list;

const ONE_HOST: &str = include_str!("one_host.txt");

const WITH_SERVER: &str = include_str!("server_scenarios.txt");

/// The scenarios that only the host with a database is tested by, and why.
pub(crate) fn one_host() -> BTreeMap<Id, &'static str> {
    list(ONE_HOST)
}

/// The scenarios that are proved only where there is a PostgreSQL server, and by which command.
pub(crate) fn with_server() -> BTreeMap<Id, &'static str> {
    list(WITH_SERVER)
}

/// The scenarios that are tested on every host.
pub(crate) fn on_every_host(proofs: &BTreeMap<Id, Proofs>) -> BTreeSet<Id> {
    at(proofs, &[Place::EveryHost])
}

/// Whatever is tested on one host is tested on each, or is listed with the reason why it cannot be.
#[test]
fn hst_04_what_one_host_is_tested_for_every_host_is_or_the_reason_is_listed() {
    let Found {
        mut proofs,
        with_server,
        ..
    } = found();
    for (id, tests) in with_server {
        proofs.entry(id).or_default().extend(tests);
    }
    let everywhere = on_every_host(&proofs);
    let somewhere = at(&proofs, &[Place::Host, Place::Http]);
    let on_one: BTreeSet<_> = somewhere.difference(&everywhere).copied().collect();
    let listed: BTreeSet<_> = one_host().into_keys().collect();
    let texts = |ids: &BTreeSet<Id>, others| {
        let ids = ids.difference(others).copied();
        ids.map(text).collect::<Vec<_>>()
    };
    let unlisted = texts(&on_one, &listed);
    assert!(
        unlisted.is_empty(),
        "test them on every host, or say in one_host.txt why that cannot be: {unlisted:?}"
    );
    let too_many = texts(&listed, &on_one);
    assert!(
        too_many.is_empty(),
        "take them off one_host.txt: {too_many:?}"
    );
    assert_eq!(
        listed.len(),
        ON_ONE_HOST,
        "if the list grows, say so here and why in the commit"
    );
}

/// The scenarios are one folder, which is built for each host and whole.
#[test]
fn hst_04_each_host_runs_the_same_tests_and_none_is_left_out() {
    let folder = root().join("tests/acceptance");
    let read = |path: &str| fs::read_to_string(folder.join(path)).expect("a text");
    let main = read("main.rs");
    for (host, name) in [
        ("provisioner", "provisioner::Host"),
        ("embedded", "Embedded"),
    ] {
        assert!(main.contains(&format!("\nmod {host};\n")), "{host}");
        let source = read(&format!("{host}.rs"));
        assert!(source.contains(name), "{host}");
        let all = "#[path = \"scenarios/mod.rs\"]\nmod scenarios;\n";
        assert!(source.contains(all), "{host}");
        assert!(!source.contains("cfg("), "{host}");
    }
    let modules = read("scenarios/mod.rs");
    for entry in fs::read_dir(folder.join("scenarios")).expect("a folder") {
        let path = entry.expect("an entry").path();
        let source = fs::read_to_string(&path).expect("a text");
        let name = path.file_stem().and_then(|name| name.to_str());
        let name = name.expect("a name");
        assert!(
            name == "mod" || modules.contains(&format!("\nmod {name};\n")),
            "{name} is not run"
        );
        for way_out in ["#[ignore", "cfg("] {
            assert!(!source.contains(way_out), "{name}: {way_out}");
        }
    }
}

/// No plain run proves them; what is said of them instead has to be true.
#[test]
fn what_needs_a_server_is_ignored_for_that_reason_and_run_by_ci() {
    let Found {
        proofs,
        with_server,
        ..
    } = found();
    for (script, step) in [
        (".ci/run", "bash .ci/with-postgres bash .ci/on-postgres"),
        (
            ".ci/on-postgres",
            "cargo test --workspace --test it -- --include-ignored",
        ),
    ] {
        let lines = fs::read_to_string(root().join(script)).expect("a text");
        let runs = lines.lines().any(|line| {
            let line = line.trim();
            !line.starts_with('#') && line.ends_with(step)
        });
        assert!(runs, "{script} runs {step}");
    }
    for (id, command) in self::with_server() {
        let id_text = text(id);
        assert!(
            !proofs.contains_key(&id),
            "take {id_text} off server_scenarios.txt"
        );
        let tests = with_server.get(&id);
        let tests = tests.unwrap_or_else(|| panic!("{id_text} has no test that needs a server"));
        // The step runs the tests of the host.
        let mut places = tests.values().flatten();
        assert!(places.all(|place| *place == Place::Host), "{id_text}");
        assert!(
            command.contains("bash .ci/with-postgres"),
            "{id_text}: {command}"
        );
    }
}

fn at(proofs: &BTreeMap<Id, Proofs>, places: &[Place]) -> BTreeSet<Id> {
    let is_there = |proofs: &&Proofs| {
        let mut all = proofs.values().flatten();
        all.any(|place| places.contains(place))
    };
    let there = proofs.iter().filter(|(_, proofs)| is_there(proofs));
    there.map(|(id, _)| *id).collect()
}

/// How many scenarios are tested on one host alone.
const ON_ONE_HOST: usize = 10;
