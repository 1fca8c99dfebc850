//! What HiBob writes about an error.

use core::fmt;

use http::StatusCode;
use serde_json::Value;

use crate::FieldId;

/// An answer with an error status.
///
/// HiBob has several families of error bodies: `{key, error, args}`,
/// `{error, message, statusCode, timestamp}`, `{errorMessage}` and `{errors: {field: …}}`, and
/// sometimes sends a web page or nothing. Its messages may name people and are not kept here; see
/// [`Error::body`](super::Error::body).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiError {
    status: StatusCode,
    key: Option<Box<str>>,
    fields: Vec<(FieldId, Box<str>)>,
}

impl ApiError {
    /// The status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// HiBob's key for the error, such as `tokenNotMatch`. A text that does not look like a key
    /// is left out.
    pub fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }

    /// The fields in error with the key of each, such as `MISSING_MANDATORY_FIELD`.
    pub fn fields(&self) -> impl Iterator<Item = (&FieldId, &str)> {
        self.fields.iter().map(|(field, key)| (field, &**key))
    }

    pub(super) fn read(status: StatusCode, body: &[u8]) -> Self {
        let body = serde_json::from_slice::<Value>(body).unwrap_or_default();
        let fields: Vec<_> = body
            .get("errors")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
            .filter_map(|(field, error)| {
                let field = FieldId::parse(field)
                    .ok()
                    .filter(|id| !id.as_str().contains('@'))?;
                Some((field, token(error.get("error")?)?))
            })
            .collect();
        // Where there is a key, `error` is a sentence; in the other family it is a short name.
        let key = match body.get("key") {
            Some(key) => token(key),
            None => body
                .get("statusCode")
                .and_then(|_| token(body.get("error")?)),
        };
        let key = key.or_else(|| fields.first().map(|(_, key)| key.clone()));
        Self {
            status,
            key,
            fields,
        }
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.status.as_u16())?;
        self.key.iter().try_for_each(|key| write!(f, " {key}"))
    }
}

/// Letters, digits and `_.-`, at most 64 of them: never a sentence or an address.
fn token(value: &Value) -> Option<Box<str>> {
    value
        .as_str()
        .filter(|text| (1..=64).contains(&text.len()))
        .filter(|text| {
            text.bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(&b))
        })
        .map(Into::into)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_family_of_bodies() {
        let long = format!(r#"{{"key":"{}"}}"#, "k".repeat(65));
        for (body, key, fields) in [
            (
                r#"{"key":"tokenNotMatch","error":"Ada is wrong","args":{}}"#,
                "tokenNotMatch",
                "",
            ),
            (
                r#"{"error":"BadRequest","message":"Ada","statusCode":400}"#,
                "BadRequest",
                "",
            ),
            (
                r#"{"error":"Bad Request","message":"Ada","statusCode":400}"#,
                "",
                "",
            ),
            (r#"{"error":"Ada"}"#, "", ""),
            (r#"{"errorMessage":"No permissions to Ada"}"#, "", ""),
            (
                r#"{"errors":{"/work/site":{"error":"MISSING_MANDATORY_FIELD","message":"Ada"}}}"#,
                "MISSING_MANDATORY_FIELD",
                "work.site",
            ),
            (
                r#"{"errors":{"ada@example.com":{"error":"X"},"work.site":"Ada"}}"#,
                "",
                "",
            ),
            (r#"{"key":"Ada Lovelace"}"#, "", ""),
            (r#"{"key":"ada@example.com"}"#, "", ""),
            (r#"{"key":5}"#, "", ""),
            (long.as_str(), "", ""),
            ("<html><body>Ada</body></html>", "", ""),
            ("", "", ""),
            ("[]", "", ""),
            ("\u{0}", "", ""),
        ] {
            let error = ApiError::read(StatusCode::BAD_REQUEST, body.as_bytes());
            assert_eq!(error.key().unwrap_or_default(), key, "{body}");
            let named: Vec<_> = error.fields().map(|(field, _)| field.as_str()).collect();
            assert_eq!(named.join(","), fields, "{body}");
            assert!(!format!("{error:?} {error}").contains("Ada"), "{body}");
        }
    }

    #[test]
    fn display_is_the_status_and_the_key() {
        let read = |body| ApiError::read(StatusCode::UNAUTHORIZED, body).to_string();
        assert_eq!(read(br#"{"key":"tokenNotMatch"}"#), "401 tokenNotMatch");
        assert_eq!(read(b""), "401");
    }
}
