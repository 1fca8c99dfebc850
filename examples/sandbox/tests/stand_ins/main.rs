//! Both stand-ins through real HTTP.
#![allow(clippy::unwrap_used, reason = "a test may panic, in its helpers too")]

mod agree;
mod bob_edits;
mod bob_lifecycle;
mod bob_metadata;
mod bob_people;
mod bob_tables;
mod bob_unknowns;
mod bob_webhooks;
mod bulk;
mod complete;
mod control;
mod custom_fields;
mod erasure;
mod external_ids;
mod faults;
mod group_edits;
mod learning360_api;
mod lms_switches;
mod lms_webhooks;
mod managers;
mod memberships;
mod seeds;
mod sizes;
mod status_machine;
mod stories;
mod storm;
mod support;
mod user_edits;
mod users;
