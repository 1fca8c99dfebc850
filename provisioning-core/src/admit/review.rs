//! What a person says to what is held, and what a person is told of it.

use std::collections::{BTreeMap, BTreeSet};

use hibob_client::EmployeeId;
use jiff::{SignedDuration, Timestamp};

use super::alert::Alert;
use super::hold::{Hold, HoldId, HoldState, Told};
use super::ledger::Ledger;
use crate::digest::Digest;
use crate::plan::Reason;

impl Ledger {
    /// Lets these holds pass the next time their steps are proposed, and returns whom to decide
    /// about again.
    ///
    /// Each person is decided from fresh facts, and exactly the approved steps run: somebody who
    /// is active by then drops out, and a step that has changed is held again. Numbers that do
    /// not exist are left out.
    pub fn approve(&mut self, holds: &[HoldId], now: Timestamp) -> BTreeSet<EmployeeId> {
        self.turn(holds, HoldState::Approved, now)
    }

    /// Keeps these steps from running, until they change or 30 days have passed. Returns whom
    /// they are about.
    pub fn reject(&mut self, holds: &[HoldId], now: Timestamp) -> BTreeSet<EmployeeId> {
        self.turn(holds, HoldState::Rejected, now)
    }

    /// The holds of a batch that still wait, to approve or reject exactly what was announced.
    pub fn batch(&self, batch: &Digest) -> Vec<HoldId> {
        let of_it = self.held().filter(|hold| hold.batch == Some(*batch));
        of_it.map(|hold| hold.id).collect()
    }

    /// Lets holds expire, and returns what an operator has to hear of now; each of it once.
    ///
    /// Holds are told of at once, after a day and when they expire after seven. Further holds for
    /// the same reason are gathered for an hour; those of privileged accounts never wait.
    pub fn alerts(&mut self, now: Timestamp) -> Vec<Alert> {
        self.expire(now);
        let mut alerts = Vec::new();
        for (reason, numbers) in self.to_announce(now) {
            let batch = self.batch_of(&numbers);
            self.announced.insert(reason, now);
            for hold in self.numbered(&numbers) {
                hold.batch = Some(batch);
            }
            alerts.extend(self.tell(Told::Held, (reason, batch), numbers));
        }
        for told in [Told::StillHeld, Told::Expired] {
            for (group, numbers) in self.to_repeat(told, now) {
                alerts.extend(self.tell(told, group, numbers));
            }
        }
        let fields = self.watch.tell();
        alerts.extend(fields.map(|fields| Alert::PermissionChange { fields }));
        alerts
    }

    /// When [`Ledger::alerts`] has something to say at the earliest; `None` = never.
    pub fn next_alert(&self) -> Option<Timestamp> {
        let due = |hold: &Hold| match (hold.state, hold.told) {
            (HoldState::Held, Told::Nothing) => Some(self.may_announce(hold)),
            (HoldState::Held, Told::Held) => hold.since.checked_add(DAY).ok(),
            (HoldState::Held | HoldState::Approved, _) => hold.expires(),
            _ => None,
        };
        self.holds.iter().filter_map(due).min()
    }

    fn turn(&mut self, holds: &[HoldId], to: HoldState, now: Timestamp) -> BTreeSet<EmployeeId> {
        let mut about = BTreeSet::new();
        for hold in self.numbered(holds) {
            if hold.state != to {
                hold.turn(to, now);
            }
            about.insert(hold.employee.clone());
        }
        about
    }

    /// Seven days without an answer end a hold; so do seven in which what was approved was never
    /// proposed again.
    fn expire(&mut self, now: Timestamp) {
        for hold in &mut self.holds {
            if hold.expires().is_some_and(|expires| expires <= now) {
                hold.turn(HoldState::Expired, now);
            }
        }
        self.holds.retain(|hold| {
            let answered = matches!(hold.state, HoldState::Rejected | HoldState::Expired);
            !(answered && now.duration_since(hold.changed) >= FORGOTTEN)
        });
        self.announced
            .retain(|_, at| now.duration_since(*at).abs() < DAY);
    }

    fn to_announce(&self, now: Timestamp) -> BTreeMap<Reason, Vec<HoldId>> {
        let mut groups: BTreeMap<_, Vec<_>> = BTreeMap::new();
        let untold = self.held().filter(|hold| hold.told == Told::Nothing);
        for hold in untold.filter(|hold| self.may_announce(hold) <= now) {
            groups.entry(hold.reason).or_default().push(hold.id);
        }
        groups
    }

    fn may_announce(&self, hold: &Hold) -> Timestamp {
        let last = self.announced.get(&hold.reason);
        let last = last.filter(|_| hold.reason != Reason::Privileged);
        let next = last.and_then(|last| last.checked_add(GATHERING).ok());
        // An announcement from the future is one before the clock jumped back.
        let furthest = hold.since.checked_add(GATHERING).unwrap_or(hold.since);
        next.map_or(hold.since, |next| next.clamp(hold.since, furthest))
    }

    fn to_repeat(&self, told: Told, now: Timestamp) -> BTreeMap<(Reason, Digest), Vec<HoldId>> {
        let mut groups: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for hold in self.holds.iter().filter(|hold| hold.told < told) {
            let is_due = match told {
                Told::Expired => hold.state == HoldState::Expired,
                _ => hold.state == HoldState::Held && now.duration_since(hold.since) >= DAY,
            };
            if is_due {
                let batch = hold.batch.unwrap_or(hold.content);
                groups
                    .entry((hold.reason, batch))
                    .or_default()
                    .push(hold.id);
            }
        }
        groups
    }

    fn tell(
        &mut self,
        told: Told,
        (reason, batch): (Reason, Digest),
        holds: Vec<HoldId>,
    ) -> Option<Alert> {
        for hold in self.numbered(&holds) {
            hold.told = told;
        }
        let stage = told.alert()?;
        Some(Alert::Holds {
            stage,
            reason,
            batch,
            holds,
        })
    }

    fn batch_of(&self, numbers: &[HoldId]) -> Digest {
        let numbers: BTreeSet<_> = numbers.iter().collect();
        let of_it = self.holds.iter().filter(|it| numbers.contains(&it.id));
        let lines = of_it.map(|hold| {
            let object = hold.object.as_deref().unwrap_or_default();
            let kind = hold.kind.as_str();
            format!("{} {kind} {object} {}\n", hold.employee, hold.content)
        });
        let text: String = lines.collect();
        Digest::of(text.as_bytes())
    }

    fn numbered(&mut self, numbers: &[HoldId]) -> impl Iterator<Item = &mut Hold> {
        let wanted: BTreeSet<_> = numbers.iter().copied().collect();
        let holds = self.holds.iter_mut();
        holds.filter(move |hold| wanted.contains(&hold.id))
    }
}

impl Hold {
    /// When it expires, if nobody says anything and it is not proposed again; `None` = it does
    /// not, because it was answered or has expired.
    pub fn expires(&self) -> Option<Timestamp> {
        let since = match self.state {
            HoldState::Held => self.since,
            HoldState::Approved => self.changed,
            HoldState::Rejected | HoldState::Expired => return None,
        };
        since.checked_add(EXPIRY).ok()
    }
}

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// GRD-04.
const EXPIRY: SignedDuration = SignedDuration::from_hours(7 * 24);

/// What nobody proposed for so long is of no interest any more.
const FORGOTTEN: SignedDuration = SignedDuration::from_hours(90 * 24);

/// So long further holds for the same reason are gathered before they are announced.
const GATHERING: SignedDuration = SignedDuration::from_hours(1);
