use std::collections::{BTreeMap, BTreeSet};

use hibob_client::{EmployeeId, FieldId};
use jiff::{SignedDuration, Timestamp};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use super::Case;
use super::hold::{Hold, HoldId, HoldState, content, family};
use super::source::{Watch, not_far_ahead};
use crate::decide::Verdict;
use crate::plan::{Charge, ChargeKind, Disposition, Reason, Step, StepId, Subject};
use crate::policy::Budget;

/// What the guards have let through and what they hold, for the whole company.
///
/// The host stores it as it is, with a version number, and commits it by compare-and-set. The
/// serialised form is versioned, bounded in size and holds ids and names of fields only: 20 000
/// charges, 5 000 more that a person approved, 5 000 holds of invitations and as many of everything
/// else. When it is full, nothing that has a budget passes but what was approved; a flood of
/// invitations keeps nobody's account from being deactivated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Ledger {
    #[serde(deserialize_with = "known_version")]
    version: u8,
    pub(super) spent: Vec<Spent>,
    /// Invitations by the minute; there are as many as people in a first synchronization, and who
    /// has paid is in the memories.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) invitations: Vec<Invitations>,
    pub(super) holds: Vec<Hold>,
    /// The newest number that was given to a hold.
    last_hold: u64,
    /// When holds of a reason were announced last.
    pub(super) announced: BTreeMap<Reason, Timestamp>,
    pub(super) watch: Watch,
    /// What the policy names and 360Learning does not have, and when that was told.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    missing: BTreeMap<Box<str>, Timestamp>,
}

/// One charge that was let through.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Spent {
    pub(super) employee: EmployeeId,
    pub(super) step: StepId,
    pub(super) kind: ChargeKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) object: Option<Box<str>>,
    pub(super) at: Timestamp,
    /// The full synchronization it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) run: Option<Box<str>>,
    /// A person approved it, so it uses no budget up.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(super) approved: bool,
}

/// Invitations of one minute that were let through without a person's approval.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Invitations {
    /// The end of the minute, so that they count for no shorter than they should.
    pub(super) at: Timestamp,
    pub(super) count: u32,
    /// The full synchronization they belong to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) run: Option<Box<str>>,
}

/// What the guards say to a charge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pass {
    /// It passes at no cost: it is paid already, or not limited.
    Free,
    /// A person approved it.
    Approved,
    /// It passes at the cost of this budget.
    Pay(ChargeKind),
    /// It does not pass.
    Stop(Reason),
}

impl Ledger {
    /// What waits for approval and what became of it, in the order in which it came.
    pub fn holds(&self) -> &[Hold] {
        &self.holds
    }

    /// Everything that waits for approval now.
    pub fn held(&self) -> impl Iterator<Item = &Hold> {
        let waits = |hold: &&Hold| hold.state == HoldState::Held;
        self.holds.iter().filter(waits)
    }

    /// How many charges of a kind count against a window of this length now.
    pub fn spent(&self, kind: ChargeKind, within: SignedDuration, now: Timestamp) -> usize {
        let recent = |at: Timestamp| now.duration_since(at) < within;
        let counts = |spent: &&Spent| spent.kind == kind && !spent.approved && recent(spent.at);
        let spent = self.spent.iter().filter(counts).count();
        let invited = self.invited(kind, |it| recent(it.at));
        spent.saturating_add(usize::try_from(invited).unwrap_or(usize::MAX))
    }

    /// How many invitations count, if the question is about them.
    pub(super) fn invited(&self, kind: ChargeKind, counts: impl Fn(&Invitations) -> bool) -> u32 {
        let invitations = self.invitations.iter().filter(|it| counts(it));
        let counts = invitations.filter(|_| invites(kind)).map(|it| it.count);
        counts.fold(0, u32::saturating_add)
    }

    /// Brings the ledger up to date before a verdict is checked.
    pub(super) fn prepare(&mut self, case: &Case<'_>) {
        self.tidy(case);
        if let Some(lost) = &case.verdict.lost {
            self.watch.note(&case.verdict.employee, lost, case.now);
        }
        if says_all(case.verdict) {
            let (employee, charges) = (&case.verdict.employee, &case.verdict.charges);
            let proposed = |hold: &Hold| charges.iter().any(|it| hold.is_for(employee, it));
            self.holds
                .retain(|hold| hold.employee != *employee || proposed(hold));
        }
    }

