//! Playing a story: letting time pass, acting, and waiting until the host has nothing more to do.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;
use tokio::time::Instant;

use super::told::{Told, ToldStep};
use super::words::{Words, seconds};
use super::{Each, Step, Story};
use crate::control::act::{BobAct, Learning360Act};
use crate::control::state::State;
use crate::control::{Control, ControlError};
use crate::faults::Fault;

/// Plays stories on a sandbox, with a host beside it that takes its webhooks and its clock.
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use sandbox::{Control, Player, Seed, Story};
///
/// let control = Control::new("http://127.0.0.1:8361", "http://127.0.0.1:8362");
/// let story = Story::named("hire").ok_or("no such story")?;
/// let player = Player::new(control).policy(Seed::POLICY);
/// let told = player.play(&story, |step| println!("{step}")).await?;
/// assert!(told.is_good());
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing is played before `play`"]
pub struct Player {
    control: Control,
    policy: Option<String>,
    quiet: Duration,
}

impl Player {
    /// A player that takes a host for done when it has asked nothing for 300 ms.
    pub fn new(control: Control) -> Self {
        Self {
            control,
            policy: None,
            quiet: Duration::from_millis(300),
        }
    }

    /// Compares both sides at the end, by the text of this policy file.
    pub fn policy(mut self, policy: impl Into<String>) -> Self {
        self.policy = Some(policy.into());
        self
    }

    /// Takes the host for done when it has asked nothing for so long, in real time.
    pub fn quiet(mut self, quiet: Duration) -> Self {
        self.quiet = quiet;
        self
    }

    /// Plays a story, and tells each step when it is done.
    ///
    /// # Errors
    ///
    /// If the sandbox does not answer, or the policy is not understood. An act that the sandbox
    /// refuses is told, and the story goes on.
    pub async fn play(
        &self,
        story: &Story,
        mut tell: impl FnMut(&ToldStep),
    ) -> Result<Told, ControlError> {
        let mut people = BTreeMap::new();
        let mut told = Told {
            title: story.title.clone(),
            steps: Vec::new(),
            agreement: None,
        };
        let mut seen = Seen::of(&self.control).await?;
        for step in &story.steps {
            if let Some(after) = step.after.as_deref() {
                // Checked when the story was read.
                self.pass(seconds(after).unwrap_or_default()).await?;
            }
            let mut one = self.act(step, &mut people).await?;
            self.pass(SOON).await?;
            seen.fill(&mut one, &self.control).await?;
            tell(&one);
            told.steps.push(one);
        }
        let mut rest = ToldStep {
            at: self.control.now().await?,
            say: "Two hours pass.".to_owned(),
            ..ToldStep::default()
        };
        self.pass(REST).await?;
        seen.fill(&mut rest, &self.control).await?;
        tell(&rest);
        told.steps.push(rest);
        if let Some(policy) = &self.policy {
            told.agreement = Some(self.control.agree(policy.clone()).await?);
        }
        Ok(told)
    }

    /// Does what a step says.
    async fn act(
        &self,
        step: &Step,
        people: &mut BTreeMap<String, String>,
    ) -> Result<ToldStep, ControlError> {
        let state = self.control.state().await?;
        let mut told = ToldStep {
            at: state.now,
            say: step.say.clone(),
            ..ToldStep::default()
        };
        if step.clear_faults {
            self.control.clear_faults().await?;
        }
        let faults = step.faults.iter().map(|fault| {
            let words = Words {
                now: state.now,
                people,
                state: Some(&state),
            };
            let fault = words.replace(fault).map_err(|it| it.to_string())?;
            serde_json::from_value::<Fault>(fault).map_err(|it| it.to_string())
        });
        match faults.collect::<Result<Vec<_>, _>>() {
            Ok(faults) if !faults.is_empty() => self.control.add_faults(&faults).await?,
            Ok(_) => {}
            Err(why) => told.refused.push(why),
        }
        let each: Vec<Option<String>> = match step.each {
            None => vec![None],
            Some(each) => chosen(each, &state).into_iter().map(Some).collect(),
        };
        for person in each {
            if let Some(person) = person {
                people.insert("each".to_owned(), person);
            }
            for (product, act) in step.acts() {
                match self.one(product, act, people, &state).await? {
                    Ok(id) => {
                        told.acts += 1;
                        if let (Some(name), Some(id)) = (&step.name, id) {
                            people.entry(name.clone()).or_insert(id);
                        }
                    }
                    Err(why) => told.refused.push(why),
                }
            }
        }
        people.remove("each");
        Ok(told)
    }

