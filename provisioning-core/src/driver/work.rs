use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use learning360_client::GroupId;

use super::apply::{Work, decided};
use super::carry::Carried;
use super::gather::Gathered;
use super::health::Health;
use super::ports::{Claim, Commit, Committed, Source, Store, StoreError, Target};
use super::turn::{Driver, Turn};
use crate::admit::{Admission, Population, admit};
use crate::decide::Verdict;
use crate::facts::{Answer, Data, Query};
use crate::plan::{Charge, Disposition, Reason};
use crate::quarantine::Lane;
use crate::sync::Situation;
use crate::wait::retry_at;

impl<S: Source, T: Target, D: Store> Driver<S, T, D> {
    /// Admits what was decided, and applies it.
    pub(super) async fn work(
        &self,
        claims: &[Claim],
        mut gathered: Gathered,
        carried: &Carried,
        health: &Health,
        turn: &mut Turn,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        if self.store.paused().await? {
            for claim in claims {
                self.store.release(claim, None, Some(now)).await?;
            }
            return Ok(());
        }
        health.note_broken_links(gathered.with(Reason::LinkBroken));
        let mut population = self.population(&gathered, health).await?;
        let mut works = Vec::new();
        for claim in claims {
            if let Some(until) = gathered.postponed.remove(&claim.employee) {
                turn.postponed += 1;
                self.store.postpone(claim, until).await?;
                continue;
            }
            let Some(verdict) = gathered.verdicts.remove(&claim.employee) else {
                // More questions than there should be: a defect of the core, and no reason to
                // touch anybody. What was noted waits as well, or the next turn would be this one.
                turn.postponed += 1;
                let until = retry_at(1, now).unwrap_or(now);
                self.store.postpone(claim, until).await?;
                continue;
            };
            let Some(verdict) = self.as_planned(claim, verdict, carried, turn, now).await? else {
                continue;
            };
            let closed = health.closed(Lane::TargetWrites);
            if let Some(until) = closed.filter(|_| !verdict.plan.is_empty()) {
                turn.postponed += 1;
                self.store.postpone(claim, until).await?;
                continue;
            }
            let run = carried.run_of(&claim.employee);
            let company = match run {
                Some(run) => {
                    let mut company = population.clone().in_run(run.id.to_string());
                    let listed = run.begun.linked_active;
                    company.linked_active = company.linked_active.max(listed);
                    company
                }
                None => population.clone(),
            };
            match self.admit(claim, &verdict, &company, now).await? {
                Some(admission) => {
                    population.after(&admission.run);
                    let run = run.map(|run| run.id);
                    works.push(Work::new(claim, run, verdict, admission, now));
                }
                None => self.store.release(claim, None, Some(now)).await?,
            }
        }
        self.apply_all(works, health, turn).await
    }

    /// The verdict, unless it is not what was planned exactly: then the person is refused.
    async fn as_planned(
        &self,
        claim: &Claim,
        verdict: Verdict,
        carried: &Carried,
        turn: &mut Turn,
        now: Timestamp,
    ) -> Result<Option<Verdict>, StoreError> {
        let Some((run, planned)) = carried.exact(claim) else {
            return Ok(Some(verdict));
        };
        let failed = matches!(verdict.disposition, Disposition::Retry(_));
        let is_as_planned = verdict.plan.is_empty() || verdict.plan.digest() == planned;
        if is_as_planned && !failed {
            return Ok(Some(verdict));
        }
        let (what, disposition) = if failed {
            (Situation::Error, verdict.disposition)
        } else {
            (Situation::Stale, Disposition::NoOp(Reason::PlanStale))
        };
        let why = disposition.reason();
        self.store.finish(run, &claim.employee, what, why).await?;
        self.drop_hint(claim, now).await?;
        let mut decided = decided(claim, verdict, disposition, Vec::new());
        decided.run = Some(run);
        turn.decided.push(decided);
        Ok(None)
    }

    /// `None` if the decision is stale.
    async fn admit(
        &self,
        claim: &Claim,
        verdict: &Verdict,
        population: &Population,
        now: Timestamp,
    ) -> Result<Option<Admission>, StoreError> {
        let guards = self.policy.guards();
        loop {
            let known = self.store.ledger().await?;
            let admission = admit(guards, &known.value, verdict, population, now);
            let commit = Commit::new(claim, &admission.memory, now);
            let commit = if admission.ledger == known.value {
                commit
            } else {
                commit.with_ledger(&admission.ledger, known.version)
            };
            match self.store.commit(commit).await? {
                Committed::Done => return Ok(Some(admission)),
                Committed::StaleHint => return Ok(None),
                Committed::StaleLedger => {}
            }
        }
    }

    /// The company, with as many learners as the groups have from which somebody is to be removed.
    pub(super) async fn population(
        &self,
        gathered: &Gathered,
        health: &Health,
    ) -> Result<Population, StoreError> {
        let charges = gathered.verdicts.values().flat_map(|it| &it.charges);
        let groups = charges.filter_map(Charge::group).collect();
        let mut population = self.store.population().await?;
        population
            .members
            .extend(self.members(&groups, health).await);
        Ok(population)
    }

    /// How many learners these groups have, as far as it can be told.
    pub(super) async fn members(
        &self,
        groups: &BTreeSet<GroupId>,
        health: &Health,
    ) -> BTreeMap<GroupId, u32> {
        let queries = groups.iter().cloned().map(Query::Learners).collect();
        let answers = self.fetch(&queries, health).await;
        let count = |(query, answer)| match (query, answer) {
            (Query::Learners(group), Answer::Found(Data::Count(count))) => Some((group, count)),
            _ => None,
        };
        answers.into_iter().filter_map(count).collect()
    }

    /// Takes out who is in the queue for nothing but a run that goes on no longer.
    pub(super) async fn without_over(
        &self,
        claims: Vec<Claim>,
        carried: &Carried,
        now: Timestamp,
    ) -> Result<Vec<Claim>, StoreError> {
        let (over, claims): (Vec<_>, Vec<_>) =
            claims.into_iter().partition(|claim| carried.is_over(claim));
        for claim in over {
            self.drop_hint(&claim, now).await?;
        }
        Ok(claims)
    }
}
