//! Whether anybody is told what needs a person.

use super::finding::{Area, Finding};
use crate::alerts::{Notice, NoticeKind, Post};
use crate::clock::Clock;
use crate::settings::NotifyUrl;

/// What the settings say.
pub(super) fn look(url: Option<&NotifyUrl>) -> Finding {
    match url {
        Some(url) => {
            let what = format!("alerts are posted to {}; --notify tries it out", host(url));
            Finding::ok(Area::Settings, "notify", what)
        }
        None => nobody(),
    }
}

/// Whether a notice arrives.
pub(super) async fn try_out(url: Option<&NotifyUrl>) -> Finding {
    let Some(url) = url else {
        return nobody();
    };
    match send(url).await {
        Ok(()) => {
            let what = format!("{} has taken a notice", host(url));
            Finding::ok(Area::Settings, "notify", what)
        }
        Err(error) => {
            let what = format!("{} has not taken a notice: {error}", host(url));
            let next = "check NOTIFY_URL: it has to take JSON by POST, and to answer with 2xx";
            Finding::error(Area::Settings, "notify_failed", what).next(next)
        }
    }
}

async fn send(url: &NotifyUrl) -> anyhow::Result<()> {
    let notice = Notice::new(NoticeKind::Test, "doctor", Clock::system().now().await);
    Ok(Post::new(url.clone())?.send(&notice.told()).await?)
}

fn nobody() -> Finding {
    let what = "nobody is told what needs a person: it stands in the log only";
    let next = "set NOTIFY_URL to an address that takes JSON by POST";
    Finding::note(Area::Settings, "nobody_notified", what).next(next)
}

/// The rest of the URL may hold a secret.
fn host(url: &NotifyUrl) -> &str {
    url.url().host_str().unwrap_or_default()
}
