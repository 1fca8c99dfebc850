use jiff::Timestamp;
use provisioning_core::driver::{Decided, StoreError};
use provisioning_core::{Outcome, Reason};
use serde_json::json;
use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::open::SqlStore;
use super::row::{self, failed};

/// A line of the audit: what was decided about one employee, and what was done.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AuditEntry {
    /// When it was decided.
    pub at: Timestamp,
    /// The employee's id.
    pub employee: String,
    /// The disposition's name.
    pub disposition: String,
    /// The reason's name.
    pub reason: String,
    /// Steps with their outcomes, held steps and findings, as JSON; ids and names only.
    pub detail: String,
}

/// A delivery that could not be used.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeadLetter {
    /// SHA-256 of the body in hexadecimal digits; nothing else is kept of it.
    pub digest: String,
    /// The endpoint that took it in.
    pub endpoint: String,
    /// Why it could not be used.
    pub reason: String,
    /// When it came first.
    pub first_at: Timestamp,
    /// When it came last.
    pub last_at: Timestamp,
    /// How often it came.
    pub times: i64,
}

impl AuditEntry {
    /// Reads rows of `at, employee, disposition, reason, detail`.
    pub(super) fn all(rows: Vec<AnyRow>) -> Result<Vec<Self>, StoreError> {
        let entries = rows.into_iter().map(|row| {
            Ok(Self {
                at: row::time(row.try_get(0)?),
                employee: row.try_get(1)?,
                disposition: row.try_get(2)?,
                reason: row.try_get(3)?,
                detail: row.try_get(4)?,
            })
        });
        let entries: Result<_, sqlx::Error> = entries.collect();
        entries.map_err(failed)
    }
}

impl SqlStore {
    /// Appends decisions to the audit.
    ///
    /// # Errors
    /// If it cannot be written.
    pub async fn audit(&self, decided: &[Decided], at: Timestamp) -> Result<(), StoreError> {
        if decided.is_empty() {
            return Ok(());
        }
        let mut transaction = self.begin().await.map_err(failed)?;
        for one in decided {
            sqlx::query(
                "INSERT INTO audit (at, employee, disposition, reason, detail)
                 VALUES ($1, $2, $3, $4, $5)",
            )
            .bind(row::micros(at))
            .bind(one.employee.as_str())
            .bind(one.disposition.as_str())
            .bind(one.disposition.reason().as_str())
            .bind(detail(one))
            .execute(&mut *transaction)
            .await
            .map_err(failed)?;
        }
        transaction.commit().await.map_err(failed)
    }

    /// The last lines of the audit, the newest first.
    ///
    /// # Errors
    /// If it cannot be read.
    pub async fn audited(&self, limit: u32) -> Result<Vec<AuditEntry>, StoreError> {
        let rows = sqlx::query(
            "SELECT at, employee, disposition, reason, detail FROM audit ORDER BY id DESC LIMIT $1",
        )
        .bind(i64::from(limit))
        .fetch_all(self.pool())
        .await;
        AuditEntry::all(rows.map_err(failed)?)
    }

    /// Keeps the hash of a delivery that could not be used; one that comes again is counted.
    ///
    /// # Errors
    /// If it cannot be written.
    pub async fn bury(
        &self,
        digest: &str,
        endpoint: &str,
        reason: Reason,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO dead_letter (digest, endpoint, reason, first_at, last_at, times)
             VALUES ($1, $2, $3, $4, $4, 1)
             ON CONFLICT (digest, endpoint, reason)
             DO UPDATE SET last_at = $4, times = dead_letter.times + 1",
        )
        .bind(digest)
        .bind(endpoint)
        .bind(reason.as_str())
        .bind(row::micros(at))
        .execute(self.pool())
        .await
        .map_err(failed)?;
        Ok(())
    }

    /// The dead letters, the newest first.
    ///
    /// # Errors
    /// If they cannot be read.
    pub async fn dead_letters(&self, limit: u32) -> Result<Vec<DeadLetter>, StoreError> {
        let rows = sqlx::query(
            "SELECT digest, endpoint, reason, first_at, last_at, times FROM dead_letter
             ORDER BY last_at DESC, digest LIMIT $1",
        )
        .bind(i64::from(limit))
        .fetch_all(self.pool())
        .await;
        let letters = rows.map_err(failed)?.into_iter().map(|row| {
            Ok(DeadLetter {
                digest: row.try_get(0)?,
                endpoint: row.try_get(1)?,
                reason: row.try_get(2)?,
                first_at: row::time(row.try_get(3)?),
                last_at: row::time(row.try_get(4)?),
                times: row.try_get(5)?,
            })
        });
        letters.collect::<Result<_, sqlx::Error>>().map_err(failed)
    }
}

/// The name of a step's outcome, for the audit, logs and counters.
pub(crate) fn outcome(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Done(_) => "done".to_owned(),
        Outcome::Refused { status, code } => {
            let code = code.as_ref().filter(|code| code.is_known());
            format!(
                "refused {}",
                code.map_or_else(|| status.to_string(), |it| it.as_str().into())
            )
        }
        Outcome::Unanswered => "unanswered".to_owned(),
        _ => "unavailable".to_owned(),
    }
}

fn detail(decided: &Decided) -> String {
    let steps = decided.applied.iter().map(|(step, came)| {
        let why = step.reason.as_str();
        json!({"step": step.id.as_str(), "because": why, "outcome": outcome(came)})
    });
    let held = decided.held.iter().map(|held| held.step.as_str());
    let findings = decided.findings.iter().map(ToString::to_string);
    json!({
        "steps": steps.collect::<Vec<_>>(),
        "held": held.collect::<Vec<_>>(),
        "findings": findings.collect::<Vec<_>>(),
    })
    .to_string()
}
