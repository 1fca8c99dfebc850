//! Arguments that several commands share.

use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::path::PathBuf;

use clap::Args;
use provisioning_core::Policy;

use super::catalog;
use super::exit::Exit;
use super::failure::Failure;
use super::kit::{Kit, Time};
use crate::clients::Clients;
use crate::clock::Clock;
use crate::output::{Form, Report};

/// Which clock counts.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct TimeArgs {
    /// Take the time from the sandbox at `HIBOB_BASE_URL`, like `serve --sandbox`.
    #[arg(long, hide_short_help = true)]
    sandbox: bool,
}

/// Which policy counts.
#[derive(Clone, Debug, Args)]
pub(crate) struct PolicyArgs {
    /// The policy: who gets which account.
    #[arg(long = "policy", value_name = "FILE", default_value = "policy.toml")]
    pub(crate) file: PathBuf,
}

/// Whether a person is asked.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct ConfirmArgs {
    /// Do not ask, for scripts.
    #[arg(long, short)]
    yes: bool,
}

impl TimeArgs {
    pub(crate) async fn clock(self, kit: &Kit) -> anyhow::Result<Clock> {
        kit.clock(Time::of(self.sandbox)).await
    }
}

impl PolicyArgs {
    pub(crate) fn policy(&self) -> anyhow::Result<Policy> {
        Kit::policy(&self.file)
    }

    /// The policy, checked against what the two systems have.
    pub(crate) async fn bound(&self, clients: &Clients) -> anyhow::Result<Policy> {
        catalog::bound(clients, &self.policy()?, &self.file).await
    }
}

impl ConfirmArgs {
    /// Whether nobody is asked.
    pub(crate) fn is_given(self) -> bool {
        self.yes
    }

    /// Asks whether what is shown is to be done. If nobody says yes and the result is wanted as
    /// JSON, what would be done is the result.
    ///
    /// # Errors
    /// As [`ConfirmArgs::ask`].
    pub(crate) fn ask_about(
        self,
        kit: &Kit,
        shown: &impl Report,
        question: &str,
    ) -> anyhow::Result<()> {
        let asked = self.ask(question);
        if asked.is_err() && kit.form() == Form::Json {
            kit.report(shown)?;
        }
        asked
    }

    /// Asks a yes-or-no question on stderr, unless `--yes` says it all.
    ///
    /// # Errors
    /// If the answer is no, or nobody is there to answer; then the command ends with exit code 4.
    pub(crate) fn ask(self, question: &str) -> anyhow::Result<()> {
        if self.yes {
            return Ok(());
        }
        let refused = |what: &str| Failure::new(what).exit_with(Exit::Held);
        if !std::io::stdin().is_terminal() {
            let failure = refused("a person has to say yes, and nobody is there to ask");
            return Err(failure.next("say it with --yes").into());
        }
        let mut stderr = std::io::stderr();
        write!(stderr, "{question} [y/N] ")?;
        stderr.flush()?;
        let mut answer = String::new();
        std::io::stdin().lock().read_line(&mut answer)?;
        match answer.trim().to_lowercase().as_str() {
            "y" | "yes" => Ok(()),
            _ => {
                let failure = refused("the answer was no, and nothing was done");
                Err(failure.next("say y or yes to have it done").into())
            }
        }
    }
}
