use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::kind::NoticeKind;
use crate::schedule::Counts;

/// Something that an operator has to hear of. Holds names, counts and digests, and nobody's data.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Notice {
    /// What it is.
    pub kind: NoticeKind,
    /// What it is about: a reason, an API, an address. What happens again about the same is
    /// counted into one notice.
    pub about: String,
    /// How many people, steps or deliveries it is about.
    pub count: u64,
    /// What stands for exactly these: the digest of a batch of holds, the hash of a delivery.
    pub digest: String,
    /// The first of them, since it was told last.
    pub since: Timestamp,
    /// The latest of them.
    pub at: Timestamp,
}

/// A notice as it is sent.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Told<'a> {
    kind: &'static str,
    reason: &'a str,
    count: u64,
    #[serde(skip_serializing_if = "str::is_empty")]
    digest: &'a str,
    since: Timestamp,
    at: Timestamp,
    /// One line for people; chat systems show the field of this name.
    text: String,
    what_to_do: String,
    /// Of a full synchronization, what became of it.
    #[serde(flatten)]
    counts: Option<Counts>,
}

impl Told<'_> {
    /// The same, with what became of a full synchronization.
    pub(crate) fn with(self, counts: Counts) -> Self {
        Self {
            text: counts.to_string(),
            counts: Some(counts),
            ..self
        }
    }
}

impl Notice {
    pub(crate) fn new(kind: NoticeKind, about: impl Into<String>, at: Timestamp) -> Self {
        Self {
            kind,
            about: about.into(),
            count: 1,
            digest: String::new(),
            since: at,
            at,
        }
    }

    pub(crate) fn of(self, count: usize) -> Self {
        let count = u64::try_from(count).unwrap_or(u64::MAX);
        Self { count, ..self }
    }

    pub(crate) fn with_digest(self, digest: impl Into<String>) -> Self {
        let digest = digest.into();
        Self { digest, ..self }
    }

    /// How long others of its kind are awaited before it is sent.
    pub(crate) fn gathers_for(&self) -> SignedDuration {
        match self.kind {
            NoticeKind::Conflict
            | NoticeKind::Dead
            | NoticeKind::DeadLetter
            | NoticeKind::Protected
            | NoticeKind::Settings
            | NoticeKind::SourceUnreachable => GATHERING,
            _ => SignedDuration::ZERO,
        }
    }

    /// How long after it was sent the next about the same is awaited for company.
    pub(crate) fn rests_for(&self) -> SignedDuration {
        match self.kind {
            // Two batches, and a stop after a recovery, are two matters.
            NoticeKind::Held
            | NoticeKind::StillHeld
            | NoticeKind::HoldExpired
            | NoticeKind::Quarantine
            | NoticeKind::Recovered
            | NoticeKind::SyncReport
            | NoticeKind::Test => SignedDuration::ZERO,
            // Such a thing is mended by hand, and not within the hour.
            NoticeKind::Settings | NoticeKind::SyncFailed | NoticeKind::SourceSuspicious => {
                SignedDuration::from_hours(24)
            }
            _ => REST,
        }
    }

