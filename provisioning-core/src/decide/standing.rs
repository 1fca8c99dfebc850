use std::fmt;

use hibob_client::{AccessStatus, Employee, Field, FieldId, LifecycleStatus};
use jiff::civil::Date;

/// What a record says about a person's employment today.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Standing {
    /// A status is hidden, empty or not understood; nothing is decided.
    Unknown,
    /// The employment has ended.
    Leaver,
    /// The employment has not begun.
    PreHire,
    /// On leave, with access to Bob switched off.
    OnLeave,
    /// Employed, with access to Bob switched off.
    Suspended,
    /// Employed and active.
    Active,
}

/// The dates that decide a standing; hidden and empty ones are `None`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Dates {
    pub(crate) start: Option<Date>,
    pub(crate) termination: Option<Date>,
    pub(crate) active_since: Option<Date>,
}

impl Dates {
    pub(crate) fn of(employee: &Employee) -> Self {
        let date = |id: &str| {
            let field = FieldId::parse(id).ok()?;
            employee.date(&field).value()
        };
        Self {
            start: date("work.startDate"),
            termination: date("internal.terminationDate"),
            active_since: date("internal.currentActiveStatusStartDate"),
        }
    }
}

/// The standing table; the first row that fits wins.
pub(crate) fn standing(employee: &Employee, dates: Dates, today: Date) -> Standing {
    let (Field::Value(lifecycle), Field::Value(access)) =
        (employee.lifecycle_status(), employee.access_status())
    else {
        return Standing::Unknown;
    };
    let active = match access {
        AccessStatus::Active => true,
        AccessStatus::Inactive => false,
        _ => return Standing::Unknown,
    };
    if lifecycle == LifecycleStatus::Terminated || has_ended(dates, today) {
        return Standing::Leaver;
    }
    if lifecycle == LifecycleStatus::Hired || dates.start.is_some_and(|start| start > today) {
        return Standing::PreHire;
    }
    match (active, lifecycle) {
        (true, _) => Standing::Active,
        (false, LifecycleStatus::Employed) => Standing::Suspended,
        (false, _) => Standing::OnLeave,
    }
}

/// A termination date before the start date belongs to an earlier employment.
fn has_ended(dates: Dates, today: Date) -> bool {
    match (dates.start, dates.termination) {
        (Some(start), Some(termination)) => termination >= start && termination < today,
        _ => false,
    }
}

