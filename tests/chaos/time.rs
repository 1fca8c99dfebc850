//! Lets virtual time pass without overtaking the hosts, and knows when a host dies.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use sandbox::Control;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Connection as _, Row as _};
use tokio::time::{interval, sleep, timeout};

/// What the hosts get for their work before time goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weather {
    /// A moment; what they have not done by then they do later.
    Bad,
    /// As long as they need. They have no excuse.
    Calm,
}

/// When a host dies.
#[derive(Clone, Copy, Debug)]
pub enum Strike {
    /// After so many calls of the hosts.
    Calls(u64),
    /// After so long.
    Moment(Duration),
}

/// Moves the clock on, in a few strides; before each the hosts do what is due. Nobody waits for
/// the instances that are dead.
pub async fn pass(
    control: &Control,
    database: &str,
    dead: &BTreeSet<i64>,
    duration: SignedDuration,
    weather: Weather,
) {
    let mut database = connect(database).await.unwrap();
    let end = control.now().await.unwrap() + duration;
    let mut small = 0;
    loop {
        let left = idle(control, &mut database, dead, weather).await;
        assert!(
            left == 0 || weather == Weather::Bad,
            "{left} employees are still due or being worked on after {LONG:?}"
        );
        let now = control.now().await.unwrap();
        if now >= end {
            return;
        }
        // Facts must not grow hours old in the middle of a step, for that never happens.
        let stride = if left > 0 && small < SMALL_STRIDES {
            small += 1;
            SMALL_STRIDE
        } else {
            small = 0;
            duration / STRIDES
        };
        control.advance_to(end.min(now + stride)).await.unwrap();
    }
}

/// A connection beside the hosts.
pub async fn connect(database: &str) -> Result<AnyConnection, sqlx::Error> {
    sqlx::any::install_default_drivers();
    AnyConnection::connect(database).await
}

/// Waits until the hosts have done what is due; returns how much is left if they do not get on.
async fn idle(
    control: &Control,
    database: &mut AnyConnection,
    dead: &BTreeSet<i64>,
    weather: Weather,
) -> usize {
    let mut left = 0;
    let idle = async {
        let mut look = interval(LOOK);
        loop {
            look.tick().await;
            left = busy(database, dead, control.now().await.unwrap()).await;
            if left == 0 {
                return;
            }
        }
    };
    let patience = match weather {
        Weather::Bad => MOMENT,
        Weather::Calm => LONG,
    };
    drop(timeout(patience, idle).await);
    left
}

/// How many employees are being worked on by the living, or are free and due.
async fn busy(database: &mut AnyConnection, dead: &BTreeSet<i64>, now: Timestamp) -> usize {
    let now = now.as_microsecond();
    let rows = sqlx::query(
        "SELECT lease, leased_until FROM employee WHERE leased_until > $1 OR due_at <= $1",
    )
    .bind(now)
    .fetch_all(database)
    .await
    .unwrap();
    let by_the_dead = |row: &AnyRow| {
        let (lease, until): (Option<i64>, Option<i64>) = (row.get(0), row.get(1));
        until.is_some_and(|until| until > now)
            && lease.is_some_and(|lease| dead.contains(&(lease >> 32)))
    };
    rows.iter().filter(|row| !by_the_dead(row)).count()
}

impl Strike {
    pub fn draw(rng: &mut fastrand::Rng) -> Self {
        if rng.bool() {
            Self::Calls(rng.u64(1..60))
        } else {
            Self::Moment(Duration::from_millis(rng.u64(..400)))
        }
    }

    /// Waits until it is time; in vain if the hosts make no more calls.
    pub async fn falls(self, control: &Control) {
        match self {
            Self::Moment(after) => sleep(after).await,
            Self::Calls(calls) => {
                let end = made(control).await + calls;
                let falls = async {
                    let mut look = interval(LOOK);
                    while made(control).await < end {
                        look.tick().await;
                    }
                };
                drop(timeout(MOMENT, falls).await);
            }
        }
    }
}

/// How many calls the hosts have made.
async fn made(control: &Control) -> u64 {
    let log = control.log_after(u64::MAX).await.unwrap();
    log.counts.values().sum()
}

pub const LOOK: Duration = Duration::from_millis(10);

const STRIDES: i32 = 10;

/// While a host is stuck in calls that fail, which ends with their time-out.
const SMALL_STRIDE: SignedDuration = SignedDuration::from_secs(45);

const SMALL_STRIDES: u32 = 6;

const MOMENT: Duration = Duration::from_millis(500);

const LONG: Duration = Duration::from_secs(60);
