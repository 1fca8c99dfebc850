use jiff::SignedDuration;

use super::super::options::{CreateAt, InviteAt, Lifecycle, OnLeave, OnOutOfScope, Schedule};
use super::super::problem::Problem;
use super::super::reader::Section;

/// `[lifecycle]`
pub(super) fn lifecycle(top: &Section<'_, '_>) -> Lifecycle {
    let section = top.section("lifecycle", &KEYS);
    let default = Lifecycle::default();
    let on_leave = [("deactivate", OnLeave::Deactivate), ("keep", OnLeave::Keep)];
    let on_out_of_scope = [
        ("keep", OnOutOfScope::Keep),
        ("deactivate", OnOutOfScope::Deactivate),
    ];
    let invite_at = [("creation", InviteAt::Creation), ("start", InviteAt::Start)];
    let create_at = parsed(
        &section,
        "create_at",
        create_at,
        "\"creation\", \"start\" or \"start-3d\" (3 days before)",
    );
    let act_on_event_after = parsed(
        &section,
        "act_on_event_after",
        patience,
        "hours or minutes such as \"4h\" or \"90m\", at most seven days",
    );
    Lifecycle {
        create_at: create_at.unwrap_or(default.create_at),
        invite: section.flag("invite", default.invite),
        activate: section.flag("activate", default.activate),
        on_leave: section.choice("on_leave", &on_leave, default.on_leave),
        on_out_of_scope: section.choice(
            "on_out_of_scope",
            &on_out_of_scope,
            default.on_out_of_scope,
        ),
        invite_at: section.choice("invite_at", &invite_at, default.invite_at),
        schedule: if section.flag("schedule_deactivation", false) {
            Schedule::SafetyNet
        } else {
            Schedule::Off
        },
        act_on_event_after,
    }
}

fn parsed<T>(
    section: &Section<'_, '_>,
    key: &str,
    parse: impl Fn(&str) -> Option<T>,
    expected: &str,
) -> Option<T> {
    let found = section.text(key)?;
    let parsed = parse(found.value);
    if parsed.is_none() {
        section.problem(Problem::new(
            found.line,
            format!("`{key}` must be {expected}"),
        ));
    }
    parsed
}

fn create_at(text: &str) -> Option<CreateAt> {
    match text {
        "creation" => Some(CreateAt::Creation),
        "start" => Some(CreateAt::BeforeStart(0)),
        _ => {
            let days = text.strip_prefix("start-")?.strip_suffix('d')?;
            days.parse()
                .ok()
                .filter(|days| *days <= 365)
                .map(CreateAt::BeforeStart)
        }
    }
}

fn patience(text: &str) -> Option<SignedDuration> {
    let number = |suffix| -> Option<i64> { text.strip_suffix(suffix)?.parse().ok() };
    let minutes = match (number('h'), number('m')) {
        (Some(hours), _) => hours.checked_mul(60)?,
        (None, minutes) => minutes?,
    };
    let bearable = (1..=7 * 24 * 60).contains(&minutes);
    bearable.then(|| SignedDuration::from_mins(minutes))
}

const KEYS: [&str; 8] = [
    "create_at",
    "invite",
    "activate",
    "on_leave",
    "on_out_of_scope",
    "invite_at",
    "schedule_deactivation",
    "act_on_event_after",
];
