use std::collections::BTreeMap;

use async_trait::async_trait;
use hibob_client::EmployeeId;
use jiff::Timestamp;
use provisioning_core::driver::{
    NewRun, Progress, Run, RunId, RunState, RunStore, StoreError, Task,
};
use provisioning_core::sync::{Situation, Tally};
use provisioning_core::{Memory, Reason, Wait};
use serde::de::DeserializeOwned;
use serde_json::Value;
use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::open::SqlStore;
use super::row::{self, failed};

#[async_trait]
impl RunStore for SqlStore {
    async fn memories(
        &self,
        employees: &[EmployeeId],
    ) -> Result<BTreeMap<EmployeeId, Memory>, StoreError> {
        self.remembered(employees).await.map_err(failed)
    }

    async fn learn(&self, memories: &BTreeMap<EmployeeId, Memory>) -> Result<(), StoreError> {
        self.learned(memories).await.map_err(failed)
    }

    async fn baseline(&self) -> Result<Option<u64>, StoreError> {
        let listed = sqlx::query_scalar("SELECT baseline FROM tenant");
        let listed: Option<i64> = listed.fetch_one(self.pool()).await.map_err(failed)?;
        Ok(listed.map(count))
    }

    async fn replace_baseline(&self, listed: u64) -> Result<(), StoreError> {
        let write = sqlx::query("UPDATE tenant SET baseline = $1").bind(number(listed));
        let written = write.execute(self.pool()).await;
        written.map(drop).map_err(failed)
    }

    async fn begin_run(&self, run: &NewRun, tasks: &[Task]) -> Result<Option<RunId>, StoreError> {
        self.begun(run, tasks).await.map_err(failed)
    }

    async fn move_run(
        &self,
        id: RunId,
        from: RunState,
        to: RunState,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let moved =
            sqlx::query("UPDATE run SET state = $1, changed = $2 WHERE id = $3 AND state = $4")
                .bind(to.as_str())
                .bind(row::micros(now))
                .bind(number(id.0))
                .bind(from.as_str())
                .execute(self.pool())
                .await;
        Ok(moved.map_err(failed)?.rows_affected() > 0)
    }

    async fn run(&self, id: RunId) -> Result<Option<Run>, StoreError> {
        let found = sqlx::query("SELECT id, state, changed, begun FROM run WHERE id = $1")
            .bind(number(id.0))
            .fetch_optional(self.pool())
            .await;
        found.map_err(failed)?.as_ref().map(run).transpose()
    }

    async fn running(&self) -> Result<Option<Run>, StoreError> {
        let found =
            sqlx::query("SELECT id, state, changed, begun FROM run WHERE state = 'running'")
                .fetch_optional(self.pool())
                .await;
        found.map_err(failed)?.as_ref().map(run).transpose()
    }

    async fn runs(&self, limit: usize) -> Result<Vec<Run>, StoreError> {
        let found =
            sqlx::query("SELECT id, state, changed, begun FROM run ORDER BY id DESC LIMIT $1")
                .bind(i64::try_from(limit).unwrap_or(i64::MAX))
                .fetch_all(self.pool())
                .await;
        found.map_err(failed)?.iter().map(run).collect()
    }

    async fn waiting(&self, id: RunId, limit: usize) -> Result<Vec<Task>, StoreError> {
        let found = sqlx::query(
            "SELECT employee, plan, evidence, writes FROM task
             WHERE run = $1 AND state = 'waiting' ORDER BY place LIMIT $2",
        )
        .bind(number(id.0))
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(self.pool())
        .await;
        found.map_err(failed)?.iter().map(task).collect()
    }

    async fn queued(&self, id: RunId, employees: &[EmployeeId]) -> Result<(), StoreError> {
        let mut transaction = self.begin().await.map_err(failed)?;
        for employee in employees {
            sqlx::query(
                "UPDATE task SET state = 'queued'
                 WHERE employee = $1 AND run = $2 AND state = 'waiting'",
            )
            .bind(employee.as_str())
            .bind(number(id.0))
            .execute(&mut *transaction)
            .await
            .map_err(failed)?;
        }
        transaction.commit().await.map_err(failed)
    }

