//! Nothing is without a test: every switch, fault, act and refusal is named in one.
//!
//! The lists are those of the stand-ins themselves, so that whoever adds to them is asked for a
//! test.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use sandbox::{BobAct, Effect, Learning360Act, Moment, Switches};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// Every test of the stand-ins but this one, and the tables of the contract tests.
fn tests() -> String {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut text = String::new();
    let mut folders = vec![package.join("tests"), package.join("../../tests/contract")];
    while let Some(folder) = folders.pop() {
        for path in files(&folder) {
            if path.is_dir() {
                folders.push(path);
            } else if !path.ends_with("complete.rs") {
                text += &fs::read_to_string(path).unwrap();
                text.push('\n');
            }
        }
    }
    assert!(text.len() > 300_000, "the tests are read");
    text
}

fn sources(folder: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("src")
        .join(folder);
    let files = files(&folder).into_iter().filter(|it| it.is_file());
    files.map(|it| fs::read_to_string(it).unwrap()).collect()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|_| panic!("{}", folder.display()));
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// Whether the word stands there, and not only the beginning or the end of another one.
fn names(text: &str, word: &str) -> bool {
    let part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        let begins = word.starts_with('.') || !part(before);
        begins && !part(after)
    })
}

/// Paths of all leaves, as code writes them: `.rate_limits`, `.bulk.disabled`.
fn leaves(value: &Value, path: &str, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) if !object.is_empty() => {
            for (name, value) in object {
                leaves(value, &format!("{path}.{name}"), into);
            }
        }
        _ => drop(into.insert(path.to_owned())),
    }
}

/// The variants of an enum, as its own refusal of an unknown one lists them.
fn variants<T: DeserializeOwned>(unknown: Value) -> Vec<String> {
    let refusal = serde_json::from_value::<T>(unknown).err().unwrap();
    let refusal = refusal.to_string();
    let (_, list) = refusal.split_once("expected ").unwrap();
    let names = list.split('`').skip(1).step_by(2);
    names.map(str::to_owned).collect()
}

fn camel(name: &str) -> String {
    let words = name
        .split('_')
        .map(|word| word[..1].to_uppercase() + &word[1..]);
    words.collect()
}

#[test]
fn every_switch_is_named_in_a_test() {
    let tests = tests();
    let switches = serde_json::to_value(Switches::default()).unwrap();
    let mut all = BTreeSet::new();
    leaves(&switches["learning360"], "", &mut all);
    for (name, value) in switches["bob"].as_object().unwrap() {
        // Knobs are set on a webhook, or for all of them.
        let path = if name == "webhooks" { "" } else { name };
        let path = if path.is_empty() {
            String::new()
        } else {
            format!(".{path}")
        };
        leaves(value, &path, &mut all);
    }
    assert!(all.len() > 100, "{}", all.len());
    let missing: Vec<_> = all.iter().filter(|path| !names(&tests, path)).collect();
    assert!(missing.is_empty(), "no test sets {missing:?}");
}

#[test]
fn every_fault_is_named_in_a_test() {
    let tests = tests();
    let effects = variants::<Effect>(json!({ "kind": "nonsense" }));
    assert!(effects.len() >= 12, "{effects:?}");
    let missing: Vec<_> = effects
        .iter()
        .filter(|effect| !names(&tests, &format!("Effect::{}", camel(effect))))
        // An answer has shorter forms.
        .filter(|effect| *effect != "answer" || !names(&tests, "Effect::status"))
        .collect();
    assert!(missing.is_empty(), "no test applies {missing:?}");
    for moment in variants::<Moment>(json!("nonsense")) {
        assert!(
            names(&tests, &format!("Moment::{}", camel(&moment))),
            "{moment}"
        );
    }
    // How a rule chooses its requests.
    for chooser in [".on", ".about", ".between", ".nth", ".times", ".sometimes"] {
        assert!(
            names(&tests, chooser),
            "no test chooses requests with {chooser}"
        );
    }
}

#[test]
fn every_act_is_named_in_a_test() {
    let tests = tests();
    let named = |kind: &str, act: &String| {
        // Some have a function of their own.
        let short = act.replace("return", "return_on");
        names(&tests, &format!("{kind}::{}", camel(act)))
            || names(&tests, &format!("{kind}::{short}"))
    };
    let bob = variants::<BobAct>(json!({ "nonsense": {} }));
    let learning360 = variants::<Learning360Act>(json!({ "nonsense": {} }));
    assert!(bob.len() > 15 && learning360.len() > 7);
    let missing: Vec<_> = bob.iter().filter(|act| !named("BobAct", act)).collect();
    assert!(missing.is_empty(), "no test does {missing:?} in Bob");
    let missing: Vec<_> = learning360
        .iter()
        .filter(|act| !named("Learning360Act", act))
        .collect();
    assert!(
        missing.is_empty(),
        "no test does {missing:?} in 360Learning"
    );
}

#[test]
fn every_refusal_is_named_in_a_test() {
    let tests = tests();
    let learning360 = sources("learning360");
    let mut codes = BTreeSet::new();
    for opening in [
        "Failure::bad(",
        "Failure::missing(",
        "Failure::busy(",
        "Failure::text(",
    ] {
        for (at, _) in learning360.match_indices(opening) {
            let rest = &learning360[at + opening.len()..];
            let arguments = &rest[..rest.find(')').unwrap_or_default()];
            codes.extend(arguments.split('"').nth(1).map(str::to_owned));
        }
    }
    assert!(codes.len() > 30, "{codes:?}");
    codes.extend(
        [
            "invalid_token",
            "invalid_scope",
            "tooManyRequests",
            "invalid_request",
        ]
        .map(str::to_owned),
    );
    let missing: Vec<_> = codes.iter().filter(|code| !names(&tests, code)).collect();
    assert!(missing.is_empty(), "no test expects {missing:?}");
}

#[test]
fn every_switch_and_act_is_in_the_readme() {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = fs::read_to_string(readme).unwrap();
    let switches = serde_json::to_value(Switches::default()).unwrap();
    let mut missing = Vec::new();
    for side in ["bob", "learning360"] {
        for (name, value) in switches[side].as_object().unwrap() {
            let whole = match value {
                Value::Object(parts) if name != "pages" => parts
                    .keys()
                    .map(|part| match name.as_str() {
                        "webhooks" => part.clone(),
                        name => format!("{name}.{part}"),
                    })
                    .collect(),
                _ => vec![name.clone()],
            };
            missing.extend(whole.into_iter().filter(|it| !is_documented(&readme, it)));
        }
    }
    assert!(
        missing.is_empty(),
        "the README does not say what {missing:?} change"
    );
    let bob = variants::<BobAct>(json!({ "nonsense": {} }));
    let learning360 = variants::<Learning360Act>(json!({ "nonsense": {} }));
    let acts = bob.iter().chain(&learning360);
    let missing: Vec<_> = acts
        .filter(|act| !readme.contains(&format!("{{\"{act}\":")))
        .collect();
    assert!(missing.is_empty(), "the README does not show {missing:?}");
}

/// Limits per minute and per second are named together.
fn is_documented(readme: &str, switch: &str) -> bool {
    let limit = switch.ends_with("_per_minute") || switch.ends_with("_per_second");
    limit || names(readme, switch)
}
