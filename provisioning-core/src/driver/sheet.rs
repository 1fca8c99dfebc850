use std::collections::{BTreeMap, BTreeSet};
use std::mem;

use hibob_client::EmployeeId;
use jiff::Timestamp;
use learning360_client::GroupId;

use super::begin::writes;
use super::health::Health;
use super::order::ranks;
use super::ports::{Source, Store, Target};
use super::survey::{HeldStep, Look, Planned, Survey, SurveyError, VERSION};
use super::turn::Driver;
use crate::admit::{Ledger, Population, judge};
use crate::decide::{Explanation, Verdict};
use crate::event::Evidence;
use crate::memory::Memory;
use crate::plan::{Charge, Disposition, Plan, Reason};
use crate::policy::{Depth, Policy};
use crate::sync::{Situation, SourceHealth, Tally};
use crate::wait::Wait;

/// What a survey has found so far.
pub(super) struct Sheet {
    pub(super) now: Timestamp,
    /// A copy, to see what the guards would say. Nobody stores it.
    ledger: Ledger,
    tally: Tally,
    no_group: Vec<EmployeeId>,
    noted: Vec<Noted>,
    learned: BTreeMap<EmployeeId, Memory>,
}

/// Somebody who needs something.
struct Noted {
    verdict: Verdict,
    look: Look,
    evidence: Evidence,
}

impl Sheet {
    pub(super) fn new(ledger: Ledger, now: Timestamp) -> Self {
        Self {
            now,
            ledger,
            tally: Tally::default(),
            no_group: Vec::new(),
            noted: Vec::new(),
            learned: BTreeMap::new(),
        }
    }

    /// Takes in what was decided about somebody of whom this is remembered.
    pub(super) fn note(&mut self, mut verdict: Verdict, known: &Memory, evidence: Evidence) {
        self.ledger.watch(&verdict, self.now);
        let unmapped = |reason| reason == Reason::GroupUnmapped;
        if verdict.findings.iter().any(|it| unmapped(it.reason)) {
            self.tally.add(Situation::NoGroup, 1);
            self.no_group.push(verdict.employee.clone());
        }
        let is_settled = !matches!(verdict.disposition, Disposition::Retry(_));
        let is_unknown = *known == Memory::default();
        let look = if is_settled && !is_unknown && is_news(&verdict, known) {
            Look::Needed
        } else {
            Look::Spared
        };
        let memory = mem::take(&mut verdict.memory);
        if verdict.plan.is_empty() && is_settled && is_unknown && memory != *known {
            self.learned.insert(verdict.employee.clone(), memory);
        }
        let is_quiet = matches!(
            verdict.disposition,
            Disposition::NoOp(_) | Disposition::Ignore(_)
        );
        // Whoever was not listed is shown, whatever it comes to.
        let is_quiet = is_quiet && evidence != Evidence::NotListed;
        if verdict.plan.is_empty() && is_quiet && look == Look::Spared {
            let (what, why) = (Situation::of(&verdict), verdict.disposition.reason());
            return self.tally.add_because(what, why, 1);
        }
        verdict.explanation = Explanation::default();
        self.noted.push(Noted {
            verdict,
            look,
            evidence,
        });
    }

    /// Somebody could not be decided about, because an API has to be waited for.
    pub(super) fn fail(&mut self, employee: &EmployeeId) {
        let disposition = Disposition::Retry(Reason::Unavailable);
        self.noted.push(Noted {
            verdict: without_plan(employee, disposition),
            look: Look::Spared,
            evidence: Evidence::Planned,
        });
    }

    /// Bob lists so few that nobody is taken for missing.
    pub(super) fn hold_missing(&mut self, employee: &EmployeeId) {
        let disposition = Disposition::Hold(Reason::SourceSuspicious);
        self.noted.push(Noted {
            verdict: without_plan(employee, disposition),
            look: Look::Spared,
            evidence: Evidence::Planned,
        });
    }

    /// The groups from which somebody is to be removed.
    fn groups(&self) -> BTreeSet<GroupId> {
        let charges = self.noted.iter().flat_map(|noted| &noted.verdict.charges);
        charges.filter_map(Charge::group).collect()
    }
}

