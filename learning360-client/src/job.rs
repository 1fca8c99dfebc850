//! The jobs that users have in the skills solution.

use serde::{Deserialize, Serialize};

use crate::ids::UserId;
use crate::user::Edit;
use crate::value::{InvalidValue, not_blank};

/// The jobs of one user: at most 100 ids of the company's own, such as `JOB1`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct JobIds {
    job_ids: Vec<Box<str>>,
}

impl JobIds {
    /// Ids of jobs, of which none may be empty or blank. Without any, a user has no jobs.
    pub fn new<T: Into<String>>(jobs: impl IntoIterator<Item = T>) -> Result<Self, InvalidValue> {
        let job_ids = job_ids("jobIds", jobs)?;
        Ok(Self { job_ids })
    }
}

/// Changes to a user's jobs: those of now, those aimed at, and those of before. Each of the three
/// is kept, cleared or replaced as a whole.
///
/// The ids of jobs are the company's own, such as `JOB1`; they are no object ids. At most 100.
///
/// ```
/// use learning360_client::{UserId, UserJobs};
///
/// let user = UserId::try_from("507f1f77bcf86cd799439011")?;
/// let jobs = UserJobs::new(user).current(["JOB1"])?.clear_target();
/// assert_eq!(
///     serde_json::to_value(&jobs)?,
///     serde_json::json!({
///         "userId": "507f1f77bcf86cd799439011", "currentJobIds": ["JOB1"], "targetJobIds": [],
///     }),
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UserJobs {
    #[serde(rename = "userId")]
    user: UserId,
    #[serde(
        rename = "currentJobIds",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    current: Option<Vec<Box<str>>>,
    #[serde(
        rename = "targetJobIds",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    target: Option<Vec<Box<str>>>,
    #[serde(
        rename = "previousJobIds",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    previous: Option<Vec<Box<str>>>,
}

impl UserJobs {
    /// Keeps all jobs of a user.
    pub fn new(user: UserId) -> Self {
        Self {
            user,
            current: None,
            target: None,
            previous: None,
        }
    }

    /// Replaces the jobs of now; ids may not be empty or blank.
    pub fn current<T: Into<String>>(
        mut self,
        jobs: impl IntoIterator<Item = T>,
    ) -> Result<Self, InvalidValue> {
        self.current = Some(job_ids("currentJobIds", jobs)?);
        Ok(self)
    }

    /// Replaces the jobs that are aimed at; ids may not be empty or blank.
    pub fn target<T: Into<String>>(
        mut self,
        jobs: impl IntoIterator<Item = T>,
    ) -> Result<Self, InvalidValue> {
        self.target = Some(job_ids("targetJobIds", jobs)?);
        Ok(self)
    }

    /// Replaces the jobs of before; ids may not be empty or blank.
    pub fn previous<T: Into<String>>(
        mut self,
        jobs: impl IntoIterator<Item = T>,
    ) -> Result<Self, InvalidValue> {
        self.previous = Some(job_ids("previousJobIds", jobs)?);
        Ok(self)
    }

    /// Removes the jobs of now.
    pub fn clear_current(mut self) -> Self {
        self.current = Some(Vec::new());
        self
    }

    /// Removes the jobs that are aimed at.
    pub fn clear_target(mut self) -> Self {
        self.target = Some(Vec::new());
        self
    }

    /// Removes the jobs of before.
    pub fn clear_previous(mut self) -> Self {
        self.previous = Some(Vec::new());
        self
    }

    /// The user.
    pub fn user(&self) -> &UserId {
        &self.user
    }

    /// What happens to the jobs of now.
    pub fn current_edit(&self) -> Edit<&[Box<str>]> {
        edit(self.current.as_deref())
    }

    /// What happens to the jobs that are aimed at.
    pub fn target_edit(&self) -> Edit<&[Box<str>]> {
        edit(self.target.as_deref())
    }

    /// What happens to the jobs of before.
    pub fn previous_edit(&self) -> Edit<&[Box<str>]> {
        edit(self.previous.as_deref())
    }
}

/// Ids of jobs: at most 100, none of them empty or blank.
fn job_ids<T: Into<String>>(
    field: &'static str,
    jobs: impl IntoIterator<Item = T>,
) -> Result<Vec<Box<str>>, InvalidValue> {
    let jobs = jobs
        .into_iter()
        .map(|job| not_blank(field, job.into()).map(String::into_boxed_str))
        .collect::<Result<Vec<_>, _>>()?;
    if jobs.len() > MOST_JOBS {
        return Err(InvalidValue::TooMany(field));
    }
    Ok(jobs)
}

fn edit(jobs: Option<&[Box<str>]>) -> Edit<&[Box<str>]> {
    match jobs {
        None => Edit::Keep,
        Some([]) => Edit::Clear,
        Some(jobs) => Edit::Set(jobs),
    }
}

const MOST_JOBS: usize = 100;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ID: &str = "507f1f77bcf86cd799439011";

    fn jobs() -> UserJobs {
        UserJobs::new(ID.parse().unwrap())
    }

    #[test]
    fn jobs_are_kept_cleared_or_replaced() {
        assert_eq!(serde_json::to_value(jobs()).unwrap(), json!({"userId": ID}));
        let changed = jobs().clear_current().target(["A", "B"]).unwrap();
        let body = json!({"userId": ID, "currentJobIds": [], "targetJobIds": ["A", "B"]});
        assert_eq!(serde_json::to_value(&changed).unwrap(), body);
        assert_eq!(serde_json::from_value::<UserJobs>(body).unwrap(), changed);
        assert!(changed.current_edit() == Edit::Clear);
        assert!(changed.target_edit() == Edit::Set(&["A".into(), "B".into()]));
        assert!(changed.previous_edit() == Edit::Keep);
        let changed = changed.clear_target().previous(["C"]).unwrap();
        assert!(changed.target_edit() == Edit::Clear);
        assert!(changed.clear_previous().previous_edit() == Edit::Clear);
    }

    #[test]
    fn jobs_are_not_blank_and_not_too_many() {
        let refused = InvalidValue::Empty("currentJobIds");
        assert_eq!(jobs().current(["A", ""]), Err(refused));
        let many = |count: usize| jobs().target((0..count).map(|job| job.to_string()));
        assert!(many(100).is_ok());
        assert_eq!(many(101), Err(InvalidValue::TooMany("targetJobIds")));
    }
}
