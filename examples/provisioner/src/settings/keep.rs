use jiff::SignedDuration;

use super::{Environment, SettingsError, complete};

/// For how long what is only looked at later is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Keep {
    /// The keys of deliveries, by which a repeated one is recognised. Bob repeats for three days.
    pub seen: SignedDuration,
    /// Deliveries that could not be used.
    pub dead_letters: SignedDuration,
    /// What was decided and done.
    pub audit: SignedDuration,
    /// Reports of full synchronizations, and what an operator was told.
    pub reports: SignedDuration,
}

impl Keep {
    /// Reads for how long things are kept.
    ///
    /// # Errors
    /// [`SettingsError`] names each variable that cannot be used.
    pub fn of(environment: &Environment) -> Result<Self, SettingsError> {
        complete(|problems| Self::read(environment, problems))
    }

    pub(super) fn read(environment: &Environment, problems: &mut Vec<String>) -> Option<Self> {
        let default = Self::default();
        let mut read = |name: &str, least: i64, default: SignedDuration| {
            let Some(text) = environment.get(name) else {
                return Some(default);
            };
            match text.parse::<i64>() {
                Ok(days) if (least..=MOST).contains(&days) => Some(days_of(days)),
                _ => {
                    problems.push(format!(
                        "{name} must be a number of days from {least} to {MOST}"
                    ));
                    None
                }
            }
        };
        let (seen, dead_letters) = (
            read("KEEP_SEEN_DAYS", LEAST_SEEN, default.seen),
            read("KEEP_DEAD_LETTERS_DAYS", 1, default.dead_letters),
        );
        let (audit, reports) = (
            read("KEEP_AUDIT_DAYS", 1, default.audit),
            read("KEEP_REPORTS_DAYS", 1, default.reports),
        );
        Some(Self {
            seen: seen?,
            dead_letters: dead_letters?,
            audit: audit?,
            reports: reports?,
        })
    }
}

impl Default for Keep {
    fn default() -> Self {
        Self {
            seen: days_of(7),
            dead_letters: days_of(90),
            audit: days_of(400),
            reports: days_of(400),
        }
    }
}

fn days_of(days: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * days)
}

/// An older delivery than 96 hours only refreshes, so that shorter would let replays through.
const LEAST_SEEN: i64 = 4;

/// Ten years.
const MOST: i64 = 3_650;

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &'static str, value: &str) -> Result<Keep, Vec<String>> {
        let mut problems = Vec::new();
        let environment = Environment::from_iter([(name, value)]);
        Keep::read(&environment, &mut problems).ok_or(problems)
    }

    #[test]
    fn days_are_read_and_checked() {
        assert_eq!(read("KEEP_AUDIT_DAYS", "30").unwrap().audit, days_of(30));
        assert_eq!(read("KEEP_SEEN_DAYS", "4").unwrap().seen, days_of(4));
        assert_eq!(read("OTHER", "x").unwrap(), Keep::default());
        for (name, value) in [
            ("KEEP_SEEN_DAYS", "3"),
            ("KEEP_AUDIT_DAYS", "0"),
            ("KEEP_AUDIT_DAYS", "-1"),
            ("KEEP_REPORTS_DAYS", "a week"),
            ("KEEP_DEAD_LETTERS_DAYS", "99999999999999999999"),
        ] {
            assert!(read(name, value).unwrap_err()[0].starts_with(name));
        }
    }
}
