use std::pin::Pin;

use learning360_client::{Client, Error};
use serde_json::Value;

use super::input::Input;
use super::{bulk, fields, groups, subscriptions, users};

/// What a call comes to: what was read in the answer, in the vendor's words.
pub(super) type Called<'c> = Pin<Box<dyn Future<Output = Result<Value, Error>> + Send + 'c>>;

/// An operation of the API and the call of the client that makes it.
pub(super) struct Case {
    pub(super) method: &'static str,
    /// Behind `/api/v2`.
    pub(super) route: &'static str,
    /// The call as its documentation names it.
    pub(super) name: &'static str,
    pub(super) call: for<'c> fn(&'c Client, Input) -> Called<'c>,
}

impl Case {
    /// The path as the vendor's files write it.
    pub(super) fn template(&self) -> String {
        format!("/api/v2{}", self.route)
    }

    /// Whether it is the call for a token, which every other begins with.
    pub(super) fn is_token(&self) -> bool {
        self.route == "/oauth2/token"
    }
}

/// Makes a [`Case`] of a call.
macro_rules! case {
    ($method:literal $route:literal, $name:literal, |$client:ident, $input:ident| $call:expr) => {
        Case {
            method: $method,
            route: $route,
            name: $name,
            call: |$client, mut $input| {
                Box::pin(async move {
                    let read = $call;
                    // Some calls need no input.
                    let _ = &mut $input;
                    read.map(|read| crate::client::seen::Seen::seen(&read))
                })
            },
        }
    };
}

pub(super) use case;

/// All operations of the client.
pub(super) fn all() -> Vec<Case> {
    let mut cases = vec![token()];
    cases.extend(users::cases());
    cases.extend(groups::cases());
    cases.extend(fields::cases());
    cases.extend(bulk::cases());
    cases.extend(subscriptions::cases());
    cases
}

fn token() -> Case {
    case!("POST" "/oauth2/token", "before any other call", |client, input| {
        client.users().delete(&input.id()).await
    })
}
