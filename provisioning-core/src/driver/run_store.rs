use std::collections::BTreeMap;

use async_trait::async_trait;
use hibob_client::EmployeeId;
use jiff::Timestamp;

use super::ports::StoreError;
use super::run::{NewRun, Progress, Run, RunId, RunState, Task};
use crate::memory::Memory;
use crate::plan::Reason;
use crate::sync::Situation;

/// What a full synchronization needs of the Store: memories to read, and its record.
///
/// A run's people are its *tasks*. A task is *waiting*, then *queued* (the employee has a hint),
/// then *finished* with what became of it. At most one run is running.
#[async_trait]
pub trait RunStore: Send + Sync {
    /// What is remembered of these employees; whoever is not known is left out.
    async fn memories(
        &self,
        employees: &[EmployeeId],
    ) -> Result<BTreeMap<EmployeeId, Memory>, StoreError>;

    /// Stores memories of employees of whom nothing is remembered. Those of others stay.
    async fn learn(&self, memories: &BTreeMap<EmployeeId, Memory>) -> Result<(), StoreError>;

    /// How many people Bob listed at the last time that was good; `None` = no full
    /// synchronization was ever let through.
    async fn baseline(&self) -> Result<Option<u64>, StoreError>;

    /// Stores how many people Bob listed.
    async fn replace_baseline(&self, listed: u64) -> Result<(), StoreError>;

    /// Stores a run with its tasks, all of it or nothing, under the next number. Another run that
    /// is [`RunState::Planned`] becomes [`RunState::Dropped`].
    ///
    /// `None`, and nothing is stored, if a run is [`RunState::Running`].
    async fn begin_run(&self, run: &NewRun, tasks: &[Task]) -> Result<Option<RunId>, StoreError>;

    /// Moves a run from one state to another; `false` if it is not in the first one.
    async fn move_run(
        &self,
        id: RunId,
        from: RunState,
        to: RunState,
        now: Timestamp,
    ) -> Result<bool, StoreError>;

    /// A run.
    async fn run(&self, id: RunId) -> Result<Option<Run>, StoreError>;

    /// The run that is running.
    async fn running(&self) -> Result<Option<Run>, StoreError>;

    /// The latest runs, the newest first.
    async fn runs(&self, limit: usize) -> Result<Vec<Run>, StoreError>;

    /// Tasks that are waiting, in the order in which they were given.
    async fn waiting(&self, id: RunId, limit: usize) -> Result<Vec<Task>, StoreError>;

    /// Marks waiting tasks as queued.
    async fn queued(&self, id: RunId, employees: &[EmployeeId]) -> Result<(), StoreError>;

    /// The tasks of these employees that are not finished.
    async fn tasks(
        &self,
        id: RunId,
        employees: &[EmployeeId],
    ) -> Result<BTreeMap<EmployeeId, Task>, StoreError>;

    /// Finishes a task. One that is finished already stays as it is.
    async fn finish(
        &self,
        id: RunId,
        employee: &EmployeeId,
        what: Situation,
        why: Reason,
    ) -> Result<(), StoreError>;

    /// How far a run is.
    async fn progress(&self, id: RunId) -> Result<Progress, StoreError>;

    /// Whose tasks were finished with this, and why, in the order of their ids.
    async fn finished(
        &self,
        id: RunId,
        what: Situation,
    ) -> Result<Vec<(EmployeeId, Reason)>, StoreError>;
}
