//! Carrying a plan out, or watching the host that does.

use std::pin::pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use provisioning_core::clients::{Bob, Lms};
use provisioning_core::driver::{Driver, RunId, RunState, RunStore as _, Store as _, Turn};
use provisioning_core::{Alarm, Cause, Side};
use tokio::signal::ctrl_c;
use tokio::time::{Instant, sleep};

use super::Case;
use crate::alerts::Alerts;
use crate::output::{Look, Progress};
use crate::store::SqlStore;

/// Carries out one run.
pub(super) struct Carrier<'a> {
    case: Case<'a>,
    run: RunId,
    driver: Driver<Bob, Lms, SqlStore>,
    alerts: Alerts,
    /// Shown as soon as it is known how many people there are.
    progress: OnceLock<Progress>,
    told_of_pause: bool,
    /// When the run was at its end, or somebody was decided about after it.
    over: Option<Instant>,
}

/// Why it is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// The run is at its end.
    AtItsEnd,
    /// A person stopped this command; the run goes on another time.
    Stopped,
}

impl<'a> Carrier<'a> {
    pub(super) fn new(case: Case<'a>, run: RunId) -> anyhow::Result<Self> {
        // What there is to tell is written down; the next host sends it.
        let alerts = Alerts::new(case.store.clone(), Arc::default(), None)?;
        Ok(Self {
            case,
            alerts,
            run,
            driver: case.clients.driver(case.policy.clone(), case.store.clone()),
            progress: OnceLock::new(),
            told_of_pause: false,
            over: None,
        })
    }

    /// Works, or watches, until the run is at its end or a person has enough.
    pub(super) async fn carry_out(mut self) -> anyhow::Result<Ending> {
        if self.case.has_a_host().await? {
            let output = self.case.kit.output();
            output.note("The host that works on this database carries it out.");
        }
        let mut stop = pin!(ctrl_c());
        loop {
            let is_over = self.is_over().await?;
            if is_over && !self.something_follows().await? {
                return Ok(Ending::AtItsEnd);
            }
            let ending = tokio::select! {
                biased;
                _ = &mut stop => Some(Ending::Stopped),
                done = self.go_on() => {
                    done?;
                    None
                }
            };
            if let Some(ending) = ending {
                return Ok(ending);
            }
        }
    }

    async fn is_over(&self) -> anyhow::Result<bool> {
        let Some(run) = self.case.store.run(self.run).await? else {
            return Ok(true);
        };
        let open = self.case.store.progress(self.run).await?.open();
        let people = run.begun.people;
        let output = self.case.kit.output();
        let progress = self
            .progress
            .get_or_init(|| output.progress("people", Some(people)));
        progress.set(people.saturating_sub(open));
        Ok(matches!(run.state, RunState::Done | RunState::Dropped))
    }

    /// Whether somebody is due in a moment because of what was done: a report waits for a manager,
    /// say. Nobody may be there who does it later.
    async fn something_follows(&mut self) -> anyhow::Result<bool> {
        if self.case.has_a_host().await? {
            return Ok(false);
        }
        let over = *self.over.get_or_insert_with(Instant::now);
        let soon = self.case.clock.now().await + MOMENT;
        let due = self.case.store.next_due().await?;
        Ok(over.elapsed() < PATIENCE && due.is_some_and(|due| due <= soon))
    }

    /// One turn and a rest, or just a rest.
    async fn go_on(&mut self) -> anyhow::Result<()> {
        self.say_if_paused().await?;
        if self.case.has_a_host().await? {
            sleep(LOOK).await;
            return Ok(());
        }
        let now = self.case.clock.now().await;
        let turn = self.turn(now).await?;
        self.case.store.audit(&turn.decided, now).await?;
        self.alerts.of_turn(&turn, now).await?;
        self.tell(&turn);
        if !turn.decided.is_empty() && self.over.is_some() {
            self.over = Some(Instant::now());
        }
        if turn.next_due.is_none_or(|due| due > now) {
            tokio::select! {
                () = self.case.clock.sleep_until(turn.next_due) => {}
                () = sleep(LOOK) => {}
            }
        }
        Ok(())
    }

    /// One turn, which may take a while, and meanwhile how far it is.
    async fn turn(&self, now: Timestamp) -> anyhow::Result<Turn> {
        let mut turn = pin!(self.driver.turn(now));
        loop {
            // Both go on together: the turn may have what the look waits for.
            let look = async {
                sleep(LOOK).await;
                self.is_over().await
            };
            tokio::select! {
                biased;
                turn = &mut turn => return Ok(turn?),
                looked = look => drop(looked?),
            }
        }
    }

    async fn say_if_paused(&mut self) -> anyhow::Result<()> {
        if !self.told_of_pause && self.case.store.paused().await? {
            self.told_of_pause = true;
            let output = self.case.kit.output();
            output.note("The work was paused; it goes on after `provisioner resume`.");
        }
        Ok(())
    }

    fn tell(&self, turn: &Turn) {
        let output = self.case.kit.output();
        for alert in &turn.alerts {
            output.note(output.paint_note(Look::Notable, alert));
        }
        for alarm in &turn.alarms {
            output.note(output.paint_note(Look::Bad, words(*alarm)));
        }
    }
}

fn words(alarm: Alarm) -> String {
    let name = |side| match side {
        Side::Source => "Bob",
        Side::Target => "360Learning",
    };
    match alarm {
        Alarm::Stopped { side, cause } => {
            let why = match cause {
                Cause::Refused => "it refuses the credentials",
                Cause::Failing => "too many calls fail",
            };
            format!("{} is not called for a while: {why}", name(side))
        }
        Alarm::Recovered { side } => format!("{} is called again", name(side)),
        Alarm::ScopeMissing { kind } => {
            format!("the credentials lack the scope for `{}`", kind.as_str())
        }
        _ => "something happened that this version has no words for".to_owned(),
    }
}

/// How soon a change is seen that another process made.
const LOOK: Duration = Duration::from_millis(500);

/// Whoever is due within this time is done with before the command ends.
const MOMENT: SignedDuration = SignedDuration::from_secs(5);

/// It does not wait longer for that, once nobody is decided about any more.
const PATIENCE: Duration = Duration::from_secs(15);
