//! Lets virtual time pass without overtaking the hosts, and knows when a host dies.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use sandbox::Control;
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
///
/// # Errors
/// Says who is still due or being worked on if in good weather the hosts do not get on.
pub async fn pass(
    control: &Control,
    database: &str,
    dead: &BTreeSet<i64>,
    duration: SignedDuration,
    weather: Weather,
) -> Result<(), String> {
    let mut database = connect(database).await.unwrap();
    let end = control.now().await.unwrap() + duration;
    let strides = match weather {
        Weather::Bad => 4,
        Weather::Calm => 10,
    };
    let mut small = 0;
    loop {
        let left = idle(control, &mut database, dead, weather).await;
        if !left.is_empty() && weather == Weather::Calm {
            let left = left.join("\n");
            return Err(format!("due or being worked on after {LONG:?}:\n{left}"));
        }
        let now = control.now().await.unwrap();
        if now >= end {
            return Ok(());
        }
        // Facts must not grow hours old in the middle of a step, for that never happens.
        let stride = if !left.is_empty() && small < SMALL_STRIDES {
            small += 1;
            SMALL_STRIDE
        } else {
            small = 0;
            duration / strides
        };
        control.advance_to(end.min(now + stride)).await.unwrap();
    }
}

/// A connection beside the hosts.
pub async fn connect(database: &str) -> Result<AnyConnection, sqlx::Error> {
    sqlx::any::install_default_drivers();
    AnyConnection::connect(database).await
}

/// Waits until the hosts have done what is due; returns what is left if they do not get on.
async fn idle(
    control: &Control,
    database: &mut AnyConnection,
    dead: &BTreeSet<i64>,
    weather: Weather,
) -> Vec<String> {
    let mut left = Vec::new();
    let idle = async {
        let mut look = interval(LOOK);
        loop {
            look.tick().await;
            left = busy(database, dead, control.now().await.unwrap()).await;
            if left.is_empty() {
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

/// The employees that are being worked on by the living, or are free and due.
async fn busy(database: &mut AnyConnection, dead: &BTreeSet<i64>, now: Timestamp) -> Vec<String> {
    let now = now.as_microsecond();
    let rows = sqlx::query(
        "SELECT id, lease, leased_until, due_at FROM employee
         WHERE leased_until > $1 OR due_at <= $1",
    )
    .bind(now)
    .fetch_all(database)
    .await
    .unwrap();
    let left = rows.iter().filter_map(|row| {
        let id: String = row.get(0);
        let (lease, until): (Option<i64>, Option<i64>) = (row.get(1), row.get(2));
        let instance = lease
            .filter(|_| until.is_some_and(|it| it > now))
            .map(|lease| lease >> 32);
        match instance {
            Some(instance) if dead.contains(&instance) => None,
            Some(instance) => Some(format!("{id} is worked on by instance {instance}")),
            None => {
                let late = row
                    .get::<Option<i64>, _>(3)
                    .map(|due| (now - due) / 1_000_000);
                Some(format!("{id} is due since {late:?} seconds"))
            }
        }
    });
    left.collect()
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

/// The last calls of the hosts, for whoever looks for the reason of a failure.
pub async fn last_calls(control: &Control) -> String {
    let first = made(control).await.saturating_sub(20);
    let log = control.log_after(first).await.unwrap();
    let calls = log.requests.iter().map(|it| {
        let person = it.person.as_deref().unwrap_or_default();
        format!(
            "{} {:?} {} {} {person} {}",
            it.at, it.api, it.method, it.route, it.status
        )
    });
    calls.collect::<Vec<_>>().join("\n")
}

/// How many calls the hosts have made.
async fn made(control: &Control) -> u64 {
    let log = control.log_after(u64::MAX).await.unwrap();
    log.counts.values().sum()
}

pub const LOOK: Duration = Duration::from_millis(10);

/// While a host is stuck in calls that fail, which ends with their time-out.
const SMALL_STRIDE: SignedDuration = SignedDuration::from_secs(45);

const SMALL_STRIDES: u32 = 6;

const MOMENT: Duration = Duration::from_millis(200);

const LONG: Duration = Duration::from_secs(60);
