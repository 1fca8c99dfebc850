//! Runs the body of every fuzz target over its seeds.

#[path = "../fuzz/bodies/mod.rs"]
#[allow(unreachable_pub, reason = "the fuzz targets include the same files")]
mod bodies;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz")
}

fn run(target: &str, body: fn(&[u8])) {
    let mut seeds = 0;
    for seed in fs::read_dir(fuzz().join("corpus").join(target)).expect("a folder of seeds") {
        let path = seed.expect("a seed").path();
        let data = fs::read(&path).expect("a seed");
        let outcome = std::panic::catch_unwind(|| body(&data));
        assert!(outcome.is_ok(), "{} fails", path.display());
        seeds += 1;
    }
    assert!(seeds > 0, "{target} has no seeds");
}

/// The names in a folder, without their endings.
fn names(folder: &str) -> BTreeSet<String> {
    fs::read_dir(fuzz().join(folder))
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
        .filter(|name| name != "mod")
        .collect()
}

#[test]
fn every_target_has_a_body_seeds_an_entry_and_a_test() {
    let targets = names("fuzz_targets");
    assert!(!targets.is_empty());
    assert_eq!(names("bodies"), targets);
    assert_eq!(names("corpus"), targets);
    let manifest = fs::read_to_string(fuzz().join("Cargo.toml")).expect("a manifest");
    let tests = include_str!("main.rs");
    for target in targets {
        let binary = format!("name = \"{target}\"\n");
        assert!(manifest.contains(&binary), "{target} is not in Cargo.toml");
        let test = format!("fn {target}()");
        assert!(tests.contains(&test), "{target} has no test here");
    }
}

#[test]
fn hibob_search_splitter() {
    run("hibob_search_splitter", bodies::hibob_search_splitter::run);
}

#[test]
fn hibob_webhook_event() {
    run("hibob_webhook_event", bodies::hibob_webhook_event::run);
}

#[test]
fn hibob_webhook_signature() {
    run(
        "hibob_webhook_signature",
        bodies::hibob_webhook_signature::run,
    );
}

#[test]
fn learning360_error_body() {
    run(
        "learning360_error_body",
        bodies::learning360_error_body::run,
    );
}

#[test]
fn learning360_link() {
    run("learning360_link", bodies::learning360_link::run);
}

#[test]
fn learning360_webhook() {
    run("learning360_webhook", bodies::learning360_webhook::run);
}
