//! Switches: every place where the vendors' documents are silent or contradict each other.
//!
//! The README of this package says for each of them what is documented and what is assumed.

mod bob;
mod learning360;

use serde::{Deserialize, Serialize};

pub use self::bob::{
    BobSwitches, ChangedElements, ChangedKey, FieldIdForm, Knobs, OutsidePopulation,
};
pub use self::learning360::{
    ArrayStyle, BulkSwitches, DeactivationMoment, DeleteAgain, Envelopes, EventSwitches, ExpiresIn,
    InheritedRole, LastRole, Learning360Switches, Links, PageSizes, RateWindow, RestoreEvents,
    SecretForm,
};

/// How both stand-ins behave.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Switches {
    /// Bob.
    pub bob: BobSwitches,
    /// 360Learning.
    pub learning360: Learning360Switches,
}
