use std::fs;
use std::path::{Path, PathBuf};

/// Every Rust file of the workspace.
pub(crate) fn sources() -> Vec<PathBuf> {
    let root = root();
    let mut found = Vec::new();
    let mut folders: Vec<_> = [
        "hibob-client",
        "learning360-client",
        "provisioning-core",
        "examples",
        "tests",
    ]
    .map(|folder| root.join(folder))
    .to_vec();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() && path.file_name().is_some_and(|name| name != "target") {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    assert!(found.len() > 50, "the check sees the sources");
    found
}

/// The folder of the workspace.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the workspace")
}

#[test]
fn no_source_file_is_longer_than_600_lines() {
    for path in sources() {
        let lines = fs::read_to_string(&path).expect("a text").lines().count();
        assert!(lines <= 600, "{} has {lines} lines", path.display());
    }
}

#[test]
fn documentation_examples_are_compiled() {
    for path in sources() {
        let text = fs::read_to_string(&path).expect("a text");
        let ignored = concat!("```", "ignore");
        assert!(
            !text.contains(ignored),
            "{} has an ignored example",
            path.display()
        );
    }
}
