//! A trial: some people are decided about, from the facts of now, and nothing is done.

use std::collections::BTreeMap;

use hibob_client::{Employee, EmployeeId};
use jiff::Timestamp;
use provisioning_core::clients::{Bob, Lms};
use provisioning_core::driver::{Source as _, Target as _};
use provisioning_core::{
    Answer, Data, Decision, Disposition, Facts, Hint, Memory, Policy, Query, Reason, Seq, Side,
    Subject, Verdict, decide,
};

use super::finding::{Area, Finding};

/// What the trial came to.
#[derive(Debug, Default)]
pub(super) struct Trial {
    people: usize,
    dispositions: BTreeMap<Disposition, usize>,
    found: BTreeMap<(Reason, Subject), usize>,
}

impl Trial {
    /// Decides about these people as a full synchronization would if nothing were remembered.
    pub(super) async fn of<'e>(
        people: impl Iterator<Item = &'e Employee>,
        policy: &Policy,
        source: &Bob,
        target: &Lms,
        now: Timestamp,
    ) -> Self {
        let mut trial = Self::default();
        for person in people {
            if let Some(verdict) = verdict(person, policy, source, target, now).await {
                trial.count(&verdict);
            }
        }
        trial
    }

    fn count(&mut self, verdict: &Verdict) {
        self.people += 1;
        *self.dispositions.entry(verdict.disposition).or_default() += 1;
        for finding in &verdict.findings {
            let key = (finding.reason, finding.subject.clone());
            *self.found.entry(key).or_default() += 1;
        }
    }

    /// What it says.
    pub(super) fn findings(&self) -> Vec<Finding> {
        if self.people == 0 {
            return Vec::new();
        }
        let of = |people: usize| format!("{people} of {}", self.people);
        let told = self.dispositions.iter();
        let told: Vec<_> = told.map(|(it, people)| format!("{people} {it}")).collect();
        let what = format!(
            "decided on trial about {} people: {}",
            self.people,
            told.join(", ")
        );
        let mut findings = vec![Finding::ok(Area::Policy, "trial", what)];
        let of_reason = |reason| {
            let people = self.dispositions.get(&Disposition::NoOp(reason));
            people.copied().unwrap_or_default()
        };
        let outside = of_reason(Reason::OutOfScope);
        // Of leavers without an account the scope is not asked.
        if outside > 0 && outside + of_reason(Reason::NotProvisioned) == self.people {
            let what = "nobody of them is in the policy's scope";
            let next = "check `[scope] when` of the policy: it compares ids, not labels";
            findings.push(Finding::warning(Area::Policy, "nobody_in_scope", what).next(next));
        }
        for (disposition, people) in &self.dispositions {
            if let Disposition::Conflict(reason) = disposition {
                let what = format!("{} are in conflict: {reason}", of(*people));
                let next = "`provisioner explain EMPLOYEE` shows each case";
                findings.push(Finding::note(Area::Policy, "conflicts", what).next(next));
            }
        }
        for ((reason, subject), people) in &self.found {
            if let Some((code, next)) = advice(*reason) {
                let what = format!(
                    "{} have {}",
                    of(*people),
                    provisioning_core::Finding::new(subject.clone(), *reason,)
                );
                findings.push(Finding::warning(Area::Policy, code, what).next(next));
            }
        }
        findings
    }
}

async fn verdict(
    person: &Employee,
    policy: &Policy,
    source: &Bob,
    target: &Lms,
    now: Timestamp,
) -> Option<Verdict> {
    let employee: &EmployeeId = person.id();
    let mut facts = Facts::default();
    let record = Answer::Found(Data::Person(Box::new(person.clone())));
    facts.insert(Query::Person(employee.clone()), Seq::default(), record);
    for _ in 0..=ROUNDS {
        let (hint, memory) = (Hint::default(), Memory::default());
        match decide(policy, employee, &hint, &memory, &facts, now) {
            Decision::Verdict(verdict) => return Some(*verdict),
            Decision::Need { queries, .. } => {
                let (source_side, target_side) = queries
                    .into_iter()
                    .partition(|query| query.side() == Side::Source);
                let mut answers = source.fetch(&source_side).await;
                answers.extend(target.fetch(&target_side).await);
                for (query, answer) in answers {
                    facts.insert(query, Seq::default(), answer);
                }
            }
        }
    }
    None
}

/// What helps, where the cause lies in the set-up and not in one person's data.
fn advice(reason: Reason) -> Option<(&'static str, &'static str)> {
    Some(match reason {
        Reason::UnauthorizedValue => (
            "unauthorized_value",
            "allow the values in 360Learning's custom field, or translate them with a table of the \
             policy",
        ),
        Reason::CustomFieldNotFound => (
            "custom_field_not_found",
            "correct the name in `[custom_fields]`, or create the field in 360Learning",
        ),
        Reason::GroupNotFound => (
            "group_not_found",
            "correct the group's id in the policy; Settings › Groups shows it in 360Learning",
        ),
        Reason::GroupUnmapped => (
            "group_unmapped",
            "add a rule to `[[groups]]`, if these people belong into a group of their own",
        ),
        Reason::LabelUnknown => (
            "label_unknown",
            "check that `label('…')` of the policy names the list of that very field",
        ),
        Reason::LanguageUnknown => (
            "language_unknown",
            "translate the languages to 360Learning's with `lookup(…)` or a table of the policy",
        ),
        Reason::MappingFailed => (
            "mapping_failed",
            "check the expression; `provisioner explain EMPLOYEE` shows one case",
        ),
        Reason::ZoneAssumed => (
            "zone_assumed",
            "give each site its zone in `[time] sites` of the policy: days end where people work",
        ),
        _ => return None,
    })
}

/// A decision needs at most four rounds of questions.
const ROUNDS: usize = 4;
