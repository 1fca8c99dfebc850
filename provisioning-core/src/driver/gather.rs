use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::join;
use hibob_client::EmployeeId;
use jiff::Timestamp;

use super::health::{Health, lane, of_side};
use super::ports::{Claim, Source, Store, StoreError, Target};
use super::turn::Driver;
use crate::decide::{Decision, Verdict, decide};
use crate::event::Seq;
use crate::facts::{Answer, Facts, Query, Side, Unavailable};
use crate::plan::Reason;
use crate::quarantine::Lane;
use crate::sync::Directory;

/// What is known before anybody asks.
#[derive(Default)]
pub(super) struct Known<'a> {
    /// What 360Learning listed.
    pub(super) directory: Option<&'a Directory>,
    /// Answers that serve everybody.
    catalogs: Facts,
}

/// What came of the claims of a turn. Whoever is in neither asked more than there is to ask.
#[derive(Default)]
pub(super) struct Gathered {
    pub(super) verdicts: BTreeMap<EmployeeId, Verdict>,
    /// Who waits for an API, and until when.
    pub(super) postponed: BTreeMap<EmployeeId, Timestamp>,
}

impl<S: Source, T: Target, D: Store> Driver<S, T, D> {
    /// Asks for what the decisions need, all of them together, until each has a verdict or has
    /// to wait for an API.
    pub(super) async fn decide_all(
        &self,
        claims: &[Claim],
        known: &mut Known<'_>,
        health: &Health,
        now: Timestamp,
    ) -> Result<Gathered, StoreError> {
        let mut gathered = Gathered::default();
        let mut facts = known.facts();
        for _ in 0..=ROUNDS {
            let mut needs: BTreeMap<&EmployeeId, BTreeSet<Query>> = BTreeMap::new();
            for claim in claims {
                if gathered.is_done_with(claim) {
                    continue;
                }
                match self.decide(claim, &facts, now) {
                    Decision::Need { queries, .. } => {
                        needs.insert(&claim.employee, queries);
                    }
                    Decision::Verdict(verdict) => {
                        gathered.verdicts.insert(claim.employee.clone(), *verdict);
                    }
                }
            }
            known.answer(&mut needs, &mut facts);
            // Whoever has to wait for one API need not be read from the other.
            gathered.postpone(&mut needs, claims, &BTreeMap::new(), health);
            if needs.is_empty() {
                break;
            }
            let queries: BTreeSet<_> = needs.values().flatten().cloned().collect();
            if queries.is_empty() {
                continue;
            }
            let after = self.store.seq().await?;
            let mut answers = self.fetch(&queries, health).await;
            gathered.postpone(&mut needs, claims, &answers, health);
            for query in queries {
                // A port that leaves a query out has no answer to it.
                let answer = answers.remove(&query);
                let answer = answer.unwrap_or(Answer::Unavailable(Unavailable::Broken));
                known.keep(query.clone(), answer.clone());
                facts.insert(query, after, answer);
            }
        }
        Ok(gathered)
    }

    fn decide(&self, claim: &Claim, facts: &Facts, now: Timestamp) -> Decision {
        let (employee, hint, memory) = (&claim.employee, &claim.hint, &claim.memory);
        decide(&self.policy, employee, hint, memory, facts, now)
    }

    pub(super) async fn fetch(
        &self,
        needed: &BTreeSet<Query>,
        health: &Health,
    ) -> BTreeMap<Query, Answer> {
        let source = async {
            let queries = of_side(needed, Side::Source);
            if let Some(pause) = health.pause(Lane::Source) {
                let why = health.source_stopped().unwrap_or(Unavailable::Pause(pause));
                return unavailable(queries, why);
            }
            if queries.is_empty() {
                return BTreeMap::new();
            }
            let answers = self.source.fetch(&queries).await.into_iter().collect();
            health.note_answers(Lane::Source, &answers);
            answers
        };
        let target = async {
            let queries = of_side(needed, Side::Target);
            if let Some(pause) = health.pause(Lane::TargetReads) {
                return unavailable(queries, Unavailable::Pause(pause));
            }
            if queries.is_empty() {
                return BTreeMap::new();
            }
            let answers = self.target.fetch(&queries).await.into_iter().collect();
            health.note_answers(Lane::TargetReads, &answers);
            answers
        };
        let (mut source, target) = join(source, target).await;
        source.extend(target);
        source
    }
}

