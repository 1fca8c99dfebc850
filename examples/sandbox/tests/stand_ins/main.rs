//! Both stand-ins through real HTTP.
#![allow(clippy::unwrap_used, reason = "a test may panic, in its helpers too")]

mod bob_lifecycle;
mod bob_people;
mod bob_webhooks;
mod control;
mod external_ids;
mod faults;
mod learning360_api;
mod support;
mod user_edits;
mod users;
