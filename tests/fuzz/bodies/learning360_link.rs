//! 360Learning's `Link` header.

use learning360_client::fuzzing::next_page;

/// A target is a part of the header, stands in angle brackets, and is found however the header is
/// repeated.
pub fn run(data: &[u8]) {
    let found = next_page(data);
    let Ok(Some(target)) = &found else {
        return;
    };
    let header = std::str::from_utf8(data).expect("what was read is text");
    assert!(header.contains(target.as_str()), "a target from nowhere");
    assert!(!target.contains('>'), "a target beyond its brackets");
    assert!(
        header.to_ascii_lowercase().contains("next"),
        "a relation from nowhere"
    );
    assert_eq!(target.trim(), target, "blanks around a target");
    // What comes before it does not change it.
    let longer = format!("<previous>; rel=\"prev\"; title=\"a, <b>; rel=next\", {header}");
    assert_eq!(
        next_page(longer.as_bytes()),
        found,
        "lost behind another link"
    );
}
