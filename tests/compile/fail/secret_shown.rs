//! A secret is not for display.

use hibob_client::webhook::Secret;

fn main() {
    let secret = Secret::new("label", "secret");
    let _shown = secret.to_string();
}
