//! Right policies of any kind, put together from pieces.

use std::fmt::Write as _;

use proptest::prelude::*;
use proptest::sample::{Index, select};

/// The text of a policy.
pub(crate) fn policy() -> impl Strategy<Value = String> {
    let user = prop::collection::btree_map(select(USER.to_vec()), entry(), 0..USER.len());
    let custom = prop::collection::btree_map(select(vec!["Team", "Since"]), entry(), 0..3);
    let groups = prop::collection::vec(prop::option::of(select(CONDITIONS.to_vec())), 0..3);
    (
        (any::<Index>(), any::<Index>()),
        user,
        custom,
        groups,
        prop::option::of(select(CONDITIONS.to_vec())),
        options(),
    )
        .prop_map(|((zone, mail), user, custom, groups, scope, options)| {
            let (zone, mail) = (zone.get(&ZONES), mail.get(&MAILS));
            let mut text = format!("platform = \"p\"\n[time]\nzone = \"{zone}\"\n");
            text.push_str("sites = { \"7\" = \"Pacific/Midway\" }\n");
            let _ = write!(
                text,
                "[user]\ngroup = \"{}\"\nmail = \"{mail}\"\n",
                GROUPS[0]
            );
            for (field, entry) in user {
                let _ = writeln!(text, "{field} = {}", fitting(field, entry));
            }
            text.push_str("[custom_fields]\n");
            for (field, entry) in custom {
                let _ = writeln!(text, "\"{field}\" = {entry}");
            }
            for (index, condition) in groups.into_iter().enumerate() {
                let _ = writeln!(text, "[[groups]]\ngroup = \"{}\"", GROUPS[index]);
                if let Some(condition) = condition {
                    let _ = writeln!(text, "when = \"{condition}\"");
                }
            }
            if let Some(condition) = scope {
                let _ = writeln!(text, "[scope]\nwhen = \"{condition}\"");
            }
            text + &options
        })
}

/// An expression, alone or with what may stand beside it.
fn entry() -> impl Strategy<Value = String> {
    let when = select(vec!["always", "create_only", "fill_if_empty"]);
    let value = select(VALUES.to_vec());
    (value, prop::option::of((when, any::<bool>()))).prop_map(|(value, more)| match more {
        None => format!("\"{value}\""),
        Some((when, clear)) => {
            let default = if clear { "" } else { ", default = \"none\"" };
            format!("{{ value = \"{value}\", when = \"{when}\", clear = {clear}{default} }}")
        }
    })
}

/// The entry as it may stand for this field: without what is refused when a policy is read.
fn fitting(field: &str, entry: String) -> String {
    let text = match field {
        "lang" => "fr",
        "primary_group" => GROUPS[1],
        "username" => return entry.replace(", default = \"none\"", ""),
        _ => return entry,
    };
    let mut entry = entry.replace("clear = true", "clear = false");
    for other in ["'fr'", "'a'", "'b'", "'x'", "'507f1f77bcf86cd7994390aa'"] {
        entry = entry.replace(other, &format!("'{text}'"));
    }
    entry.replace("\"none\"", &format!("\"{text}\""))
}

/// Each option of the other sections, or its default.
fn options() -> impl Strategy<Value = String> {
    let choices = prop::collection::vec(any::<Index>(), OPTIONS.len());
    choices.prop_map(|choices| {
        let (mut text, mut current) = (String::new(), "");
        for ((section, key, values), choice) in OPTIONS.into_iter().zip(choices) {
            // One of many is to leave it out.
            let Some(value) = values.get(choice.index(values.len() + 1)) else {
                continue;
            };
            if section != current {
                let _ = writeln!(text, "[{section}]");
                current = section;
            }
            let _ = writeln!(text, "{key} = {value}");
        }
        // A manager needs an expression.
        text.replace(
            "[manager]\ngone",
            "[manager]\nfrom = \"work.manager\"\ngone",
        )
    })
}

const ZONES: [&str; 4] = [
    "UTC",
    "Europe/Paris",
    "Pacific/Kiritimati",
    "America/St_Johns",
];

const MAILS: [&str; 4] = [
    "email",
    "email | trim | lower",
    "first_of(email, home.privateEmail)",
    "firstName ~ '@example.com'",
];

const USER: [&str; 8] = [
    "username",
    "first_name",
    "last_name",
    "job",
    "organization",
    "phone",
    "lang",
    "primary_group",
];

const VALUES: [&str; 10] = [
    "firstName",
    "surname | squeeze | title",
    "work.title | label('title')",
    "first_of(work.workPhone, work.title, 'x')",
    "lookup(work.siteId, {'7': 'fr', '1': '507f1f77bcf86cd7994390aa'})",
    "firstName ~ ' ' ~ surname",
    "work.startDate | add_days(90)",
    "work.startDate | date",
    "'a' if work.department == '1' else 'b'",
    "'x' if work.title is none",
];

const CONDITIONS: [&str; 6] = [
    "work.department == '1'",
    "work.siteId in ['7', '1']",
    "work.startDate < '2026' and not work.title == 't1'",
    "work.title is not none or work.department != '0'",
    "first_of(work.title, 'x') == 'x'",
    "work.manager is none",
];

const GROUPS: [&str; 3] = [
    "507f1f77bcf86cd799439011",
    "507f1f77bcf86cd7994390aa",
    "507f1f77bcf86cd7994390bb",
];

/// Section, key, and the values that it may have.
const OPTIONS: [(&str, &str, &[&str]); 22] = [
    ("manager", "gone", &["\"keep\"", "\"remove\""]),
    ("memberships", "revoke", &["\"granted\"", "\"never\""]),
    ("matching", "adopt", &["\"auto\"", "\"manual\""]),
    (
        "matching",
        "restore_unlinked",
        &["\"never\"", "\"same_name\""],
    ),
    ("matching", "allowed_domains", &["[]", "[\"example.com\"]"]),
    ("matching", "trust_personal_email", &["true", "false"]),
    ("matching", "auto_relink", &["true", "false"]),
    (
        "lifecycle",
        "create_at",
        &["\"creation\"", "\"start\"", "\"start-3d\""],
    ),
    ("lifecycle", "invite", &["true", "false"]),
    ("lifecycle", "invite_at", &["\"creation\"", "\"start\""]),
    ("lifecycle", "activate", &["true", "false"]),
    ("lifecycle", "on_leave", &["\"deactivate\"", "\"keep\""]),
    (
        "lifecycle",
        "on_out_of_scope",
        &["\"keep\"", "\"deactivate\""],
    ),
    ("lifecycle", "schedule_deactivation", &["true", "false"]),
    ("lifecycle", "act_on_event_after", &["\"4h\""]),
    ("guards", "deactivations", &["0", "100"]),
    (
        "guards",
        "email_changes",
        &["0", "{ per_hour = { floor = 1, percent = 100 } }"],
    ),
    ("guards", "privileged", &["0", "5"]),
    ("guards", "source_gone", &["0", "5"]),
    (
        "guards",
        "group_removals",
        &["0", "{ per_run = { floor = 2, percent = 10, cap = 3 } }"],
    ),
    ("guards", "invitations", &["0", "100"]),
    ("guards", "protected", &["[\"0000000000000000000000aa\"]"]),
];
