use std::collections::BTreeMap;

use async_trait::async_trait;
use hibob_client::EmployeeId;
use jiff::Timestamp;

use super::memory_store::MemoryStore;
use super::ports::StoreError;
use super::run::{NewRun, Progress, Run, RunId, RunState, Task};
use super::run_store::RunStore;
use crate::memory::Memory;
use crate::plan::Reason;
use crate::sync::Situation;

/// The runs of a [`MemoryStore`].
#[derive(Debug, Default)]
pub(super) struct Runs {
    baseline: Option<u64>,
    all: BTreeMap<RunId, Kept>,
}

#[derive(Debug)]
struct Kept {
    run: Run,
    tasks: Vec<(Task, At)>,
}

/// Where a task is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    Waiting,
    Queued,
    Finished(Situation, Reason),
}

impl Runs {
    fn running(&self) -> Option<&Run> {
        let mut runs = self.all.values().map(|kept| &kept.run);
        runs.find(|run| run.state == RunState::Running)
    }

    fn begin(&mut self, begun: &NewRun, tasks: &[Task]) -> Option<RunId> {
        if self.running().is_some() {
            return None;
        }
        for kept in self.all.values_mut() {
            if kept.run.state == RunState::Planned {
                kept.run.state = RunState::Dropped;
                kept.run.changed = begun.planned;
            }
        }
        let last = self.all.keys().next_back().map_or(0, |id| id.0);
        let id = RunId(last + 1);
        let tasks = tasks.iter().map(|task| (task.clone(), At::Waiting));
        let kept = Kept {
            run: Run::new(id, begun.clone(), begun.state, begun.planned),
            tasks: tasks.collect(),
        };
        self.all.insert(id, kept);
        Some(id)
    }

    fn tasks(&self, id: RunId) -> impl Iterator<Item = &(Task, At)> {
        self.all.get(&id).into_iter().flat_map(|kept| &kept.tasks)
    }

    fn tasks_mut(&mut self, id: RunId) -> impl Iterator<Item = &mut (Task, At)> {
        let kept = self.all.get_mut(&id).into_iter();
        kept.flat_map(|kept| &mut kept.tasks)
    }
}

#[async_trait]
impl RunStore for MemoryStore {
    async fn memories(
        &self,
        employees: &[EmployeeId],
    ) -> Result<BTreeMap<EmployeeId, Memory>, StoreError> {
        let state = self.state();
        let known = employees
            .iter()
            .filter_map(|id| Some((id.clone(), state.memory(id)?.clone())));
        Ok(known.collect())
    }

    async fn learn(&self, memories: &BTreeMap<EmployeeId, Memory>) -> Result<(), StoreError> {
        let mut state = self.state();
        for (employee, memory) in memories {
            state.learn(employee, memory);
        }
        Ok(())
    }

    async fn baseline(&self) -> Result<Option<u64>, StoreError> {
        Ok(self.state().runs.baseline)
    }

    async fn replace_baseline(&self, listed: u64) -> Result<(), StoreError> {
        self.state().runs.baseline = Some(listed);
        Ok(())
    }

    async fn begin_run(&self, run: &NewRun, tasks: &[Task]) -> Result<Option<RunId>, StoreError> {
        Ok(self.state().runs.begin(run, tasks))
    }

    async fn move_run(
        &self,
        id: RunId,
        from: RunState,
        to: RunState,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut state = self.state();
        let kept = state.runs.all.get_mut(&id);
        let Some(kept) = kept.filter(|kept| kept.run.state == from) else {
            return Ok(false);
        };
        kept.run.state = to;
        kept.run.changed = now;
        Ok(true)
    }

    async fn run(&self, id: RunId) -> Result<Option<Run>, StoreError> {
        let state = self.state();
        Ok(state.runs.all.get(&id).map(|kept| kept.run.clone()))
    }

    async fn running(&self) -> Result<Option<Run>, StoreError> {
        Ok(self.state().runs.running().cloned())
    }

    async fn runs(&self, limit: usize) -> Result<Vec<Run>, StoreError> {
        let state = self.state();
        let newest = state.runs.all.values().rev().take(limit);
        Ok(newest.map(|kept| kept.run.clone()).collect())
    }

    async fn waiting(&self, id: RunId, limit: usize) -> Result<Vec<Task>, StoreError> {
        let state = self.state();
        let tasks = state.runs.tasks(id).filter(|(_, at)| *at == At::Waiting);
        Ok(tasks.take(limit).map(|(task, _)| task.clone()).collect())
    }

    async fn queued(&self, id: RunId, employees: &[EmployeeId]) -> Result<(), StoreError> {
        let mut state = self.state();
        for (task, at) in state.runs.tasks_mut(id) {
            if *at == At::Waiting && employees.contains(&task.employee) {
                *at = At::Queued;
            }
        }
        Ok(())
    }

    async fn tasks(
        &self,
        id: RunId,
        employees: &[EmployeeId],
    ) -> Result<BTreeMap<EmployeeId, Task>, StoreError> {
        let state = self.state();
        let open = state.runs.tasks(id);
        let open = open.filter(|(_, at)| matches!(at, At::Waiting | At::Queued));
        let asked_for = open.filter(|(task, _)| employees.contains(&task.employee));
        Ok(asked_for
            .map(|(task, _)| (task.employee.clone(), task.clone()))
            .collect())
    }

    async fn finish(
        &self,
        id: RunId,
        employee: &EmployeeId,
        what: Situation,
        why: Reason,
    ) -> Result<(), StoreError> {
        let mut state = self.state();
        for (task, at) in state.runs.tasks_mut(id) {
            if task.employee == *employee && !matches!(at, At::Finished(..)) {
                *at = At::Finished(what, why);
            }
        }
        Ok(())
    }

    async fn progress(&self, id: RunId) -> Result<Progress, StoreError> {
        let mut progress = Progress::default();
        for (_, at) in self.state().runs.tasks(id) {
            match at {
                At::Waiting => progress.waiting += 1,
                At::Queued => progress.queued += 1,
                At::Finished(what, why) => progress.finished.add_because(*what, *why, 1),
            }
        }
        Ok(progress)
    }

    async fn finished(
        &self,
        id: RunId,
        what: Situation,
    ) -> Result<Vec<(EmployeeId, Reason)>, StoreError> {
        let state = self.state();
        let finished = state.runs.tasks(id).filter_map(|(task, at)| match at {
            At::Finished(as_what, why) if *as_what == what => Some((task.employee.clone(), *why)),
            _ => None,
        });
        let mut finished: Vec<_> = finished.collect();
        finished.sort();
        Ok(finished)
    }
}
