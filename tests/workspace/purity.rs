use std::process::Command;

use crate::files::root;

/// The packages that a package is built from, with these features and nothing else.
fn tree(package: &str, features: &[&str]) -> Vec<String> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .args([
            "tree",
            "--offline",
            "--locked",
            "--edges",
            "normal",
            "--prefix",
            "none",
        ])
        .args(["--no-default-features", "--package", package])
        .args(["--format", "{p}"])
        .current_dir(root());
    if !features.is_empty() {
        cargo.args(["--features", &features.join(",")]);
    }
    let output = cargo.output().expect("cargo runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout).expect("a text");
    let mut names: Vec<_> = text
        .lines()
        .filter_map(|line| line.split(' ').next())
        .map(str::to_owned)
        .collect();
    names.sort();
    names.dedup();
    names
}

/// What a pure crate must not be built from: networks, runtimes, clocks of the system, randomness.
const IMPURE: [&str; 10] = [
    "reqwest",
    "hyper",
    "tokio",
    "rustls",
    "socket2",
    "mio",
    "rand",
    "getrandom",
    "async-trait",
    "futures-util",
];

#[test]
fn the_core_is_built_from_nothing_that_reaches_out() {
    let names = tree("provisioning-core", &[]);
    for impure in IMPURE {
        assert!(
            !names.iter().any(|name| name == impure),
            "the core depends on {impure}"
        );
    }
    assert!(
        names.iter().any(|name| name == "jiff"),
        "the check sees the tree: {names:?}"
    );
}

#[test]
fn the_clients_types_are_built_from_nothing_that_reaches_out() {
    for client in ["hibob-client", "learning360-client"] {
        let names = tree(client, &[]);
        for impure in IMPURE {
            assert!(
                !names.iter().any(|name| name == impure),
                "{client} depends on {impure}"
            );
        }
        assert!(
            names.len() <= 35,
            "{client} is built from {} crates: {names:?}",
            names.len()
        );
    }
}

#[test]
fn the_check_would_see_an_impure_dependency() {
    let names = tree("provisioning-core", &["clients"]);
    assert!(names.iter().any(|name| name == "reqwest"));
    assert!(names.iter().any(|name| name == "tokio"));
}
