//! Stand-ins for HiBob ("Bob") and 360Learning, over real HTTP on loopback.
//!
//! They are written from what is publicly known of the two APIs and know nothing of the clients
//! and of the provisioning rules in this workspace, so that these can be tested against something
//! that does not share their mistakes. Where the vendors' documents are silent or contradict each
//! other, a [switch](Switches) chooses; the package's README lists them all.
//!
//! - Time is virtual: one clock for both, moved by [`Control::advance`]. Lifecycle rows, announced
//!   deactivations, webhook deliveries and their retries, token expiry and rate limits follow it.
//! - Everything is deterministic: ids are counted, chances are seeded, lists are sorted.
//! - A [`Seed`] is a whole world; [`Seed::empty`] and [`Seed::demo`] are two to start from.
//!
//! [`Sandbox::start`] shows a first use.

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}

mod agree;
mod bob;
mod clock;
mod control;
mod effects;
mod engine;
mod faults;
mod history;
mod learning360;
mod log;
mod sandbox;
mod seed;
mod server;
mod storm;
mod story;
mod switches;

pub use crate::agree::{Agreement, Difference, NotJudged, What};
pub use crate::control::act::{BobAct, Learning360Act};
pub use crate::control::state::{
    DeliveryCounts, DeliveryRecord, EmployeeState, EventRecord, HappeningRecord, Mail, Notice,
    OperationState, Report, State, Statement, SubscriptionState, WebhookState,
};
pub use crate::control::{Control, ControlError};
pub use crate::faults::{Effect, Fault, Moment};
pub use crate::log::{Api, Log, LoggedRequest};
pub use crate::sandbox::{Options, Sandbox, StartError};
pub use crate::seed::{
    Access, Company, Condition, Credential, CustomField, CustomFieldTarget, CustomFieldType,
    CustomValue, FieldDefinition, Group, Invalid, LifecycleRow, List, ListItem, Mapping,
    Membership, Person, Secret, Seed, ServiceUser, Site, User, UserStatus, Webhook, WebhookVersion,
};
pub use crate::storm::{Latency, Storm, StormReport};
pub use crate::story::{Player, Story, Told, ToldStep};
pub use crate::switches::{
    ArrayStyle, BobSwitches, BulkSwitches, ChangedElements, ChangedKey, DeactivationMoment,
    DeleteAgain, Envelopes, EventSwitches, ExpiresIn, FieldIdForm, InheritedRole, Knobs, LastRole,
    Learning360Switches, Links, OutsidePopulation, PageSizes, RateWindow, RestoreEvents,
    SecretForm, Switches,
};
