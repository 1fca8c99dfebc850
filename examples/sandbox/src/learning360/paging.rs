//! Pages and the cursor in `Link`.

use axum::Json;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::auth::Context;

/// Where the next page begins; opaque to clients. It carries the filters.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Cursor {
    /// Key of the last item of the page before.
    pub(super) after: String,
    /// Query of the first page.
    pub(super) query: String,
}

impl Cursor {
    pub(super) fn decode(text: &str) -> Option<Self> {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()
    }

    fn encode(&self) -> String {
        // A structure of two strings can always be written as JSON.
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default())
    }
}

/// One page of items that come in the order of their keys.
pub(super) fn page(
    items: impl Iterator<Item = (String, Value)>,
    size: usize,
    context: &Context<'_>,
) -> Response {
    let after = context.query.after.as_deref();
    let mut rest = items.skip_while(|(key, _)| after.is_some_and(|after| key.as_str() <= after));
    let page: Vec<(String, Value)> = rest.by_ref().take(size.max(1)).collect();
    let more = rest.next().is_some();
    let last = page.last().map(|(key, _)| key.clone()).filter(|_| more);
    let items: Vec<Value> = page.into_iter().map(|(_, item)| item).collect();
    let mut response = Json(items).into_response();
    if let Some(after) = last {
        let cursor = Cursor {
            after,
            query: context.query.raw.clone(),
        };
        let link = format!("<{}?next={}>; rel=\"next\"", context.url, cursor.encode());
        if let Ok(link) = HeaderValue::try_from(link) {
            response.headers_mut().insert(header::LINK, link);
        }
    }
    response
}
