//! Stories: acts with virtual times, played against a host that runs beside the sandbox.

mod play;
mod told;
mod words;

use serde::Deserialize;
use serde_json::Value;

pub use self::play::Player;
pub use self::told::{Told, ToldStep};
use crate::seed::Invalid;

/// A life, or a piece of one: acts in both products, faults, and the time between them.
///
/// A story is a TOML file:
///
/// ```
/// use sandbox::Story;
///
/// let story = Story::parse(r#"
///     title = "Hired, and gone again"
///
///     [[steps]]
///     say = "Nina is hired for next week."
///     name = "nina"                       # the employee's id, for later steps
///     bob = { hire = { fields = { "root.email" = "nina@example.com", "work.startDate" = "$today+7" } } }
///
///     [[steps]]
///     after = "8d"
///     say = "She does not come."
///     bob = { terminate = { id = "$nina", on = "$today" } }
/// "#)?;
/// assert_eq!(story.steps(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// A step has, all of them optional:
///
/// - `after`: time that passes before it: `30s`, `15m`, `4h`, `10d`;
/// - `say`: what happens, for people;
/// - `bob`, `learning360`: an act as of `POST /_sandbox/act`, or a list of them;
/// - `name`: what the employee or user of its first act is called in later steps;
/// - `each = { share = 0.3 }` or `{ count = 20 }`: does the acts once for so many of the people who
///   are active in Bob, in the order of their ids, who are called `$each`;
/// - `faults`: fault rules as of `POST /_sandbox/faults`; `clear_faults = true` ends all.
///
/// In acts and faults a text may be `$name`, an id from an earlier step; `$name.user`, the id of
/// the user who is linked to that employee; `$today`, `$today+7`, `$today-1`, a day (in UTC);
/// `$now`, `$now+2h`, an instant.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Story {
    title: String,
    #[serde(default)]
    about: String,
    steps: Vec<Step>,
}

/// A step as it is written.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    #[serde(default)]
    after: Option<String>,
    #[serde(default)]
    say: String,
    #[serde(default)]
    bob: OneOrMany,
    #[serde(default)]
    learning360: OneOrMany,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    each: Option<Each>,
    #[serde(default)]
    faults: Vec<Value>,
    #[serde(default)]
    clear_faults: bool,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    Many(Vec<Value>),
    One(Value),
    #[default]
    None,
}

/// How many of the active people.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
enum Each {
    Share(f64),
    Count(usize),
}

impl OneOrMany {
    fn all(&self) -> &[Value] {
        match self {
            Self::Many(values) => values,
            Self::One(value) => std::slice::from_ref(value),
            Self::None => &[],
        }
    }
}

impl Story {
    /// Reads a story.
    ///
    /// # Errors
    ///
    /// If it is no TOML, if a word is unknown, or if a time is not understood. An act is looked at
    /// when it is its turn.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let story: Self = toml::from_str(text)
            .map_err(|error| Invalid::new(format!("the story is not understood: {error}")))?;
        for step in &story.steps {
            step.after.as_deref().map(words::seconds).transpose()?;
        }
        Ok(story)
    }

    /// A ready story by its name, see [`Story::NAMES`].
    pub fn named(name: &str) -> Option<Self> {
        let (_, text) = READY.iter().find(|(known, _)| *known == name)?;
        Self::parse(text).ok()
    }

    /// Names of the ready stories.
    pub const NAMES: [&'static str; 6] = [
        "hire",
        "move",
        "leave",
        "rehire",
        "mass-termination",
        "outage",
    ];

    /// Its title.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// What it is about.
    pub fn about(&self) -> &str {
        &self.about
    }

    /// How many steps it has.
    pub fn steps(&self) -> usize {
        self.steps.len()
    }
}

const READY: [(&str, &str); 6] = [
    ("hire", include_str!("ready/hire.toml")),
    ("move", include_str!("ready/move.toml")),
    ("leave", include_str!("ready/leave.toml")),
    ("rehire", include_str!("ready/rehire.toml")),
    (
        "mass-termination",
        include_str!("ready/mass-termination.toml"),
    ),
    ("outage", include_str!("ready/outage.toml")),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_ready_story_is_understood() {
        for name in Story::NAMES {
            let story = Story::named(name).unwrap_or_else(|| panic!("{name}"));
            assert!(story.steps() > 1 && !story.about().is_empty(), "{name}");
        }
        assert!(Story::named("nonsense").is_none());
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for bad in [
            "",
            "title = 'x'",
            "title = 'x'\n[[steps]]\nafter = 'soon'",
            "title = 'x'\n[[steps]]\nsing = 'loud'",
            "title = 'x'\n[[steps]]\neach = { all = 1 }",
        ] {
            assert!(Story::parse(bad).is_err(), "{bad}");
        }
    }
}
