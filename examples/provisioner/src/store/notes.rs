use provisioning_core::driver::{Intake, Noted, StoreError};
use sqlx::AnyPool;
use tokio::sync::{mpsc, oneshot};

use super::dialect::{BEGIN, Dialect};
use super::row;

/// Takes in notes: those that come while a transaction is written share the next one.
///
/// It works in a task of its own, so that a caller who goes away in the middle takes nobody else's
/// note along. The task ends with the last clone.
#[derive(Clone, Debug)]
pub(super) struct Notes(mpsc::Sender<Note>);

#[derive(Debug)]
struct Note {
    intake: Intake,
    answer: oneshot::Sender<Result<Noted, StoreError>>,
}

impl Notes {
    pub(super) fn start(pool: AnyPool, dialect: Dialect) -> Self {
        let (sender, waiting) = mpsc::channel(WAITING);
        #[expect(clippy::disallowed_methods, reason = "the place that writes notes")]
        drop(tokio::spawn(write(pool, dialect, waiting)));
        Self(sender)
    }

    /// Writes a note; it is on disk when this returns.
    pub(super) async fn note(&self, intake: Intake) -> Result<Noted, StoreError> {
        let (answer, noted) = oneshot::channel();
        let gone = || StoreError::new("nobody writes notes any more");
        let note = Note { intake, answer };
        self.0.send(note).await.map_err(|_| gone())?;
        noted.await.map_err(|_| gone())?
    }
}

impl Note {
    fn answer(self, answer: Result<Noted, StoreError>) {
        // Whoever does not wait for it any more hears of it when the delivery is repeated.
        drop(self.answer.send(answer));
    }
}

async fn write(pool: AnyPool, dialect: Dialect, mut waiting: mpsc::Receiver<Note>) {
    let mut notes = Vec::with_capacity(BATCH);
    while waiting.recv_many(&mut notes, BATCH).await > 0 {
        match together(&pool, dialect, &notes).await {
            Ok(answers) => {
                for (note, answer) in notes.drain(..).zip(answers) {
                    note.answer(Ok(answer));
                }
            }
            // One that the database refuses must not take the others along.
            Err(sqlx::Error::Database(_)) if notes.len() > 1 => {
                for note in notes.drain(..) {
                    let answers = together(&pool, dialect, std::slice::from_ref(&note)).await;
                    let answer = answers.map(|answers| answers.first().copied());
                    note.answer(match answer {
                        Ok(Some(answer)) => Ok(answer),
                        Ok(None) => Err(StoreError::new("nothing was written")),
                        Err(error) => Err(row::failed(error)),
                    });
                }
            }
            Err(error) => {
                let error = row::describe(&error);
                for note in notes.drain(..) {
                    note.answer(Err(StoreError::new(error.clone())));
                }
            }
        }
    }
}

/// Writes notes in one transaction, in their order.
async fn together(
    pool: &AnyPool,
    dialect: Dialect,
    notes: &[Note],
) -> Result<Vec<Noted>, sqlx::Error> {
    let mut transaction = pool.begin_with(dialect.text(BEGIN)).await?;
    let before = row::lock_tenant(&mut transaction).await?;
    let mut position = before;
    let mut answers = Vec::with_capacity(notes.len());
    for Note { intake, .. } in notes {
        if let Some(key) = &intake.key {
            let new = sqlx::query(
                "INSERT INTO seen (key, at) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING",
            )
            .bind(&**key)
            .bind(row::micros(intake.at))
            .execute(&mut *transaction)
            .await?;
            if new.rows_affected() == 0 {
                answers.push(Noted::Duplicate);
                continue;
            }
        }
        position = row::after(position);
        row::take(&mut transaction, intake, position).await?;
        answers.push(Noted::New(position));
    }
    if position != before {
        row::advance(&mut transaction, position).await?;
    }
    transaction.commit().await?;
    Ok(answers)
}

/// The most notes that share a transaction.
const BATCH: usize = 256;

/// The most notes that wait for one; whoever comes then waits to wait.
const WAITING: usize = 4 * BATCH;
