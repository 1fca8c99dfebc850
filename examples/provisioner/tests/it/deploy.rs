//! The container file and the unit, as far as they can be checked without an engine.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const CONTAINERFILE: &str = include_str!("../../deploy/Containerfile");
const UNIT: &str = include_str!("../../deploy/provisioner.service");
const RUN: &str = include_str!("../../deploy/provisioner-run");

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// What is copied into the first stage.
fn sources() -> Vec<&'static str> {
    let copies = CONTAINERFILE
        .lines()
        .filter_map(|line| line.strip_prefix("COPY "));
    let copies = copies.filter(|copy| !copy.starts_with("--from"));
    let sources = copies.flat_map(|copy| {
        let mut words: Vec<_> = copy.split_whitespace().collect();
        words.pop();
        words
    });
    sources.collect()
}

/// The settings of the unit, in their order.
fn settings() -> Vec<(&'static str, &'static str)> {
    let lines = UNIT.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split_once('=')).collect()
}

#[test]
fn everything_that_the_image_is_built_from_exists() {
    let sources = sources();
    assert!(sources.contains(&"Cargo.lock"), "{sources:?}");
    for source in &sources {
        assert!(root().join(source).exists(), "{source}");
    }
    // A member of the workspace that is not copied would break the build.
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let members = manifest.split_once("members = [").unwrap().1;
    let members = members.split_once(']').unwrap().0;
    for member in members.split(',').map(|it| it.trim().trim_matches('"')) {
        let top = member.split('/').next().unwrap();
        assert!(
            top.is_empty() || sources.contains(&top),
            "{member} is not copied"
        );
    }
}

#[test]
fn nothing_of_a_working_copy_gets_into_the_image() {
    let ignored = fs::read_to_string(root().join(".dockerignore")).unwrap();
    for name in [".git", "target", ".env", "*.db"] {
        assert!(ignored.lines().any(|line| line == name), "{name}");
    }
}

#[test]
fn the_toolchain_of_the_image_is_new_enough() {
    let (_, rest) = CONTAINERFILE.split_once("library/rust:").unwrap();
    let minor = rest.split(['.', '-']).nth(1).unwrap();
    let minor: u32 = minor.parse().unwrap();
    let lock = fs::read_to_string(root().join("Cargo.lock")).unwrap();
    assert!(
        lock.contains("name = \"provisioner\""),
        "it is built with --locked"
    );
    assert!(minor >= 95, "the toolchain that the tests run with");
}

#[test]
fn the_image_runs_as_nobody_and_writes_to_its_data_only() {
    let (_, last) = CONTAINERFILE.rsplit_once("\nFROM ").unwrap();
    for line in [
        "USER 65532:65532",
        "VOLUME /data",
        "WORKDIR /data",
        "STOPSIGNAL SIGTERM",
        "ENTRYPOINT [\"/usr/local/bin/provisioner\"]",
    ] {
        assert!(last.lines().any(|it| it == line), "{line}");
    }
    assert!(last.contains("DATABASE_URL=sqlite:///data/provisioner.db"));
    assert!(last.contains("--chown=65532:65532"));
    assert!(
        !last.contains("\nRUN "),
        "there is no shell to run anything with"
    );
    for secret in ["TOKEN", "SECRET"] {
        assert!(
            !CONTAINERFILE.contains(secret),
            "a secret in an image is no secret"
        );
    }
}

#[test]
fn the_service_is_out_of_reach() {
    let settings = settings();
    for hardening in [
        ("DynamicUser", "yes"),
        ("StateDirectory", "provisioner"),
        ("ProtectSystem", "strict"),
        ("ProtectHome", "yes"),
        ("NoNewPrivileges", "yes"),
        ("CapabilityBoundingSet", ""),
        ("MemoryDenyWriteExecute", "yes"),
        ("RestrictAddressFamilies", "AF_INET AF_INET6 AF_UNIX"),
    ] {
        assert!(settings.contains(&hardening), "{hardening:?}");
    }
    // Longer than the host takes to end.
    assert!(settings.contains(&("TimeoutStopSec", "15")));
}

#[test]
fn each_secret_comes_from_a_file_that_the_program_reads() {
    let given: BTreeSet<_> = settings()
        .into_iter()
        .filter(|(name, _)| *name == "Environment")
        .filter_map(|(_, value)| value.split_once('='))
        .filter_map(|(name, _)| name.strip_suffix("_FILE"))
        .collect();
    let expected = [
        "HIBOB_DEACTIVATION_SECRETS",
        "HIBOB_SERVICE_USER_TOKEN",
        "HIBOB_UPSERT_SECRETS",
        "LEARNING360_CLIENT_SECRET",
    ];
    assert_eq!(given.into_iter().collect::<Vec<_>>(), expected);
    let guide = fs::read_to_string(root().join("docs/deploy.md")).unwrap();
    for name in expected {
        assert!(RUN.contains(&format!("{name}_FILE=")), "{name}");
        assert!(guide.contains(&format!("{name}_FILE")), "{name}");
    }
    for (name, value) in settings() {
        let is_credential = name == "LoadCredential";
        assert!(
            !is_credential || RUN.contains(value.split(':').next().unwrap()),
            "{value}"
        );
    }
}
