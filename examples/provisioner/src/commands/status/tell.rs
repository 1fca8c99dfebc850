use jiff::Timestamp;

use super::{Api, DeadLetters, Status, Sync};
use crate::output::words::{ago, ahead, count, people, time};
use crate::output::{Cell, Look, Output, Report, cell};

impl Report for Status {
    fn tell(&self, output: &Output) {
        let hosts = match self.hosts {
            0 => "No host is at work".to_owned(),
            1 => "A host is at work".to_owned(),
            several => format!("{several} hosts are at work"),
        };
        let (look, title) = match (self.paused, self.hosts) {
            (true, _) => {
                let text = format!("{hosts} and paused; `provisioner resume` lets the work go on.");
                (Look::Notable, text)
            }
            (false, 0) => (
                Look::Bad,
                format!("{hosts}; `provisioner serve` starts one."),
            ),
            (false, _) => (Look::Good, format!("{hosts}.")),
        };
        output.line(output.paint(look, title));
        let ago_or = |at: Option<Timestamp>, never: &str| match at {
            Some(at) => cell(Look::Plain, format!("{} ({})", ago(at, self.now), time(at))),
            None => cell(Look::Quiet, never),
        };
        let known = format!(
            "{} known, {} linked and active",
            self.people.known, self.people.linked_active
        );
        output.pairs([
            ("queue", self.queue()),
            ("people", cell(Look::Plain, known)),
            ("held", self.held()),
            ("dead letters", self.dead()),
            ("Bob", self.bob.tell(self.now)),
            ("360Learning", self.learning360.tell(self.now)),
            ("last sync", self.last_sync()),
            (
                "last delivery",
                ago_or(self.last_delivery, "none in the last 7 days"),
            ),
            ("last decision", ago_or(self.last_decision, "none")),
        ]);
    }
}

impl Status {
    fn queue(&self) -> Cell {
        let queue = &self.queue;
        let (look, waits) = if queue.pending == 0 {
            (Look::Good, "empty".to_owned())
        } else {
            let pending = usize::try_from(queue.pending).unwrap_or(usize::MAX);
            let verb = if pending == 1 { "waits" } else { "wait" };
            let oldest = queue
                .oldest
                .map(|at| format!(", the oldest came {}", ago(at, self.now)));
            let text = format!("{} {verb}{}", people(pending), oldest.unwrap_or_default());
            (Look::Notable, text)
        };
        let mut text = format!("{waits}; {} due, {} in work", queue.due, queue.leased);
        if let Some(next) = queue.next_due.filter(|_| queue.due == 0) {
            text.push_str("; next look ");
            text.push_str(&ahead(next, self.now));
        }
        cell(look, text)
    }

    fn held(&self) -> Cell {
        let holds = &self.holds;
        let approved = match holds.approved {
            0 => String::new(),
            approved => format!("; {approved} approved and not done yet"),
        };
        if holds.held == 0 {
            return cell(Look::Good, format!("nothing{approved}"));
        }
        let steps = count(holds.held, "step waits", "steps wait");
        let since = holds
            .oldest
            .map(|at| format!("the oldest came {}", ago(at, self.now)));
        let expires = holds
            .expires
            .map(|at| format!("expires {}", ahead(at, self.now)));
        let more: Vec<_> = since.into_iter().chain(expires).collect();
        let text = format!("{steps} for approval ({}){approved}", more.join(", "));
        cell(Look::Notable, text)
    }

    fn last_sync(&self) -> Cell {
        match &self.last_sync {
            Some(sync) => sync.tell(self.now),
            None => cell(Look::Quiet, "none"),
        }
    }

    fn dead(&self) -> Cell {
        let DeadLetters {
            employees,
            deliveries,
        } = self.dead_letters;
        if employees + deliveries == 0 {
            return cell(Look::Good, "none");
        }
        let deliveries = count(deliveries, "delivery", "deliveries");
        cell(Look::Bad, format!("{}, {deliveries}", people(employees)))
    }
}

impl Sync {
    fn tell(&self, now: Timestamp) -> Cell {
        let Self { depth, state, .. } = self;
        let found: Vec<_> = self
            .situations
            .iter()
            .map(|(what, count)| format!("{count} {what}"))
            .collect();
        let found = found.join(", ");
        let since = ago(self.changed, now);
        match *state {
            "planned" => cell(
                Look::Notable,
                format!(
                    "{depth}, waits for a person since {since}: {found}; see `provisioner sync`"
                ),
            ),
            "running" => cell(
                Look::Notable,
                format!(
                    "{depth}, under way: {} of {} to come",
                    self.open, self.people
                ),
            ),
            _ => cell(Look::Plain, format!("{depth}, {state} {since}: {found}")),
        }
    }
}

impl Api {
    fn tell(&self, now: Timestamp) -> Cell {
        let then = self.until.map(|until| ahead(until, now));
        match (self.cause, then) {
            (None, None) => cell(Look::Good, "is called"),
            (None, Some(then)) => {
                let text = format!("asked for a pause; called again {then}");
                cell(Look::Notable, text)
            }
            (Some(cause), then) => {
                let then = then.unwrap_or_else(|| "with the next decision".to_owned());
                let text = match cause {
                    "refused" => {
                        format!("is not called, because it refuses the credentials; one try {then}")
                    }
                    "broken_links" => format!(
                        "is not written to, because several linked accounts do not exist there; \
                         written to again {then}; see `provisioner doctor`"
                    ),
                    _ => format!("is not called, because too many calls fail; one try {then}"),
                };
                cell(Look::Bad, text)
            }
        }
    }
}
