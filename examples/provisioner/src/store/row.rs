//! How values lie in the columns.

use hibob_client::EmployeeId;
use jiff::Timestamp;
use provisioning_core::driver::{Intake, StoreError};
use provisioning_core::{Hint, Memory, Seq};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::{AnyConnection, Row as _};

/// Microseconds since 1970, rounded up: a look must never be early.
pub(super) fn micros(at: Timestamp) -> i64 {
    let rest = at.subsec_nanosecond() % 1_000;
    at.as_microsecond().saturating_add(i64::from(rest > 0))
}

/// The time that a column tells.
pub(super) fn time(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or(Timestamp::MAX)
}

/// The databases have no unsigned integers.
pub(super) fn number(position: Seq) -> i64 {
    i64::try_from(position.0).unwrap_or(i64::MAX)
}

/// The position after this one.
pub(super) fn after(position: Seq) -> Seq {
    Seq(position.0.saturating_add(1))
}

/// The position that a column tells.
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

/// Keeps everybody else from positions and waits until the transaction ends; returns the newest
/// position. Comes before anything else that is locked.
pub(super) async fn lock_tenant(connection: &mut AnyConnection) -> Result<Seq, sqlx::Error> {
    let tenant = for_update!("SELECT seq FROM tenant").on(connection);
    sqlx::query_scalar(tenant)
        .fetch_one(connection)
        .await
        .map(seq)
}

/// Gives out the positions up to this one.
pub(super) async fn advance(
    connection: &mut AnyConnection,
    position: Seq,
) -> Result<(), sqlx::Error> {
    let write = sqlx::query("UPDATE tenant SET seq = $1").bind(number(position));
    write.execute(connection).await.map(drop)
}

/// Merges a hint that has its position into the employee's row.
pub(super) async fn take(
    connection: &mut AnyConnection,
    intake: &Intake,
    position: Seq,
) -> Result<(), sqlx::Error> {
    let id = intake.employee.as_str();
    let known = for_update!("SELECT hint, hint_since FROM employee WHERE id = $1");
    let known = sqlx::query(known.on(connection))
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
        "INSERT INTO employee (id, hint, hint_since, hint_due) VALUES ($1, $2, $3, $4)
         ON CONFLICT (id) DO UPDATE SET hint = $2, hint_since = $3, hint_due = $4",
    )
    .bind(id)
    .bind(to_json(&merged).map_err(encode)?)
    .bind(micros(since.unwrap_or(intake.at)))
    .bind(micros(due))
    .execute(connection)
    .await?;
    Ok(())
}

/// Whether changes of others wake this employee.
pub(super) fn waits(memory: &Memory) -> bool {
    memory.wait().is_some_and(|wait| !wait.on().is_empty())
}

/// Notes whose changes wake the employee. Whoever of them has changed since it was leased wakes it
/// at once: the decision may not have seen that.
///
/// The tenant is locked if the memory [`waits`].
pub(super) async fn wait_on(
    connection: &mut AnyConnection,
    employee: &EmployeeId,
    memory: &Memory,
) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM wait WHERE employee = $1")
        .bind(employee.as_str())
        .execute(&mut *connection)
        .await?;
    let Some(wait) = memory.wait() else {
        return Ok(());
    };
    let mut missed = None;
    for changed in wait.on() {
        sqlx::query("INSERT INTO wait (changed, employee) VALUES ($1, $2)")
            .bind(changed.as_str())
            .bind(employee.as_str())
            .execute(&mut *connection)
            .await?;
        let woke = sqlx::query(
            "SELECT other.woke, other.woke_at FROM employee other, employee this
             WHERE other.id = $1 AND this.id = $2 AND other.woke > this.claimed",
        )
        .bind(changed.as_str())
        .bind(employee.as_str())
        .fetch_optional(&mut *connection)
        .await?;
        if let Some(row) = woke {
            let woke: (Seq, Timestamp) = (seq(row.try_get(0)?), time(row.try_get(1)?));
            missed = missed.max(Some(woke));
        }
    }
    if let Some((position, at)) = missed {
        let intake = Intake::new(employee.clone(), Hint::woken(at), at);
        take(connection, &intake, position).await?;
    }
    Ok(())
}

/// The column that the guards count by.
pub(super) fn active(memory: &Memory) -> i64 {
    i64::from(memory.is_linked_active())
}

/// A failure of the database as the port tells it.
#[expect(
    clippy::needless_pass_by_value,
    reason = "this is what `map_err` calls"
)]
pub(super) fn failed(error: sqlx::Error) -> StoreError {
    StoreError::new(describe(&error))
}

/// What a failure says. Details of PostgreSQL may quote a row, so they are left out.
pub(super) fn describe(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Database(error) => match error.code() {
            Some(code) => format!("{} ({code})", error.message()),
            None => error.message().to_owned(),
        },
        error => error.to_string(),
    }
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
