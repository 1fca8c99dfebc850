//! Runs the body of every fuzz target over its seeds.

#[path = "../fuzz/bodies/mod.rs"]
#[allow(unreachable_pub, reason = "the fuzz targets include the same files")]
mod bodies;

use std::fs;
use std::path::Path;

fn run(target: &str, body: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/corpus")
        .join(target);
    let mut seeds = 0;
    for seed in fs::read_dir(&folder).expect("a folder of seeds") {
        let path = seed.expect("a seed").path();
        let data = fs::read(&path).expect("a seed");
        let outcome = std::panic::catch_unwind(|| body(&data));
        assert!(outcome.is_ok(), "{} fails", path.display());
        seeds += 1;
    }
    assert!(seeds > 0, "{target} has no seeds");
}

#[test]
fn hibob_search_splitter() {
    run("hibob_search_splitter", bodies::hibob_search_splitter::run);
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
