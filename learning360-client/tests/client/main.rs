//! The client against stand-ins on loopback.
#![allow(clippy::unwrap_used, reason = "the helpers of tests are tests, too")]

mod canary;
mod canary_webhooks;
mod codes;
mod errors;
mod fixtures;
mod http;
mod models;
mod organization;
mod pages;
mod requests;
mod script;
mod support;
mod token;
mod transport;
mod users;
mod webhook_subscriptions;
