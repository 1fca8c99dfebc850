use super::ports::{Store, StoreError};
use super::run::{Run, RunId};
use crate::sync::{Situation, Tally};

/// What became of a full synchronization, or has so far.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// The run.
    pub run: Run,
    /// What was done, held and refused, in step and left alone, as counts. `no_group` and
    /// `target_only` are counted beside the others.
    pub tally: Tally,
    /// How many people are still to come; in a run that was dropped, how many were not come to.
    pub open: u64,
}

impl Report {
    /// How many people are in a situation.
    pub fn get(&self, situation: Situation) -> u64 {
        self.tally.get(situation)
    }
}

/// What became of a run so far; `None` if there is no such run.
///
/// # Errors
/// If the Store fails.
pub async fn report<D: Store + ?Sized>(
    store: &D,
    run: RunId,
) -> Result<Option<Report>, StoreError> {
    let Some(run) = store.run(run).await? else {
        return Ok(None);
    };
    of(store, run).await.map(Some)
}

pub(super) async fn of<D: Store + ?Sized>(store: &D, run: Run) -> Result<Report, StoreError> {
    let progress = store.progress(run.id).await?;
    let mut tally = run.begun.rest.clone();
    tally.merge(&progress.finished);
    Ok(Report {
        open: progress.open(),
        tally,
        run,
    })
}
