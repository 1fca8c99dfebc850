//! The loop around the pure core: what is due is decided, admitted and applied.
//!
//! A host calls [`Driver::turn`] with the current time, again and again, and sleeps until the time
//! it returns or until something new was noted. The driver starts no task and reads no clock.
//!
//! Three ports connect it: a [`Source`] (Bob), a [`Target`] (360Learning) and a [`Store`]. A
//! [`MemoryStore`] is there for tests and small tools.
//!
//! # Full synchronizations
//!
//! [`Driver::survey`] lists both systems and says what would be done; it writes nothing. What it
//! gives can be shown, kept in a file and read again. [`Driver::begin`] makes a [`Run`] of it,
//! which the same turns carry out that also work on events: the queue holds hints, a few of the
//! run's people at a time, and each person is decided again when his turn comes. In a run that is
//! [`RunMode::Exact`] whoever needs something else by then than was planned is refused; in one that
//! is [`RunMode::Fresh`] the facts count. What the record of a run says survives a restart, and the
//! turn in which the last of its people is done gives its [`Report`].
//!
//! ```no_run
//! use provisioning_core::driver::{Approval, Begun, Driver, RunMode, Source, Store, Target, Whom};
//! use provisioning_core::policy::Depth;
//!
//! # async fn ask(_: impl std::fmt::Display) -> bool { true }
//! # async fn sleep_until(_: Option<jiff::Timestamp>) {}
//! # async fn run<S: Source, T: Target, D: Store>(
//! #     driver: &Driver<S, T, D>,
//! #     clock: impl Fn() -> jiff::Timestamp,
//! # ) -> Result<(), Box<dyn std::error::Error>> {
//! let everybody = Whom::Everybody;
//! let survey = driver.survey(Depth::Light, &everybody, clock(), &mut |_| {}).await?;
//! if !ask(&survey.tally).await {
//!     return Ok(());
//! }
//! let begun = driver.begin(&survey, RunMode::Exact, Approval::ByPerson, clock()).await?;
//! while let Begun::Running(run) = begun {
//!     let turn = driver.turn(clock()).await?;
//!     if let Some(report) = turn.ended.iter().find(|report| report.run.id == run) {
//!         println!("{}", report.tally);
//!         break;
//!     }
//!     sleep_until(turn.next_due).await;
//! }
//! # Ok(())
//! # }
//! ```
//!
//! A run that nobody is asked about ([`Approval::Standing`]) begins at once, but for the first one
//! of a Store: that one waits for [`approve`]. [`Driver::explain`] tells the same of one person, and
//! [`Driver::preview`] what another policy would do.

mod apply;
mod begin;
mod bulk;
mod carry;
mod explain;
mod gather;
mod health;
mod memory_runs;
mod memory_store;
mod order;
mod ports;
mod preview;
mod report;
mod review;
mod run;
mod run_store;
mod sheet;
mod survey;
mod surveying;
mod turn;
mod work;

pub use self::begin::{Approval, Begun, approve, cancel};
pub use self::explain::Explained;
pub use self::memory_store::MemoryStore;
pub use self::ports::{
    Claim, Commit, Committed, Intake, LEASE, Lease, Listing, Mapped, Noted, Shown, Source, Store,
    StoreError, Target, Versioned,
};
pub use self::report::{Report, report};
pub use self::review::{Review, review};
pub use self::run::{NewRun, Progress, Run, RunId, RunMode, RunState, Task};
pub use self::run_store::RunStore;
pub use self::survey::{HeldStep, Planned, Survey, SurveyError, Surveying, Whom};
pub use self::surveying::Watch;
pub use self::turn::{BATCH, Decided, Driver, Turn};