    /// Takes in what a look at somebody's record says of Bob's fields, and nothing else.
    #[cfg_attr(
        not(feature = "driver"),
        expect(dead_code, reason = "a full synchronization sees everybody's record")
    )]
    pub(crate) fn watch(&mut self, verdict: &Verdict, now: Timestamp) {
        if let Some(lost) = &verdict.lost {
            self.watch.note(&verdict.employee, lost, now);
        }
    }

    /// The fields that nearly everybody lost at once.
    #[cfg_attr(
        not(feature = "driver"),
        expect(dead_code, reason = "a full synchronization tells them")
    )]
    pub(crate) fn suspected(&self) -> BTreeSet<FieldId> {
        self.watch.suspected()
    }

    /// Suspects these fields, as if many had been seen to lose them.
    #[cfg_attr(
        not(feature = "driver"),
        expect(dead_code, reason = "a full synchronization found them")
    )]
    pub(crate) fn suspect(&mut self, fields: &BTreeSet<FieldId>, now: Timestamp) {
        self.watch.suspect(fields, now);
    }

    /// Takes in that something which the policy names does not exist; whether that is to be told.
    #[cfg_attr(
        not(feature = "driver"),
        expect(dead_code, reason = "the driver gathers it")
    )]
    pub(crate) fn misses(&mut self, what: &Subject, now: Timestamp) -> bool {
        self.missing
            .retain(|_, told| now.duration_since(*told).abs() < DAY);
        let is_new = !self.missing.contains_key(what.to_string().as_str());
        if is_new && self.missing.len() < MOST_MISSING {
            self.missing.insert(what.to_string().into(), now);
        }
        is_new
    }

    /// What the guards say to one charge of a step.
    pub(super) fn pass(&self, case: &Case<'_>, step: &Step, charge: &Charge) -> Pass {
        let employee = &case.verdict.employee;
        if self.is_paid(case, charge) {
            return Pass::Free;
        }
        let hold = self.holds.iter().find(|it| it.is_for(employee, charge));
        let mut lanes = lanes(charge.kind);
        if let Some(hold) = hold {
            match known(hold, step, case) {
                Known::Approved => return Pass::Approved,
                Known::Over => {}
                // GRD-06: the urgent lane is open to somebody whose normal deactivation is held.
                _ if hold.kind != charge.kind && lanes.len() > 1 => lanes.truncate(1),
                _ => return Pass::Stop(hold.reason),
            }
        }
        if self.watch.suspects() && takes_away_for_want_of_data(step, charge) {
            return Pass::Stop(Reason::PermissionChangeSuspected);
        }
        if case.guards.budget(charge.kind).is_none() {
            return Pass::Free;
        }
        let object = charge.object.as_deref();
        lanes.retain(|kind| !self.is_full(*kind) && self.has_room(case, *kind, object));
        match lanes.first() {
            Some(kind) => Pass::Pay(*kind),
            None => Pass::Stop(charge.kind.held()),
        }
    }

    fn is_paid(&self, case: &Case<'_>, charge: &Charge) -> bool {
        if invites(charge.kind) {
            let invited = case.verdict.memory.invited.as_ref();
            return invited.is_some_and(|invited| {
                let age = case.now.duration_since(not_far_ahead(invited.at, case.now));
                let budget = case.guards.budget(charge.kind);
                let window = budget.map_or(SignedDuration::ZERO, Budget::longest_window);
                age < window || (invited.approved && age < APPROVAL_LASTS)
            });
        }
        let employee = &case.verdict.employee;
        self.spent.iter().any(|it| it.is_for(employee, charge))
    }

    /// Writes down that a charge passed.
    pub(super) fn pay(&mut self, case: &Case<'_>, charge: &Charge, pass: Pass) {
        let kind = match pass {
            Pass::Pay(kind) => kind,
            Pass::Approved => charge.kind,
            Pass::Free | Pass::Stop(_) => return,
        };
        let employee = &case.verdict.employee;
        self.holds.retain(|hold| !hold.is_for(employee, charge));
        let approved = pass == Pass::Approved;
        if invites(kind) {
            if !approved {
                self.invite(case);
            }
            return;
        }
        if approved {
            self.drop_oldest_approved();
        }
        self.spent.push(Spent {
            employee: employee.clone(),
            step: charge.step.clone(),
            kind,
            object: charge.object.clone(),
            at: case.now,
            run: case.population.run.clone(),
            approved,
        });
    }

    /// Counts one more invitation.
    fn invite(&mut self, case: &Case<'_>) {
        let (at, run) = (end_of_minute(case.now), &case.population.run);
        let mut known = self.invitations.iter_mut();
        match known.find(|it| it.at == at && it.run == *run) {
            Some(minute) => minute.count = minute.count.saturating_add(1),
            None => self.invitations.push(Invitations {
                at,
                count: 1,
                run: run.clone(),
            }),
        }
    }

    /// Makes room for one more charge that a person approved.
    fn drop_oldest_approved(&mut self) {
        let approved = |spent: &Spent| spent.approved;
        if self.spent.iter().filter(|it| approved(it)).count() < MOST_APPROVED {
            return;
        }
        if let Some(oldest) = self.spent.iter().position(approved) {
            self.spent.remove(oldest);
        }
    }

    /// Holds a charge, or tells how it is held already.
    pub(super) fn hold(
        &mut self,
        case: &Case<'_>,
        step: &Step,
        charge: &Charge,
        reason: Reason,
    ) -> Hold {
        let employee = &case.verdict.employee;
        let index = self.holds.iter().position(|it| it.is_for(employee, charge));
        let before = index.and_then(|index| self.holds.get(index));
        if let Some(hold) = before.filter(|hold| known(hold, step, case) == Known::Stays) {
            return hold.clone();
        }
        let number = HoldId(self.last_hold + 1);
        let mut hold = Hold::new(number, employee, step, charge, (reason, case.now));
        if let Some(before) = before.filter(|before| before.state == HoldState::Held) {
            hold.since = before.since;
        }
        if let Some(index) = index {
            self.holds.remove(index);
        }
        if !self.holds_enough(charge.kind) {
            // Beyond that nothing is lost: it does not run, and it is proposed again.
            self.last_hold += 1;
            self.holds.push(hold.clone());
        }
        hold
    }

    fn is_full(&self, kind: ChargeKind) -> bool {
        let spent = self.spent.iter().filter(|spent| !spent.approved);
        let charges = if invites(kind) {
            self.invitations.len()
        } else {
            spent.count()
        };
        self.holds_enough(kind) || charges >= MOST_SPENT
    }

    fn holds_enough(&self, kind: ChargeKind) -> bool {
        let holds = self.holds.iter();
        let of_kind = holds.filter(|hold| invites(hold.kind) == invites(kind));
        of_kind.count() >= MOST_HOLDS
    }

    fn tidy(&mut self, case: &Case<'_>) {
        let now = case.now;
        let longest = case.guards.longest_window().max(DAY);
        let run = case.population.run.as_deref();
        let of_this_run = |of: Option<&str>| run.is_some() && of == run;
        self.spent.retain_mut(|spent| {
            spent.at = not_far_ahead(spent.at, now);
            let age = now.duration_since(spent.at);
            let counts = age < longest || of_this_run(spent.run.as_deref());
            counts || (spent.approved && age < APPROVAL_LASTS)
        });
        // They say nothing about any other budget.
        let budget = case.guards.budget(ChargeKind::Invitation);
        self.invitations.retain_mut(|minute| {
            minute.at = not_far_ahead(minute.at, now);
            let age = now.duration_since(minute.at);
            budget.is_some_and(|budget| {
                let of_this_run = budget.run.is_some() && of_this_run(minute.run.as_deref());
                age < budget.longest_window() || of_this_run
            })
        });
        for hold in &mut self.holds {
            hold.since = not_far_ahead(hold.since, now);
            hold.changed = not_far_ahead(hold.changed, now);
        }
        self.watch.tidy(now);
    }
}

