//! How values lie in the columns.

use std::collections::BTreeSet;

use hibob_client::EmployeeId;
use jiff::Timestamp;
use provisioning_core::driver::{Intake, StoreError};
use provisioning_core::{Hint, Memory, Seq};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::{Row as _, SqliteConnection};

/// Microseconds since 1970, rounded up: a look must never be early.
pub(super) fn micros(at: Timestamp) -> i64 {
    let rest = at.subsec_nanosecond() % 1_000;
    at.as_microsecond().saturating_add(i64::from(rest > 0))
}

/// The time that a column tells.
pub(super) fn time(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or(Timestamp::MAX)
}

/// SQLite has no unsigned integers.
pub(super) fn seq(column: i64) -> Seq {
    Seq(u64::try_from(column).unwrap_or_default())
}

pub(super) fn to_json(value: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(StoreError::new)
}

pub(super) fn from_json<T: DeserializeOwned>(text: &str) -> Result<T, StoreError> {
    // The error of serde_json may quote a value, and a memory holds an address.
    serde_json::from_str(text).map_err(|error| StoreError::new(unreadable(&error)))
}

/// Reads the memory of a row. What cannot be read is as good as lost, and losing it is safe: the
/// link is found again in 360Learning, and everything else counts as not ours.
pub(super) fn memory(employee: &EmployeeId, text: Option<&str>) -> Memory {
    let Some(text) = text else {
        return Memory::default();
    };
    from_json(text).unwrap_or_else(|error| {
        tracing::error!(%employee, %error, "the memory cannot be read and counts as lost");
        Memory::default()
    })
}

/// Reads the hint of a row. One that cannot be read still asks for a look at everything.
pub(super) fn hint(employee: &EmployeeId, text: Option<&str>, at: Timestamp) -> Option<Hint> {
    let text = text?;
    let hint = from_json(text).unwrap_or_else(|error| {
        tracing::error!(%employee, %error, "the hint cannot be read and counts as a refresh");
        Hint::refresh(at)
    });
    Some(hint)
}

/// Merges a hint that has its position into the employee's row.
pub(super) async fn take(
    connection: &mut SqliteConnection,
    intake: Intake,
    position: Seq,
) -> Result<(), sqlx::Error> {
    let id = intake.employee.as_str();
    let known = sqlx::query("SELECT hint, hint_since FROM employee WHERE id = ?")
        .bind(id)
        .fetch_optional(&mut *connection)
        .await?;
    let (pending, since) = match known {
        Some(row) => {
            let since = row.try_get::<Option<i64>, _>(1)?.map(time);
            (hint(&intake.employee, row.try_get(0)?, intake.at), since)
        }
        None => (None, None),
    };
    let stamped = intake.hint.clone().stamped(position);
    let merged = match pending {
        Some(pending) => pending.merge(stamped),
        None => stamped,
    };
    let due = intake.due(merged.urgency(), since);
    sqlx::query(
        "INSERT INTO employee (id, hint, hint_since, hint_due) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (id) DO UPDATE SET hint = ?2, hint_since = ?3, hint_due = ?4",
    )
    .bind(id)
    .bind(to_json(&merged).map_err(encode)?)
    .bind(micros(since.unwrap_or(intake.at)))
    .bind(micros(due))
    .execute(connection)
    .await?;
    Ok(())
}

/// Notes whose changes wake the employee.
pub(super) async fn wait_on(
    connection: &mut SqliteConnection,
    employee: &EmployeeId,
    memory: &Memory,
) -> Result<(), sqlx::Error> {
    let nobody = BTreeSet::new();
    let on = memory.wait().map_or(&nobody, |wait| wait.on());
    sqlx::query("DELETE FROM wait WHERE employee = ?")
        .bind(employee.as_str())
        .execute(&mut *connection)
        .await?;
    for changed in on {
        sqlx::query("INSERT INTO wait (changed, employee) VALUES (?, ?)")
            .bind(changed.as_str())
            .bind(employee.as_str())
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

pub(super) fn encode(error: StoreError) -> sqlx::Error {
    sqlx::Error::Encode(Box::new(error))
}

fn unreadable(error: &serde_json::Error) -> String {
    format!(
        "unreadable JSON ({:?} in column {})",
        error.classify(),
        error.column()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_never_early() {
        let whole: Timestamp = "2026-03-02T09:00:00.000001Z".parse().unwrap();
        let more: Timestamp = "2026-03-02T09:00:00.000001001Z".parse().unwrap();
        assert_eq!(time(micros(whole)), whole);
        assert!(time(micros(more)) > more);
        assert_eq!(time(micros(Timestamp::MAX)), Timestamp::MAX);
    }

    #[test]
    fn errors_quote_no_value() {
        let error = from_json::<Memory>(r#"{"mail":["marker@example.com"]}"#).unwrap_err();
        assert!(!error.to_string().contains("marker"));
    }
}
