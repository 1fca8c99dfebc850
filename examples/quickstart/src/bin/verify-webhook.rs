//! Verify a webhook: did Bob send this, and whom is it about?
//!
//! `verify-webhook SIGNATURE < BODY`, with what the header `Bob-Signature` holds.

use std::io::Read as _;

use anyhow::Context as _;
use hibob_client::webhook::{Delivery, Secret, Verifier};
use quickstart::setting;

fn main() -> anyhow::Result<()> {
    let signature = std::env::args().nth(1);
    let signature = signature.context("usage: verify-webhook SIGNATURE < BODY")?;
    let mut body = Vec::new();
    std::io::stdin().read_to_end(&mut body)?;

    // Several secrets serve while one is being replaced.
    let secrets = setting("HIBOB_UPSERT_SECRETS")?;
    let secrets = secrets.split_whitespace();
    let verifier = Verifier::new(secrets.map(|secret| Secret::new("upsert", secret)))?;

    // What is not signed is not even parsed: there is no other way to an event.
    let now = jiff::Timestamp::now();
    let signed = verifier.verify(&body, Some(signature.as_bytes()), now)?;
    match signed.open().delivery {
        Delivery::Event(event) => match event.employee_id() {
            Some(employee) => println!("{}: look at employee {employee}", event.kind()),
            None => println!("{}: about nobody in particular", event.kind()),
        },
        Delivery::Ping => println!("a test delivery: the webhook is set up"),
        _ => println!("signed, but no event: answer 200, or Bob sends it again"),
    }
    Ok(())
}
