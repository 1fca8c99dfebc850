//! Pure decisions for provisioning: a webhook event of HiBob's ("Bob") and the facts of both
//! systems go in, a plan of actions in 360Learning comes out.
//!
//! Events wake, facts decide. A webhook says that something about one employee changed; the
//! decision is made from what both systems say now. The core does no I/O, knows no clock, draws no
//! random number, keeps no global state and never panics; the same input gives the same bytes.
//!
//! The way of the data: [`classify`] turns a verified delivery into a [`Hint`]. [`decide()`] is
//! called with the hint, the employee's [`Memory`] and the [`Facts`] so far. While it answers
//! [`Decision::Need`], its queries are fetched and it is called again. Its [`Verdict`] goes through
//! [`admit()`], which lets steps pass or holds them. Each applied step's [`Outcome`] goes to
//! [`absorb()`].
//!
//! A full synchronization is the same decision for everybody, made from what both systems list:
//! [`sync`]. What a changed policy would do is the same decision made twice: [`preview`].
//! [`quarantine`] says when to stop calling an API that refuses or fails.
//!
//! # Features
//!
//! Nothing is on by default, and nothing but the pure core is built.
//!
//! - `driver`: an asynchronous loop over three ports, with an in-memory store.
//! - `clients`: the ports for `hibob-client` and `learning360-client` (reqwest and tokio).
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod absorb;
pub mod admit;
#[cfg(feature = "clients")]
pub mod clients;
pub mod decide;
pub mod digest;
#[cfg(feature = "driver")]
pub mod driver;
pub mod event;
pub mod facts;
pub mod memory;
pub mod plan;
pub mod policy;
pub mod preview;
pub mod quarantine;
pub mod sync;
pub mod wait;

pub use self::absorb::{Absorbed, Effect, Next, Outcome, absorb};
pub use self::admit::{
    Admission, Alert, Fill, Hold, HoldAlert, HoldId, HoldState, Ledger, Population, admit,
};
pub use self::decide::{Decision, Explanation, Standing, Verdict, decide};
pub use self::digest::{Digest, DigestKey};
pub use self::event::{
    Changed, Classified, Delivery, Endpoint, Evidence, Flag, Hint, Hinted, Seq, Urgency, classify,
};
pub use self::facts::{
    Answer, CustomField, CustomFieldKind, Data, Facts, Group, GroupTree, LifecycleRow, Link,
    MailKey, Membership, Query, Side, Unavailable, Username,
};
pub use self::memory::Memory;
pub use self::plan::{
    Action, ActionKind, Change, Changes, Charge, ChargeKind, CustomValues, Disposition, Finding,
    Plan, Precondition, Reason, Step, StepId, Subject, UserRef, Values,
};
pub use self::policy::{Catalog, Lint, LintKind, Policy, PolicyProblems, Problem, Requirements};
pub use self::quarantine::{Alarm, Cause, Quarantine};
pub use self::wait::{Wait, retry_at};
