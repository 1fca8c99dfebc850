use hibob_client::EmployeeId;
use jiff::Timestamp;
use provisioning_core::Digest;
use provisioning_core::driver::StoreError;
use serde_json::{Value, json};
use sqlx::{AnyConnection, Row as _};

use super::open::SqlStore;
use super::row::{self, failed};

/// What the state holds about one employee.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Traces {
    /// Whether something is remembered or pending.
    pub known: bool,
    /// How many lines of the audit are about the employee.
    pub audited: u64,
}

/// What came of the wish to forget somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Forgotten {
    /// Nothing is left but the lines of the audit, under a hash that nobody can work out again.
    Done(Traces),
    /// The employee is being decided about; nothing was done.
    Busy,
}

impl SqlStore {
    /// What the state holds about an employee.
    ///
    /// # Errors
    /// If it cannot be read.
    pub async fn traces(&self, employee: &EmployeeId) -> Result<Traces, StoreError> {
        let mut connection = self.pool().acquire().await.map_err(failed)?;
        traces(&mut connection, employee).await.map_err(failed)
    }

    /// Takes an employee out of the state: what is remembered and pending goes, and the audit
    /// keeps a hash in place of the id and nothing of the account. The ledger is another matter.
    ///
    /// # Errors
    /// If it cannot be written; then nothing was.
    pub async fn forget(
        &self,
        employee: &EmployeeId,
        now: Timestamp,
    ) -> Result<Forgotten, StoreError> {
        self.forgotten(employee, now).await.map_err(failed)
    }

    async fn forgotten(
        &self,
        employee: &EmployeeId,
        now: Timestamp,
    ) -> Result<Forgotten, sqlx::Error> {
        let id = employee.as_str();
        let mut transaction = self.begin().await?;
        row::lock_tenant(&mut transaction).await?;
        let leased = for_update!("SELECT leased_until FROM employee WHERE id = $1");
        let leased = sqlx::query_scalar(leased.on(&transaction))
            .bind(id)
            .fetch_optional(&mut *transaction)
            .await?;
        if leased.flatten() > Some(row::micros(now)) {
            return Ok(Forgotten::Busy);
        }
        let traces = traces(&mut transaction, employee).await?;
        for statement in PERSONAL {
            sqlx::query(statement)
                .bind(id)
                .execute(&mut *transaction)
                .await?;
        }
        let hash = hash(id)?;
        let lines = sqlx::query("SELECT id, detail FROM audit WHERE employee = $1")
            .bind(id)
            .fetch_all(&mut *transaction)
            .await?;
        for line in lines {
            let detail: String = line.try_get(1)?;
            sqlx::query("UPDATE audit SET employee = $1, detail = $2 WHERE id = $3")
                .bind(hash.as_str())
                .bind(without_ids(&detail))
                .bind(line.try_get::<i64, _>(0)?)
                .execute(&mut *transaction)
                .await?;
        }
        sqlx::query(
            "INSERT INTO audit (at, employee, disposition, reason, detail)
             VALUES ($1, $2, 'forgotten', 'by_request', '{}')",
        )
        .bind(row::micros(now))
        .bind(hash.as_str())
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        self.scrub().await?;
        Ok(Forgotten::Done(traces))
    }
}

async fn traces(
    connection: &mut AnyConnection,
    employee: &EmployeeId,
) -> Result<Traces, sqlx::Error> {
    let mut count = async |statement: &'static str| -> Result<i64, sqlx::Error> {
        sqlx::query_scalar(statement)
            .bind(employee.as_str())
            .fetch_one(&mut *connection)
            .await
    };
    let known = count("SELECT COUNT(*) FROM employee WHERE id = $1").await?;
    let audited = count("SELECT COUNT(*) FROM audit WHERE employee = $1").await?;
    Ok(Traces {
        known: known > 0,
        audited: u64::try_from(audited).unwrap_or_default(),
    })
}

/// One hash for all lines about one person, of the id and of something that nobody keeps.
fn hash(id: &str) -> Result<String, sqlx::Error> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| sqlx::Error::Encode(error.to_string().into()))?;
    let digest = Digest::of(&[&bytes, id.as_bytes()].concat());
    Ok(format!("forgotten-{digest}"))
}

/// The detail of a line without the accounts and groups that it names.
fn without_ids(detail: &str) -> String {
    let detail: Value = serde_json::from_str(detail).unwrap_or_default();
    let list = |name: &str| detail[name].as_array().cloned().unwrap_or_default();
    let before = |value: &Value, end: &str| {
        let text = value.as_str().unwrap_or_default();
        text.split(end).next().unwrap_or_default().to_owned()
    };
    let steps = list("steps").into_iter().map(|step| {
        json!({
            "step": before(&step["step"], ":"),
            "because": step["because"],
            "outcome": step["outcome"],
        })
    });
    let held = list("held");
    let held = held.iter().map(|step| before(step, ":"));
    let findings = list("findings");
    let findings = findings.iter().map(|finding| before(finding, "("));
    json!({
        "steps": steps.collect::<Vec<_>>(),
        "held": held.collect::<Vec<_>>(),
        "findings": findings.map(|it| before(&it.into(), " by ")).collect::<Vec<_>>(),
    })
    .to_string()
}

/// Rows that are about one person.
const PERSONAL: [&str; 4] = [
    "DELETE FROM task WHERE employee = $1",
    "DELETE FROM drift WHERE employee = $1",
    "DELETE FROM wait WHERE changed = $1 OR employee = $1",
    "DELETE FROM employee WHERE id = $1",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_detail_loses_every_id() {
        let detail = r#"{"steps":[{"step":"deactivate:marker","because":"leaver","outcome":"done"}],
            "held":["edit:marker:mail"],"findings":["mail_held_by_other(mail) by user marker",
            "link_broken by user marker"]}"#;
        let kept = without_ids(detail);
        assert!(!kept.contains("marker"), "{kept}");
        let kept: Value = serde_json::from_str(&kept).unwrap();
        assert_eq!(kept["steps"][0]["step"], "deactivate");
        assert_eq!(kept["steps"][0]["outcome"], "done");
        assert_eq!(
            kept["findings"],
            json!(["mail_held_by_other", "link_broken"])
        );
    }

    #[test]
    fn a_hash_is_never_the_same_again() {
        assert_ne!(hash("1").unwrap(), hash("1").unwrap());
        assert!(hash("1").unwrap().starts_with("forgotten-"));
    }
}
