//! Refusals and their envelopes.

use axum::Json;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::switches::{Envelopes, Learning360Switches};

/// A refusal by 360Learning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    status: StatusCode,
    pub(crate) code: &'static str,
    form: Form,
    retry_after: bool,
}

/// How the `OpenAPI` files write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// `{"error": {"code", "message"}}`
    Object,
    /// `{"error": "code"}`
    Text,
}

impl Failure {
    /// A 400 with a code of its own.
    pub(crate) const fn bad(code: &'static str) -> Self {
        Self::object(StatusCode::BAD_REQUEST, code)
    }

    /// A 404.
    pub(crate) const fn missing(code: &'static str) -> Self {
        Self::object(StatusCode::NOT_FOUND, code)
    }

    /// A body, path or query that does not follow the schema. The code is not documented.
    pub(crate) const fn invalid() -> Self {
        Self::bad(SCHEMA)
    }

    /// A token that is missing, unknown or expired.
    pub(crate) const fn token() -> Self {
        Self::text(StatusCode::UNAUTHORIZED, "invalid_token")
    }

    /// A token without the scope.
    pub(crate) const fn scope() -> Self {
        Self::object(StatusCode::FORBIDDEN, "invalid_scope")
    }

    /// Too many requests in this second.
    pub(crate) const fn too_many(retry_after: bool) -> Self {
        let failure = Self::text(StatusCode::TOO_MANY_REQUESTS, "tooManyRequests");
        Self {
            retry_after,
            ..failure
        }
    }

    /// A 503, or a 429 that is not about rates.
    pub(crate) const fn busy(status: StatusCode, code: &'static str) -> Self {
        Self::object(status, code)
    }

    /// A missing or wrong version header. Neither status nor code is documented.
    pub(crate) const fn version() -> Self {
        Self::bad(VERSION)
    }

    /// A refusal of the token endpoint.
    pub(crate) const fn text(status: StatusCode, code: &'static str) -> Self {
        Self {
            status,
            code,
            form: Form::Text,
            retry_after: false,
        }
    }

    const fn object(status: StatusCode, code: &'static str) -> Self {
        Self {
            status,
            code,
            form: Form::Object,
            retry_after: false,
        }
    }

    /// The answer in the envelope that the switches want.
    pub(crate) fn respond(self, switches: &Learning360Switches) -> Response {
        let message = "A human-readable message to help with debugging.";
        let code = match self.code {
            SCHEMA => switches.schema_code.as_str(),
            code => code,
        };
        let body = match (self.form, switches.envelopes) {
            (Form::Text, _) => json!({ "error": self.code }),
            (Form::Object, Envelopes::OpenApi) => {
                json!({ "error": { "code": code, "message": message } })
            }
            (Form::Object, Envelopes::Guide) if self.status == StatusCode::FORBIDDEN => {
                json!({ "error": code })
            }
            (Form::Object, Envelopes::Guide) => json!({ "code": code, "message": message }),
        };
        let status = match self.code {
            VERSION => StatusCode::from_u16(switches.version_status).unwrap_or(self.status),
            _ => self.status,
        };
        let mut response = (status, Json(body)).into_response();
        if self.retry_after {
            response
                .headers_mut()
                .insert("Retry-After", HeaderValue::from_static("1"));
        }
        response
    }
}

/// A switch may put another code in its place.
const SCHEMA: &str = "invalid_request";
const VERSION: &str = "invalidApiVersion";
