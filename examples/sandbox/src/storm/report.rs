//! What came of a storm.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use hdrhistogram::Histogram;
use serde::Serialize;

use super::Storm;
use super::sender::Outcome;
use super::volley::Shot;

/// What came of a storm. `Display` is a few lines for people.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct StormReport {
    /// Where it went; without credentials and query.
    pub target: String,
    /// From the first event to the last answer.
    pub seconds: f64,
    /// Over so many connections.
    pub connections: u16,
    /// Of so many employees.
    pub employees: u32,
    /// Events a second that were wanted; absent = as fast as accepted.
    pub rate: Option<u32>,
    /// Events that were sent, copies included.
    pub sent: u64,
    /// Events that are no copies.
    pub unique: u64,
    /// Copies of earlier ones.
    pub duplicates: u64,
    /// Events that later ones overtook.
    pub overtaken: u64,
    /// Events that were planned, and for which there was no time.
    pub unsent: u64,
    /// Answered with 200.
    pub accepted: u64,
    /// Answered with 200, a second.
    pub accepted_per_second: f64,
    /// Time to the answer, of those that were answered.
    pub latency: Latency,
    /// Answers by status.
    pub statuses: BTreeMap<u16, u64>,
    /// Events without an answer because there was no connection, or it broke.
    pub broken: u64,
    /// Events without an answer within ten seconds.
    pub timed_out: u64,
}

/// Milliseconds to the answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Latency {
    /// Half of the answers came within.
    pub p50_ms: f64,
    /// 95 of 100 came within.
    pub p95_ms: f64,
    /// 99 of 100 came within.
    pub p99_ms: f64,
    /// All came within.
    pub max_ms: f64,
}

impl StormReport {
    /// Whether everything was sent, and answered with 200.
    pub fn all_accepted(&self) -> bool {
        self.sent > 0 && self.accepted == self.sent && self.unsent == 0
    }
}

/// What one sender counts.
#[derive(Debug)]
pub(super) struct Tally {
    latency: Histogram<u64>,
    statuses: BTreeMap<u16, u64>,
    sent: u64,
    duplicates: u64,
    overtaken: u64,
    broken: u64,
    timed_out: u64,
}

impl Default for Tally {
    fn default() -> Self {
        Self {
            latency: histogram(),
            statuses: BTreeMap::new(),
            sent: 0,
            duplicates: 0,
            overtaken: 0,
            broken: 0,
            timed_out: 0,
        }
    }
}

impl Tally {
    pub(super) fn count(&mut self, shot: &Shot, outcome: Outcome, took: Duration) {
        self.sent += 1;
        self.duplicates += u64::from(shot.copy);
        self.overtaken += u64::from(shot.overtaken);
        match outcome {
            Outcome::Status(status) => {
                *self.statuses.entry(status).or_default() += 1;
                let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
                // It grows as needed, up to centuries.
                self.latency.record(micros).unwrap_or_default();
            }
            Outcome::Broken => self.broken += 1,
            Outcome::TimedOut => self.timed_out += 1,
        }
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.latency.add(&other.latency).unwrap_or_default();
        for (status, count) in &other.statuses {
            *self.statuses.entry(*status).or_default() += count;
        }
        self.sent += other.sent;
        self.duplicates += other.duplicates;
        self.overtaken += other.overtaken;
        self.broken += other.broken;
        self.timed_out += other.timed_out;
    }

    pub(super) fn report(&self, storm: &Storm, took: Duration) -> StormReport {
        let accepted = self.statuses.get(&200).copied().unwrap_or_default();
        let seconds = took.as_secs_f64();
        let origin = storm.target.origin().ascii_serialization();
        let within = |share| milliseconds(self.latency.value_at_quantile(share));
        StormReport {
            target: format!("{origin}{}", storm.target.path()),
            seconds,
            connections: storm.connections,
            employees: storm.employees,
            rate: storm.rate.map(std::num::NonZeroU32::get),
            sent: self.sent,
            unique: self.sent - self.duplicates,
            duplicates: self.duplicates,
            overtaken: self.overtaken,
            unsent: storm.planned().map_or(0, |it| it.saturating_sub(self.sent)),
            accepted,
            accepted_per_second: per_second(accepted, seconds),
            latency: Latency {
                p50_ms: within(0.5),
                p95_ms: within(0.95),
                p99_ms: within(0.99),
                max_ms: milliseconds(self.latency.max()),
            },
            statuses: self.statuses.clone(),
            broken: self.broken,
            timed_out: self.timed_out,
        }
    }
}

