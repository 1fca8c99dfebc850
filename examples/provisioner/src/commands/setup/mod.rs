//! The command `setup`: what to do by hand before the host can work.

mod awaited;
mod guide;
mod page;
mod steps;
mod wait;

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;
use url::Url;

use self::guide::Guide;
pub(crate) use self::guide::name_in_bob;
use super::{Exit, Failure, Kit, Time};
use crate::output::{Output, Report};

/// Say step by step what to set up in Bob, in 360Learning and here, for this policy.
///
/// It replaces a set-up guide: the permissions, webhooks, events and scopes are exactly those that
/// the policy needs. Nothing is called and nothing is written. With --wait it listens for Bob's
/// webhooks, says what comes, and ends when each of them has been heard.
///
/// Exit codes: 0 done, 3 if --wait was interrupted before everything had come.
#[derive(Clone, Debug, Args)]
pub(crate) struct SetupArgs {
    /// The policy: who gets which account.
    #[arg(long, value_name = "FILE", default_value = "policy.toml")]
    policy: PathBuf,
    /// Where Bob reaches the host from outside, such as `https://provisioner.example.com`.
    #[arg(long, value_name = "URL")]
    url: Option<Url>,
    /// Print Markdown, for a page or a ticket.
    #[arg(long, conflicts_with = "json")]
    markdown: bool,
    /// Listen for the webhooks, until each has come with each of its secrets.
    ///
    /// Deliveries are verified, written down and answered as by `provisioner serve`, which works on
    /// them when it is started; nobody is decided about before.
    #[arg(long, conflicts_with_all = ["markdown", "url"])]
    wait: bool,
    /// With --wait: take the time from the clock of the sandbox at `HIBOB_BASE_URL`.
    #[arg(long, requires = "wait")]
    sandbox: bool,
}

/// The guide, and how to show it.
#[derive(Serialize)]
struct Shown {
    policy: String,
    #[serde(flatten)]
    guide: Guide,
    #[serde(skip)]
    markdown: bool,
}

impl SetupArgs {
    pub(crate) async fn run(self, kit: &Kit) -> anyhow::Result<Exit> {
        let policy = Kit::policy(&self.policy)?;
        if self.wait {
            return wait::wait(kit, &policy, Time::of(self.sandbox)).await;
        }
        if let Some(url) = &self.url {
            check(url)?;
        }
        let name = self
            .policy
            .file_name()
            .map(|name| name.to_string_lossy().into_owned());
        kit.report(&Shown {
            policy: name.unwrap_or_default(),
            guide: Guide::new(&policy, self.url.as_ref(), kit.environment()),
            markdown: self.markdown,
        })?;
        Ok(Exit::Done)
    }
}

impl Report for Shown {
    fn tell(&self, output: &Output) {
        let page = steps::page(&self.guide, &self.policy);
        if self.markdown {
            output.line(page::markdown(&page).trim_end());
        } else {
            let columns = output.width().map_or(COLUMNS, usize::from).min(COLUMNS);
            output.line(page::text(&page, output, columns));
        }
    }
}

/// Bob calls nothing but https, and a query would be lost behind the paths.
fn check(url: &Url) -> Result<(), Failure> {
    let local = url.host_str().is_some_and(|host| {
        host == "localhost"
            || host
                .trim_matches(['[', ']'])
                .parse()
                .is_ok_and(|it: std::net::IpAddr| it.is_loopback())
    });
    let secure = url.scheme() == "https" || url.scheme() == "http" && local;
    if secure && url.query().is_none() && url.fragment().is_none() {
        return Ok(());
    }
    Err(Failure::new("--url is no address that Bob could call")
        .next("give the host's public address, such as https://provisioner.example.com")
        .exit_with(Exit::Usage))
}

/// Longer lines are hard to read.
const COLUMNS: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bob_calls_https_and_loopback_only() {
        let checked = |text: &str| check(&Url::parse(text).unwrap()).is_ok();
        for good in [
            "https://a.example.com",
            "https://a.example.com/prefix",
            "http://127.0.0.1:8360",
            "http://[::1]:1",
        ] {
            assert!(checked(good), "{good}");
        }
        for bad in [
            "http://a.example.com",
            "ftp://127.0.0.1",
            "https://a.example.com/?x=1",
            "https://a.example.com/#x",
        ] {
            assert!(!checked(bad), "{bad}");
        }
    }
}
