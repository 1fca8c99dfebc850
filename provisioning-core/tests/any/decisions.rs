//! Whatever the policy, the records and the facts are: never a panic, at most four rounds, and the
//! same bytes each time.

use std::fmt::Write as _;

use hibob_client::{EmployeeId, FieldId};
use jiff::Timestamp;
use proptest::prelude::*;
use proptest::sample::Index;
use provisioning_core::decide::Stage;
use provisioning_core::{
    Action, Answer, Changed, Decision, DigestKey, Disposition, Facts, Hint, Ledger, Memory, Policy,
    Population, Query, Reason, Seq, Urgency, Verdict, absorb, admit, decide,
};
use serde::Serialize;
use serde_json::Value;

use crate::answers::{WHY, data_of, outcome_of};
use crate::cases::cases;
use crate::inputs::{EVIDENCE, json_value, memory, record, times};
use crate::policies::policy;

/// Everything that a decision is made from.
#[derive(Debug)]
struct Case {
    policy: Policy,
    hint: Hint,
    memory: Memory,
    now: Timestamp,
    person: Value,
    answers: Vec<(u8, Value, Index)>,
    outcomes: Vec<u8>,
}

fn decisions() -> impl Strategy<Value = Case> {
    let hints = prop::collection::vec((0..EVIDENCE.len(), any::<bool>(), times()), 0..4);
    let answers = prop::collection::vec((any::<u8>(), json_value(), any::<Index>()), 16);
    (
        (policy(), any::<bool>()),
        hints,
        memory(),
        times(),
        record(),
        answers,
        prop::collection::vec(any::<u8>(), 12),
    )
        .prop_map(
            |((policy, keyed), hints, memory, now, person, answers, outcomes)| {
                let policy = Policy::parse(&policy);
                let policy = policy.unwrap_or_else(|problems| panic!("{problems}"));
                let key = DigestKey::new(*b"a key of the test");
                let policy = if keyed {
                    policy.with_digest_key(key)
                } else {
                    policy
                };
                let hint = (1..).zip(hints).map(|(seq, (evidence, named, at))| {
                    let title = FieldId::parse("work.title").expect("an id");
                    let changed = if named {
                        Changed::Fields([title].into())
                    } else {
                        Changed::Unknown
                    };
                    Hint::new(EVIDENCE[evidence], changed, Urgency::Normal, at).stamped(Seq(seq))
                });
                Case {
                    policy,
                    hint: hint.fold(Hint::default(), Hint::merge),
                    memory: serde_json::from_value(memory).expect("a memory"),
                    now,
                    person,
                    answers,
                    outcomes,
                }
            },
        )
}

impl Case {
    fn employee() -> EmployeeId {
        EmployeeId::try_from("101").expect("an id")
    }

    /// The answer to the query that is asked as the one of this number.
    fn answer(&self, number: usize, query: &Query) -> Answer {
        let (kind, value, index) = &self.answers[number % self.answers.len()];
        let other = match kind % 16 {
            0 => return Answer::NotFound,
            1 => return Answer::Forbidden,
            2 => return Answer::Unavailable(WHY[index.index(WHY.len())]),
            // Data of another kind than was asked for.
            3 => Query::Groups,
            4 => Query::Person(Self::employee()),
            _ => query.clone(),
        };
        let data = data_of(&other, value, *index, &self.person);
        data.map_or(Answer::NotFound, Answer::Found)
    }

    fn verdict(&self) -> Box<Verdict> {
        let employee = Self::employee();
        let mut facts = Facts::default();
        for round in 0.. {
            match decide(
                &self.policy,
                &employee,
                &self.hint,
                &self.memory,
                &facts,
                self.now,
            ) {
                Decision::Verdict(verdict) => return verdict,
                Decision::Need {
                    queries,
                    newer_than,
                } => {
                    assert!(round < 4, "more than four rounds: {queries:?}");
                    assert!(!queries.is_empty(), "nothing is asked");
                    for query in queries {
                        let answer = self.answer(facts.len(), &query);
                        facts.insert(query, newer_than, answer);
                    }
                }
            }
        }
        unreachable!("it ends after four rounds")
    }

    /// The whole way, as one text.
    fn live(&self) -> String {
        let verdict = self.verdict();
        let population = Population::of(3);
        let ledger = Ledger::default();
        let guards = self.policy.guards();
        let admission = admit(guards, &ledger, &verdict, &population, self.now);
        let mut memory = admission.memory;
        let mut text = format!(
            "{} {:?} {} {}\n",
            admission.disposition, verdict, verdict.plan, verdict.explanation
        );
        let _ = writeln!(text, "{} {}", json(&verdict.plan), json(&admission.ledger));
        for (step, outcome) in admission.run.iter().zip(&self.outcomes) {
            let outcome = outcome_of(*outcome);
            let absorbed = absorb(&Self::employee(), &memory, step, &outcome, self.now);
            memory = absorbed.memory;
            let _ = writeln!(text, "{:?} {:?}", absorbed.next, absorbed.wake);
        }
        let stored = json(&memory);
        let read: Memory = serde_json::from_str(&stored).expect("what is stored can be read");
        assert_eq!(read, memory);
        text + &stored
    }
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("plain data")
}

/// Whether a step can destroy data for good. Nothing in the vocabulary does.
fn is_reversible(action: &Action) -> bool {
    !action.kind().as_str().contains("delete")
}

/// Standing, match, guard and reason in this order, whatever it comes to.
fn explains_itself(verdict: &Verdict) -> Result<(), TestCaseError> {
    let lines = verdict.explanation.lines();
    let stages: Vec<_> = lines.iter().map(|line| line.stage).collect();
    prop_assert!(stages.is_sorted(), "{}", verdict.explanation);
    let reason = lines.last().map(|line| (line.stage, line.text.clone()));
    if verdict.disposition == Disposition::NoOp(Reason::Irrelevant) {
        // Nothing was read.
        prop_assert_eq!(stages, [Stage::Reason]);
        return Ok(());
    }
    prop_assert_eq!(
        reason,
        Some((Stage::Reason, verdict.disposition.to_string()))
    );
    prop_assert!(stages.contains(&Stage::Standing), "{}", verdict.explanation);
    prop_assert!(stages.contains(&Stage::Match), "{}", verdict.explanation);
    let guarded = stages.contains(&Stage::Guard);
    prop_assert_eq!(guarded, !verdict.plan.is_empty(), "{}", verdict.explanation);
    Ok(())
}

proptest! {
    #![proptest_config(cases(1_000))]

    #[test]
    fn whatever_comes_in_the_way_is_gone_to_its_end_and_each_time_alike(case in decisions()) {
        let first = case.live();
        prop_assert_eq!(&first, &case.live());
        let verdict = case.verdict();
        prop_assert!(verdict.plan.steps().iter().all(|step| is_reversible(&step.action)));
        explains_itself(&verdict)?;
        // Every charge and every dependence names a step of the plan, and an earlier one.
        let ids: Vec<_> = verdict.plan.steps().iter().map(|step| &step.id).collect();
        for charge in &verdict.charges {
            prop_assert!(ids.contains(&&charge.step), "{charge:?}");
        }
        for (index, step) in verdict.plan.steps().iter().enumerate() {
            if let Some(needed) = &step.needs {
                prop_assert!(ids[..index].contains(&needed), "{step:?}");
            }
            prop_assert!(!ids[..index].contains(&&step.id), "two steps of one id: {step:?}");
        }
    }
}