impl Known<'_> {
    /// Keeps an answer that serves everybody.
    pub(super) fn keep(&mut self, query: Query, answer: Answer) {
        let serves_all = matches!(
            query,
            Query::NamedList(_) | Query::Groups | Query::CustomFields
        );
        if serves_all && self.directory.is_some() && matches!(answer, Answer::Found(_)) {
            self.catalogs.insert(query, Seq::default(), answer);
        }
    }

    /// What is known from the beginning.
    pub(super) fn facts(&self) -> Facts {
        self.catalogs.clone()
    }

    /// Answers what the lists tell.
    pub(super) fn answer(
        &self,
        needs: &mut BTreeMap<&EmployeeId, BTreeSet<Query>>,
        facts: &mut Facts,
    ) {
        let Some(directory) = self.directory else {
            return;
        };
        for queries in needs.values_mut() {
            queries.retain(|query| match directory.answer(query) {
                Some(answer) => {
                    facts.insert(query.clone(), Seq::default(), answer);
                    false
                }
                None => true,
            });
        }
    }
}

impl Gathered {
    /// Sorts out who has to wait for an API that gave no answer and is paused or stopped.
    fn postpone(
        &mut self,
        needs: &mut BTreeMap<&EmployeeId, BTreeSet<Query>>,
        claims: &[Claim],
        answers: &BTreeMap<Query, Answer>,
        health: &Health,
    ) {
        for claim in claims {
            let queries = needs.get(&claim.employee);
            let until = queries.and_then(|it| waits_until(claim, it, answers, health));
            if let Some(until) = until {
                needs.remove(&claim.employee);
                self.postponed.insert(claim.employee.clone(), until);
            }
        }
    }

    /// Who has a finding of this kind.
    pub(super) fn with(&self, reason: Reason) -> impl Iterator<Item = &EmployeeId> {
        let verdicts = self.verdicts.iter();
        let found = verdicts
            .filter(move |(_, verdict)| verdict.findings.iter().any(|it| it.reason == reason));
        found.map(|(employee, _)| employee)
    }

    fn is_done_with(&self, claim: &Claim) -> bool {
        self.verdicts.contains_key(&claim.employee) || self.postponed.contains_key(&claim.employee)
    }
}

fn unavailable(queries: BTreeSet<Query>, why: Unavailable) -> BTreeMap<Query, Answer> {
    let answer = |query| (query, Answer::Unavailable(why));
    queries.into_iter().map(answer).collect()
}

/// Until when the employee waits, because an API that has not answered is paused or stopped.
///
/// Somebody whose departure was announced is decided about although Bob is stopped: the policy
/// may say that the announcement is enough after a while.
fn waits_until(
    claim: &Claim,
    queries: &BTreeSet<Query>,
    answers: &BTreeMap<Query, Answer>,
    health: &Health,
) -> Option<Timestamp> {
    let announced = claim.memory.departure.is_some()
        || claim
            .hint
            .seen()
            .keys()
            .any(|evidence| evidence.says_departed());
    let goes_on = |lane| lane == Lane::Source && announced && health.source_stopped().is_some();
    let unanswered = queries.iter().filter(|query| {
        let answer = answers.get(*query);
        !matches!(
            answer,
            Some(Answer::Found(_) | Answer::NotFound | Answer::Forbidden)
        )
    });
    let lanes: BTreeSet<_> = unanswered.map(lane).collect();
    let closed = lanes.into_iter().filter(|lane| !goes_on(*lane));
    closed.filter_map(|lane| health.closed(lane)).max()
}

/// A decision needs at most four rounds of questions.
const ROUNDS: usize = 4;
