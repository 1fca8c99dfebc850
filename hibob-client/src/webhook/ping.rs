//! The test delivery that HiBob sends when a webhook is set up.

/// Whether a body is one of the three forms of HiBob's test delivery: `Ping test`, the same as a
/// JSON string, or `{"text":"Ping test"}`.
///
/// Pings may be unsigned, because HiBob shows the secret only once the webhook exists. Answer
/// them with 200 and do nothing else.
pub fn is_ping(body: &[u8]) -> bool {
    /// No ping is longer; an unsigned body beyond that is not worth parsing.
    const LONGEST: usize = 256;

    if body == b"Ping test" || body == b"\"Ping test\"" {
        return true;
    }
    body.len() <= LONGEST
        && serde_json::from_slice::<serde_json::Value>(body)
            .is_ok_and(|value| value == serde_json::json!({ "text": "Ping test" }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_forms_are_pings() {
        for ping in [
            "Ping test",
            "\"Ping test\"",
            "{\"text\":\"Ping test\"}",
            " { \"text\" : \"Ping\\u0020test\" }\n",
        ] {
            assert!(is_ping(ping.as_bytes()), "{ping}");
        }
    }

    #[test]
    fn nothing_else_is_a_ping() {
        let long = format!("{{\"text\":\"Ping test\"}}{}", " ".repeat(1000));
        for other in [
            "",
            "{}",
            "ping test",
            "Ping test\n",
            "Ping test!",
            " \"Ping test\"",
            "{\"text\":\"Ping test\",\"type\":\"employee.deleted\"}",
            "{\"text\":\"ping\"}",
            "[\"Ping test\"]",
            &long,
        ] {
            assert!(!is_ping(other.as_bytes()), "{other}");
        }
    }
}
