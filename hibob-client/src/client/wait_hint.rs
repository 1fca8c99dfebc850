//! How long HiBob asks to wait.

use core::time::Duration;
use std::time::SystemTime;

use http::HeaderMap;
use http::header::{DATE, RETRY_AFTER};

/// The wait that an answer asks for: `Retry-After` in seconds or as a date, otherwise
/// `X-RateLimit-Reset` in seconds since 1970.
///
/// Points in time are compared with the answer's own `Date`, so that this machine's clock does
/// not matter; without a `Date` they are not used.
pub(super) fn wait_hint(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    let now = text(DATE.as_str()).and_then(|date| httpdate::parse_http_date(date).ok());
    let until = |time: SystemTime| time.duration_since(now?).ok();
    let after = text(RETRY_AFTER.as_str()).and_then(|text| match digits(text) {
        Some(seconds) => Some(Duration::from_secs(seconds)),
        None => until(httpdate::parse_http_date(text).ok()?),
    });
    after.or_else(|| {
        let reset = Duration::from_secs(digits(text("x-ratelimit-reset")?)?);
        until(SystemTime::UNIX_EPOCH.checked_add(reset)?)
    })
}

/// Stricter than `parse`, which would take a sign.
pub(super) fn digits(text: &str) -> Option<u64> {
    text.bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| text.parse().ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};

    use super::*;

    #[test]
    fn seconds_dates_and_resets() {
        const DATE: (&str, &str) = ("date", "Sun, 06 Nov 1994 08:49:37 GMT");
        for (headers, seconds) in [
            (vec![], None),
            (vec![("retry-after", "7")], Some(7)),
            (vec![("retry-after", " 0 ")], Some(0)),
            (vec![("retry-after", "Sun, 06 Nov 1994 08:50:07 GMT")], None),
            (
                vec![DATE, ("retry-after", "Sun, 06 Nov 1994 08:50:07 GMT")],
                Some(30),
            ),
            (
                vec![DATE, ("retry-after", "Sun, 06 Nov 1994 08:49:07 GMT")],
                None,
            ),
            (vec![DATE, ("x-ratelimit-reset", "784111787")], Some(10)),
            (vec![DATE, ("x-ratelimit-reset", "784111777")], Some(0)),
            (vec![DATE, ("x-ratelimit-reset", "784111776")], None),
            (vec![("x-ratelimit-reset", "784111787")], None),
            (
                vec![
                    DATE,
                    ("retry-after", "5"),
                    ("x-ratelimit-reset", "784111787"),
                ],
                Some(5),
            ),
            (
                vec![
                    DATE,
                    ("retry-after", "soon"),
                    ("x-ratelimit-reset", "784111787"),
                ],
                Some(10),
            ),
            (vec![("retry-after", "-5")], None),
            (vec![("retry-after", "+5")], None),
            (vec![("retry-after", "1.5")], None),
            (vec![("retry-after", "")], None),
            (vec![("retry-after", "99999999999999999999999")], None),
            (
                vec![("retry-after", "18446744073709551615")],
                Some(u64::MAX),
            ),
            (
                vec![DATE, ("x-ratelimit-reset", "18446744073709551615")],
                None,
            ),
            (
                vec![("date", "yesterday"), ("x-ratelimit-reset", "784111787")],
                None,
            ),
        ] {
            let map = headers
                .iter()
                .map(|(name, value)| {
                    (
                        HeaderName::from_static(name),
                        HeaderValue::from_static(value),
                    )
                })
                .collect();
            assert_eq!(
                wait_hint(&map),
                seconds.map(Duration::from_secs),
                "{headers:?}"
            );
        }
        let odd = [(
            "retry-after".parse().unwrap(),
            HeaderValue::from_bytes(b"\xff").unwrap(),
        )];
        assert_eq!(wait_hint(&HeaderMap::from_iter(odd)), None);
    }
}
