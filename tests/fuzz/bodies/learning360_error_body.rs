//! The bodies of 360Learning's errors.

use learning360_client::fuzzing::error_code;

/// A code is one short word of the body, so that nothing personal passes as one.
pub fn run(data: &[u8]) {
    let Some(code) = error_code(data) else {
        return;
    };
    let text = code.as_str();
    assert!(
        (1..=64).contains(&text.len()),
        "a code of {} bytes",
        text.len()
    );
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    assert!(text.bytes().all(is_part), "prose passes as a code");
    // All shapes of the same error give the same code.
    for body in [
        format!("{{\"error\":\"{text}\"}}"),
        format!("{{\"error\":{{\"code\":\"{text}\",\"message\":\"a b\"}}}}"),
        format!("{{\"code\":\"{text}\",\"message\":\"a b\"}}"),
    ] {
        assert_eq!(error_code(body.as_bytes()).as_ref(), Some(&code), "{body}");
    }
    let body: serde_json::Value = serde_json::from_slice(data).expect("only JSON has a code");
    assert!(body.is_object(), "a code without an object");
}
