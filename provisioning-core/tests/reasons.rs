//! Every reason code with its meaning, as a page of the documentation.

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

use provisioning_core::Reason;

/// What an enum's source says: titles of its parts, and variants with their meaning.
#[derive(Debug, PartialEq)]
enum Line {
    Title(String),
    Variant { name: String, meaning: String },
}

#[test]
fn the_page_of_the_reasons_is_up_to_date() {
    let path = root().join("../docs/reasons.md");
    let made = page();
    if env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, &made).expect("the page can be written");
    }
    let old = fs::read_to_string(&path).expect("the page of the reasons");
    let same = old == made;
    assert!(
        same,
        "docs/reasons.md is out of date; UPDATE_DOCS=1 writes it anew"
    );
}

#[test]
fn comments_and_variants_are_read_from_a_source() {
    let source = "pub enum Other {\n    No,\n}\n\n/// It.\npub enum Reason {\n    // Part one.\n    \
                  /// Two\n    /// lines.\n    OneThing,\n\n    /// With a value.\n    Other(u8),\n}\n\
                  impl Reason {\n    /// No.\n    No,\n}\n";
    let variant = |name: &str, meaning: &str| Line::Variant {
        name: name.to_owned(),
        meaning: meaning.to_owned(),
    };
    let expected = [
        Line::Title("Part one".to_owned()),
        variant("OneThing", "Two lines."),
        variant("Other", "With a value."),
    ];
    assert_eq!(variants(source, "Reason"), expected);
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn page() -> String {
    let path = root().join("src/plan/reason.rs");
    let source = fs::read_to_string(path).expect("the source of the reasons");
    let mut page = HEAD.to_owned();
    for line in variants(&source, "Disposition") {
        if let Line::Variant { name, meaning } = line {
            let _ = writeln!(page, "| `{}` | {meaning} |", code(&name));
        }
    }
    let mut reasons = 0;
    for line in variants(&source, "Reason") {
        match line {
            Line::Title(title) => {
                let _ = write!(page, "\n## {title}\n\n{COLUMNS}");
            }
            Line::Variant { name, meaning } => {
                let code = code(&name);
                let known: Reason = serde_json::from_str(&format!("\"{code}\""))
                    .unwrap_or_else(|error| panic!("{name}: {error}"));
                assert_eq!(known.as_str(), code, "{name}");
                reasons += 1;
                let _ = writeln!(page, "| `{code}` | {meaning} |");
            }
        }
    }
    let arms = source.matches("Self::").count();
    assert!(
        reasons > 80 && arms > reasons,
        "all of them are read: {reasons}"
    );
    page
}

/// The variants of an enum in a source, with their documentation in one line.
fn variants(source: &str, name: &str) -> Vec<Line> {
    let begin = format!("pub enum {name} {{");
    let body = source.split_once(&begin).expect("the enum is there").1;
    let (mut found, mut meaning) = (Vec::new(), String::new());
    for line in body.lines().map(str::trim).skip(1) {
        if line == "}" {
            break;
        }
        if let Some(text) = line.strip_prefix("/// ") {
            let between = if meaning.is_empty() { "" } else { " " };
            let _ = write!(meaning, "{between}{text}");
        } else if let Some(title) = line.strip_prefix("// ") {
            found.push(Line::Title(title.trim_end_matches('.').to_owned()));
        } else {
            let name: String = line
                .chars()
                .take_while(char::is_ascii_alphanumeric)
                .collect();
            if !name.is_empty() {
                let meaning = std::mem::take(&mut meaning);
                found.push(Line::Variant { name, meaning });
            }
        }
    }
    found
}

fn code(name: &str) -> String {
    let mut code = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() && !code.is_empty() {
            code.push('_');
        }
        code.push(c.to_ascii_lowercase());
    }
    code
}

const HEAD: &str = "\
# Dispositions and reasons

Every decision comes to a *disposition* with a *reason*, written as `no_op(in_sync)`. *Findings* stand
beside it, with reasons of their own: `mail_moving(mail)`. The codes are stable; metrics, logs, the
audit and `--json` use them. A test writes this page from the documentation of the code:
`UPDATE_DOCS=1 cargo test -p provisioning-core --test reasons`.

## Dispositions

| code | meaning |
|---|---|
";

const COLUMNS: &str = "| code | meaning |\n|---|---|\n";
