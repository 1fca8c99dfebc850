//! Pages of the documentation that tests write.

use std::fs;
use std::path::Path;

/// Fails if the page in `docs` has another text; with `UPDATE_DOCS` set, writes it instead.
pub fn check(name: &str, text: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the workspace");
    let path = root.join("docs").join(name);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, text).expect("the page can be written");
        return;
    }
    let known = fs::read_to_string(&path).unwrap_or_default();
    if known == text {
        return;
    }
    let first = text
        .lines()
        .zip(known.lines())
        .find(|(new, old)| new != old);
    let (new, old) = first.unwrap_or(("", "the lengths differ"));
    panic!("docs/{name} is out of date; write it with UPDATE_DOCS=1\n was: {old}\n now: {new}");
}
