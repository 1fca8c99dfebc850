//! The policy file, as far as it says what is wanted.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use serde::Deserialize;

use crate::clock;
use crate::seed::Invalid;

/// A policy.
#[derive(Debug)]
pub(super) struct Policy {
    pub(super) platform: String,
    pub(super) scope: Option<String>,
    zone: TimeZone,
    sites: BTreeMap<String, TimeZone>,
    /// Everybody is a learner here.
    pub(super) group: String,
    pub(super) fields: BTreeMap<String, Entry>,
    pub(super) custom_fields: BTreeMap<String, Entry>,
    pub(super) manager: Option<Manager>,
    pub(super) groups: Vec<Group>,
    pub(super) revoke: Revoke,
    pub(super) matching: Matching,
    pub(super) lifecycle: Lifecycle,
    pub(super) tables: BTreeMap<String, BTreeMap<String, String>>,
    pub(super) protected: Vec<String>,
    /// Words of the file that nobody here knows.
    pub(super) unknown: Vec<String>,
}

/// An entry of `[user]` or `[custom_fields]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) value: String,
    pub(super) when: When,
    pub(super) clear: bool,
}

/// When a value is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum When {
    #[default]
    Always,
    CreateOnly,
    FillIfEmpty,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Manager {
    pub(super) from: String,
    #[serde(default)]
    pub(super) gone: Gone,
}

