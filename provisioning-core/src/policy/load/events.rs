use std::collections::BTreeSet;

use hibob_client::webhook::EventKind;

use super::super::events::{AccessRevoked, Events, Reaction, is_temporary_leave};
use super::super::problem::Problem;
use super::super::reader::Section;

/// `[events]`
pub(super) fn events(top: &Section<'_, '_>) -> Events {
    let section = top.section("events", &KEYS);
    let access_revoked = [
        ("ignore", AccessRevoked::Ignore),
        ("deactivate", AccessRevoked::Deactivate),
    ];
    let reaction = [("ignore", Reaction::Ignore), ("refresh", Reaction::Refresh)];
    Events {
        access_revoked: section.choice("access_revoked", &access_revoked, AccessRevoked::Ignore),
        table_entries: section.choice("table_entries", &reaction, Reaction::Ignore),
        temporary_leave: section.choice("temporary_leave", &reaction, Reaction::Ignore),
        subscribed: section.get("subscribed").map(|_| subscribed(&section)),
        line: section
            .get("subscribed")
            .map_or(section.line(), |found| found.line),
    }
}

fn subscribed(section: &Section<'_, '_>) -> BTreeSet<EventKind> {
    let texts = section.texts("subscribed");
    let kinds = texts.iter().filter_map(|found| {
        let kind = EventKind::from(found.value);
        if kind.is_known() || is_temporary_leave(&kind) {
            return Some(kind);
        }
        let known = KNOWN.into_iter();
        let problem = Problem::unknown_word(found.line, "event", found.value, known);
        section.problem(problem);
        None
    });
    kinds.collect()
}

const KEYS: [&str; 4] = [
    "access_revoked",
    "table_entries",
    "temporary_leave",
    "subscribed",
];

/// What is worth naming to somebody who misspelled an event.
const KNOWN: [&str; 11] = [
    "employee.access.revoked.immediately",
    "employee.activated",
    "employee.created",
    "employee.deleted",
    "employee.inactivated",
    "employee.joined",
    "employee.left",
    "employee.terminated",
    "employee.updated",
    "table.entry.created",
    "table.entry.updated",
];