    /// Does one act; the id of whom it was about, or why it was refused.
    async fn one(
        &self,
        product: Product,
        act: &Value,
        people: &BTreeMap<String, String>,
        state: &State,
    ) -> Result<Result<Option<String>, String>, ControlError> {
        let words = Words {
            now: state.now,
            people,
            state: Some(state),
        };
        let act = match words.replace(act) {
            Ok(act) => act,
            Err(why) => return Ok(Err(why.to_string())),
        };
        let done = match product {
            Product::Bob => match serde_json::from_value::<BobAct>(act) {
                Ok(act) => self.control.act(act).await,
                Err(why) => return Ok(Err(why.to_string())),
            },
            Product::Learning360 => match serde_json::from_value::<Learning360Act>(act) {
                Ok(act) => self.control.act360(act).await,
                Err(why) => return Ok(Err(why.to_string())),
            },
        };
        match done {
            Ok(report) => Ok(Ok(report.id)),
            Err(ControlError::Refused(why)) => Ok(Err(why)),
            Err(error) => Err(error),
        }
    }

    /// Lets so many seconds pass in pieces, and the host do its work after each.
    async fn pass(&self, seconds: u32) -> Result<(), ControlError> {
        let mut left = seconds;
        let mut piece = 3;
        while left > 0 {
            let now = left.min(piece);
            self.control.advance(now).await?;
            self.settle().await?;
            left -= now;
            piece = (piece * 10).min(LONGEST_PIECE);
        }
        Ok(())
    }

    /// Waits until the host has asked nothing for a while.
    async fn settle(&self) -> Result<(), ControlError> {
        let begun = Instant::now();
        let mut last = self.control.requests().await?;
        let mut since = Instant::now();
        while since.elapsed() < self.quiet && begun.elapsed() < PATIENCE {
            tokio::time::sleep(self.quiet / 6).await;
            let present = self.control.requests().await?;
            if present != last {
                last = present;
                since = Instant::now();
            }
        }
        Ok(())
    }
}

/// In which product an act is done.
#[derive(Clone, Copy, Debug)]
enum Product {
    Bob,
    Learning360,
}

impl Step {
    fn acts(&self) -> impl Iterator<Item = (Product, &Value)> {
        let bob = self.bob.all().iter().map(|act| (Product::Bob, act));
        let other = self.learning360.all().iter();
        bob.chain(other.map(|act| (Product::Learning360, act)))
    }
}

/// What was told already.
#[derive(Debug)]
struct Seen {
    events: usize,
    deliveries: usize,
    requests: u64,
}

impl Seen {
    async fn of(control: &Control) -> Result<Self, ControlError> {
        let state = control.state().await?;
        Ok(Self {
            events: state.events.len(),
            deliveries: state.deliveries.len(),
            requests: control.requests().await?,
        })
    }

    /// Tells what has happened since.
    async fn fill(&mut self, told: &mut ToldStep, control: &Control) -> Result<(), ControlError> {
        let state = control.state().await?;
        for event in state.events.iter().skip(self.events) {
            *told.events.entry(event.kind.clone()).or_default() += 1;
        }
        let deliveries = state.deliveries.iter().skip(self.deliveries);
        for delivery in deliveries.filter(|it| it.kind != "ping") {
            *told.deliveries.entry(delivery.status).or_default() += 1;
        }
        for request in control.log_after(self.requests).await?.requests {
            let (api, route) = (request.api.as_str(), &request.route);
            let route = route
                .trim_start_matches("/api/v2")
                .trim_start_matches("/v1");
            let method = &request.method;
            let text = match request.status {
                200..300 => format!("{api} {method} {route}"),
                status => format!("{api} {method} {route} ({status})"),
            };
            *told.requests.entry(text).or_default() += 1;
            self.requests = self.requests.max(request.number);
        }
        (self.events, self.deliveries) = (state.events.len(), state.deliveries.len());
        Ok(())
    }
}

/// People who are active in Bob, the first of them.
fn chosen(each: Each, state: &State) -> Vec<String> {
    let people = state.employees.values();
    let active = people.filter(|it| it.fields.get("internal.status") == Some(&"Active".into()));
    let mut ids: Vec<String> = active.map(|it| it.id.clone()).collect();
    let count = match each {
        Each::Count(count) => count,
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_precision_loss,
            clippy::cast_sign_loss,
            reason = "a share of people; saturates"
        )]
        Each::Share(share) => (ids.len() as f64 * share).round() as usize,
    };
    ids.truncate(count);
    ids
}

/// Seconds after a step in which a host does what it does soon.
const SOON: u32 = 33;

/// Seconds after the last step: enough for every second look.
const REST: u32 = 2 * 3600;

/// Time passes in pieces of at most so many seconds.
const LONGEST_PIECE: u32 = 6 * 3600;

/// A host that asks on and on is not waited for longer than this.
const PATIENCE: Duration = Duration::from_secs(60);
