use std::collections::BTreeSet;
use std::sync::atomic::{AtomicI64, Ordering};

use hibob_client::EmployeeId;
use jiff::Timestamp;
use provisioning_core::driver::{Claim, Commit, Committed, Intake, LEASE, Lease, StoreError};
use provisioning_core::{Hint, Memory};
use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::ledger;
use super::open::SqlStore;
use super::row::{self, failed};

/// Gives out the leases of one instance: its number in the upper half, a count in the lower, so
/// that no two instances give out the same and none is given out twice.
#[derive(Debug)]
pub(super) struct Leases {
    instance: i64,
    given: AtomicI64,
}

/// The work on employees, under leases.
impl SqlStore {
    /// Ends all leases. What somebody was working on is due when it would have been without him.
    pub(super) async fn drop_leases(&self) -> Result<(), sqlx::Error> {
        self.drop_leases_between(0, i64::MAX).await
    }

    /// Ends the leases of this instance.
    pub(super) async fn drop_own_leases(&self) -> Result<(), sqlx::Error> {
        match self.leases.get() {
            Some(Leases { instance, .. }) => {
                let last = instance.saturating_add(i64::from(u32::MAX));
                self.drop_leases_between(*instance, last).await
            }
            None => Ok(()),
        }
    }

    async fn drop_leases_between(&self, first: i64, last: i64) -> Result<(), sqlx::Error> {
        sqlx::query(
            "UPDATE employee SET due = leased_until - $1, lease = NULL, leased_until = NULL
             WHERE lease >= $2 AND lease <= $3",
        )
        .bind(lease_micros())
        .bind(first)
        .bind(last)
        .execute(self.pool())
        .await?;
        Ok(())
    }

    /// This instance's number, which no other one has had: the upper half of each of its leases.
    ///
    /// # Errors
    /// If it has none yet and it cannot be written down.
    pub(crate) async fn instance(&self) -> Result<i64, StoreError> {
        let leases = self.leases.get_or_try_init(|| self.enrolled()).await;
        leases.map(|it| it.instance >> 32).map_err(failed)
    }

