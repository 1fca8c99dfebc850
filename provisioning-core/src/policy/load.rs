use jiff::tz::{TimeZone, TimeZoneDatabase};
use learning360_client::{GroupId, UserField};
use toml::de::{DeTable, DeValue};

use super::expression::{Condition, Expression};
use super::options::{
    Adopt, CreateAt, Guards, Lifecycle, Matching, OnLeave, OnOutOfScope, RestoreUnlinked, When,
    Zones,
};
use super::problem::{PolicyProblems, Problem};
use super::reader::{Located, Reader, Section};
use super::{FieldRule, Rules};

/// Reads the rules, or finds everything that is wrong with them.
pub(crate) fn rules(text: &str) -> Result<Rules, PolicyProblems> {
    let reader = Reader::new(text);
    let (document, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        let line = error.span().map_or(1, |span| reader.line(span));
        reader.problem(Problem::new(line, error.message().to_owned()));
    }
    let rules = read(&reader, &document);
    PolicyProblems::check(reader.into_problems())?;
    // Every `None` comes with a problem, so this answer is never seen.
    rules.ok_or_else(|| PolicyProblems::one(Problem::new(1, "the policy is incomplete")))
}

fn read<'t>(reader: &Reader<'t>, document: &toml::Spanned<DeTable<'t>>) -> Option<Rules> {
    let top = reader.top(document, &TOP_KEYS);
    let platform = top.required_text("platform");
    let scope = scope(reader, &top);
    let zones = zones(reader, &top);
    let user = top.section("user", &USER_KEYS);
    let group = group(reader, &user);
    let fields = fields(reader, &user);
    let matching = matching(&top);
    let lifecycle = lifecycle(reader, &top);
    let guards = top.section("guards", &["deactivations"]);
    let guards = Guards {
        deactivations: guards.count("deactivations", Guards::default().deactivations),
    };
    let platform = platform?;
    if platform.value.trim().is_empty() {
        reader.problem(Problem::new(platform.line, "`platform` must not be empty"));
    }
    Some(Rules {
        platform: platform.value.trim().to_owned(),
        scope,
        zones: zones?,
        group: group?,
        fields,
        matching,
        lifecycle,
        guards,
    })
}

fn scope(reader: &Reader<'_>, top: &Section<'_, '_>) -> Option<Condition> {
    let when = top.section("scope", &["when"]).text("when")?;
    noted(reader, Condition::compile(when.value, when.line))
}

fn zones(reader: &Reader<'_>, top: &Section<'_, '_>) -> Option<Zones> {
    let time = top.section("time", &["zone", "sites"]);
    let tenant = time
        .required_text("zone")
        .and_then(|found| zone(reader, found));
    let sites = time.section("sites", &[]);
    let sites = sites.entries().filter_map(|(site, found)| {
        let Some(name) = found.value.as_str() else {
            reader.problem(Problem::new(
                found.line,
                format!("the zone of site `{site}` must be a text"),
            ));
            return None;
        };
        Some((
            site.to_owned(),
            zone(
                reader,
                Located {
                    value: name,
                    line: found.line,
                },
            )?,
        ))
    });
    let sites = sites.collect();
    Some(Zones {
        tenant: tenant?,
        sites,
    })
}

/// A zone from the database that is compiled in, so that the machine's does not matter.
fn zone(reader: &Reader<'_>, name: Located<&str>) -> Option<TimeZone> {
    let database = TimeZoneDatabase::bundled();
    if let Ok(zone) = database.get(name.value) {
        return Some(zone);
    }
    let names: Vec<_> = database.available().map(|name| name.to_string()).collect();
    let names = names.iter().map(String::as_str);
    reader.problem(Problem::unknown_word(
        name.line,
        "time zone",
        name.value,
        names,
    ));
    None
}

fn group(reader: &Reader<'_>, user: &Section<'_, '_>) -> Option<GroupId> {
    let found = user.required_text("group")?;
    let group = GroupId::try_from(found.value);
    if group.is_err() {
        let message = "`group` must be the id of a 360Learning group: 24 hexadecimal digits";
        reader.problem(Problem::new(found.line, message));
    }
    group.ok()
}

fn fields(reader: &Reader<'_>, user: &Section<'_, '_>) -> Vec<FieldRule> {
    if user.get("mail").is_none() {
        let message = "[user] `mail` is missing: without it no account can be found or created";
        reader.problem(Problem::new(user.line(), message));
    }
    let rules = FIELDS.iter().filter_map(|(key, field)| {
        let found = user.get(key)?;
        field_rule(reader, user, key, *field, found)
    });
    rules.collect()
}

