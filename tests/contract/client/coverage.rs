//! The table of what is covered, in the documentation.

use std::fmt::{self, Write as _};
use std::path::Path;

/// What was checked of one operation.
pub(super) struct Row {
    pub(super) method: &'static str,
    pub(super) path: String,
    pub(super) call: &'static str,
    pub(super) scope: Option<String>,
    /// How many different requests were judged.
    pub(super) inputs: usize,
    /// The statuses that were read.
    pub(super) read: Vec<Read>,
}

/// A status that was read.
pub(super) struct Read {
    pub(super) status: u16,
    /// With how many error codes.
    pub(super) codes: usize,
    pub(super) is_declared: bool,
}

/// Compares the table with the one in the documentation, or writes it there with `UPDATE_DOCS=1`.
pub(super) fn compare(rows: &[Row]) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/coverage-360learning.md");
    let table = table(rows);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::create_dir_all(file.with_file_name("")).expect("the folder can be made");
        std::fs::write(&file, &table).expect("the table can be written");
    }
    let written = std::fs::read_to_string(&file).unwrap_or_default();
    assert_eq!(
        written, table,
        "docs/coverage-360learning.md is out of date: run the test with UPDATE_DOCS=1"
    );
}

fn table(rows: &[Row]) -> String {
    let mut text = HEAD.to_owned();
    for row in rows {
        let (method, path, call, inputs) = (row.method, &row.path, row.call, row.inputs);
        let call = if call.contains("()") {
            format!("`{}`", call.replace(", ", "`, `"))
        } else {
            call.to_owned()
        };
        let scope = row.scope.as_ref().map(|scope| format!("`{scope}`"));
        let scope = scope.unwrap_or_default();
        let read: Vec<String> = row.read.iter().map(Read::to_string).collect();
        let read = read.join(", ");
        writeln!(
            text,
            "| {call} | `{method} {path}` | {scope} | {inputs} | {read} |"
        )
        .expect("memory does not fail");
    }
    text
}

impl fmt::Display for Read {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.status)?;
        match (self.is_declared, self.codes) {
            (false, _) => f.write_str(" (not declared)"),
            (true, 0 | 1) => Ok(()),
            (true, codes) => write!(f, " ({codes} codes)"),
        }
    }
}

const HEAD: &str = "\
# What the 360Learning client is checked for

Each operation of `learning360-client`, against 360Learning's own OpenAPI files:

- **Inputs**: how many different requests, made from generated inputs, were judged. Each must be one
  that the operation takes (path, query, headers, body), must hold every value as it was given, and
  together they fill every parameter, every filter with every operator, every property, every value
  of an enumeration, and null wherever it may stand. What the client leaves out on purpose is
  listed in the test, with the reason.
- **Answers**: the statuses that the operation declares. For each, answers were generated from its
  schema, one at least for every error code; a success must be read to the last property, an error
  with its status and its code.

The test that does this makes this table (`tests/contract/client.rs`). It needs 360Learning's files
and says so where they are missing. Everything else of the API goes through `Client::request`.

Two operations declare no success; for them an answer of 204 was read.

| call | operation | scope | inputs | answers |
|---|---|---|--:|---|
";
