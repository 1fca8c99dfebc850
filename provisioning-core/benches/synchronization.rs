//! What a full synchronization costs in time and memory, from 1,000 to 100,000 people.
//!
//! Both sides are made up on the fly, so that only what the core keeps is counted.
//!
//! `cargo bench -p provisioning-core --bench synchronization`
#![allow(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a bench measures time, and shows it"
)]

mod support;

use std::time::{Duration, Instant};

use hibob_client::ListName;
use learning360_client::User;
use peak_alloc::PeakAlloc;
use provisioning_core::sync::{Directory, Listed, Needs, Synchronization, Tally};
use provisioning_core::{Answer, Data, Decision, Hint, Memory, Query, Seq, Verdict, decide};

use crate::support::{Kind, answer, employee, link, memory, now, policy, titles, user};

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

fn main() {
    let mut per_person = Vec::new();
    for people in [1_000, 10_000, 100_000] {
        let measured = synchronize(people);
        let whole = measured.index + measured.decisions;
        per_person.push(whole / people);
        println!(
            "{people} people: {:?} per person, {:.2?} to index and {:.2?} to decide, {:.1} MiB",
            whole / people,
            measured.index,
            measured.decisions,
            mebibytes(measured.peak),
        );
        println!("  {}", measured.tally);
        assert!(whole <= MOST, "{whole:?} for {people} people");
        assert!(measured.peak <= MOST_MEMORY, "{} bytes", measured.peak);
    }
    let (least, most) = (per_person.iter().min(), per_person.iter().max());
    let (least, most) = least.zip(most).expect("three sizes");
    let growth = most.as_secs_f64() / least.as_secs_f64();
    println!(
        "cost per person: {growth:.2} x from the cheapest to the dearest size (at most {FLAT} x)"
    );
    assert!(growth <= FLAT, "the cost per person grows {growth:.2} x");
}

struct Measured {
    index: Duration,
    decisions: Duration,
    peak: usize,
    tally: Tally,
}

fn synchronize(people: u32) -> Measured {
    let policy = policy();
    let (mut index, mut decisions) = (Duration::ZERO, Duration::ZERO);
    let before = ALLOCATOR.current_usage();
    ALLOCATOR.reset_peak_usage();
    let with_account = || (0..people).filter(|number| kind(*number) != Kind::Hired);
    let (users, links) = (with_account().map(user), with_account().map(link));
    // Making people up takes its time, too.
    let made_up = time(&mut index, || {
        with_account().map(user).filter(is_none).count()
    });
    assert_eq!(made_up, 0);
    let making = std::mem::take(&mut index);
    let directory = time(&mut index, || Directory::new(users, links));
    index = index.saturating_sub(making);
    let mut sync = Synchronization::new(&policy, &directory, now());
    let title = ListName::try_from("title").expect("a name");
    let list = Answer::Found(Data::NamedList(titles()));
    sync.know(Query::NamedList(title), list);
    let mut tally = Tally::default();
    for number in 0..people {
        let kind = kind(number);
        let person = employee(number, kind);
        let memory = match kind {
            Kind::Hired => Memory::default(),
            _ => memory(number),
        };
        let listed = time(&mut decisions, || sync.decide(person, &memory));
        let verdict = match listed {
            Listed::Verdict(verdict) => verdict,
            Listed::Needs(needs) => {
                time(&mut decisions, || complete(&sync, *needs, &memory, number))
            }
        };
        tally.count(&verdict);
    }
    let missing = time(&mut decisions, || sync.not_listed().count());
    assert_eq!(missing, 0);
    Measured {
        index,
        decisions,
        peak: ALLOCATOR.peak_usage() - before,
        tally,
    }
}

/// What the lists leave open is asked for, as a host does.
fn complete(
    sync: &Synchronization<'_>,
    needs: Needs,
    memory: &Memory,
    number: u32,
) -> Box<Verdict> {
    let (mut facts, mut queries) = (needs.facts, needs.queries);
    loop {
        for query in queries {
            let answer = answer(&query, number, kind(number));
            facts.insert(query, Seq::default(), answer);
        }
        let hint = Hint::default();
        match decide(sync.policy(), &needs.employee, &hint, memory, &facts, now()) {
            Decision::Verdict(verdict) => return verdict,
            Decision::Need { queries: more, .. } => queries = more,
        }
    }
}

fn is_none(user: &User) -> bool {
    user.mail().is_none()
}

/// Of a hundred people one has moved and one is new; one of two hundred has left.
fn kind(number: u32) -> Kind {
    match number % 200 {
        1 | 101 => Kind::Moved,
        2 | 102 => Kind::Hired,
        3 => Kind::Left,
        _ => Kind::Agrees,
    }
}

fn time<T>(sum: &mut Duration, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let done = work();
    *sum += start.elapsed();
    done
}

#[allow(clippy::cast_precision_loss, reason = "for showing")]
fn mebibytes(bytes: usize) -> f64 {
    bytes as f64 / 1_048_576.0
}

const MOST: Duration = Duration::from_secs(10);

const MOST_MEMORY: usize = 256 << 20;

const FLAT: f64 = 1.5;
