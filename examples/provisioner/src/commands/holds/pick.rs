//! Which holds a person means.

use provisioning_core::{Digest, Hold, HoldId, HoldState, Ledger};

use crate::commands::Failure;

/// Which holds of a batch are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Of {
    /// All of them.
    Any,
    /// Those that still wait; what was answered stays as it was answered.
    Waiting,
}

/// The holds that these words name, each once, in their order: a number, or the digest of a batch
/// or its beginning.
///
/// # Errors
/// For a word that names none, or several batches.
pub(super) fn pick<'l>(
    ledger: &'l Ledger,
    words: &[String],
    of: Of,
) -> anyhow::Result<Vec<&'l Hold>> {
    let mut picked: Vec<&Hold> = Vec::new();
    for word in words {
        for hold in named(ledger, word, of)? {
            if !picked.iter().any(|known| known.id == hold.id) {
                picked.push(hold);
            }
        }
    }
    Ok(picked)
}

/// The beginning of a batch's digest, as it is shown.
pub(super) fn short(batch: &Digest) -> String {
    let mut digest = batch.to_string();
    digest.truncate(SHORT);
    digest
}

fn named<'l>(ledger: &'l Ledger, word: &str, of: Of) -> anyhow::Result<Vec<&'l Hold>> {
    let holds = ledger.holds();
    if let Ok(number) = word.parse() {
        if let Some(hold) = holds.iter().find(|hold| hold.id == HoldId(number)) {
            return Ok(vec![hold]);
        }
    }
    let word = word.to_lowercase();
    let is_meant = |batch: &Digest| word.len() >= SHORTEST && batch.to_string().starts_with(&word);
    let of_it = holds
        .iter()
        .filter(|hold| hold.batch.as_ref().is_some_and(is_meant));
    let of_it: Vec<_> = of_it.collect();
    let Some(first) = of_it.first() else {
        let failure = Failure::new(format!("there is no hold and no batch `{word}`"));
        let next = "`provisioner holds list --all` shows the numbers and batches there are";
        return Err(failure.next(next).into());
    };
    if of_it.iter().any(|hold| hold.batch != first.batch) {
        let failure = Failure::new(format!("several batches begin with `{word}`"));
        return Err(failure.next("write more of its digest").into());
    }
    if of == Of::Any {
        return Ok(of_it);
    }
    let waits = |hold: &&Hold| hold.state == HoldState::Held;
    let waiting: Vec<_> = of_it.into_iter().filter(waits).collect();
    if waiting.is_empty() {
        let failure = Failure::new(format!("nothing of batch `{word}` waits any more"));
        let next = "`provisioner holds list --all` shows what became of it";
        return Err(failure.next(next).into());
    }
    Ok(waiting)
}

/// So much of a digest is shown.
const SHORT: usize = 12;

/// So much of a digest has to be written.
const SHORTEST: usize = 6;
