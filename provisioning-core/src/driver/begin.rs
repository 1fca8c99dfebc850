use hibob_client::EmployeeId;
use jiff::Timestamp;

use super::ports::{Source, Store, StoreError, Target};
use super::run::{NewRun, RunId, RunMode, RunState, Task};
use super::survey::{Look, Planned, Survey};
use super::turn::Driver;
use crate::plan::{Action, Disposition, Plan};
use crate::sync::{SourceHealth, Tally};

/// Who has approved a full synchronization.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(
    clippy::exhaustive_enums,
    reason = "somebody looked at it, or nobody did"
)]
pub enum Approval {
    /// A person has seen what it would do.
    ByPerson,
    /// Nobody was asked, because such runs are usual here. The first one of a Store waits for a
    /// person all the same.
    Standing,
}

/// What became of a survey.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Begun {
    /// It is carried out by the next turns.
    Running(RunId),
    /// It waits for [`approve`].
    Waiting(RunId),
    /// Another run is not at its end yet. Nothing was stored.
    Busy,
    /// It was made under another policy than the one in force. Nothing was stored: survey again.
    PolicyChanged,
}

impl<S: Source, T: Target, D: Store> Driver<S, T, D> {
    /// Begins to carry out what a survey found. The work itself is done by
    /// [`Driver::turn`](Driver::turn), also after a restart.
    ///
    /// The first full synchronization of a Store is only planned until a person approves it;
    /// events are worked on meanwhile. A run that is still planned is dropped for this one.
    ///
    /// # Errors
    /// If the Store fails. Begin again; if a run was stored after all, that says
    /// [`Begun::Busy`].
    pub async fn begin(
        &self,
        survey: &Survey,
        mode: RunMode,
        approval: Approval,
        now: Timestamp,
    ) -> Result<Begun, StoreError> {
        if survey.policy != self.policy.digest() {
            return Ok(Begun::PolicyChanged);
        }
        let is_first = self.store.baseline().await?.is_none();
        let state = match approval {
            Approval::Standing if is_first => RunState::Planned,
            _ => RunState::Running,
        };
        let is_believed = survey.health == SourceHealth::Good || approval == Approval::ByPerson;
        let tasks = tasks(survey, mode);
        let run = NewRun {
            depth: survey.depth,
            mode,
            policy: survey.policy,
            planned: survey.at,
            listed: survey.listed.filter(|_| is_believed),
            linked_active: survey.linked_active,
            people: u64::try_from(tasks.len()).unwrap_or(u64::MAX),
            found: survey.tally.clone(),
            rest: rest(survey, &tasks),
            state,
        };
        if !survey.suspected.is_empty() {
            self.suspect(survey, now).await?;
        }
        let Some(id) = self.store.begin_run(&run, &tasks).await? else {
            return Ok(Begun::Busy);
        };
        self.store.learn(&survey.learned).await?;
        if state == RunState::Planned {
            return Ok(Begun::Waiting(id));
        }
        if let Some(listed) = run.listed {
            self.store.replace_baseline(listed).await?;
        }
        Ok(Begun::Running(id))
    }

    /// The guards know what nearly everybody lost before the first of them is decided about.
    async fn suspect(&self, survey: &Survey, now: Timestamp) -> Result<(), StoreError> {
        loop {
            let known = self.store.ledger().await?;
            let mut ledger = known.value;
            ledger.suspect(&survey.suspected, now);
            if self.store.replace_ledger(&ledger, known.version).await? {
                return Ok(());
            }
        }
    }
}

/// Lets a planned run be carried out; `false` if it is not planned any more.
///
/// # Errors
/// If the Store fails; say it again.
pub async fn approve<D: Store + ?Sized>(
    store: &D,
    run: RunId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let moved = store.move_run(run, RunState::Planned, RunState::Running, now);
    if !moved.await? {
        return Ok(false);
    }
    let listed = store.run(run).await?.and_then(|run| run.begun.listed);
    if let Some(listed) = listed {
        store.replace_baseline(listed).await?;
    }
    Ok(true)
}

/// Ends a run before its end; `false` if it is at its end already. Whoever is being worked on is
/// brought to an end, and nobody else is begun with.
///
/// # Errors
/// If the Store fails; say it again.
pub async fn cancel<D: Store + ?Sized>(
    store: &D,
    run: RunId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    for from in [RunState::Planned, RunState::Running] {
        if store.move_run(run, from, RunState::Dropped, now).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Pure changes of groups come first, because they are made by the hundred in one call.
fn tasks(survey: &Survey, mode: RunMode) -> Vec<Task> {
    let people = survey.people.iter().filter(|it| has_task(it, mode));
    let mut people: Vec<_> = people
        .map(|planned| (planned, writes(&planned.plan)))
        .collect();
    people.sort_by_key(|(planned, writes)| (*writes > 0, planned.rank));
    let task = |(planned, writes): (&Planned, u32)| {
        let employee = planned.employee.clone();
        Task::new(employee, planned.digest, planned.evidence, writes)
    };
    people.into_iter().map(task).collect()
}

/// Whoever could not be decided about is worth another look where the facts count.
fn has_task(planned: &Planned, mode: RunMode) -> bool {
    let undecided = matches!(planned.disposition, Disposition::Retry(_));
    !planned.plan.is_empty()
        || planned.look == Look::Needed
        || (undecided && mode == RunMode::Fresh)
}

/// How many single calls a plan takes. Those who take none come first.
pub(super) fn writes(plan: &Plan) -> u32 {
    let single = plan.steps().iter().filter(|step| {
        !matches!(
            step.action,
            Action::AddMembership { .. } | Action::RemoveMembership { .. }
        )
    });
    // Even a look costs something.
    let looks = usize::from(plan.is_empty());
    u32::try_from(single.count() + looks).unwrap_or(u32::MAX)
}

/// The counts without those who have a task.
fn rest(survey: &Survey, tasks: &[Task]) -> Tally {
    let with_task: std::collections::BTreeSet<&EmployeeId> =
        tasks.iter().map(|task| &task.employee).collect();
    let people = survey.people.iter();
    let tasked = people.filter(|planned| with_task.contains(&planned.employee));
    let mut rest = survey.tally.clone();
    for planned in tasked {
        rest.take(planned.situation, planned.disposition.reason());
    }
    rest
}
