use std::process::ExitCode;

use provisioning_core::PolicyProblems;

use super::failure::Failure;
use crate::host::StartError;
use crate::settings::SettingsError;

/// How a command ended, as its exit code tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exit {
    /// 0: everything that was asked for is done.
    Done,
    /// 1: it failed.
    Failed,
    /// 2: the arguments, the settings or the policy cannot be used.
    Usage,
    /// 3: a part is done and a part is not.
    Partly,
    /// 4: a person has to approve something first.
    Held,
}

impl Exit {
    /// How a command ended that ended with this error.
    pub(crate) fn of(error: &anyhow::Error) -> Self {
        if let Some(failure) = error.downcast_ref::<Failure>() {
            return failure.exit();
        }
        let is_usage = error.chain().any(|cause| {
            cause.is::<SettingsError>()
                || cause.is::<PolicyProblems>()
                || matches!(cause.downcast_ref(), Some(StartError::Policy(_)))
        });
        if is_usage { Self::Usage } else { Self::Failed }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::Usage => 2,
            Exit::Partly => 3,
            Exit::Held => 4,
        })
    }
}
