//! The two notions of status: the phase of employment, and access to HiBob.

/// The phase of employment (`internal.lifecycleStatus`).
///
/// Read without regard to case, blanks, hyphens and underscores. Companies define leaves of their
/// own; those are [`Other`](LifecycleStatus::Other). Source: HiBob's help centre, *Lifecycle
/// statuses*.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum LifecycleStatus {
    /// The start date is in the future.
    Hired,
    /// The start date is today or past.
    Employed,
    /// The last day of work has passed, the termination date has not.
    GardenLeave,
    /// The termination date has passed.
    Terminated,
    /// On parental leave.
    ParentalLeave,
    /// On leave.
    Leave,
    /// A status this crate does not know, as it was sent.
    Other(Box<str>),
}

/// Whether somebody may use HiBob (`internal.status`); not whether somebody is employed.
///
/// Read without regard to case. People who have not started yet are inactive.
// Exhaustive on purpose: HiBob has two, and whatever else comes is `Other`.
#[allow(clippy::exhaustive_enums)]
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccessStatus {
    /// May use HiBob.
    Active,
    /// May not use HiBob: not started yet, on leave, or gone.
    Inactive,
    /// A status this crate does not know, as it was sent.
    Other(Box<str>),
}

impl LifecycleStatus {
    /// The machine form, such as `garden leave`.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Hired => "hired",
            Self::Employed => "employed",
            Self::GardenLeave => "garden leave",
            Self::Terminated => "terminated",
            Self::ParentalLeave => "parental leave",
            Self::Leave => "leave",
            Self::Other(text) => text,
        }
    }

    /// Whether this crate knows the status.
    pub const fn is_known(&self) -> bool {
        !matches!(self, Self::Other(_))
    }
}

impl AccessStatus {
    /// The machine form, such as `Active`.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Active => "Active",
            Self::Inactive => "Inactive",
            Self::Other(text) => text,
        }
    }

    /// Whether this crate knows the status.
    pub const fn is_known(&self) -> bool {
        !matches!(self, Self::Other(_))
    }
}

impl From<&str> for LifecycleStatus {
    fn from(text: &str) -> Self {
        match folded(text).as_str() {
            "hired" => Self::Hired,
            "employed" => Self::Employed,
            "gardenleave" => Self::GardenLeave,
            "terminated" => Self::Terminated,
            "parentalleave" => Self::ParentalLeave,
            "leave" => Self::Leave,
            _ => Self::Other(text.into()),
        }
    }
}

impl From<&str> for AccessStatus {
    fn from(text: &str) -> Self {
        match folded(text).as_str() {
            "active" => Self::Active,
            "inactive" => Self::Inactive,
            _ => Self::Other(text.into()),
        }
    }
}

/// Lower case, without blanks, hyphens and underscores. Texts longer than any status stay unknown.
fn folded(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '_'))
        .map(|c| c.to_ascii_lowercase())
        .take(32)
        .collect()
}

macro_rules! open_enum {
    ($name:ident) => {
        impl core::str::FromStr for $name {
            type Err = core::convert::Infallible;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Ok(text.into())
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Ok(Self::from(text.as_str()))
            }
        }
    };
}
pub(crate) use open_enum;

open_enum!(LifecycleStatus);
open_enum!(AccessStatus);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_are_read_without_regard_to_case() {
        for (text, status) in [
            ("hired", LifecycleStatus::Hired),
            ("Employed", LifecycleStatus::Employed),
            ("garden leave", LifecycleStatus::GardenLeave),
            ("gardenLeave", LifecycleStatus::GardenLeave),
            ("Garden_Leave", LifecycleStatus::GardenLeave),
            (" TERMINATED ", LifecycleStatus::Terminated),
            ("Parental leave", LifecycleStatus::ParentalLeave),
            ("leave", LifecycleStatus::Leave),
            ("Sabbatical", LifecycleStatus::Other("Sabbatical".into())),
            ("", LifecycleStatus::Other("".into())),
        ] {
            assert_eq!(LifecycleStatus::from(text), status, "{text:?}");
        }
        assert_eq!(AccessStatus::from("ACTIVE"), AccessStatus::Active);
        assert_eq!(AccessStatus::from("inactive"), AccessStatus::Inactive);
        assert_eq!(
            AccessStatus::from("Pending"),
            AccessStatus::Other("Pending".into())
        );
    }

    #[test]
    fn unknown_statuses_round_trip() {
        let status: LifecycleStatus = serde_json::from_str("\"Sabbatical\"").unwrap();
        assert!(!status.is_known());
        assert_eq!(serde_json::to_string(&status).unwrap(), "\"Sabbatical\"");
    }

    #[test]
    fn a_text_that_only_begins_like_a_status_is_unknown() {
        let text = format!("{}{}", "leave", "-".repeat(40));
        assert_eq!(LifecycleStatus::from(text.as_str()), LifecycleStatus::Leave);
        let text = format!("leave{}", "x".repeat(1000));
        assert!(!LifecycleStatus::from(text.as_str()).is_known());
    }
}