impl<S: Source, T: Target, D: Store> Driver<S, T, D> {
    /// Asks the guards what they would say, without spending anything.
    pub(super) async fn judge(
        &self,
        mut survey: Survey,
        mut sheet: Sheet,
        health: &Health,
    ) -> Result<Survey, SurveyError> {
        let members = self.members(&sheet.groups(), health).await;
        let mut population = self.store.population().await?.in_run(REHEARSAL);
        population.linked_active = population.linked_active.max(survey.linked_active);
        population.members.extend(members);
        survey.linked_active = population.linked_active;
        let ranks = ranks(sheet.noted.iter().map(|noted| &noted.verdict));
        let rank = |noted: &Noted| ranks.get(&noted.verdict.employee).copied();
        let mut noted: Vec<_> = mem::take(&mut sheet.noted)
            .into_iter()
            .map(|noted| (rank(&noted).unwrap_or_default(), noted))
            .collect();
        // The order in which a run carries them out, so that the guards let the same people pass.
        noted.sort_by_cached_key(|(rank, noted)| {
            let verdict = &noted.verdict;
            (writes(&verdict.plan) > 0, *rank, verdict.employee.clone())
        });
        for (rank, noted) in noted {
            let planned = sheet.planned(noted, rank, &mut population, &self.policy);
            survey.people.push(planned);
        }
        survey.people.sort_by(|a, b| a.employee.cmp(&b.employee));
        survey.suspected = sheet.ledger.suspected();
        survey.tally = sheet.tally;
        let others = u64::try_from(survey.target_only.len()).unwrap_or(u64::MAX);
        if others > 0 {
            survey.tally.add(Situation::TargetOnly, others);
        }
        sheet.no_group.sort();
        survey.no_group = sheet.no_group;
        survey.learned = sheet.learned;
        Ok(survey)
    }
}

impl Sheet {
    fn planned(
        &mut self,
        noted: Noted,
        rank: u32,
        population: &mut Population,
        policy: &Policy,
    ) -> Planned {
        let verdict = noted.verdict;
        let guards = policy.guards();
        let judged = judge(guards, &mut self.ledger, &verdict, &*population, self.now);
        population.after(&judged.run);
        let disposition = judged.disposition;
        let situation = match disposition {
            Disposition::Apply(_) => Situation::of(&verdict),
            other => Situation::of_disposition(other),
        };
        self.tally.add_because(situation, disposition.reason(), 1);
        let held = judged.held.into_iter().map(|hold| HeldStep {
            step: hold.step,
            reason: hold.reason,
        });
        Planned {
            held: held.collect(),
            digest: verdict.plan.digest(),
            employee: verdict.employee,
            situation,
            disposition,
            findings: verdict.findings,
            plan: verdict.plan,
            look: noted.look,
            evidence: noted.evidence,
            rank,
        }
    }
}

impl Survey {
    pub(super) fn new(policy: &Policy, depth: Depth, at: Timestamp) -> Self {
        Self {
            version: VERSION,
            at,
            depth,
            policy: policy.digest(),
            listed: None,
            unreadable: 0,
            health: SourceHealth::Good,
            linked_active: 0,
            tally: Tally::default(),
            people: Vec::new(),
            target_only: Vec::new(),
            no_group: Vec::new(),
            suspected: BTreeSet::new(),
            learned: BTreeMap::new(),
        }
    }
}

/// Whether the verdict waits for something that nobody waits for yet.
fn is_news(verdict: &Verdict, known: &Memory) -> bool {
    let Some(wait) = &verdict.wait else {
        return false;
    };
    let nothing = Wait::default();
    let known = known.wait().unwrap_or(&nothing);
    let earlier = wait
        .at()
        .is_some_and(|at| known.at().is_none_or(|known| at < known));
    earlier || !wait.on().is_subset(known.on())
}

fn without_plan(employee: &EmployeeId, disposition: Disposition) -> Verdict {
    Verdict {
        employee: employee.clone(),
        disposition,
        findings: Vec::new(),
        plan: Plan::default(),
        charges: Vec::new(),
        lost: None,
        wait: None,
        memory: Memory::default(),
        explanation: Explanation::default(),
    }
}

/// The run in whose name the guards are asked; no real one has it.
const REHEARSAL: &str = "survey";
