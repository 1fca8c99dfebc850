//! What one decision costs with nine fields and the manager, five custom fields and twenty rules
//! for groups.
//!
//! `cargo bench -p provisioning-core --bench decision`
#![allow(
    missing_docs,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a bench measures time, and shows it"
)]

mod support;

use std::hint::black_box;
use std::time::{Duration, Instant};

use divan::Bencher;
use hibob_client::EmployeeId;
use provisioning_core::{
    Changed, Decision, Evidence, Facts, Hint, Memory, Policy, Seq, Urgency, Verdict, decide,
};

use crate::support::{Kind, answer, employee_id, memory, now, policy};

fn main() {
    divan::main();
    budget();
}

/// From complete facts to a verdict.
#[divan::bench(args = ["agrees", "moved", "hired", "left"])]
fn settled(bencher: Bencher<'_, '_>, kind: &str) {
    let case = Case::new(kind_of(kind));
    bencher.bench(|| case.decide(black_box(&case.facts)));
}

/// All rounds of a decision, from no fact to a verdict; the answers lie ready.
#[divan::bench(args = ["agrees", "moved", "hired", "left"])]
fn from_nothing(bencher: Bencher<'_, '_>, kind: &str) {
    let case = Case::new(kind_of(kind));
    bencher.bench(|| case.rounds());
}

#[divan::bench]
fn policy_parsed(bencher: Bencher<'_, '_>) {
    bencher.bench(policy);
}

/// One person, with everything that a decision asks for.
struct Case {
    policy: Policy,
    employee: EmployeeId,
    hint: Hint,
    memory: Memory,
    facts: Facts,
}

impl Case {
    fn new(kind: Kind) -> Self {
        let memory = match kind {
            Kind::Hired => Memory::default(),
            _ => memory(NUMBER),
        };
        let hint = Hint::new(Evidence::Updated, Changed::Unknown, Urgency::Normal, now());
        let mut case = Self {
            policy: policy(),
            employee: employee_id(NUMBER),
            hint: hint.stamped(Seq(1)),
            memory,
            facts: Facts::default(),
        };
        let mut facts = Facts::default();
        while let Decision::Need { queries, .. } = case.decide(&facts) {
            for query in queries {
                let answer = answer(&query, NUMBER, kind);
                facts.insert(query, Seq(1), answer);
            }
        }
        case.facts = facts;
        let verdict = case.rounds();
        let steps = verdict.plan.steps().len();
        println!("{} steps: {}", steps, verdict.disposition);
        case
    }

    fn decide(&self, facts: &Facts) -> Decision {
        let (policy, memory) = (&self.policy, &self.memory);
        decide(policy, &self.employee, &self.hint, memory, facts, now())
    }

    fn rounds(&self) -> Box<Verdict> {
        let mut facts = Facts::default();
        loop {
            match self.decide(&facts) {
                Decision::Verdict(verdict) => return verdict,
                Decision::Need { queries, .. } => {
                    for query in queries {
                        let answer = self.facts.answer(&query, Seq(1));
                        let answer = answer.expect("it was asked before").clone();
                        facts.insert(query, Seq(1), answer);
                    }
                }
            }
        }
    }
}

/// The best of many rounds, so that a busy machine is no failure.
fn budget() {
    for (name, kind) in KINDS {
        let case = Case::new(kind);
        let mut best = Duration::MAX;
        for _ in 0..400 {
            best = best.min(time(&case));
        }
        println!("{name}: {best:?} (at most {MOST:?})");
        assert!(best <= MOST, "{name}: {best:?} for one decision");
    }
}

fn time(case: &Case) -> Duration {
    const CALLS: u32 = 20;
    let start = Instant::now();
    for _ in 0..CALLS {
        black_box(case.decide(black_box(&case.facts)));
    }
    start.elapsed() / CALLS
}

fn kind_of(name: &str) -> Kind {
    let known = KINDS.into_iter().find(|(known, _)| *known == name);
    known.expect("a kind").1
}

const KINDS: [(&str, Kind); 4] = [
    ("agrees", Kind::Agrees),
    ("moved", Kind::Moved),
    ("hired", Kind::Hired),
    ("left", Kind::Left),
];

const NUMBER: u32 = 4_217;

const MOST: Duration = Duration::from_micros(50);
