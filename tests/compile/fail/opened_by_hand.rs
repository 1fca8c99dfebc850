//! Only a verified body is opened.

use hibob_client::webhook::{Delivery, Opened};

fn main() {
    let _opened = Opened { delivery: Delivery::Ping, secret: "upsert-1".into() };
}
