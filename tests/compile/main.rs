//! Programs that try to get around what the types of the clients promise.

/// Each fails to compile, and for the reason that it names.
#[test]
fn what_was_not_verified_is_no_event() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("fail/*.rs");
}
