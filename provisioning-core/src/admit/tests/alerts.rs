//! What an operator is told, in words, and when.

use std::collections::BTreeSet;

use hibob_client::FieldId;
use jiff::SignedDuration;

use super::desk::{Desk, deactivated, employee, leaver};
use crate::admit::{Alert, HoldAlert, HoldId};
use crate::digest::Digest;
use crate::plan::{ChargeKind, Reason, Subject};

fn holds(stage: HoldAlert) -> Alert {
    Alert::Holds {
        stage,
        reason: Reason::MassDeactivation,
        batch: Digest::of(b"a batch"),
        holds: vec![HoldId(1), HoldId(2)],
    }
}

#[test]
fn every_alert_has_its_name_and_says_in_one_line_what_it_is_about() {
    let batch = Digest::of(b"a batch");
    let waiting = format!("2 because mass_deactivation, batch {batch}");
    let field = |id| FieldId::parse(id).expect("a field");
    let fields = BTreeSet::from([field("work.site"), field("work.title")]);
    let what = Subject::CustomField("Badge".into());
    let table = [
        (holds(HoldAlert::Held), "held", waiting.as_str()),
        (holds(HoldAlert::StillHeld), "still_held", &waiting),
        (holds(HoldAlert::Expired), "hold_expired", &waiting),
        (
            Alert::PermissionChange { fields },
            "permission_change_suspected",
            "work.site, work.title",
        ),
        (
            Alert::Protected {
                employee: employee(7),
            },
            "protected",
            "1007",
        ),
        (Alert::Missing { what }, "missing", "Badge"),
    ];
    for (alert, name, says) in table {
        assert_eq!(alert.as_str(), name);
        assert_eq!(alert.to_string(), format!("{name}: {says}"));
    }
}

#[test]
fn grd_04_the_next_alert_comes_at_once_after_a_day_and_when_the_hold_expires() {
    let mut desk = Desk::of(40);
    let since = desk.now;
    let hours = |hours| Some(since + SignedDuration::from_hours(hours));
    assert_eq!(desk.ledger.next_alert(), None);
    desk.ask(&deactivated(1, Reason::Leaver, ChargeKind::Privileged));
    for due in [0, 24, 7 * 24] {
        assert_eq!(desk.ledger.next_alert(), hours(due));
        desk.now = since + SignedDuration::from_hours(due);
        assert_eq!(desk.ledger.alerts(desk.now).len(), 1, "after {due} h");
    }
    assert_eq!(desk.ledger.next_alert(), None, "all is said");
}

#[test]
fn err_12_an_announcement_a_day_ahead_of_the_clock_keeps_nothing_back() {
    for (ahead, told) in [(23, 0), (24, 1)] {
        let mut desk = Desk::of(40);
        desk.ask_for(0..6, leaver);
        assert_eq!(desk.ledger.alerts(desk.now).len(), 1);
        desk.advance(-ahead);
        desk.ask_for(6..7, leaver);
        let alerts = desk.ledger.alerts(desk.now);
        assert_eq!(alerts.len(), told, "{ahead} h ahead");
        desk.advance(1);
        let alerts = desk.ledger.alerts(desk.now);
        assert_eq!(alerts.len(), 1 - told, "at most an hour later");
    }
}
