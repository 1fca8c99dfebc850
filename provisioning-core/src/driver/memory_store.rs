use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use hibob_client::EmployeeId;
use jiff::Timestamp;

use super::memory_runs::Runs;
use super::ports::{
    Claim, Commit, Committed, Intake, LEASE, Lease, Noted, Store, StoreError, Versioned, later,
};
use crate::admit::{Ledger, Population};
use crate::event::{Hint, Seq};
use crate::memory::Memory;
use crate::quarantine::Quarantine;
use crate::wait::Wait;

/// A Store that forgets everything when its last clone is dropped: for tests and one-off tools.
/// Clones share one state.
#[derive(Clone, Debug, Default)]
pub struct MemoryStore {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
pub(super) struct State {
    rows: BTreeMap<EmployeeId, Row>,
    keys: BTreeSet<Box<str>>,
    ledger: Ledger,
    quarantine: Quarantine,
    paused: bool,
    version: i64,
    seq: u64,
    leases: i64,
    pub(super) runs: Runs,
}

#[derive(Debug, Default)]
struct Row {
    hint: Option<Hint>,
    first_hint: Option<Timestamp>,
    hint_due: Option<Timestamp>,
    due: Option<Timestamp>,
    memory: Memory,
    lease: Option<(Lease, Timestamp)>,
    /// The newest position when it was leased.
    claimed: Seq,
    /// When it last woke others, as a position and a time.
    woke: Option<(Seq, Timestamp)>,
}

impl MemoryStore {
    /// An empty Store.
    pub fn new() -> Self {
        Self::default()
    }

    /// What is remembered of an employee.
    pub fn memory(&self, employee: &EmployeeId) -> Option<Memory> {
        self.state()
            .rows
            .get(employee)
            .map(|row| row.memory.clone())
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        // The state is valid at every point where a panic could strike.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Row {
    fn due(&self) -> Option<Timestamp> {
        [self.hint_due, self.due].into_iter().flatten().min()
    }

    fn is_free(&self, now: Timestamp) -> bool {
        self.lease.is_none_or(|(_, until)| until <= now)
    }

    fn take(&mut self, hint: Hint, intake: &Intake) {
        let hint = match self.hint.take() {
            Some(pending) => pending.merge(hint),
            None => hint,
        };
        self.hint_due = Some(intake.due(hint.urgency(), self.first_hint));
        self.first_hint.get_or_insert(intake.at);
        self.hint = Some(hint);
    }
}

impl State {
    pub(super) fn memory(&self, employee: &EmployeeId) -> Option<&Memory> {
        let memory = &self.rows.get(employee)?.memory;
        (*memory != Memory::default()).then_some(memory)
    }

    /// As if the employee had just been decided about, unless something is remembered.
    pub(super) fn learn(&mut self, employee: &EmployeeId, memory: &Memory) {
        let row = self.rows.entry(employee.clone()).or_default();
        if row.memory == Memory::default() {
            row.memory = memory.clone();
            row.due = row.due.or(memory.wait().and_then(Wait::at));
        }
    }

    fn next_seq(&mut self) -> Seq {
        self.seq += 1;
        Seq(self.seq)
    }

    /// Whoever waits for somebody who has changed since the lease began is woken at once: the
    /// decision may not have seen that.
    fn catch_up(&mut self, employee: &EmployeeId) {
        let Some(row) = self.rows.get(employee) else {
            return;
        };
        let on = row.memory.wait().into_iter().flat_map(Wait::on);
        let woke = on.filter_map(|on| self.rows.get(on)?.woke);
        let missed = woke.filter(|(seq, _)| *seq > row.claimed).max();
        if let (Some((seq, at)), Some(row)) = (missed, self.rows.get_mut(employee)) {
            let intake = Intake::new(employee.clone(), Hint::woken(at), at);
            row.take(intake.hint.clone().stamped(seq), &intake);
        }
    }

