//! The checks of the host's own state.

use jiff::{SignedDuration, Timestamp};
use provisioning_core::driver::Store;
use provisioning_core::{Quarantine, Side};

use super::finding::{Area, Finding};
use crate::commands::Failure;
use crate::store::SqlStore;

/// What the host's state tells.
pub(super) async fn look(store: &SqlStore, now: Timestamp, findings: &mut Vec<Finding>) {
    if let Err(error) = read(store, now, findings).await {
        findings.push(unusable(&error));
    }
}

/// There is a database, and it cannot be used.
pub(super) fn unusable(error: &anyhow::Error) -> Finding {
    // What other commands say first only says that it is so.
    let known = usize::from(error.downcast_ref::<Failure>().is_some());
    let causes: Vec<_> = error.chain().skip(known).map(ToString::to_string).collect();
    let what = format!("the database cannot be used: {}", causes.join(": "));
    Finding::error(Area::Host, "database", what).next(
        "check DATABASE_URL, whether the database is up, and that this user may use it; the host \
         takes nothing in without it",
    )
}

async fn read(store: &SqlStore, now: Timestamp, findings: &mut Vec<Finding>) -> anyhow::Result<()> {
    let (paused, quarantine) = (store.paused().await?, store.quarantine().await?);
    let held = store.ledger().await?.value.held().count();
    findings.push(Finding::ok(
        Area::Host,
        "database",
        "the database can be read",
    ));
    if paused {
        let what = "the work is paused: deliveries are taken in, nobody is decided about";
        let next = "`provisioner resume` lets it go on";
        findings.push(Finding::warning(Area::Host, "paused", what).next(next));
    }
    findings.extend(stopped(&quarantine, now));
    if held > 0 {
        let what = format!("{held} steps wait for approval");
        let next = "`provisioner holds` lists them";
        findings.push(Finding::note(Area::Host, "held", what).next(next));
    }
    findings.push(delivery(store.last_delivery().await?, now));
    Ok(())
}

/// What the host does not do any more, because an API refuses or fails.
fn stopped(quarantine: &Quarantine, now: Timestamp) -> Vec<Finding> {
    let sides = [(Side::Source, "Bob"), (Side::Target, "360Learning")];
    let sides = sides.into_iter().filter_map(|(side, name)| {
        let cause = quarantine.cause(side)?;
        let what = format!(
            "the host does not call {name} at present: {}",
            cause.as_str()
        );
        let next = "mend what stands above; the host tries again by itself, within the hour";
        Some(Finding::warning(Area::Host, "quarantine", what).next(next))
    });
    let refused: Vec<_> = quarantine.kinds_without_scope().collect();
    let mut findings: Vec<_> = sides.collect();
    if quarantine.broken_links_until(now).is_some() {
        let what = "the host writes nothing to 360Learning at present: several linked accounts do \
                    not exist";
        let next =
            "check LEARNING360_BASE_URL and the credentials: they may be of another platform";
        findings.push(Finding::error(Area::Host, "wrong_platform", what).next(next));
    }
    if !refused.is_empty() {
        let what = format!(
            "360Learning refused these steps for want of a scope: {}",
            refused.join(", ")
        );
        let next = "compare the scopes with `provisioner setup`, step 4; the host tries again by \
                    itself, within the hour";
        findings.push(Finding::error(Area::Host, "scope_missing", what).next(next));
    }
    findings
}

/// Whether Bob's webhooks still come.
fn delivery(last: Option<Timestamp>, now: Timestamp) -> Finding {
    let Some(last) = last else {
        let what = "no webhook has come yet";
        let next = "`provisioner setup --wait` listens for them, and tells what is missing";
        return Finding::note(Area::Host, "no_delivery_yet", what).next(next);
    };
    let age = SignedDuration::from_secs(now.duration_since(last).as_secs().max(0));
    let ago = match age.as_hours() {
        0 => "less than an hour ago".to_owned(),
        1 => "an hour ago".to_owned(),
        hours if hours < 48 => format!("{hours} hours ago"),
        hours => format!("{} days ago", hours / 24),
    };
    if age > SILENT {
        let what = format!("the last webhook came {ago}: Bob may have switched them off");
        let next = "look at Settings › Integrations › Webhooks in Bob; then run `provisioner sync`";
        return Finding::warning(Area::Host, "no_delivery", what).next(next);
    }
    Finding::ok(
        Area::Host,
        "last_delivery",
        format!("the last webhook came {ago}"),
    )
}

/// After so long Bob has switched off a webhook that it could not deliver.
const SILENT: SignedDuration = SignedDuration::from_hours(72);

#[cfg(test)]
mod tests {
    use provisioning_core::ActionKind;
    use provisioning_core::quarantine::{Call, Jitter, Lane};

    use super::super::finding::Severity;
    use super::*;

    fn now() -> Timestamp {
        "2026-03-02T12:00:00Z".parse().unwrap()
    }

    #[test]
    fn silence_is_told_from_a_quiet_weekend() {
        let after = |hours| delivery(Some(now() - SignedDuration::from_hours(hours)), now());
        assert_eq!(delivery(None, now()).code, "no_delivery_yet");
        assert_eq!(after(0).what, "the last webhook came less than an hour ago");
        assert_eq!(after(60).what, "the last webhook came 2 days ago");
        assert_eq!(after(60).severity, Severity::Ok);
        assert_eq!(after(73).severity, Severity::Warning);
        // The clock was set back.
        assert_eq!(after(-5).severity, Severity::Ok);
    }

    #[test]
    fn err_04_what_is_not_called_any_more_is_told() {
        let mut quarantine = Quarantine::default();
        assert!(stopped(&quarantine, now()).is_empty());
        for _ in 0..3 {
            quarantine.note(Lane::Source, Call::Refused, Jitter::default(), now());
        }
        quarantine.note_missing_scope(ActionKind::AddMembership, now());
        let findings = stopped(&quarantine, now());
        assert!(
            findings[0].what.contains("Bob at present: refused"),
            "{findings:?}"
        );
        assert!(findings[1].what.ends_with("add_membership"), "{findings:?}");
    }

    #[test]
    fn mat_16_writes_that_stopped_for_broken_links_are_told() {
        let mut quarantine = Quarantine::default();
        for number in 1..=4 {
            let employee = number.to_string().try_into().unwrap();
            quarantine.note_broken_link(&employee, now());
        }
        let findings = stopped(&quarantine, now());
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert_eq!(findings[0].code, "wrong_platform");
        assert_eq!(findings[0].severity, Severity::Error);
        let later = now() + SignedDuration::from_hours(1);
        assert!(stopped(&quarantine, later).is_empty());
    }
}
