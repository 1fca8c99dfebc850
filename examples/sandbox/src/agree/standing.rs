//! What a record says about somebody's employment today.

use jiff::civil::Date;

/// What a record says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// A status is missing, or not understood: nothing is decided.
    Unknown,
    Leaver,
    PreHire,
    OnLeave,
    /// Employed, without access.
    Suspended,
    Active,
}

/// What decides it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Told<'r> {
    pub(super) lifecycle: Option<&'r str>,
    pub(super) access: Option<&'r str>,
    pub(super) start: Option<Date>,
    pub(super) termination: Option<Date>,
    /// In the employee's zone.
    pub(super) today: Date,
}

impl Standing {
    /// The first rule that fits wins.
    pub(super) fn of(told: Told<'_>) -> Self {
        let (Some(lifecycle), Some(access)) = (told.lifecycle, told.access) else {
            return Self::Unknown;
        };
        let is = |status: &str| lifecycle.eq_ignore_ascii_case(status);
        let active = access.eq_ignore_ascii_case("active");
        if !active && !access.eq_ignore_ascii_case("inactive") {
            return Self::Unknown;
        }
        // An earlier termination belongs to an earlier employment.
        let ended = match (told.start, told.termination) {
            (Some(start), Some(end)) => start <= end && end < told.today,
            _ => false,
        };
        if is("terminated") || ended {
            Self::Leaver
        } else if is("hired") || told.start.is_some_and(|start| start > told.today) {
            Self::PreHire
        } else if active {
            Self::Active
        } else if is("employed") {
            Self::Suspended
        } else {
            Self::OnLeave
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lifecycle, access, start and termination; empty = none.
    fn of(lifecycle: &str, access: &str, start: &str, termination: &str) -> Standing {
        let text = |text: &'static str| Some(text).filter(|it| !it.is_empty());
        let leak = |text: &str| -> &'static str { Box::leak(text.to_owned().into_boxed_str()) };
        Standing::of(Told {
            lifecycle: text(leak(lifecycle)),
            access: text(leak(access)),
            start: start.parse().ok(),
            termination: termination.parse().ok(),
            today: "2026-03-02".parse().expect("a date"),
        })
    }

    #[test]
    fn the_first_rule_that_fits_wins() {
        use Standing::{Active, Leaver, OnLeave, PreHire, Suspended, Unknown};
        for (lifecycle, access, start, end, expected) in [
            ("", "Active", "2020-01-01", "", Unknown),
            ("employed", "", "2020-01-01", "", Unknown),
            ("employed", "Paused", "2020-01-01", "", Unknown),
            ("Terminated", "inactive", "", "", Leaver),
            ("employed", "Active", "2020-01-01", "2026-03-01", Leaver),
            ("employed", "Active", "2020-01-01", "2026-03-02", Active),
            ("employed", "Active", "2026-01-01", "2025-12-31", Active),
            ("employed", "Active", "", "2025-12-31", Active),
            ("hired", "Inactive", "2026-03-01", "", PreHire),
            ("employed", "Active", "2026-03-03", "", PreHire),
            ("parental leave", "Inactive", "2020-01-01", "", OnLeave),
            (
                "garden leave",
                "Inactive",
                "2020-01-01",
                "2026-03-31",
                OnLeave,
            ),
            ("parental leave", "Active", "2020-01-01", "", Active),
            ("employed", "Inactive", "2020-01-01", "", Suspended),
        ] {
            let found = of(lifecycle, access, start, end);
            assert_eq!(found, expected, "{lifecycle} {access} {start} {end}");
        }
    }
}
