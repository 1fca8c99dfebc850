use serde_json::Value;

use crate::error_code::ErrorCode;

/// Reads the code from the body of an error.
///
/// The documents describe three envelopes and use them side by side: `{"error": "code"}`,
/// `{"error": {"code": "code", "message": "…"}}` and `{"code": "code", "message": "…"}`. Anything
/// else, JSON or not, has no code.
pub(crate) fn code(body: &[u8]) -> Option<ErrorCode> {
    let value: Value = serde_json::from_slice(body).ok()?;
    let error = value.get("error");
    [
        error,
        error.and_then(|error| error.get("code")),
        value.get("code"),
    ]
    .into_iter()
    .flatten()
    .filter_map(Value::as_str)
    .find(|text| is_code(text))
    .map(ErrorCode::from)
}

/// A code is one word. Prose in its place may hold personal data, and is not one.
fn is_code(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    (1..=64).contains(&text.len()) && text.bytes().all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_envelope_gives_its_code() {
        for (body, expected) in [
            (r#"{"error":"invalid_token"}"#, Some("invalid_token")),
            (
                r#"{"error":{"code":"mailInvalid","message":"m"}}"#,
                Some("mailInvalid"),
            ),
            (r#"{"error":{"code":"mailInvalid"}}"#, Some("mailInvalid")),
            (
                r#"{"code":"badMediaType","message":"m"}"#,
                Some("badMediaType"),
            ),
            (
                r#"{"statusCode":400,"error":"Bad Request","message":"m"}"#,
                None,
            ),
            (
                r#"{"error":"Bad Request","code":"invalidInput"}"#,
                Some("invalidInput"),
            ),
            (r#"{"error":{"message":"m"}}"#, None),
            (r#"{"error":{"code":5}}"#, None),
            (r#"{"error":{"code":"ada@example.com"}}"#, None),
            (r#"{"error":null}"#, None),
            (r#"{"error":""}"#, None),
            (r#"["error"]"#, None),
            ("\"invalid_token\"", None),
            ("<html>504</html>", None),
            ("{\"error\":\"cut", None),
            ("", None),
        ] {
            assert_eq!(
                code(body.as_bytes()),
                expected.map(ErrorCode::from),
                "{body}"
            );
        }
        let long = format!(r#"{{"error":"{}"}}"#, "x".repeat(65));
        assert_eq!(code(long.as_bytes()), None);
        assert_eq!(code("[".repeat(100_000).as_bytes()), None);
        assert_eq!(code(b"\xff\xfe"), None);
    }
}
