//! The decision: what one employee's facts call for.
//!
//! [`decide`] runs in two passes. It first *gathers*: each stage asks the questions whose keys it
//! has. If any is unanswered, all of them are returned at once as [`Decision::Need`]; the caller
//! fetches them and calls again. Otherwise it *settles*: the stages run as plain functions of
//! what was gathered, and cannot ask anything new.

mod absent;
mod account;
mod claims;
mod custom_values;
mod departure;
mod diff;
mod draft;
mod estate;
mod explanation;
mod gather;
mod give_back;
mod lifecycle;
mod managers;
mod matching;
mod memberships;
mod moves;
mod primary_group;
mod projection;
mod record;
mod restore;
mod schedule;
mod scope;
mod standing;

use std::collections::BTreeSet;

use hibob_client::{EmployeeId, FieldId};
use jiff::Timestamp;

use self::draft::Draft;
pub use self::explanation::{Explanation, Line, Stage};
use self::gather::Situation;
pub use self::standing::Standing;
use crate::event::{Changed, Hint, Seq};
use crate::facts::{Desk, Facts, Query, Told};
use crate::memory::Memory;
use crate::plan::{Charge, Disposition, Finding, Plan, Reason};
use crate::policy::Policy;
use crate::wait::Wait;

/// What a call of [`decide`] comes to.
#[derive(Clone, Debug, PartialEq)]
#[allow(
    clippy::exhaustive_enums,
    reason = "either more has to be known or it is decided"
)]
pub enum Decision {
    /// These questions have to be answered first; add the answers to the facts and call again
    /// with the same `now`.
    Need {
        /// The questions.
        queries: BTreeSet<Query>,
        /// The answers must be read after this position.
        newer_than: Seq,
    },
    /// It is decided.
    Verdict(Box<Verdict>),
}

/// What is to be done about one employee, and why.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Verdict {
    /// The employee.
    pub employee: EmployeeId,
    /// What it comes to.
    pub disposition: Disposition,
    /// What stands beside it.
    pub findings: Vec<Finding>,
    /// The steps to apply, if the guards let them through.
    pub plan: Plan,
    /// What the steps cost the guards.
    pub charges: Vec<Charge>,
    /// Fields of Bob's that the policy reads, had a value before and have none now; `None` = the
    /// record was not read.
    pub lost: Option<BTreeSet<FieldId>>,
    /// When to look again without a new event.
    pub wait: Option<Wait>,
    /// What to remember.
    pub memory: Memory,
    /// How it came to this.
    pub explanation: Explanation,
}

/// One decision's inputs.
#[derive(Clone, Copy)]
pub(crate) struct Case<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) employee: &'a EmployeeId,
    pub(crate) hint: &'a Hint,
    pub(crate) memory: &'a Memory,
    pub(crate) now: Timestamp,
}

/// Decides about one employee, or says what has to be known first.
///
/// Deterministic, without any effect, and it never panics. At most four rounds of
/// [`Decision::Need`] lead to a verdict. Answers that were read before the hint's newest sign
/// count as missing and are asked for again.
pub fn decide(
    policy: &Policy,
    employee: &EmployeeId,
    hint: &Hint,
    memory: &Memory,
    facts: &Facts,
    now: Timestamp,
) -> Decision {
    if is_irrelevant(policy, hint, memory, now) {
        return Decision::Verdict(Box::new(irrelevant(employee, memory)));
    }
    let memory = memory.clone().noting(hint);
    let case = Case {
        policy,
        employee,
        hint,
        memory: &memory,
        now,
    };
    let desk = Desk::new(facts, hint.newest());
    let situation = gather::gather(case, &desk);
    let queries = desk.missing();
    if !queries.is_empty() {
        return Decision::Need {
            queries,
            newer_than: hint.newest(),
        };
    }
    Decision::Verdict(Box::new(settle(case, &situation)))
}

fn settle(case: Case<'_>, situation: &Situation<'_>) -> Verdict {
    let mut draft = Draft::new(case);
    draft.look_at_what_may_be_stale();
    say_standing(&mut draft, situation);
    draft.grounds = absent::grounds(situation, draft.memory.departure);
    let lost = matching::lost_create(&mut draft, situation);
    let disposition = lost.unwrap_or_else(|| by_person(&mut draft, situation));
    if !draft.explanation.says(Stage::Match) {
        draft.say(Stage::Match, situation.account.to_string());
    }
    draft.finish(disposition)
}

fn by_person(draft: &mut Draft<'_>, situation: &Situation<'_>) -> Disposition {
    match (situation.person, &situation.record) {
        (Told::Found(_), Some(record)) => lifecycle::settle(draft, record, situation),
        (Told::NotFound, _) => absent::not_found(draft, situation),
        (Told::Forbidden, _) => absent::forbidden(draft, situation),
        _ => absent::unreachable(draft, situation),
    }
}

fn say_standing(draft: &mut Draft<'_>, situation: &Situation<'_>) {
    let Some(record) = &situation.record else {
        let nothing = match situation.person {
            Told::NotFound => "Bob shows nothing for the person",
            Told::Forbidden => "Bob refuses the record",
            _ => "Bob gives no answer",
        };
        return draft.say(Stage::Standing, nothing);
    };
    let standing = format!("{} on {}", record.standing, record.today);
    draft.say(Stage::Standing, standing);
    draft.say(Stage::Scope, record.scope.as_str());
    if let Some(origin) = draft.case.policy.told_scope() {
        draft.say(Stage::Origin, origin);
    }
}

/// EV-15: an update of fields that exist and that nothing depends on.
fn is_irrelevant(policy: &Policy, hint: &Hint, memory: &Memory, now: Timestamp) -> bool {
    match hint.changed() {
        Changed::Fields(fields) if hint.only_updates() && !fields.is_empty() => {
            memory.is_quiet(now) && policy.is_irrelevant(fields)
        }
        _ => false,
    }
}

fn irrelevant(employee: &EmployeeId, memory: &Memory) -> Verdict {
    let mut explanation = Explanation::default();
    explanation.say(
        Stage::Reason,
        "none of the changed fields is used by the policy",
    );
    Verdict {
        employee: employee.clone(),
        disposition: Disposition::NoOp(Reason::Irrelevant),
        findings: Vec::new(),
        plan: Plan::default(),
        charges: Vec::new(),
        lost: None,
        // What was planned before stays planned.
        wait: memory.wait().cloned(),
        memory: memory.clone(),
        explanation,
    }
}