fn field_rule(
    reader: &Reader<'_>,
    user: &Section<'_, '_>,
    key: &'static str,
    field: UserField,
    found: Located<&DeValue<'_>>,
) -> Option<FieldRule> {
    if let Some(source) = found.value.as_str() {
        let value = noted(reader, Expression::compile(source, found.line))?;
        return Some(FieldRule {
            field,
            value,
            default: None,
            when: When::Always,
            clear: false,
        });
    }
    let table = user.section(key, &["value", "default", "when", "clear"]);
    let source = table.required_text("value")?;
    let default = table
        .text("default")
        .map(|default| default.value.to_owned());
    let clear = table.flag("clear", false);
    if clear && matches!(field, UserField::Lang | UserField::Mail) {
        let message = format!("`{key}` cannot be cleared in 360Learning; remove `clear`");
        reader.problem(Problem::new(table.line(), message));
    }
    let when = table.choice("when", &WHEN, When::Always);
    let value = noted(reader, Expression::compile(source.value, source.line))?;
    Some(FieldRule {
        field,
        value,
        default,
        when,
        clear,
    })
}

fn matching(top: &Section<'_, '_>) -> Matching {
    let section = top.section(
        "matching",
        &["adopt", "restore_unlinked", "allowed_domains"],
    );
    let domains = section.texts("allowed_domains");
    let domains = domains
        .iter()
        .map(|domain| domain.value.trim().to_lowercase());
    Matching {
        adopt: section.choice(
            "adopt",
            &[("auto", Adopt::Auto), ("manual", Adopt::Manual)],
            Adopt::Auto,
        ),
        restore_unlinked: section.choice(
            "restore_unlinked",
            &[
                ("never", RestoreUnlinked::Never),
                ("same_name", RestoreUnlinked::SameName),
            ],
            RestoreUnlinked::Never,
        ),
        allowed_domains: domains.collect(),
    }
}

fn lifecycle(reader: &Reader<'_>, top: &Section<'_, '_>) -> Lifecycle {
    let keys = [
        "create_at",
        "invite",
        "activate",
        "on_leave",
        "on_out_of_scope",
    ];
    let section = top.section("lifecycle", &keys);
    let default = Lifecycle::default();
    let create_at = section.text("create_at").and_then(|found| {
        let parsed = create_at(found.value);
        if parsed.is_none() {
            let message =
                "`create_at` must be \"creation\", \"start\" or \"start-3d\" (3 days before)";
            reader.problem(Problem::new(found.line, message));
        }
        parsed
    });
    Lifecycle {
        create_at: create_at.unwrap_or(default.create_at),
        invite: section.flag("invite", default.invite),
        activate: section.flag("activate", default.activate),
        on_leave: section.choice(
            "on_leave",
            &[("deactivate", OnLeave::Deactivate), ("keep", OnLeave::Keep)],
            default.on_leave,
        ),
        on_out_of_scope: section.choice(
            "on_out_of_scope",
            &[
                ("keep", OnOutOfScope::Keep),
                ("deactivate", OnOutOfScope::Deactivate),
            ],
            default.on_out_of_scope,
        ),
    }
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

fn noted<T>(reader: &Reader<'_>, compiled: Result<T, Vec<Problem>>) -> Option<T> {
    match compiled {
        Ok(compiled) => Some(compiled),
        Err(problems) => {
            for problem in problems {
                reader.problem(problem);
            }
            None
        }
    }
}

const TOP_KEYS: [&str; 7] = [
    "platform",
    "scope",
    "time",
    "user",
    "matching",
    "lifecycle",
    "guards",
];

const USER_KEYS: [&str; 10] = [
    "group",
    "mail",
    "username",
    "first_name",
    "last_name",
    "job",
    "organization",
    "phone",
    "custom",
    "lang",
];

const FIELDS: [(&str, UserField); 9] = [
    ("mail", UserField::Mail),
    ("username", UserField::Username),
    ("first_name", UserField::FirstName),
    ("last_name", UserField::LastName),
    ("job", UserField::Job),
    ("organization", UserField::Organization),
    ("phone", UserField::Phone),
    ("custom", UserField::Custom),
    ("lang", UserField::Lang),
];

const WHEN: [(&str, When); 3] = [
    ("always", When::Always),
    ("create_only", When::CreateOnly),
    ("fill_if_empty", When::FillIfEmpty),
];