/// What becomes of a manager without an account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Gone {
    #[default]
    Keep,
    Remove,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Group {
    pub(super) group: String,
    pub(super) when: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Revoke {
    #[default]
    Granted,
    Never,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Matching {
    pub(super) allowed_domains: Vec<String>,
    pub(super) trust_personal_email: bool,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Lifecycle {
    create_at: Option<String>,
    pub(super) activate: bool,
    pub(super) on_leave: OnLeave,
    pub(super) on_out_of_scope: OnOutOfScope,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum OnLeave {
    #[default]
    Deactivate,
    Keep,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum OnOutOfScope {
    Deactivate,
    #[default]
    Keep,
}

impl Policy {
    /// Reads the text of a policy file.
    pub(super) fn parse(text: &str) -> Result<Self, Invalid> {
        let file: toml::Table = toml::from_str(text)
            .map_err(|error| Invalid::new(format!("the policy is no TOML: {}", error.message())))?;
        let unknown = unknown(&file);
        let file: File = file.try_into().map_err(|error: toml::de::Error| {
            Invalid::new(format!("the policy is not understood: {}", error.message()))
        })?;
        let mut fields = BTreeMap::new();
        let mut group = None;
        for (name, entry) in file.user {
            match (name.as_str(), entry) {
                ("group", RawEntry::Text(id)) => group = Some(id.to_ascii_lowercase()),
                (_, entry) => drop(fields.insert(name, entry.into())),
            }
        }
        let custom = file.custom_fields.into_iter();
        let sites = file.time.sites.into_iter();
        let sites: Result<_, Invalid> = sites
            .map(|(site, zone)| Ok((site, clock::zone(&zone)?)))
            .collect();
        let policy = Self {
            platform: file.platform.trim().to_owned(),
            scope: file.scope.when,
            zone: clock::zone(&file.time.zone)?,
            sites: sites?,
            group: group.ok_or_else(|| Invalid::new("the policy has no [user] group"))?,
            fields,
            custom_fields: custom.map(|(name, it)| (name, it.into())).collect(),
            manager: file.manager,
            groups: file.groups,
            revoke: file.memberships.revoke,
            matching: file.matching,
            lifecycle: file.lifecycle,
            tables: file.tables,
            protected: file.guards.protected,
            unknown,
        };
        policy.days_before_start()?;
        Ok(policy)
    }

    /// The zone of somebody at this site.
    pub(super) fn zone(&self, site: Option<&str>) -> &TimeZone {
        let site = site.and_then(|site| self.sites.get(site));
        site.unwrap_or(&self.zone)
    }

    /// How many days before the start an account begins; `None` = at once.
    pub(super) fn days_before_start(&self) -> Result<Option<i64>, Invalid> {
        let text = match self.lifecycle.create_at.as_deref() {
            None | Some("creation") => return Ok(None),
            Some("start") => return Ok(Some(0)),
            Some(text) => text,
        };
        let days = text
            .strip_prefix("start-")
            .and_then(|it| it.strip_suffix('d'));
        let days = days.and_then(|days| days.parse().ok());
        days.map(Some)
            .ok_or_else(|| Invalid::new("create_at is not understood"))
    }
}

/// The file as it is written.
#[derive(Debug, Deserialize)]
struct File {
    platform: String,
    #[serde(default)]
    scope: Scope,
    time: Time,
    user: BTreeMap<String, RawEntry>,
    #[serde(default)]
    custom_fields: BTreeMap<String, RawEntry>,
    manager: Option<Manager>,
    #[serde(default)]
    groups: Vec<Group>,
    #[serde(default)]
    memberships: Memberships,
    #[serde(default)]
    matching: Matching,
    #[serde(default)]
    lifecycle: Lifecycle,
    #[serde(default)]
    tables: BTreeMap<String, BTreeMap<String, String>>,
    #[serde(default)]
    guards: Guards,
}

#[derive(Debug, Default, Deserialize)]
struct Scope {
    when: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Time {
    zone: String,
    #[serde(default)]
    sites: BTreeMap<String, String>,
}

#[derive(Debug, Default, Deserialize)]
struct Memberships {
    #[serde(default)]
    revoke: Revoke,
}

#[derive(Debug, Default, Deserialize)]
struct Guards {
    #[serde(default)]
    protected: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum RawEntry {
    Text(String),
    Table {
        value: String,
        #[serde(default)]
        when: When,
        #[serde(default)]
        clear: bool,
    },
}

impl From<RawEntry> for Entry {
    fn from(raw: RawEntry) -> Self {
        match raw {
            RawEntry::Text(value) => Self {
                value,
                when: When::Always,
                clear: false,
            },
            RawEntry::Table { value, when, clear } => Self { value, when, clear },
        }
    }
}

/// Sections and keys that this module does not know; what they want cannot be judged.
fn unknown(file: &toml::Table) -> Vec<String> {
    let mut unknown = Vec::new();
    for (section, value) in file {
        let Some((_, keys)) = SECTIONS.iter().find(|(name, _)| name == section) else {
            unknown.push(section.clone());
            continue;
        };
        let tables = match value {
            toml::Value::Table(table) => vec![table],
            toml::Value::Array(items) => items.iter().filter_map(toml::Value::as_table).collect(),
            _ => Vec::new(),
        };
        let named = tables.into_iter().flat_map(|table| table.keys());
        let strange = named.filter(|key| !keys.is_empty() && !keys.contains(&key.as_str()));
        unknown.extend(strange.map(|key| format!("{section}.{key}")));
    }
    unknown
}

/// Sections with their keys; none = any. Those of `[events]` and `[guards]` say when something is
/// done, and not what.
const SECTIONS: [(&str, &[&str]); 13] = [
    ("platform", &[]),
    ("scope", &["when"]),
    ("time", &["zone", "sites"]),
    (
        "user",
        &[
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
        ],
    ),
    ("custom_fields", &[]),
    ("manager", &["from", "gone"]),
    ("groups", &["group", "when"]),
    ("memberships", &["revoke"]),
    (
        "matching",
        &[
            "adopt",
            "restore_unlinked",
            "allowed_domains",
            "trust_personal_email",
            "auto_relink",
        ],
    ),
    (
        "lifecycle",
        &[
            "create_at",
            "invite",
            "invite_at",
            "activate",
            "on_leave",
            "on_out_of_scope",
            "schedule_deactivation",
            "act_on_event_after",
        ],
    ),
    ("events", &[]),
    ("guards", &[]),
    ("tables", &[]),
];
