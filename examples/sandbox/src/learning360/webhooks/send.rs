//! Signing and sending.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_util::future::join_all;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha2::Sha256;

use super::outbox::{Event, Subscription};
use crate::seed::Secret;

/// One attempt to deliver an event.
#[derive(Debug)]
pub(crate) struct Outgoing {
    event: String,
    url: String,
    timestamp: String,
    signatures: String,
    body: Vec<u8>,
}

/// What came of an attempt.
#[derive(Debug)]
pub(crate) struct Sent {
    pub(super) event: String,
    pub(super) success: bool,
}

impl Outgoing {
    pub(super) fn new(event: &Event, subscription: &Subscription, now: Timestamp) -> Self {
        let timestamp = now.as_second().to_string();
        let body = event.payload.to_string();
        let legacy = subscription.legacy.as_ref();
        let legacy = legacy.filter(|(_, until)| now < *until);
        let secrets = legacy.map(|(secret, _)| secret).into_iter();
        let signatures: Vec<String> = std::iter::once(&subscription.secret)
            .chain(secrets)
            .map(|secret| signature(secret, &event.id, &timestamp, &body))
            .collect();
        Self {
            event: event.id.clone(),
            url: subscription.url.clone(),
            timestamp,
            signatures: signatures.join(" "),
            body: body.into_bytes(),
        }
    }

    async fn send(self, http: &reqwest::Client, patience: Duration) -> Sent {
        let request = http
            .post(&self.url)
            .header("Content-Type", "application/json")
            .header("webhook-id", &self.event)
            .header("webhook-timestamp", self.timestamp)
            .header("webhook-signature", self.signatures)
            .timeout(patience)
            .body(self.body);
        let answer = request.send().await;
        Sent {
            event: self.event,
            success: answer.is_ok_and(|answer| answer.status().is_success()),
        }
    }
}

/// Sends everything, side by side.
pub(crate) async fn send(
    outgoing: Vec<Outgoing>,
    http: &reqwest::Client,
    patience: Duration,
) -> Vec<Sent> {
    join_all(outgoing.into_iter().map(|it| it.send(http, patience))).await
}

/// `v1,` and the base64 of the HMAC-SHA256 over id, time and body.
fn signature(secret: &Secret, id: &str, timestamp: &str, body: &str) -> String {
    let key = match secret.expose().strip_prefix("whsec_") {
        Some(encoded) => STANDARD.decode(encoded).unwrap_or_default(),
        None => secret.expose().as_bytes().to_vec(),
    };
    // HMAC takes a key of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&key) else {
        return String::new();
    };
    mac.update(format!("{id}.{timestamp}.{body}").as_bytes());
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_agree_with_the_published_vector() {
        // The example of the Standard Webhooks specification.
        let secret = Secret::from("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let body = r#"{"test": 2432232314}"#;
        let signature = signature(&secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }
}