    fn leased(&mut self, claim: &Claim) -> Option<&mut Row> {
        let row = self.rows.get_mut(&claim.employee)?;
        row.lease
            .is_some_and(|(lease, _)| lease == claim.lease)
            .then_some(row)
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn note(&self, intake: Intake) -> Result<Noted, StoreError> {
        let mut state = self.state();
        if let Some(key) = &intake.key {
            if !state.keys.insert(key.clone()) {
                return Ok(Noted::Duplicate);
            }
        }
        let seq = state.next_seq();
        let row = state.rows.entry(intake.employee.clone()).or_default();
        row.take(intake.hint.clone().stamped(seq), &intake);
        Ok(Noted::New(seq))
    }

    async fn seq(&self) -> Result<Seq, StoreError> {
        Ok(Seq(self.state().seq))
    }

    async fn claim(&self, now: Timestamp, limit: usize) -> Result<Vec<Claim>, StoreError> {
        let mut state = self.state();
        let is_due = |row: &Row| row.due().is_some_and(|due| due <= now) && row.is_free(now);
        let mut due: Vec<_> = state.rows.iter().filter(|(_, row)| is_due(row)).collect();
        due.sort_by_key(|(employee, row)| (row.due(), (*employee).clone()));
        let due: Vec<_> = due
            .into_iter()
            .take(limit)
            .map(|(employee, _)| employee.clone())
            .collect();
        let mut claims = Vec::with_capacity(due.len());
        for employee in due {
            state.leases += 1;
            let lease = Lease(state.leases);
            let newest = Seq(state.seq);
            if let Some(row) = state.rows.get_mut(&employee) {
                row.lease = Some((lease, later(now, LEASE)));
                row.claimed = newest;
                let hint = row.hint.clone().unwrap_or_default();
                claims.push(Claim::new(employee, lease, hint, row.memory.clone()));
            }
        }
        Ok(claims)
    }

    async fn population(&self) -> Result<Population, StoreError> {
        let state = self.state();
        let active = state
            .rows
            .values()
            .filter(|row| row.memory.is_linked_active());
        Ok(Population::of(
            u32::try_from(active.count()).unwrap_or(u32::MAX),
        ))
    }

    async fn ledger(&self) -> Result<Versioned<Ledger>, StoreError> {
        let state = self.state();
        Ok(Versioned::new(state.ledger.clone(), state.version))
    }

    async fn commit(&self, commit: Commit<'_>) -> Result<Committed, StoreError> {
        let mut state = self.state();
        let version = state.version;
        let Some(row) = state.leased(commit.claim) else {
            return Ok(Committed::StaleHint);
        };
        let newest = row.hint.as_ref().map(Hint::newest).unwrap_or_default();
        if newest > commit.claim.hint.newest() {
            return Ok(Committed::StaleHint);
        }
        if commit
            .ledger
            .is_some_and(|(_, expected)| expected != version)
        {
            return Ok(Committed::StaleLedger);
        }
        row.hint = None;
        row.first_hint = None;
        row.hint_due = None;
        row.memory = commit.memory.clone();
        row.due = Some(later(commit.now, LEASE));
        if let Some((ledger, _)) = commit.ledger {
            state.ledger = ledger.clone();
            state.version += 1;
        }
        state.catch_up(&commit.claim.employee);
        Ok(Committed::Done)
    }

    async fn record(
        &self,
        claim: &Claim,
        memory: &Memory,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut state = self.state();
        let Some(row) = state.leased(claim) else {
            return Ok(false);
        };
        row.memory = memory.clone();
        row.lease = Some((claim.lease, later(now, LEASE)));
        row.due = Some(later(now, LEASE));
        state.catch_up(&claim.employee);
        Ok(true)
    }

    async fn release(
        &self,
        claim: &Claim,
        memory: Option<&Memory>,
        due: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        let mut state = self.state();
        if let Some(row) = state.leased(claim) {
            row.lease = None;
            row.due = due;
            if let Some(memory) = memory {
                row.memory = memory.clone();
                state.catch_up(&claim.employee);
            }
        }
        Ok(())
    }

    async fn wake(&self, changed: &BTreeSet<EmployeeId>, now: Timestamp) -> Result<(), StoreError> {
        let mut state = self.state();
        let seq = state.next_seq();
        for (employee, row) in &mut state.rows {
            if changed.contains(employee) {
                row.woke = Some((seq, now));
            }
            let waits_on = row.memory.wait().map(Wait::on);
            if waits_on.is_some_and(|on| !on.is_disjoint(changed)) {
                let intake = Intake::new(employee.clone(), Hint::woken(now), now);
                row.take(intake.hint.clone().stamped(seq), &intake);
            }
        }
        Ok(())
    }

    async fn postpone(&self, claim: &Claim, until: Timestamp) -> Result<(), StoreError> {
        let mut state = self.state();
        if let Some(row) = state.leased(claim) {
            row.lease = None;
            row.due = Some(until);
            row.hint_due = row.hint_due.map(|due| due.max(until));
        }
        Ok(())
    }

    async fn replace_ledger(&self, ledger: &Ledger, version: i64) -> Result<bool, StoreError> {
        let mut state = self.state();
        if state.version != version {
            return Ok(false);
        }
        state.ledger = ledger.clone();
        state.version += 1;
        Ok(true)
    }

    async fn paused(&self) -> Result<bool, StoreError> {
        Ok(self.state().paused)
    }

    async fn pause(&self) -> Result<(), StoreError> {
        self.state().paused = true;
        Ok(())
    }

    async fn resume(&self) -> Result<(), StoreError> {
        self.state().paused = false;
        Ok(())
    }

    async fn quarantine(&self) -> Result<Quarantine, StoreError> {
        Ok(self.state().quarantine.clone())
    }

    async fn replace_quarantine(&self, quarantine: &Quarantine) -> Result<(), StoreError> {
        self.state().quarantine = quarantine.clone();
        Ok(())
    }

    async fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        let state = self.state();
        let dues = state.rows.values().filter_map(|row| {
            let free_at = row.lease.map(|(_, until)| until);
            row.due()
                .map(|due| free_at.map_or(due, |free_at| due.max(free_at)))
        });
        Ok(dues.min())
    }
}
