use std::collections::BTreeSet;

use jiff::Timestamp;
use provisioning_core::driver::{Decided, StoreError};
use sqlx::{AnyConnection, Row as _};

use super::open::SqlStore;
use super::row::{self, failed};
use crate::alerts::{Concern, Says, concerns};

/// What differs and is not mended: how many people, since when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) kind: String,
    pub(crate) reason: String,
    pub(crate) people: u64,
    pub(crate) since: Timestamp,
}

/// What differs between the two systems and is not mended.
impl SqlStore {
    /// Takes in what decisions say about it; returns what was not known before, each concern once
    /// a person.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) async fn note_drift(
        &self,
        decided: &[Decided],
        at: Timestamp,
    ) -> Result<Vec<Concern>, StoreError> {
        let mut news = Vec::new();
        let mut transaction = self.begin().await.map_err(failed)?;
        for one in decided {
            let new = one_persons(&mut transaction, one, at).await;
            news.extend(new.map_err(failed)?);
        }
        transaction.commit().await.map_err(failed)?;
        Ok(news)
    }

    /// Everything that differs now, by kind and reason.
    ///
    /// # Errors
    /// If it cannot be read.
    pub(crate) async fn drift(&self) -> Result<Vec<Standing>, StoreError> {
        let rows = sqlx::query(
            "SELECT kind, reason, COUNT(*), MIN(since) FROM drift
             GROUP BY kind, reason ORDER BY kind, reason",
        )
        .fetch_all(self.pool())
        .await
        .map_err(failed)?;
        let standing = rows.iter().map(|row| {
            Ok(Standing {
                kind: row.try_get(0)?,
                reason: row.try_get(1)?,
                people: u64::try_from(row.try_get::<i64, _>(2)?).unwrap_or_default(),
                since: row::time(row.try_get(3)?),
            })
        });
        standing.collect::<Result<_, sqlx::Error>>().map_err(failed)
    }
}

async fn one_persons(
    connection: &mut AnyConnection,
    decided: &Decided,
    at: Timestamp,
) -> Result<Vec<Concern>, sqlx::Error> {
    let Some((says, concerns)) = concerns(decided) else {
        return Ok(Vec::new());
    };
    let employee = decided.employee.as_str();
    let known = sqlx::query("SELECT kind, reason FROM drift WHERE employee = $1")
        .bind(employee)
        .fetch_all(&mut *connection)
        .await?;
    let known: BTreeSet<(String, String)> = known
        .iter()
        .map(|row| Ok::<_, sqlx::Error>((row.try_get(0)?, row.try_get(1)?)))
        .collect::<Result<_, _>>()?;
    let mut new = Vec::new();
    for concern in &concerns {
        if known.contains(&concern.key()) {
            continue;
        }
        let (kind, reason) = concern.key();
        sqlx::query("INSERT INTO drift (employee, kind, reason, since) VALUES ($1, $2, $3, $4)")
            .bind(employee)
            .bind(kind)
            .bind(reason)
            .bind(row::micros(at))
            .execute(&mut *connection)
            .await?;
        new.push(concern.clone());
    }
    if says == Says::All {
        let over = known
            .iter()
            .filter(|key| !concerns.iter().any(|it| it.key() == **key));
        for (kind, reason) in over {
            sqlx::query("DELETE FROM drift WHERE employee = $1 AND kind = $2 AND reason = $3")
                .bind(employee)
                .bind(kind.as_str())
                .bind(reason.as_str())
                .execute(&mut *connection)
                .await?;
        }
    }
    Ok(new)
}