impl fmt::Display for StormReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            duplicates,
            overtaken,
            latency,
            ..
        } = self;
        writeln!(
            f,
            "sent      {} events of {} employees in {:.1} s over {} connections \
             ({duplicates} sent twice, {overtaken} overtaken)",
            self.sent, self.employees, self.seconds, self.connections,
        )?;
        if self.unsent > 0 {
            writeln!(f, "unsent    {} for which there was no time", self.unsent)?;
        }
        write!(
            f,
            "accepted  {} ({:.0} a second",
            self.accepted, self.accepted_per_second
        )?;
        match self.rate {
            Some(rate) => writeln!(f, ", {rate} wanted)")?,
            None => writeln!(f, ")")?,
        }
        writeln!(
            f,
            "latency   p50 {:.2} ms, p95 {:.2} ms, p99 {:.2} ms, max {:.2} ms",
            latency.p50_ms, latency.p95_ms, latency.p99_ms, latency.max_ms
        )?;
        let mut counts = Vec::new();
        for (status, count) in &self.statuses {
            counts.push(format!("{status}: {count}"));
        }
        if self.broken > 0 {
            counts.push(format!("no connection: {}", self.broken));
        }
        if self.timed_out > 0 {
            counts.push(format!("no answer in time: {}", self.timed_out));
        }
        write!(f, "answers   {}", counts.join(", "))
    }
}

/// Of microseconds, with three digits.
fn histogram() -> Histogram<u64> {
    // The crate allows one to five digits.
    Histogram::new(3).expect("three digits are allowed")
}

#[expect(clippy::cast_precision_loss, reason = "a figure for people")]
fn milliseconds(micros: u64) -> f64 {
    micros as f64 / 1000.0
}

#[expect(clippy::cast_precision_loss, reason = "a figure for people")]
fn per_second(count: u64, seconds: f64) -> f64 {
    if seconds > 0.0 {
        count as f64 / seconds
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shot() -> Shot {
        let storm = Storm::new("http://127.0.0.1:1".parse().expect("a URL"), "", "");
        super::super::Volley::new(&storm).next()
    }

    #[test]
    fn latencies_are_those_of_all_senders_together() {
        let storm = Storm::new("http://127.0.0.1:1/x?y=z".parse().expect("a URL"), "", "");
        let (mut one, mut other) = (Tally::default(), Tally::default());
        for milliseconds in 1..=98 {
            let took = Duration::from_millis(milliseconds);
            one.count(&shot(), Outcome::Status(200), took);
        }
        other.count(&shot(), Outcome::Status(503), Duration::from_secs(3));
        other.count(&shot(), Outcome::Status(200), Duration::from_secs(9));
        other.count(&shot(), Outcome::TimedOut, Duration::from_secs(10));
        one.add(&other);
        let report = one.report(&storm, Duration::from_secs(10));
        let near = |value: f64, expected: f64| (value / expected - 1.0).abs() < 0.002;
        assert!(near(report.latency.p50_ms, 50.0), "{report}");
        assert!(near(report.latency.p95_ms, 95.0), "{report}");
        assert!(near(report.latency.p99_ms, 3000.0), "{report}");
        assert!(near(report.latency.max_ms, 9000.0), "{report}");
        assert_eq!(
            (report.sent, report.accepted, report.timed_out),
            (101, 99, 1)
        );
        assert!(near(report.accepted_per_second, 9.9));
        assert_eq!(report.target, "http://127.0.0.1:1/x");
    }
}
