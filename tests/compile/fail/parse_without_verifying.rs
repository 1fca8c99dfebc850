//! Parsing is private; `Verified` is the way to it.

use hibob_client::webhook::Delivery;

fn main() {
    let _delivery = Delivery::parse(b"{}");
}