    pub(super) async fn claimed(
        &self,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<Claim>, sqlx::Error> {
        let leases = self.leases.get_or_try_init(|| self.enrolled()).await?;
        let mut transaction = self.begin().await?;
        let due = skip_locked!(
            "SELECT id, hint, memory FROM employee
             WHERE due_at <= $1 AND (leased_until IS NULL OR leased_until <= $1)
             ORDER BY due_at, id LIMIT $2"
        );
        let due = sqlx::query(due.on(&transaction))
            .bind(row::micros(now))
            .bind(i64::try_from(limit).unwrap_or(i64::MAX))
            .fetch_all(&mut *transaction)
            .await?;
        if due.is_empty() {
            return Ok(Vec::new());
        }
        let mut claims = Vec::with_capacity(due.len());
        for found in due {
            let Some((employee, hint, memory)) = read(&found, now)? else {
                continue;
            };
            let lease = leases.next();
            // The position is read anew by each statement, and what is read of the employee later
            // is newer than it.
            sqlx::query(
                "UPDATE employee
                 SET lease = $1, leased_until = $2, claimed = (SELECT seq FROM tenant)
                 WHERE id = $3",
            )
            .bind(lease.0)
            .bind(lease_end(now))
            .bind(employee.as_str())
            .execute(&mut *transaction)
            .await?;
            claims.push(Claim::new(
                employee,
                lease,
                hint.unwrap_or_default(),
                memory,
            ));
        }
        transaction.commit().await?;
        Ok(claims)
    }

    pub(super) async fn committed(&self, commit: Commit<'_>) -> Result<Committed, sqlx::Error> {
        let employee = &commit.claim.employee;
        let mut transaction = self.begin().await?;
        if let Some((ledger, expected)) = commit.ledger {
            if !ledger::swap(&mut transaction, ledger, expected).await? {
                return Ok(Committed::StaleLedger);
            }
        }
        if row::waits(commit.memory) {
            row::lock_tenant(&mut transaction).await?;
        }
        let leased = for_update!("SELECT hint FROM employee WHERE id = $1 AND lease = $2");
        let leased = sqlx::query(leased.on(&transaction))
            .bind(employee.as_str())
            .bind(commit.claim.lease.0)
            .fetch_optional(&mut *transaction)
            .await?;
        let Some(leased) = leased else {
            return Ok(Committed::StaleHint);
        };
        let pending = row::hint(employee, leased.try_get(0)?, commit.now);
        let newest = pending.as_ref().map(Hint::newest).unwrap_or_default();
        if newest > commit.claim.hint.newest() {
            return Ok(Committed::StaleHint);
        }
        sqlx::query(
            "UPDATE employee
             SET hint = NULL, hint_since = NULL, hint_due = NULL,
                 memory = $1, active = $2, due = $3
             WHERE id = $4",
        )
        .bind(row::to_json(commit.memory).map_err(row::encode)?)
        .bind(row::active(commit.memory))
        .bind(lease_end(commit.now))
        .bind(employee.as_str())
        .execute(&mut *transaction)
        .await?;
        row::wait_on(&mut transaction, employee, commit.memory).await?;
        transaction.commit().await?;
        if let Some((ledger, expected)) = commit.ledger {
            self.ledger.keep(ledger, ledger::after(expected));
        }
        Ok(Committed::Done)
    }

    pub(super) async fn recorded(
        &self,
        claim: &Claim,
        memory: &Memory,
        now: Timestamp,
    ) -> Result<bool, sqlx::Error> {
        let mut transaction = self.begin().await?;
        if row::waits(memory) {
            row::lock_tenant(&mut transaction).await?;
        }
        let written = sqlx::query(
            "UPDATE employee SET memory = $1, active = $2, leased_until = $3, due = $3
             WHERE id = $4 AND lease = $5",
        )
        .bind(row::to_json(memory).map_err(row::encode)?)
        .bind(row::active(memory))
        .bind(lease_end(now))
        .bind(claim.employee.as_str())
        .bind(claim.lease.0)
        .execute(&mut *transaction)
        .await?;
        if written.rows_affected() == 0 {
            return Ok(false);
        }
        row::wait_on(&mut transaction, &claim.employee, memory).await?;
        transaction.commit().await?;
        Ok(true)
    }

    pub(super) async fn released(
        &self,
        claim: &Claim,
        memory: Option<&Memory>,
        due: Option<Timestamp>,
    ) -> Result<(), sqlx::Error> {
        let mut transaction = self.begin().await?;
        if memory.is_some_and(row::waits) {
            row::lock_tenant(&mut transaction).await?;
        }
        let released = sqlx::query(
            "UPDATE employee
             SET lease = NULL, leased_until = NULL, due = $1,
                 memory = COALESCE($2, memory), active = COALESCE($3, active)
             WHERE id = $4 AND lease = $5",
        )
        .bind(due.map(row::micros))
        .bind(memory.map(row::to_json).transpose().map_err(row::encode)?)
        .bind(memory.map(row::active))
        .bind(claim.employee.as_str())
        .bind(claim.lease.0)
        .execute(&mut *transaction)
        .await?;
        if released.rows_affected() > 0 {
            if let Some(memory) = memory {
                row::wait_on(&mut transaction, &claim.employee, memory).await?;
            }
        }
        transaction.commit().await
    }

    pub(super) async fn postponed(
        &self,
        claim: &Claim,
        until: Timestamp,
    ) -> Result<(), sqlx::Error> {
        sqlx::query(
            "UPDATE employee
             SET lease = NULL, leased_until = NULL, due = $1,
                 hint_due = CASE WHEN hint_due < $1 THEN $1 ELSE hint_due END
             WHERE id = $2 AND lease = $3",
        )
        .bind(row::micros(until))
        .bind(claim.employee.as_str())
        .bind(claim.lease.0)
        .execute(self.pool())
        .await?;
        Ok(())
    }

    pub(super) async fn woken(
        &self,
        changed: &BTreeSet<EmployeeId>,
        now: Timestamp,
    ) -> Result<(), sqlx::Error> {
        let mut transaction = self.begin().await?;
        let position = row::after(row::lock_tenant(&mut transaction).await?);
        row::advance(&mut transaction, position).await?;
        let mut waiting = BTreeSet::new();
        for employee in changed {
            let found: Vec<String> =
                sqlx::query_scalar("SELECT employee FROM wait WHERE changed = $1")
                    .bind(employee.as_str())
                    .fetch_all(&mut *transaction)
                    .await?;
            let found = found.iter().map(|id| EmployeeId::try_from(id.as_str()));
            waiting.extend(found.filter_map(Result::ok));
            // For those who decide right now, and do not wait yet.
            sqlx::query("UPDATE employee SET woke = $1, woke_at = $2 WHERE id = $3")
                .bind(row::number(position))
                .bind(row::micros(now))
                .bind(employee.as_str())
                .execute(&mut *transaction)
                .await?;
        }
        for employee in waiting {
            let intake = Intake::new(employee, Hint::woken(now), now);
            row::take(&mut transaction, &intake, position).await?;
        }
        transaction.commit().await
    }
}

impl SqlStore {
    /// Takes a number for this instance that no other one has had.
    async fn enrolled(&self) -> Result<Leases, sqlx::Error> {
        let number = "UPDATE tenant SET instances = instances + 1 RETURNING instances";
        let number: i64 = sqlx::query_scalar(number).fetch_one(self.pool()).await?;
        Ok(Leases {
            instance: number << 32,
            given: AtomicI64::new(0),
        })
    }
}

impl Leases {
    fn next(&self) -> Lease {
        Lease(self.instance + self.given.fetch_add(1, Ordering::Relaxed))
    }
}

/// `None` for a row that is not ours: an id that is none cannot have come through the intake.
fn read(
    found: &AnyRow,
    now: Timestamp,
) -> Result<Option<(EmployeeId, Option<Hint>, Memory)>, sqlx::Error> {
    let Ok(employee) = EmployeeId::try_from(found.try_get::<&str, _>(0)?) else {
        return Ok(None);
    };
    let hint = row::hint(&employee, found.try_get(1)?, now);
    let memory = row::memory(&employee, found.try_get(2)?);
    Ok(Some((employee, hint, memory)))
}

fn lease_end(now: Timestamp) -> i64 {
    row::micros(now).saturating_add(lease_micros())
}

fn lease_micros() -> i64 {
    i64::try_from(LEASE.as_micros()).unwrap_or(i64::MAX)
}