    pub(crate) fn told(&self) -> Told<'_> {
        Told {
            kind: self.kind.as_str(),
            reason: &self.about,
            count: self.count,
            digest: &self.digest,
            since: self.since,
            at: self.at,
            text: self.text(),
            what_to_do: self.what_to_do(),
            counts: None,
        }
    }

    /// The notice in one line.
    pub fn text(&self) -> String {
        let Self { about, count, .. } = self;
        match self.kind {
            NoticeKind::Held => format!("{count} steps wait for approval: {about}."),
            NoticeKind::StillHeld => {
                format!("{count} steps have waited for approval for a day: {about}.")
            }
            NoticeKind::HoldExpired => {
                format!("{count} steps waited for approval for seven days, in vain: {about}.")
            }
            NoticeKind::PermissionChange => format!(
                "Nearly everybody lost {count} fields in Bob at once: {about}. Until that is over \
                 no field is emptied, and nobody is deactivated for being out of scope."
            ),
            NoticeKind::Conflict => format!("{count} employees need a person's decision: {about}."),
            NoticeKind::Dead => format!("{count} employees were given up: {about}."),
            NoticeKind::Protected => format!(
                "{count} employees have left whose account is the platform owner's or listed as \
                 protected; it was not touched."
            ),
            NoticeKind::Settings => {
                format!("The policy or the settings do not fit, for {count} employees: {about}.")
            }
            NoticeKind::SourceUnreachable => format!(
                "Bob announced that {count} employees leave and could not be read for an hour since."
            ),
            NoticeKind::DeadLetter => format!("{count} deliveries could not be used: {about}."),
            NoticeKind::Quarantine => {
                format!("{about}: calls have stopped; the API is probed from 1 to 60 minutes.")
            }
            NoticeKind::Recovered => format!("{about} answers again."),
            NoticeKind::ScopeMissing => format!(
                "360Learning's credentials lack a scope: steps of the kind {about} are left out."
            ),
            NoticeKind::WrongPlatform => {
                "Several accounts that are linked do not exist: nothing is \
                                          written to 360Learning for an hour."
                    .to_owned()
            }
            NoticeKind::PolicyMisfit => {
                format!("The policy does not fit Bob: {count} of its lines name what is not there.")
            }
            NoticeKind::SignaturesWrong => format!(
                "Every signature of /hibob/{about} has been wrong for ten minutes, {count} so far; \
                 the webhook's secret was probably refreshed in Bob."
            ),
            NoticeKind::Silence => "Bob has delivered nothing for three days.".to_owned(),
            NoticeKind::UnexpectedStop => {
                format!("The provisioner ended without having been told to: {about}.")
            }
            NoticeKind::SyncReport => format!("The {about} full synchronization ended."),
            NoticeKind::SyncWaits => format!(
                "The first full synchronization is planned and waits for approval; it would change \
                 something for {count} people."
            ),
            NoticeKind::SyncFailed => {
                format!("The {about} full synchronization had no complete lists to work with.")
            }
            NoticeKind::SourceSuspicious => format!(
                "Bob's list of people is not believed ({about}): nobody is deactivated for not \
                 being on it."
            ),
            NoticeKind::Test => "This is how the provisioner tells what it has to tell.".to_owned(),
        }
    }

    /// The next step for whoever reads it.
    pub fn what_to_do(&self) -> String {
        let next = match self.kind {
            NoticeKind::Held | NoticeKind::StillHeld => {
                "Run `provisioner holds list`, then `provisioner holds approve` or `provisioner \
                 holds reject`. What nobody answers expires after seven days."
            }
            NoticeKind::HoldExpired => {
                "The next full synchronization proposes it again, if it is still called for."
            }
            NoticeKind::PermissionChange => {
                "Compare the permission group of Bob's service user with `provisioner doctor`."
            }
            NoticeKind::Conflict => {
                "Run `provisioner status` for who they are, and `provisioner explain EMPLOYEE` for \
                 what stands in the way."
            }
            NoticeKind::Dead => {
                "Run `provisioner explain EMPLOYEE`; correct the data in Bob, which wakes the \
                 employee again."
            }
            NoticeKind::Protected => {
                "Give the account's rights to somebody else, then deactivate it by hand."
            }
            NoticeKind::Settings => {
                "Run `provisioner doctor`: it names the line of the policy or the setting."
            }
            NoticeKind::SourceUnreachable => {
                "See whether Bob works. If it takes long, deactivate them by hand, or set \
                 `act_on_event_after` in the policy."
            }
            NoticeKind::DeadLetter => "Run `provisioner dead-letters list`.",
            NoticeKind::Quarantine => {
                "Check the credentials and the vendor's status page, or run `provisioner doctor`. \
                 Deliveries are taken in meanwhile."
            }
            NoticeKind::Recovered => "Nothing; what waited is done now.",
            NoticeKind::ScopeMissing => {
                "Add the scope to the credentials in 360Learning; `provisioner setup` lists them."
            }
            NoticeKind::WrongPlatform => {
                "Check LEARNING360_BASE_URL and the credentials: they may be of another platform. If \
                 somebody deleted these accounts for good, do nothing: it goes on by itself."
            }
            NoticeKind::PolicyMisfit => {
                "Run `provisioner doctor`, which names the lines, and restart the provisioner with a \
                 policy that fits. Until then these lines change nothing."
            }
            NoticeKind::SignaturesWrong => {
                "Copy the webhook's secret from Bob into HIBOB_UPSERT_SECRETS or \
                 HIBOB_DEACTIVATION_SECRETS beside the old one, and restart the provisioner."
            }
            NoticeKind::Silence => {
                "See in Bob whether the webhooks are still active; Bob switches one off after \
                 three days of failures. Then run `provisioner sync`."
            }
            NoticeKind::UnexpectedStop => {
                "Look into the log before that time. Nothing is lost: what was accepted is decided \
                 now."
            }
            NoticeKind::SyncReport => {
                "Nothing, or `provisioner holds list` for what is held, and `provisioner explain \
                 EMPLOYEE` for conflicts and errors."
            }
            NoticeKind::SyncWaits => {
                "Run `provisioner sync`: it shows the plan and asks. Later ones need no approval."
            }
            NoticeKind::SyncFailed => {
                "Nothing at first: it is tried again every quarter of an hour. If it goes on, run \
                 `provisioner doctor`."
            }
            NoticeKind::SourceSuspicious => {
                "Compare the permissions and the population of Bob's service user with \
                 `provisioner doctor`; then run `provisioner sync`."
            }
            NoticeKind::Test => "Nothing.",
        };
        next.to_owned()
    }
}

const GATHERING: SignedDuration = SignedDuration::from_secs(60);

const REST: SignedDuration = SignedDuration::from_hours(1);

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_kind_has_a_name_a_text_and_a_next_step() {
        let mut names = BTreeSet::new();
        for kind in NoticeKind::ALL {
            let notice = Notice::new(kind, "reason", Timestamp::UNIX_EPOCH);
            assert!(notice.text().ends_with('.'), "{}", notice.text());
            assert!(notice.what_to_do().ends_with('.'));
            assert_eq!(NoticeKind::named(kind.as_str()), Some(kind));
            names.insert(kind.as_str());
        }
        assert_eq!(names.len(), NoticeKind::ALL.len());
    }

    #[test]
    fn a_notice_is_sent_as_flat_json() {
        let at: Timestamp = "2026-03-02T09:00:00Z".parse().unwrap();
        let notice = Notice::new(NoticeKind::Held, "mass_deactivation", at);
        let notice = notice.of(370).with_digest("d1g357");
        let sent = serde_json::to_value(notice.told()).unwrap();
        assert_eq!(sent["kind"], "held");
        assert_eq!(sent["reason"], "mass_deactivation");
        assert_eq!(sent["count"], 370);
        assert_eq!(sent["digest"], "d1g357");
        assert_eq!(sent["at"], "2026-03-02T09:00:00Z");
        assert_eq!(
            sent["text"],
            "370 steps wait for approval: mass_deactivation."
        );
        let values = sent.as_object().unwrap().values();
        assert!(values.into_iter().all(|value| !value.is_object()));
    }
}
