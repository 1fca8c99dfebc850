use std::io::ErrorKind;
use std::path::Path;

use anyhow::Context as _;
use provisioning_core::Policy;

use super::exit::Exit;
use super::failure::Failure;
use crate::clients::Clients;
use crate::clock::Clock;
use crate::output::{Form, Output, Report, words};
use crate::settings::{Apis, Database, Environment, Keep, Settings, SettingsError};
use crate::store::{Role, SqlStore};

/// What a command works with. Each part is opened when it is asked for and not before, so that a
/// command needs no more settings than it uses.
#[derive(Debug)]
pub(crate) struct Kit {
    environment: Environment,
    output: Output,
    form: Form,
}

impl Kit {
    /// The kit of a command whose result is wanted in this form.
    pub(crate) fn new(environment: Environment, form: Form) -> Self {
        let output = Output::stdout(&environment);
        Self {
            environment,
            output,
            form,
        }
    }

    /// The variables that settings are read from.
    pub(crate) fn environment(&self) -> &Environment {
        &self.environment
    }

    /// Where the result goes, and everything beside it.
    pub(crate) fn output(&self) -> &Output {
        &self.output
    }

    /// In which form the result is wanted.
    pub(crate) fn form(&self) -> Form {
        self.form
    }

    /// Prints the result of the command, once, in the form that is wanted.
    ///
    /// # Errors
    /// If it cannot be written as JSON.
    pub(crate) fn report(&self, report: &impl Report) -> anyhow::Result<()> {
        match self.form {
            Form::Text => report.tell(&self.output),
            Form::Json => self.output.line(serde_json::to_string(report)?),
        }
        Ok(())
    }

    /// Everything that a host needs.
    ///
    /// # Errors
    /// Names every variable that is missing or cannot be used.
    pub(crate) fn settings(&self) -> Result<Settings, SettingsError> {
        Settings::read(&self.environment)
    }

    /// The policy in this file; its problems come with their lines.
    ///
    /// # Errors
    /// If the file cannot be read, or is no usable policy.
    pub(crate) fn policy(path: &Path) -> anyhow::Result<Policy> {
        let text = std::fs::read_to_string(path).map_err(|error| unreadable(path, &error))?;
        Policy::parse(&text).with_context(|| path.display().to_string())
    }

    /// The clock of the machine, or of the sandbox at `HIBOB_BASE_URL`.
    ///
    /// # Errors
    /// If no sandbox answers there.
    pub(crate) async fn clock(&self, time: Time) -> anyhow::Result<Clock> {
        match time {
            Time::Machine => Ok(Clock::system()),
            Time::Sandbox => Clock::sandbox(&Apis::read(&self.environment)?.bob.base_url).await,
        }
    }

    /// The clients of both APIs.
    ///
    /// # Errors
    /// Names every variable that is missing or cannot be used.
    pub(crate) fn clients(&self, clock: &Clock) -> anyhow::Result<Clients> {
        let apis = Apis::read(&self.environment)?;
        Clients::new(&apis.bob, &apis.learning360, clock)
    }

    /// The state of the host, while it works or not.
    ///
    /// # Errors
    /// If there is none yet.
    pub(crate) async fn store(&self) -> anyhow::Result<SqlStore> {
        let database = Database::read(&self.environment)?;
        let store = SqlStore::attach(database.url()).await;
        store.map_err(|error| error.context(no_state()))
    }

    /// The state, to work with it unless a host does.
    ///
    /// # Errors
    /// If it cannot be opened.
    pub(crate) async fn store_to_work(&self) -> anyhow::Result<(SqlStore, Role)> {
        let database = Database::read(&self.environment)?;
        let keep = Keep::of(&self.environment)?;
        let joined = SqlStore::join(database.url()).await;
        let (store, role) = joined.map_err(|error| error.context(no_state()))?;
        Ok((store.keeping(keep), role))
    }

    /// The state of the host; `None` if there is none yet.
    ///
    /// # Errors
    /// If there is one that cannot be opened.
    pub(crate) async fn store_if_any(&self) -> anyhow::Result<Option<SqlStore>> {
        let database = Database::read(&self.environment)?;
        let store = SqlStore::attach_if_any(database.url()).await;
        store.map_err(|error| error.context(no_state()))
    }
}

/// Which clock counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Time {
    /// The machine's.
    Machine,
    /// The one of the sandbox that stands in for Bob.
    Sandbox,
}

impl Time {
    /// The sandbox's, if the work is done against one.
    pub(crate) fn of(sandbox: bool) -> Self {
        if sandbox {
            Self::Sandbox
        } else {
            Self::Machine
        }
    }
}

fn no_state() -> Failure {
    Failure::new("the state of the host cannot be opened").next(
        "set DATABASE_URL to the database that `provisioner serve` uses, or start `provisioner \
         serve` once, which creates it",
    )
}

fn unreadable(path: &Path, error: &std::io::Error) -> anyhow::Error {
    let (path, why) = (path.display(), words::unreadable(error));
    let failure = Failure::new(format!("the policy file {path} cannot be read: {why}"));
    let next = match error.kind() {
        ErrorKind::NotFound => {
            "name another with --policy FILE, or begin with a copy of policy.example.toml"
        }
        _ => "name another with --policy FILE",
    };
    failure.next(next).exit_with(Exit::Usage).into()
}
