use std::collections::BTreeSet;

use hibob_client::FieldId;
use jiff::SignedDuration;
use learning360_client::{User, UserField};

use super::explanation::{Explanation, Stage};
use super::{Case, Verdict};
use crate::digest::Digest;
use crate::facts::{MailKey, Told};
use crate::memory::Memory;
use crate::plan::{
    Action, Charge, ChargeKind, Disposition, Finding, Grounds, Plan, Precondition, Reason, Step,
    StepId, Subject, UserRef,
};
use crate::wait::{Wait, next_look, retry_at};

/// The account that steps are about.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    user: UserRef,
    precondition: Precondition,
    after: Option<StepId>,
}

impl Target {
    /// An account that exists.
    pub(crate) fn known(user: &User) -> Self {
        Self {
            user: UserRef::Known(user.id().clone()),
            precondition: Precondition::Status(user.status().clone()),
            after: None,
        }
    }

    /// An account that exists, once this step was done.
    pub(crate) fn known_after(user: &User, step: &Step) -> Self {
        Self {
            user: UserRef::Known(user.id().clone()),
            precondition: Precondition::Made,
            after: Some(step.id.clone()),
        }
    }

    /// The account that the plan makes, once this step was done.
    pub(crate) fn created(step: &Step) -> Self {
        Self {
            user: UserRef::Created,
            precondition: Precondition::Made,
            after: Some(step.id.clone()),
        }
    }

    /// Whether the plan makes it.
    pub(crate) fn is_new(&self) -> bool {
        self.user == UserRef::Created
    }
}

/// A verdict in the making.
pub(crate) struct Draft<'a> {
    pub(crate) case: Case<'a>,
    pub(crate) memory: Memory,
    pub(crate) plan: Plan,
    pub(crate) wait: Wait,
    pub(crate) explanation: Explanation,
    /// What the steps stand on.
    pub(crate) grounds: Grounds,
    /// Bob's fields that had a value before and have none now.
    pub(crate) lost: Option<BTreeSet<FieldId>>,
    findings: Vec<Finding>,
    charges: Vec<Charge>,
    retrying: bool,
}

impl<'a> Draft<'a> {
    pub(crate) fn new(case: Case<'a>) -> Self {
        let mut memory = case.memory.clone();
        memory.leaving = None;
        Self {
            case,
            memory,
            plan: Plan::default(),
            wait: Wait::default(),
            explanation: Explanation::default(),
            grounds: Grounds::default(),
            lost: None,
            findings: Vec::new(),
            charges: Vec::new(),
            retrying: false,
        }
    }

    pub(crate) fn finish(mut self, disposition: Disposition) -> Verdict {
        if !self.retrying && self.plan.is_empty() {
            self.memory.attempts = 0;
        }
        self.say_charges();
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
            lost: self.lost,
        }
    }

    fn say_charges(&mut self) {
        if !self.plan.is_empty() && self.charges.is_empty() {
            return self.explanation.say(Stage::Guard, "nothing is charged");
        }
        for charge in &self.charges {
            let kind = charge.step.without_ids();
            let text = format!("{kind} is charged as {}", charge.kind.as_str());
            self.explanation.say(Stage::Guard, text);
        }
    }

    /// Says where the policy takes the fields of the account from, and what else it looks at.
    pub(crate) fn say_origins(&mut self) {
        let policy = self.case.policy;
        for origin in policy.told_origins() {
            self.explanation.say(Stage::Origin, origin);
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
        self.wait.look_in(COMPLETION, self.case.now);
    }

    /// Reports a part that could not be read, and looks again soon. Without the right to read it,
    /// asking again would be in vain.
    pub(crate) fn lacks<T>(&mut self, subject: Subject, told: &Told<T>) {
        if told.is_forbidden() {
            return self.find(subject, Reason::FixConfig);
        }
        self.find(subject, Reason::Unavailable);
        self.complete_later();
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
        let step = step.on_grounds(self.grounds);
        self.plan.push(step.clone());
        step
    }

    /// Adds a step about a target.
    pub(crate) fn on(&mut self, target: &Target, action: Action, why: Reason) -> Step {
        self.on_after(target, action, why, None)
    }

    /// Adds a step about a target that makes sense only after another one.
    pub(crate) fn on_after(
        &mut self,
        target: &Target,
        action: Action,
        why: Reason,
        after: Option<&Step>,
    ) -> Step {
        let (user, precondition) = (target.user.clone(), target.precondition.clone());
        let mut step = Step::on(user, action, precondition, why);
        step.needs = after.map(|step| step.id.clone()).or(target.after.clone());
        self.push(step)
    }

    /// Counts a step against a budget of the guards.
    pub(crate) fn charge(&mut self, step: &Step, kind: ChargeKind) {
        self.charges.push(Charge::new(step, kind));
    }

    /// Counts a step against the budget of a field or group.
    pub(crate) fn charge_of(&mut self, step: &Step, kind: ChargeKind, object: String) {
        self.charges.push(Charge::new(step, kind).of(object));
    }

    /// Remembers the account as it is, before anything is changed.
    pub(crate) fn remember(&mut self, user: &User, wanted: Option<&MailKey>) {
        self.memory.link = Some(user.id().clone());
        let mail = user.mail().and_then(MailKey::parse);
        if mail.is_some() && mail.as_ref() == wanted {
            self.memory.mail = mail;
        }
    }

    /// Remembers that a field has the value that the policy wants.
    pub(crate) fn applied(&mut self, field: UserField, value: &str) {
        if let Some(digest) = self.digest(field, value) {
            self.memory.applied.insert(field.as_str().into(), digest);
        }
    }

    /// The keyed digest of a field's value; none if the policy has no key.
    pub(crate) fn digest(&self, field: UserField, value: &str) -> Option<Digest> {
        let key = self.case.policy.digest_key()?;
        Digest::keyed(key, field.as_str(), value)
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