impl Standing {
    /// The name used in explanations and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Leaver => "leaver",
            Self::PreHire => "pre_hire",
            Self::OnLeave => "on_leave",
            Self::Suspended => "suspended",
            Self::Active => "active",
        }
    }
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const TODAY: &str = "2026-03-02";

    /// One row: lifecycle status, access status, start, termination, expected standing. `"-"` is a
    /// hidden field and `""` an empty one.
    type Row = (
        &'static str,
        &'static str,
        &'static str,
        &'static str,
        Standing,
    );

    const TABLE: [Row; 33] = [
        // A status that is hidden, empty or not understood decides nothing.
        ("-", "Active", "2025-01-01", "", Standing::Unknown),
        ("", "Active", "2025-01-01", "", Standing::Unknown),
        ("employed", "-", "2025-01-01", "", Standing::Unknown),
        ("employed", "", "2025-01-01", "", Standing::Unknown),
        ("employed", "Paused", "2025-01-01", "", Standing::Unknown),
        (
            "terminated",
            "-",
            "2025-01-01",
            "2026-01-31",
            Standing::Unknown,
        ),
        (
            "terminated",
            "",
            "2025-01-01",
            "2026-01-31",
            Standing::Unknown,
        ),
        (
            "-",
            "Inactive",
            "2025-01-01",
            "2026-01-31",
            Standing::Unknown,
        ),
        // Leavers: by status, whatever the dates say, or by a termination date that has passed.
        (
            "terminated",
            "Inactive",
            "2025-01-01",
            "2026-01-31",
            Standing::Leaver,
        ),
        ("Terminated", "inactive", "-", "-", Standing::Leaver),
        ("terminated", "Active", "2025-01-01", "", Standing::Leaver),
        (
            "employed",
            "Active",
            "2025-01-01",
            "2026-03-01",
            Standing::Leaver,
        ),
        (
            "hired",
            "Inactive",
            "2025-01-01",
            "2026-03-01",
            Standing::Leaver,
        ),
        (
            "garden leave",
            "Inactive",
            "2025-01-01",
            "2026-03-01",
            Standing::Leaver,
        ),
        // The termination date is the last employed day.
        (
            "employed",
            "Active",
            "2025-01-01",
            "2026-03-02",
            Standing::Active,
        ),
        (
            "employed",
            "Active",
            "2025-01-01",
            "2026-03-31",
            Standing::Active,
        ),
        // A termination before the start belongs to an earlier employment.
        (
            "employed",
            "Active",
            "2026-02-01",
            "2025-06-30",
            Standing::Active,
        ),
        (
            "hired",
            "Inactive",
            "2026-04-01",
            "2025-06-30",
            Standing::PreHire,
        ),
        // One that is the start date itself belongs to this one.
        (
            "employed",
            "Active",
            "2026-03-01",
            "2026-03-01",
            Standing::Leaver,
        ),
        // A date that is hidden or empty makes its comparison false.
        ("employed", "Active", "-", "2026-03-01", Standing::Active),
        ("employed", "Active", "", "2026-03-01", Standing::Active),
        ("employed", "Active", "2025-01-01", "-", Standing::Active),
        // Pre-hires: by status or by a start date in the future.
        ("hired", "Inactive", "2026-04-01", "", Standing::PreHire),
        ("hired", "Inactive", "", "", Standing::PreHire),
        ("Hired", "Active", "2026-03-02", "", Standing::PreHire),
        ("employed", "Active", "2026-03-03", "", Standing::PreHire),
        (
            "parental leave",
            "Inactive",
            "2026-03-03",
            "",
            Standing::PreHire,
        ),
        // On leave: inactive and neither hired nor employed.
        (
            "parental leave",
            "Inactive",
            "2025-01-01",
            "",
            Standing::OnLeave,
        ),
        (
            "sabbatical of ours",
            "Inactive",
            "2025-01-01",
            "",
            Standing::OnLeave,
        ),
        (
            "garden leave",
            "Inactive",
            "2025-01-01",
            "2026-05-31",
            Standing::OnLeave,
        ),
        // Employed without access.
        (
            "employed",
            "Inactive",
            "2025-01-01",
            "",
            Standing::Suspended,
        ),
        // Anything else is active, leaves that remain active included.
        ("employed", "Active", "2025-01-01", "", Standing::Active),
        (
            "parental leave",
            "Active",
            "2025-01-01",
            "",
            Standing::Active,
        ),
    ];

    #[test]
    fn the_standing_table_holds_row_by_row() {
        let today = TODAY.parse().expect("a date");
        for (lifecycle, access, start, termination, expected) in TABLE {
            let employee = employee(lifecycle, access, start, termination);
            let actual = standing(&employee, Dates::of(&employee), today);
            assert_eq!(
                actual, expected,
                "{lifecycle}, {access}, {start}, {termination}"
            );
        }
    }

    fn employee(lifecycle: &str, access: &str, start: &str, termination: &str) -> Employee {
        let mut internal = serde_json::Map::new();
        put(&mut internal, "lifecycleStatus", lifecycle);
        put(&mut internal, "status", access);
        put(&mut internal, "terminationDate", termination);
        let mut work = serde_json::Map::new();
        put(&mut work, "startDate", start);
        let record = json!({ "id": "7", "internal": internal, "work": work });
        Employee::from_json(record).expect("it has an id")
    }

    fn put(category: &mut serde_json::Map<String, Value>, field: &str, value: &str) {
        match value {
            "-" => None,
            "" => category.insert(field.to_owned(), Value::Null),
            _ => category.insert(field.to_owned(), json!(value)),
        };
    }

    #[test]
    fn every_standing_has_its_name() {
        let named = [
            (Standing::Unknown, "unknown"),
            (Standing::Leaver, "leaver"),
            (Standing::PreHire, "pre_hire"),
            (Standing::OnLeave, "on_leave"),
            (Standing::Suspended, "suspended"),
            (Standing::Active, "active"),
        ];
        for (standing, name) in named {
            assert_eq!(standing.to_string(), name);
        }
    }
}
