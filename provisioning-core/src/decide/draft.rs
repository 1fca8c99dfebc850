use jiff::SignedDuration;
use learning360_client::{User, UserField, UserStatus};

use super::explanation::{Explanation, Stage};
use super::{Case, Verdict};
use crate::facts::MailKey;
use crate::memory::Memory;
use crate::plan::{
    Action, Charge, ChargeKind, Disposition, Finding, Plan, Precondition, Reason, Step, Subject,
    UserRef,
};
use crate::wait::{Wait, next_look, retry_at};

/// A verdict in the making.
pub(crate) struct Draft<'a> {
    pub(crate) case: Case<'a>,
    pub(crate) memory: Memory,
    pub(crate) plan: Plan,
    pub(crate) wait: Wait,
    pub(crate) explanation: Explanation,
    findings: Vec<Finding>,
    charges: Vec<Charge>,
    retrying: bool,
}

impl<'a> Draft<'a> {
    pub(crate) fn new(case: Case<'a>) -> Self {
        Self {
            case,
            memory: case.memory.clone(),
            plan: Plan::default(),
            wait: Wait::default(),
            explanation: Explanation::default(),
            findings: Vec::new(),
            charges: Vec::new(),
            retrying: false,
        }
    }

    pub(crate) fn finish(mut self, disposition: Disposition) -> Verdict {
        if !self.retrying && self.plan.is_empty() {
            self.memory.attempts = 0;
        }
        self.explanation.say(Stage::Reason, disposition.to_string());
        let wait = self.wait.into_option();
        self.memory.wait.clone_from(&wait);
        Verdict {
            employee: self.case.employee.clone(),
            disposition,
            findings: self.findings,
            plan: self.plan,
            charges: self.charges,
            wait,
            memory: self.memory,
            explanation: self.explanation,
        }
    }

    pub(crate) fn find(&mut self, subject: Subject, reason: Reason) {
        self.found(Finding::new(subject, reason));
    }

    pub(crate) fn found(&mut self, finding: Finding) {
        if !self.findings.contains(&finding) {
            self.findings.push(finding);
        }
    }

    pub(crate) fn say(&mut self, stage: Stage, text: impl Into<String>) {
        self.explanation.say(stage, text);
    }

    /// Tries again later, and gives up when the schedule ends.
    pub(crate) fn retry(&mut self, reason: Reason) -> Disposition {
        self.retrying = true;
        self.memory.attempts = self.memory.attempts.saturating_add(1);
        match retry_at(self.memory.attempts, self.case.now) {
            Some(at) => {
                self.wait.look(at);
                Disposition::Retry(reason)
            }
            None => Disposition::Dead(Reason::GivenUp),
        }
    }

    /// Looks again soon, because a part of the answer is missing and the rest goes on without.
    pub(crate) fn complete_later(&mut self) {
        if let Ok(at) = self.case.now.checked_add(COMPLETION) {
            self.wait.look(at);
        }
    }

    /// Bob's reads may lag behind its events, so what was read soon after one is read once more.
    pub(crate) fn look_at_what_may_be_stale(&mut self) {
        let Some(event) = self.case.hint.latest_event() else {
            return;
        };
        if self.case.now.duration_since(event) < READ_LAG {
            if let Some(at) = next_look(event, &[SECOND_READ], self.case.now) {
                self.wait.look(at);
            }
        }
    }

    /// Adds a step about an account that exists.
    pub(crate) fn step(&mut self, user: &User, action: Action, why: Reason) -> Step {
        let precondition = Precondition::Status(user.status().clone());
        self.push(Step::on(
            UserRef::Known(user.id().clone()),
            action,
            precondition,
            why,
        ))
    }

    pub(crate) fn push(&mut self, step: Step) -> Step {
        self.plan.push(step.clone());
        step
    }

    /// Deactivates an account, at the guards' expense.
    pub(crate) fn deactivate(&mut self, user: &User, why: Reason) -> Disposition {
        if *user.status() == UserStatus::Deleted {
            return Disposition::NoOp(Reason::AlreadyInactive);
        }
        let step = self.step(user, Action::Deactivate, why);
        self.charges
            .push(Charge::new(&step, ChargeKind::Deactivation));
        Disposition::Apply(why)
    }

    /// Remembers the account as it is, before anything is changed.
    pub(crate) fn remember(&mut self, user: &User, wanted: Option<&MailKey>) {
        self.memory.link = Some(user.id().clone());
        let mail = user.mail().and_then(MailKey::parse);
        if mail.is_some() && mail.as_ref() == wanted {
            self.memory.mail = mail;
        }
    }

    pub(crate) fn find_in_field(&mut self, field: UserField, reason: Reason) {
        self.find(Subject::Field(field), reason);
    }
}

/// Bob promises that a read shows a change within this time.
const READ_LAG: SignedDuration = SignedDuration::from_secs(20);

/// When a field is tried again that could not be worked out for want of an answer.
const COMPLETION: SignedDuration = SignedDuration::from_mins(2);

/// When the second read takes place, after the event.
const SECOND_READ: SignedDuration = SignedDuration::from_secs(25);