impl Default for Ledger {
    fn default() -> Self {
        Self {
            version: VERSION,
            spent: Vec::new(),
            invitations: Vec::new(),
            holds: Vec::new(),
            last_hold: 0,
            announced: BTreeMap::new(),
            watch: Watch::default(),
            missing: BTreeMap::new(),
        }
    }
}

impl Spent {
    fn is_for(&self, employee: &EmployeeId, charge: &Charge) -> bool {
        self.employee == *employee
            && self.step == charge.step
            && self.object == charge.object
            && family(self.kind) == family(charge.kind)
    }
}

/// What a known hold says to its step when that is proposed again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Known {
    /// It may run.
    Approved,
    /// It does not run, and there is nothing new to say.
    Stays,
    /// It does not run, and a person is asked anew.
    Renewed,
    /// It is looked at like a new one.
    Over,
}

fn known(hold: &Hold, step: &Step, case: &Case<'_>) -> Known {
    let same = hold.content == content(step);
    let age = case.now.duration_since(hold.changed);
    let stays = match hold.state {
        HoldState::Approved if same => return Known::Approved,
        HoldState::Rejected if !same => return Known::Over,
        HoldState::Held => same,
        HoldState::Approved => false,
        HoldState::Rejected => age < REJECTION_LASTS,
        HoldState::Expired => same && case.population.run.is_none(),
    };
    if stays { Known::Stays } else { Known::Renewed }
}

