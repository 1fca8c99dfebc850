//! The words of a story that stand for something: people, days and instants.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value;

use crate::clock;
use crate::control::state::State;
use crate::seed::Invalid;

/// What words stand for at one moment.
#[derive(Debug)]
pub(super) struct Words<'p> {
    pub(super) now: Timestamp,
    /// Ids by the name that a step gave them.
    pub(super) people: &'p BTreeMap<String, String>,
    /// For the users that are linked.
    pub(super) state: Option<&'p State>,
}

impl Words<'_> {
    /// Puts the meaning in the place of each word.
    pub(super) fn replace(&self, value: &Value) -> Result<Value, Invalid> {
        Ok(match value {
            Value::String(text) => match text.strip_prefix('$') {
                Some(word) => Value::String(self.meaning(word)?),
                None => value.clone(),
            },
            Value::Array(items) => {
                let items: Result<_, _> = items.iter().map(|it| self.replace(it)).collect();
                Value::Array(items?)
            }
            Value::Object(object) => {
                let object = object.iter();
                let object: Result<_, Invalid> = object
                    .map(|(name, value)| Ok((name.clone(), self.replace(value)?)))
                    .collect();
                Value::Object(object?)
            }
            other => other.clone(),
        })
    }

    fn meaning(&self, word: &str) -> Result<String, Invalid> {
        let unknown = || Invalid::new(format!("nobody knows what ${word} is"));
        if let Some(shift) = word.strip_prefix("today") {
            let days: i64 = match shift {
                "" => 0,
                shift => shift.parse().map_err(|_| unknown())?,
            };
            let today = clock::today(self.now, &TimeZone::UTC);
            let day = clock::later(today, days).ok_or_else(unknown)?;
            return Ok(day.to_string());
        }
        if let Some(shift) = word.strip_prefix("now") {
            let after = match shift {
                "" => 0,
                shift => seconds(shift.strip_prefix('+').ok_or_else(unknown)?)?,
            };
            return Ok(clock::plus(self.now, after.into()).to_string());
        }
        match word.strip_suffix(".user") {
            None => self.people.get(word).cloned().ok_or_else(unknown),
            Some(name) => {
                let id = self.people.get(name).ok_or_else(unknown)?;
                let mut mappings = self.state.into_iter().flat_map(|it| it.mappings.values());
                let mapping = mappings.find(|it| it.target_type == "user" && it.value == *id);
                let mapping =
                    mapping.ok_or_else(|| Invalid::new(format!("${name} has no user")))?;
                Ok(mapping.target_id.clone())
            }
        }
    }
}

/// `90s`, `15m`, `4h` or `10d` in seconds.
pub(super) fn seconds(text: &str) -> Result<u32, Invalid> {
    let wrong = || Invalid::new(format!("{text:?} is no time like 30s, 15m, 4h or 10d"));
    let (number, unit) = text
        .split_at_checked(text.len().saturating_sub(1))
        .ok_or_else(wrong)?;
    let number: u32 = number.parse().map_err(|_| wrong())?;
    let unit: u32 = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 24 * 3600,
        _ => return Err(wrong()),
    };
    number.checked_mul(unit).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn words_stand_for_people_days_and_instants() {
        let people = BTreeMap::from([("nina".to_owned(), "17".to_owned())]);
        let words = Words {
            now: "2026-03-02T08:00:00Z".parse().expect("a time"),
            people: &people,
            state: None,
        };
        let written = json!({ "id": "$nina", "list": ["$today", "$today+30", "$today-2"],
            "until": "$now+90m", "from": "$now", "plain": "nina", "number": 7 });
        let meant = json!({ "id": "17", "list": ["2026-03-02", "2026-04-01", "2026-02-28"],
            "until": "2026-03-02T09:30:00Z", "from": "2026-03-02T08:00:00Z", "plain": "nina",
            "number": 7 });
        assert_eq!(words.replace(&written).expect("it is understood"), meant);
        for unknown in [
            "$nobody",
            "$today+x",
            "$now-1h",
            "$nobody.user",
            "$nina.user",
        ] {
            assert!(words.replace(&json!(unknown)).is_err(), "{unknown}");
        }
    }

    #[test]
    fn times_have_a_unit() {
        for (text, expected) in [("30s", 30), ("15m", 900), ("4h", 14_400), ("10d", 864_000)] {
            assert_eq!(seconds(text).ok(), Some(expected));
        }
        for bad in ["", "s", "10", "1w", "-1h", "99999999d"] {
            assert!(seconds(bad).is_err(), "{bad}");
        }
    }
}
