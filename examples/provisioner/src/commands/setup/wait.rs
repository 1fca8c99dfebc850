//! `setup --wait`: listens as the host does, and decides nothing.

use std::hash::{BuildHasher as _, RandomState};
use std::net::SocketAddr;
use std::time::Duration;

use provisioning_core::{Endpoint, Policy};
use serde::Serialize;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{MissedTickBehavior, interval};
use tracing::level_filters::LevelFilter;

use super::awaited::Awaited;
use super::guide::secrets_of;
use crate::clock::Clock;
use crate::commands::stop::Stop;
use crate::commands::{Exit, Kit, Time};
use crate::feed::Happened;
use crate::host::Host;
use crate::log;
use crate::output::{Form, Look, Output, Report};
use crate::settings::{Environment, Settings};

/// What came while somebody waited.
#[derive(Serialize)]
struct Waited {
    complete: bool,
    #[serde(flatten)]
    awaited: Awaited,
    missing: Vec<String>,
}

/// Listens until every webhook has been heard, or until it is told to stop.
///
/// Deliveries are verified, written down and answered as by the host, which works on them when it
/// is started. Nobody is decided about.
pub(super) async fn wait(kit: &Kit, policy: &Policy, time: Time) -> anyhow::Result<Exit> {
    log::start(kit.environment(), LevelFilter::ERROR);
    let mut stop = Stop::listen()?;
    let clock = kit.clock(time).await?;
    let mut environment = kit.environment().clone();
    let mut awaited = Awaited::new(&environment);
    let mut address = None;
    let complete = loop {
        let host = listen(&environment, policy, &clock, address).await?;
        if address.is_some() {
            say(kit, "the secrets have changed: they count from now on");
        } else {
            greet(kit, &host);
        }
        // Bob goes on calling the address that he was given.
        address = Some(host.address());
        let mut heard = host.listen();
        let ended = tokio::select! {
            () = hear(kit, &mut heard, &mut awaited) => Ended::Complete,
            () = stop.told() => Ended::Stopped,
            changed = settings_changed(&environment) => Ended::Changed(changed),
        };
        host.shutdown().await?;
        match ended {
            Ended::Complete => break true,
            Ended::Stopped => break false,
            Ended::Changed(changed) => {
                awaited = awaited.with_settings(&changed);
                environment = changed;
            }
        }
    };
    kit.report(&Waited {
        complete,
        missing: awaited.missing(),
        awaited,
    })?;
    Ok(if complete { Exit::Done } else { Exit::Partly })
}

enum Ended {
    Complete,
    Stopped,
    Changed(Environment),
}

async fn listen(
    environment: &Environment,
    policy: &Policy,
    clock: &Clock,
    address: Option<SocketAddr>,
) -> anyhow::Result<Host> {
    // Bob shows a webhook's secret only when there is the webhook, and tests it before that.
    let endpoints = [Endpoint::Upsert, Endpoint::Deactivation];
    let complete = endpoints
        .into_iter()
        .fold(environment.clone(), |it, endpoint| {
            it.or(secrets_of(endpoint), unguessable())
        });
    let mut settings = Settings::read(&complete)?;
    settings.listen = address.unwrap_or(settings.listen);
    Ok(Host::start_stepped(&settings, policy.clone(), clock.clone()).await?)
}

/// Ends when nothing is missing.
async fn hear(kit: &Kit, heard: &mut Receiver<Happened>, awaited: &mut Awaited) {
    while !awaited.is_complete() {
        match heard.recv().await {
            Ok(Happened::Received(received)) => {
                if let Some(news) = awaited.take(&received) {
                    say(kit, &news);
                }
            }
            Ok(Happened::Decided(_)) | Err(RecvError::Lagged(_)) => {}
            // The host is gone; whoever shuts it down knows.
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }
}

/// Ends when the webhooks' secrets are others than they were.
async fn settings_changed(known: &Environment) -> Environment {
    let secrets = |environment: &Environment| {
        let endpoints = [Endpoint::Upsert, Endpoint::Deactivation];
        endpoints.map(|endpoint| environment.get(secrets_of(endpoint)).map(str::to_owned))
    };
    let mut look = interval(LOOK_EVERY);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        look.tick().await;
        // A file that is just being written may be read when it is complete.
        if let Ok(environment) = Environment::of_process() {
            if secrets(&environment) != secrets(known) {
                return environment;
            }
        }
    }
}

fn greet(kit: &Kit, host: &Host) {
    let title = format!("listening on {}", host.url());
    let output = kit.output();
    output.note(output.paint_note(Look::Title, title));
    output.note(
        "Add the webhooks in Bob; each is tested at once. Then let each of them send something: \
         create a\ntest person and delete it again, and end the employment of one for a webhook \
         of its own. Nobody\nis decided about before `provisioner serve`. Secrets may be added to \
         `.env` meanwhile.",
    );
}

/// As it happens: for a person on stdout, for a program beside its one object.
fn say(kit: &Kit, news: &str) {
    match kit.form() {
        Form::Text => kit.output().line(news),
        Form::Json => kit.output().note(news),
    }
}

impl Report for Waited {
    fn tell(&self, output: &Output) {
        if self.complete {
            let text = "All is in place: every webhook has come, signed with its secret.";
            output.line(output.paint(Look::Good, text));
            return;
        }
        output.line(output.paint(Look::Notable, "Not everything has come yet:"));
        for missing in &self.missing {
            output.line(format_args!("  {missing}"));
        }
    }
}

/// A secret that nobody knows, so that nothing is taken for signed where none is set. The hasher
/// draws its keys from the system's random numbers.
fn unguessable() -> String {
    let state = RandomState::new();
    format!("{:016x}{:016x}", state.hash_one(1_u8), state.hash_one(2_u8))
}

/// How soon a change of `.env` is seen.
const LOOK_EVERY: Duration = Duration::from_secs(1);