    async fn tasks(
        &self,
        id: RunId,
        employees: &[EmployeeId],
    ) -> Result<BTreeMap<EmployeeId, Task>, StoreError> {
        let mut open = BTreeMap::new();
        let mut connection = self.pool().acquire().await.map_err(failed)?;
        for employee in employees {
            let found = sqlx::query(
                "SELECT employee, plan, evidence, writes FROM task
                 WHERE employee = $1 AND run = $2 AND state <> 'finished'",
            )
            .bind(employee.as_str())
            .bind(number(id.0))
            .fetch_optional(&mut *connection)
            .await;
            if let Some(found) = found.map_err(failed)? {
                open.insert(employee.clone(), task(&found)?);
            }
        }
        Ok(open)
    }

    async fn finish(
        &self,
        id: RunId,
        employee: &EmployeeId,
        what: Situation,
        why: Reason,
    ) -> Result<(), StoreError> {
        let finished = sqlx::query(
            "UPDATE task SET state = 'finished', what = $1, why = $2
             WHERE employee = $3 AND run = $4 AND state <> 'finished'",
        )
        .bind(what.as_str())
        .bind(why.as_str())
        .bind(employee.as_str())
        .bind(number(id.0))
        .execute(self.pool())
        .await;
        finished.map(drop).map_err(failed)
    }

    async fn progress(&self, id: RunId) -> Result<Progress, StoreError> {
        let found = sqlx::query(
            "SELECT state, what, why, COUNT(*) FROM task WHERE run = $1 GROUP BY state, what, why",
        )
        .bind(number(id.0))
        .fetch_all(self.pool())
        .await;
        let (mut waiting, mut queued, mut finished) = (0, 0, Tally::default());
        for found in found.map_err(failed)? {
            let state: String = found.try_get(0).map_err(failed)?;
            let people = count(found.try_get(3).map_err(failed)?);
            match state.as_str() {
                "waiting" => waiting += people,
                "queued" => queued += people,
                _ => {
                    let what: Option<String> = found.try_get(1).map_err(failed)?;
                    let what = what.as_deref().and_then(Situation::parse);
                    let why: Option<String> = found.try_get(2).map_err(failed)?;
                    if let (Some(what), Some(why)) = (what, why.and_then(parsed)) {
                        finished.add_because(what, why, people);
                    }
                }
            }
        }
        Ok(Progress::new(waiting, queued, finished))
    }

    async fn finished(
        &self,
        id: RunId,
        what: Situation,
    ) -> Result<Vec<(EmployeeId, Reason)>, StoreError> {
        let found = sqlx::query(
            "SELECT employee, why FROM task WHERE run = $1 AND state = 'finished' AND what = $2",
        )
        .bind(number(id.0))
        .bind(what.as_str())
        .fetch_all(self.pool())
        .await;
        let mut finished = Vec::new();
        for found in found.map_err(failed)? {
            let why: Option<String> = found.try_get(1).map_err(failed)?;
            if let Some(why) = why.and_then(parsed) {
                finished.push((employee(&found)?, why));
            }
        }
        // Sorted here: the databases would sort texts in ways of their own.
        finished.sort();
        Ok(finished)
    }
}

impl SqlStore {
    async fn remembered(
        &self,
        employees: &[EmployeeId],
    ) -> Result<BTreeMap<EmployeeId, Memory>, sqlx::Error> {
        let mut memories = BTreeMap::new();
        let mut connection = self.pool().acquire().await?;
        for employee in employees {
            let found: Option<String> = sqlx::query_scalar(
                "SELECT memory FROM employee WHERE id = $1 AND memory IS NOT NULL",
            )
            .bind(employee.as_str())
            .fetch_optional(&mut *connection)
            .await?;
            if let Some(text) = found {
                memories.insert(employee.clone(), row::memory(employee, Some(&text)));
            }
        }
        Ok(memories)
    }

