//! What goes wrong on both sides, drawn anew for every stretch of the run.

use jiff::Timestamp;
use sandbox::{Api, Effect, Fault, Knobs, Moment, Webhook};
use serde_json::json;

use crate::balancer::Balancer;

/// Faults of both stand-ins for a while; each of them is rare, and together they are not.
pub fn faults(rng: &mut fastrand::Rng, now: Timestamp) -> Vec<Fault> {
    let mut rules = Vec::new();
    for api in [Api::Bob, Api::Learning360] {
        let effects = [
            Effect::TooManyRequests {
                retry_after: Some(1),
            },
            Effect::TooManyRequests { retry_after: None },
            Effect::status(500),
            Effect::status(503),
            // The call took effect, and nobody hears of it.
            Effect::Lost { status: 504 },
            Effect::Lost { status: 502 },
            Effect::Cut {
                moment: Moment::Before,
            },
            Effect::Cut {
                moment: Moment::After,
            },
            Effect::CutBody { bytes: 12 },
            Effect::SlowBody {
                bytes: 64,
                milliseconds: 3,
            },
            Effect::Delay { milliseconds: 30 },
            Effect::ContentType {
                value: "text/html".to_owned(),
            },
        ];
        for effect in effects {
            if rng.u8(..3) == 0 {
                rules.push(Fault::new(api, effect).sometimes(0.03, rng.u64(..)));
            }
        }
    }
    // The token has expired, whatever it says.
    let expired = json!({"error": "invalid_token"});
    let expired = Effect::json(401, expired);
    if rng.u8(..3) == 0 {
        rules.push(Fault::new(Api::Learning360, expired).sometimes(0.02, rng.u64(..)));
    }
    if rng.u8(..2) == 0 {
        let stale = Effect::Stale {
            seconds: rng.u32(1..20),
        };
        rules.push(Fault::new(Api::Bob, stale).sometimes(0.2, rng.u64(..)));
    }
    // Somebody has changed the permissions, and changes them back.
    if rng.u8(..4) == 0 {
        let field = rng.choice([
            "work.title",
            "root.email",
            "internal.status",
            "work.manager",
        ]);
        let hidden = Effect::HiddenFields {
            fields: vec![field.unwrap().to_owned()],
        };
        let end = now + jiff::SignedDuration::from_secs(rng.i64(60..7200));
        rules.push(
            Fault::new(Api::Bob, hidden)
                .between(now, end)
                .sometimes(0.5, rng.u64(..)),
        );
    }
    // Everything is refused for a while.
    if rng.u8(..6) == 0 {
        let api = rng.choice([Api::Bob, Api::Learning360]).unwrap();
        let storm = Effect::TooManyRequests { retry_after: None };
        let end = now + jiff::SignedDuration::from_secs(rng.i64(10..600));
        rules.insert(0, Fault::new(api, storm).between(now, end));
    }
    rules
}

/// The webhooks as Bob sends them for a while: doubled, out of order, late, or not at all.
pub fn webhooks(rng: &mut fastrand::Rng, balancer: &Balancer) -> [Webhook; 3] {
    let mut knobs = || {
        let mut knobs = Knobs::default();
        knobs.duplicates = u32::from(rng.u8(..4) == 0);
        knobs.reorder = rng.bool();
        knobs.drop_every = if rng.u8(..3) == 0 { rng.u64(3..9) } else { 0 };
        knobs.delay_seconds = if rng.bool() { 0 } else { rng.u32(..60) };
        knobs
    };
    let [upsert, deactivation, more] = calm(balancer);
    let (one, two, three) = (knobs(), knobs(), knobs());
    [
        upsert.knobs(one),
        deactivation.knobs(two),
        more.knobs(three),
    ]
}

/// The webhooks of a real set-up, two of them on one address.
pub fn calm(balancer: &Balancer) -> [Webhook; 3] {
    let upsert = format!("{}/hibob/upsert", balancer.url);
    let deactivation = format!("{}/hibob/deactivation", balancer.url);
    [
        Webhook::upsert(&upsert, UPSERT[0]),
        Webhook::deactivation(deactivation, DEACTIVATION),
        Webhook::new("Another team's", upsert, UPSERT[1], ["employee.updated"]),
    ]
}

/// Signs what goes to the first address.
pub const UPSERT: [&str; 2] = ["chaos-upsert", "chaos-upsert-of-another-team"];

/// Signs what goes to the other.
pub const DEACTIVATION: &str = "chaos-deactivation";
