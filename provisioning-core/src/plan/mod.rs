//! What is to be done to one person, as data: ordered steps, charges, reasons, findings.

mod action;
mod finding;
mod reason;
mod step;
mod values;

pub use self::action::{Action, ActionKind};
pub use self::finding::{Finding, Subject};
pub use self::reason::{Disposition, Reason};
pub use self::step::{Charge, ChargeKind, Grounds, Plan, Precondition, Step, StepId, UserRef};
pub use self::values::{Change, Changes, CustomValues, Values};
