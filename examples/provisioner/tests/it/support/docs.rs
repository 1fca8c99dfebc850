//! Pages of the documentation that show what the commands print.

use std::path::{Path, PathBuf};
use std::{env, fs};

/// Fails if the page in `docs` has another text; with `UPDATE_DOCS` set, writes it instead.
pub fn check(name: &str, text: &str) {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    let page = docs.join(name);
    if env::var_os("UPDATE_DOCS").is_some() {
        fs::create_dir_all(&docs).unwrap();
        fs::write(&page, text).unwrap();
        return;
    }
    let known = fs::read_to_string(&page).unwrap_or_default();
    if known == text {
        return;
    }
    let lines = text.lines().zip(known.lines());
    let different = lines.into_iter().find(|(new, old)| new != old);
    let (new, old) = different.unwrap_or(("", "the lengths differ"));
    panic!("docs/{name} is out of date; write it with UPDATE_DOCS=1\n was: {old}\n now: {new}");
}

/// A command and what it printed, as a block of a page. Whatever names a machine is refused.
pub fn block(command: &str, printed: &str) -> String {
    let usual = printed.replace("127.0.0.1:8360", "…");
    for machine in machine() {
        assert!(!usual.contains(&machine), "{machine} in\n{printed}");
    }
    format!("```text\n$ {command}\n{}\n```\n", printed.trim_end())
}

/// What names this machine: its folders, and ports of the moment.
fn machine() -> Vec<String> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).to_owned();
    let repository = here.ancestors().nth(2).map(Path::to_owned);
    let home = env::var_os("HOME").map(PathBuf::from);
    let folders = [Some(env::temp_dir()), home, repository];
    let folders = folders.into_iter().flatten();
    let folders = folders.filter(|folder| folder.components().count() > 1);
    let folders = folders.map(|folder| folder.display().to_string());
    folders.chain(["127.0.0.1:".to_owned()]).collect()
}
