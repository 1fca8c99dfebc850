//! The core needs nothing from its surroundings: as a WebAssembly module it imports nothing.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use wasmparser::{Parser, Payload};

use crate::files::root;

#[test]
fn the_core_as_a_module_imports_nothing() {
    if !target_is_installed() {
        eprintln!("skipped: `rustup target add {TARGET}` is needed; `.ci/run` does it");
        return;
    }
    let module = fs::read(build()).expect("the module is there");
    assert_eq!(imports(&module), Vec::<String>::new());
    let names = exports(&module);
    assert!(
        names.contains(&"hire".to_owned()),
        "it holds the core: {names:?}"
    );
    assert!(
        module.len() > 500_000,
        "{} bytes are not the core",
        module.len()
    );
}

#[test]
fn an_import_would_be_seen() {
    assert_eq!(imports(IMPORTING), ["env.clock"]);
    assert!(exports(IMPORTING).is_empty());
}

fn imports(module: &[u8]) -> Vec<String> {
    let mut names = Vec::new();
    for payload in Parser::new(0).parse_all(module) {
        if let Payload::ImportSection(section) = payload.expect("a module") {
            for import in section.into_imports() {
                let import = import.expect("an import");
                names.push(format!("{}.{}", import.module, import.name));
            }
        }
    }
    names
}

fn exports(module: &[u8]) -> Vec<String> {
    let mut names = Vec::new();
    for payload in Parser::new(0).parse_all(module) {
        if let Payload::ExportSection(section) = payload.expect("a module") {
            let exports = section.into_iter();
            names.extend(exports.map(|export| export.expect("an export").name.to_owned()));
        }
    }
    names
}

/// Builds the module and says where it is.
fn build() -> PathBuf {
    let output = Command::new(env!("CARGO"))
        .args(["build", "--offline", "--locked", "--lib"])
        .args(["--package", "core-in-wasm", "--target", TARGET])
        .args(["--message-format", "json-render-diagnostics"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let messages = String::from_utf8(output.stdout).expect("a text");
    let mut words = messages.split('"');
    let module = words.rfind(|word| word.ends_with("core_in_wasm.wasm"));
    PathBuf::from(module.expect("cargo names the module"))
}

fn target_is_installed() -> bool {
    let rustc = Path::new(env!("CARGO")).with_file_name("rustc");
    let output = Command::new(rustc)
        .args(["--print", "target-libdir", "--target", TARGET])
        .output()
        .expect("rustc runs");
    let folder = String::from_utf8(output.stdout).expect("a text");
    Path::new(folder.trim()).is_dir()
}

const TARGET: &str = "wasm32-unknown-unknown";

/// A module that imports the function `clock` from `env`.
const IMPORTING: &[u8] = &[
    0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, // the magic number and the version
    0x01, 0x04, 0x01, 0x60, 0x00, 0x00, // one type: a function without arguments
    0x02, 0x0d, 0x01, // one import
    0x03, b'e', b'n', b'v', 0x05, b'c', b'l', b'o', b'c', b'k', 0x00, 0x00,
];