    async fn learned(&self, memories: &BTreeMap<EmployeeId, Memory>) -> Result<(), sqlx::Error> {
        if memories.is_empty() {
            return Ok(());
        }
        let mut transaction = self.begin().await?;
        row::lock_tenant(&mut transaction).await?;
        for (employee, memory) in memories {
            let due = memory.wait().and_then(Wait::at).map(row::micros);
            let learned = sqlx::query(
                "INSERT INTO employee (id, memory, active, due) VALUES ($1, $2, $3, $4)
                 ON CONFLICT (id) DO UPDATE
                 SET memory = $2, active = $3, due = COALESCE(employee.due, $4)
                 WHERE employee.memory IS NULL",
            )
            .bind(employee.as_str())
            .bind(row::to_json(memory).map_err(row::encode)?)
            .bind(row::active(memory))
            .bind(due)
            .execute(&mut *transaction)
            .await?;
            if learned.rows_affected() > 0 {
                row::wait_on(&mut transaction, employee, memory).await?;
            }
        }
        transaction.commit().await
    }

    async fn begun(&self, run: &NewRun, tasks: &[Task]) -> Result<Option<RunId>, sqlx::Error> {
        let mut transaction = self.begin().await?;
        // Two hosts that begin at the same time take their turns.
        row::lock_tenant(&mut transaction).await?;
        let running: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM run WHERE state = 'running'")
            .fetch_one(&mut *transaction)
            .await?;
        if running > 0 {
            return Ok(None);
        }
        sqlx::query("UPDATE run SET state = 'dropped', changed = $1 WHERE state = 'planned'")
            .bind(row::micros(run.planned))
            .execute(&mut *transaction)
            .await?;
        let id: i64 = sqlx::query_scalar("SELECT COALESCE(MAX(id), 0) + 1 FROM run")
            .fetch_one(&mut *transaction)
            .await?;
        sqlx::query("INSERT INTO run (id, state, changed, begun) VALUES ($1, $2, $3, $4)")
            .bind(id)
            .bind(run.state.as_str())
            .bind(row::micros(run.planned))
            .bind(row::to_json(run).map_err(row::encode)?)
            .execute(&mut *transaction)
            .await?;
        for (place, task) in (0_i64..).zip(tasks) {
            sqlx::query(
                "INSERT INTO task (run, place, employee, plan, evidence, writes, state)
                 VALUES ($1, $2, $3, $4, $5, $6, 'waiting')",
            )
            .bind(id)
            .bind(place)
            .bind(task.employee.as_str())
            .bind(task.plan.to_string())
            .bind(task.evidence.as_str())
            .bind(i64::from(task.writes))
            .execute(&mut *transaction)
            .await?;
        }
        transaction.commit().await?;
        // Where no host works, nobody else does it.
        if let Err(error) = self.sweep(run.planned).await {
            tracing::warn!(%error, "what is past its time stays until the next time");
        }
        Ok(Some(RunId(count(id))))
    }
}

fn run(found: &AnyRow) -> Result<Run, StoreError> {
    let id: i64 = found.try_get(0).map_err(failed)?;
    let state: String = found.try_get(1).map_err(failed)?;
    let changed: i64 = found.try_get(2).map_err(failed)?;
    let begun: String = found.try_get(3).map_err(failed)?;
    let state = RunState::parse(&state).ok_or_else(|| StoreError::new(UNREADABLE))?;
    let begun = row::from_json(&begun)?;
    Ok(Run::new(RunId(count(id)), begun, state, row::time(changed)))
}

fn task(found: &AnyRow) -> Result<Task, StoreError> {
    let plan: String = found.try_get(1).map_err(failed)?;
    let evidence: String = found.try_get(2).map_err(failed)?;
    let writes: i64 = found.try_get(3).map_err(failed)?;
    let (Some(plan), Some(evidence)) = (parsed(plan), parsed(evidence)) else {
        return Err(StoreError::new(UNREADABLE));
    };
    let writes = u32::try_from(writes).unwrap_or(u32::MAX);
    Ok(Task::new(employee(found)?, plan, evidence, writes))
}

fn employee(found: &AnyRow) -> Result<EmployeeId, StoreError> {
    let id: String = found.try_get(0).map_err(failed)?;
    EmployeeId::try_from(id.as_str()).map_err(|_| StoreError::new(UNREADABLE))
}

/// What the core writes as one text.
fn parsed<T: DeserializeOwned>(text: String) -> Option<T> {
    serde_json::from_value(Value::String(text)).ok()
}

/// The databases have no unsigned integers.
fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}

const UNREADABLE: &str = "a full synchronization cannot be read";
