use std::fmt;

use hibob_client::Error as BobError;
use learning360_client::Error as Learning360Error;
use provisioning_core::PolicyProblems;
use provisioning_core::driver::StoreError;

use super::exit::Exit;
use crate::settings::SettingsError;

/// Why a command cannot go on, and what to do about it.
///
/// It is made for the context of an error: `error.context(Failure::new("…").next("…"))`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    what: String,
    next: Option<String>,
    exit: Exit,
}

impl Failure {
    /// Something that failed, in a few words without a full stop.
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            next: None,
            exit: Exit::Failed,
        }
    }

    /// The same failure with the next step: what to do, in the imperative.
    #[must_use]
    pub(crate) fn next(self, step: impl Into<String>) -> Self {
        Self {
            next: Some(step.into()),
            ..self
        }
    }

    /// The same failure with another exit code.
    #[must_use]
    pub(crate) fn exit_with(self, exit: Exit) -> Self {
        Self { exit, ..self }
    }

    /// How the command ends.
    pub(crate) fn exit(&self) -> Exit {
        self.exit
    }

    /// What to do about it.
    pub(crate) fn next_step(&self) -> Option<&str> {
        self.next.as_deref()
    }
}

/// What to do about an error: what its failure says, or else what helps against its cause.
pub(crate) fn next_step(error: &anyhow::Error) -> Option<&str> {
    let failure = error.downcast_ref::<Failure>();
    failure.and_then(Failure::next_step).or_else(|| {
        let mut causes = error.chain();
        causes.find_map(|cause| {
            if cause.is::<SettingsError>() {
                Some("set it in the environment or in a file `.env`; see `provisioner --help`")
            } else if cause.is::<PolicyProblems>() {
                Some("mend these lines; policy.example.toml shows what may stand there")
            } else if cause.is::<StoreError>() {
                Some("`provisioner doctor` looks at the database, too; then say it again")
            } else if cause.is::<BobError>() || cause.is::<Learning360Error>() {
                Some("`provisioner doctor` says what is missing; then say it again")
            } else {
                None
            }
        })
    })
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for Failure {}

#[cfg(test)]
mod tests {
    use anyhow::Context as _;

    use super::*;

    #[test]
    fn a_failure_says_the_next_step_and_otherwise_its_cause_does() {
        let broken = || anyhow::Error::new(StoreError::new("disk full"));
        let doctor = next_step(&broken()).map(str::to_owned);
        assert!(doctor.is_some_and(|it| it.contains("provisioner doctor")));
        let told = broken().context(Failure::new("it failed").next("try another"));
        assert_eq!(next_step(&told), Some("try another"));
        let silent = Err::<(), _>(broken()).context(Failure::new("it failed"));
        assert!(next_step(&silent.unwrap_err()).is_some());
        assert_eq!(next_step(&anyhow::anyhow!("who knows")), None);
    }
}
