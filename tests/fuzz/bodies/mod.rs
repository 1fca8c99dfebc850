//! What each fuzz target does with its input; one module per target.

pub mod hibob_search_splitter;
pub mod hibob_webhook_event;
pub mod hibob_webhook_signature;
pub mod learning360_error_body;
pub mod learning360_link;
pub mod learning360_webhook;
