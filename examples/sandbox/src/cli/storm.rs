//! `sandbox storm`

use std::process::ExitCode;
use std::sync::atomic::Ordering;
use std::time::Duration;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;
use sandbox::Storm;
use url::Url;

use super::{FAILED, PARTLY, block_on, print};

#[derive(Debug, Args)]
pub(super) struct StormArgs {
    /// The host, such as `http://127.0.0.1:8360`.
    ///
    /// Without a path, events go to its /hibob/upsert and /hibob/deactivation; with one, all go
    /// there. Only http is spoken: aim at the host itself.
    #[arg(long, value_name = "URL")]
    target: Url,
    /// Secret of the upsert webhook; of several, the first.
    #[arg(
        long,
        value_name = "SECRET",
        env = "HIBOB_UPSERT_SECRETS",
        hide_env_values = true,
        default_value = "sandbox-upsert",
        hide_default_value = true
    )]
    secret: String,
    /// Secret of the deactivation webhook; of several, the first. Default: as of the upsert
    /// webhook.
    #[arg(
        long,
        value_name = "SECRET",
        env = "HIBOB_DEACTIVATION_SECRETS",
        hide_env_values = true
    )]
    deactivation_secret: Option<String>,
    /// Events a second; 0 = as fast as they are accepted.
    #[arg(long, value_name = "N", default_value_t = 0)]
    rate: u32,
    /// How long.
    #[arg(long, value_name = "N", default_value_t = 10)]
    seconds: u32,
    /// So many events, copies included, however long it takes; instead of --seconds.
    #[arg(long, value_name = "N", conflicts_with = "seconds")]
    events: Option<u64>,
    /// Employees the events are about: the first so many of a generated seed.
    #[arg(long, value_name = "N", default_value_t = 1000)]
    employees: u32,
    /// Share of events that are sent a second time, from 0 to 1.
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    duplicates: f64,
    /// Share of events that up to 20 later ones overtake, from 0 to 1.
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    reorder: f64,
    /// Share of employee.inactivated and employee.left, from 0 to 1.
    #[arg(long, value_name = "SHARE", default_value_t = 0.05)]
    deactivations: f64,
    /// Connections, each with one request at a time.
    #[arg(long, value_name = "N", default_value_t = 32)]
    connections: u16,
    /// The same seed sends the same events, but for their time.
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// Company id of the events.
    #[arg(
        long,
        value_name = "ID",
        env = "HIBOB_COMPANY_ID",
        default_value_t = 637_323
    )]
    company: u64,
    /// Time of the first event; default: now. A host on the sandbox's clock needs that clock's
    /// time.
    #[arg(long, value_name = "TIME")]
    at: Option<Timestamp>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: StormArgs) -> anyhow::Result<ExitCode> {
    let upsert = first(&args.secret);
    let deactivation = args.deactivation_secret.as_deref().map_or(upsert, first);
    let mut storm = Storm::new(args.target, upsert, deactivation)
        .rate(args.rate)
        .duration(Duration::from_secs(args.seconds.into()))
        .employees(args.employees)
        .duplicates(args.duplicates)
        .reorder(args.reorder)
        .deactivations(args.deactivations)
        .connections(args.connections)
        .seed(args.seed)
        .company(args.company)
        .at(args.at.unwrap_or_else(now));
    if let Some(events) = args.events {
        storm = storm.events(events);
    }
    let report = block_on(async {
        let bar = bar(&storm);
        let sent = storm.sent();
        let running = storm.run();
        tokio::pin!(running);
        let mut tick = tokio::time::interval(Duration::from_millis(200));
        let report = loop {
            tokio::select! {
                report = &mut running => break report,
                _ = tick.tick() => bar.set_position(sent.load(Ordering::Relaxed)),
            }
        };
        bar.finish_and_clear();
        Ok(report?)
    })?;
    if args.json {
        print(&serde_json::to_string(&report)?);
    } else {
        print(&report.to_string());
    }
    Ok(if report.all_accepted() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(if report.accepted > 0 { PARTLY } else { FAILED })
    })
}

/// Of secrets separated by blanks, the first.
fn first(secrets: &str) -> &str {
    secrets.split_whitespace().next().unwrap_or_default()
}

/// On stderr, and only if somebody looks at it.
fn bar(storm: &Storm) -> ProgressBar {
    let bar = storm
        .planned()
        .map_or_else(ProgressBar::new_spinner, ProgressBar::new);
    let template = "{bar:40} {pos} events, {per_sec}, {elapsed}";
    // The template is a constant.
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads the real clock: events carry their time"
)]
fn now() -> Timestamp {
    Timestamp::now()
}
