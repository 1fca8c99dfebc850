use hibob_client::EmployeeId;
use jiff::Timestamp;

use super::gather::Known;
use super::ports::{Claim, Lease, Source, Store, Target};
use super::survey::SurveyError;
use super::turn::Driver;
use crate::admit::{Hold, judge};
use crate::decide::Verdict;
use crate::event::Hint;
use crate::memory::Memory;
use crate::plan::{Disposition, StepId};

/// What would be done about one employee now, and why. Nothing of it was stored.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Explained {
    /// What is decided.
    pub verdict: Verdict,
    /// What it comes to after the guards.
    pub disposition: Disposition,
    /// The steps that would run.
    pub run: Vec<StepId>,
    /// The steps that the guards hold, or would. A hold that is not in the ledger yet has a number
    /// that nobody can approve.
    pub held: Vec<Hold>,
    /// Whether anything is remembered of the employee.
    pub is_known: bool,
}

impl<S: Source, T: Target, D: Store> Driver<S, T, D> {
    /// Decides about one employee as a timer would, and writes nothing anywhere.
    ///
    /// # Errors
    /// If an API is paused or stopped, or if the Store fails.
    pub async fn explain(
        &self,
        employee: &EmployeeId,
        now: Timestamp,
    ) -> Result<Explained, SurveyError> {
        let health = self.open_health(now).await?;
        let mut memories = self.store.memories(std::slice::from_ref(employee)).await?;
        let memory: Option<Memory> = memories.remove(employee);
        let is_known = memory.is_some();
        let memory = memory.unwrap_or_default();
        let claims = [Claim::new(
            employee.clone(),
            Lease(0),
            Hint::default(),
            memory,
        )];
        let mut gathered = self
            .decide_all(&claims, &mut Known::default(), &health, now)
            .await?;
        let population = self.population(&gathered, &health).await?;
        let Some(verdict) = gathered.verdicts.remove(employee) else {
            return Err(SurveyError::closed(&health, now));
        };
        let mut ledger = self.store.ledger().await?.value;
        let guards = self.policy.guards();
        let judged = judge(guards, &mut ledger, &verdict, &population, now);
        Ok(Explained {
            disposition: judged.disposition,
            run: judged.run.into_iter().map(|step| step.id).collect(),
            held: judged.held,
            is_known,
            verdict,
        })
    }
}
