//! The program in the README is the one on the crate's page, which is tested.
#![allow(clippy::unwrap_used)] // Clippy does not see that helpers of tests are tests.

/// The first code block, without the lines that rustdoc hides.
fn program(text: &str, fence: &str) -> Vec<String> {
    let visible = text
        .lines()
        .skip_while(|line| *line != fence)
        .skip(1)
        .take_while(|line| *line != "```")
        .filter(|line| *line != "#" && !line.starts_with("# "));
    let mut program: Vec<String> = visible.map(str::to_owned).collect();
    program.dedup_by(|line, before| line.is_empty() && before.is_empty());
    assert!(program.len() > 10, "the program is found");
    program
}

#[test]
fn the_readme_shows_the_tested_program() {
    let page: Vec<_> = include_str!("../src/lib.rs")
        .lines()
        .filter_map(|line| line.strip_prefix("//!"))
        .map(|line| line.strip_prefix(' ').unwrap_or(line))
        .collect();
    assert_eq!(
        program(include_str!("../README.md"), "```rust"),
        program(&page.join("\n"), "```")
    );
}
