use std::sync::Arc;

use http::Method;

use super::call::Call;
use super::error::Error;
use super::exchange::Exchange;
use crate::ids::UserId;
use crate::job::JobIds;

/// The jobs that users have in the skills solution. Source: 360Learning's API v2 reference,
/// *Skills*. They have nothing to do with the role title of a user.
///
/// Needs the scope `skillsJobs:write`. Neither jobs nor a user's jobs can be listed.
#[derive(Clone, Debug)]
pub struct Jobs {
    exchange: Arc<Exchange>,
}

impl Jobs {
    pub(crate) fn new(exchange: Arc<Exchange>) -> Self {
        Self { exchange }
    }

    /// Replaces all current jobs of a user, and returns their ids. Scope `skillsJobs:write`.
    ///
    /// For many users, or for jobs aimed at and jobs of before, see
    /// [`Bulk::replace_jobs`](super::Bulk::replace_jobs).
    ///
    /// # Errors
    /// [`SkillSolutionNotEnabled`](crate::ErrorCode::SkillSolutionNotEnabled),
    /// [`JobExternalIdNotFound`](crate::ErrorCode::JobExternalIdNotFound) and
    /// [`TooManyJobs`](crate::ErrorCode::TooManyJobs);
    /// [`UserNotFound`](crate::ErrorCode::UserNotFound) with a 404, also for deactivated users.
    ///
    /// # Retries
    /// Repeated like a read, because the list is absolute.
    pub async fn replace(&self, user: &UserId, jobs: &JobIds) -> Result<Vec<String>, Error> {
        let base = &self.exchange.base;
        let call = Call::new(base, Method::PUT, JOBS, &[user.as_str()]).with_json(jobs)?;
        self.exchange.execute(&call).await?.json()
    }
}

const JOBS: &str = "/api/v2/skills/users/{userId}/jobs";