/// The budgets that may pay for a charge, in order.
fn lanes(kind: ChargeKind) -> Vec<ChargeKind> {
    match kind {
        ChargeKind::UrgentDeactivation => vec![kind, ChargeKind::Deactivation],
        kind => vec![kind],
    }
}

/// Whether it is one of the charges that come by the thousand when many people are new.
pub(super) fn invites(kind: ChargeKind) -> bool {
    kind == ChargeKind::Invitation
}

/// The minute's end, or the same if it is one.
fn end_of_minute(at: Timestamp) -> Timestamp {
    let rest = at.as_nanosecond().rem_euclid(MINUTE);
    let whole = at.as_nanosecond() - rest;
    let end = if rest == 0 { whole } else { whole + MINUTE };
    Timestamp::from_nanosecond(end).unwrap_or(Timestamp::MAX)
}

/// DAT-03: what is not to be done if the data may only be hidden.
fn takes_away_for_want_of_data(step: &Step, charge: &Charge) -> bool {
    matches!(charge.kind, ChargeKind::FieldClear | ChargeKind::ScopeExit)
        || step.reason == Reason::OutOfScope
}

/// Whether a step that the verdict does not propose is really not wanted any more, and not only
/// left out because something could not be read.
fn says_all(verdict: &Verdict) -> bool {
    let unread = [
        Reason::Irrelevant,
        Reason::NotVisible,
        Reason::PermissionGap,
        Reason::SourceFieldMissing,
        Reason::Unavailable,
    ];
    let is_settled = match verdict.disposition {
        Disposition::Apply(_) => true,
        Disposition::NoOp(reason) => !unread.contains(&reason),
        _ => false,
    };
    let mut findings = verdict.findings.iter();
    is_settled && !findings.any(|finding| unread.contains(&finding.reason))
}

fn known_version<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
    let version = u8::deserialize(deserializer)?;
    if version > VERSION {
        return Err(D::Error::custom("the ledger is of a newer version"));
    }
    Ok(VERSION)
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
fn is_false(flag: &bool) -> bool {
    !*flag
}

/// The version of the serialised form.
const VERSION: u8 = 1;

const MOST_HOLDS: usize = 5_000;

const MOST_SPENT: usize = 20_000;

const MOST_APPROVED: usize = 5_000;

const MOST_MISSING: usize = 200;

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// In nanoseconds.
const MINUTE: i128 = 60_000_000_000;

/// GRD-03.
const REJECTION_LASTS: SignedDuration = SignedDuration::from_hours(30 * 24);

/// So long an approved step may be tried again without being held again.
const APPROVAL_LASTS: SignedDuration = SignedDuration::from_hours(7 * 24);
