//! Only a verifier says what is verified.

use hibob_client::webhook::Verified;

fn main() {
    let _verified = Verified { secret: "upsert-1", body: b"{}" };
}
