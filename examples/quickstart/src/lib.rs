//! What the programs share: their settings, the two clients made from them, and the service of
//! `embed-in-axum`.

pub mod embed;

use anyhow::Context as _;

/// A setting from the environment, or from a file `.env` in this folder or one above.
///
/// # Errors
/// Names the setting that is missing.
pub fn setting(name: &str) -> anyhow::Result<String> {
    dotenvy::var(name).with_context(|| format!("{name} is not set; see the README"))
}

/// The client of Bob, as `read-people` builds it.
pub fn bob() -> anyhow::Result<hibob_client::Client> {
    let (id, token) = ("HIBOB_SERVICE_USER_ID", "HIBOB_SERVICE_USER_TOKEN");
    let bob = hibob_client::Client::builder()
        .base_url(setting("HIBOB_BASE_URL")?.parse()?)
        .service_user(setting(id)?, setting(token)?);
    Ok(bob.build()?)
}

/// The client of 360Learning, as `create-user` builds it.
pub fn learning360() -> anyhow::Result<learning360_client::Client> {
    let (id, secret) = ("LEARNING360_CLIENT_ID", "LEARNING360_CLIENT_SECRET");
    let learning360 = learning360_client::Client::builder()
        .base_url(setting("LEARNING360_BASE_URL")?.parse()?)
        .credentials(setting(id)?, setting(secret)?);
    Ok(learning360.build()?)
}
