//! The command `doctor`: whether everything is set up, told by asking both systems.

mod bob;
mod census;
mod finding;
mod host;
mod learning360;
mod links;
mod notify;
mod secrets;
mod time;
mod trial;

use std::path::{Path, PathBuf};

use clap::Args;
use provisioning_core::clients::{Bob, Lms};
use provisioning_core::{Catalog, Policy, PolicyProblems, Problem};

use self::finding::{Area, Finding, Findings, Severity};
use self::trial::Trial;
use super::{Exit, Failure, Kit, Time};
use crate::clients::Clients;
use crate::settings::{Apis, Settings};

/// Check everything online: settings, permissions, scopes, policy, and the host's own state.
///
/// Reads both systems, and writes to neither. Everybody in Bob is listed once; a few people are
/// decided about on trial. Each finding says what it is, which line of the policy it concerns, and
/// what to do about it. With --notify a notice is sent to `NOTIFY_URL`, to see whether it arrives.
///
/// Exit codes: 0 if all is well, 3 if there are warnings, 1 if there are errors.
#[derive(Clone, Debug, Args)]
pub(crate) struct DoctorArgs {
    /// The policy: who gets which account.
    #[arg(long, value_name = "FILE", default_value = "policy.toml")]
    policy: PathBuf,
    /// Take the time from the clock of the sandbox at `HIBOB_BASE_URL`.
    #[arg(long)]
    sandbox: bool,
    /// Send a notice to `NOTIFY_URL`, and say whether it has arrived.
    #[arg(long)]
    notify: bool,
}

impl DoctorArgs {
    pub(crate) async fn run(self, kit: &Kit) -> anyhow::Result<Exit> {
        let findings = self.examine(kit).await;
        kit.report(&findings)?;
        Ok(findings.exit())
    }

    async fn examine(&self, kit: &Kit) -> Findings {
        let mut findings = Vec::new();
        let apis = settings(kit, &mut findings);
        if let Ok(settings) = Settings::read(kit.environment()) {
            let notify = settings.notify.as_ref();
            findings.push(if self.notify {
                notify::try_out(notify).await
            } else {
                notify::look(notify)
            });
        }
        let policy = policy(&self.policy, &mut findings);
        if let (Some(apis), Some(policy)) = (apis, policy) {
            let time = Time::of(self.sandbox);
            let seen = online(kit, &apis, &policy, time, &mut findings).await;
            if let Err(error) = seen {
                let what = format!("{error:#}");
                let next = "correct it in the environment or in `.env`";
                findings.push(Finding::error(Area::Settings, "unusable", what).next(next));
            }
        }
        findings.into_iter().collect()
    }
}

/// What the environment says; `None` if the APIs cannot be called with it.
fn settings(kit: &Kit, findings: &mut Vec<Finding>) -> Option<Apis> {
    match Settings::read(kit.environment()) {
        Ok(_) => {
            let what = "all settings can be used";
            findings.push(Finding::ok(Area::Settings, "settings", what));
            findings.extend(secrets::look(kit.environment()));
        }
        Err(error) => findings.extend(error.problems().iter().map(|problem| {
            let next = "`provisioner setup` says where it comes from; set it in the environment or \
                        in `.env`";
            Finding::error(Area::Settings, "settings", problem).next(next)
        })),
    }
    Apis::read(kit.environment()).ok()
}

/// What the policy file says; `None` if it is no policy.
fn policy(file: &Path, findings: &mut Vec<Finding>) -> Option<Policy> {
    let policy = match Kit::policy(file) {
        Ok(policy) => policy,
        Err(error) => {
            findings.extend(unusable(&error));
            return None;
        }
    };
    if policy.lint().is_empty() {
        let what = format!("{} can be read, and means what it says", file.display());
        findings.push(Finding::ok(Area::Policy, "policy", what));
    }
    for lint in policy.lint() {
        let finding = Finding::warning(Area::Policy, lint.kind.as_str(), &lint.message);
        findings.push(finding.at(lint.line));
    }
    Some(policy)
}

fn unusable(error: &anyhow::Error) -> Vec<Finding> {
    let problems = error
        .chain()
        .find_map(|it| it.downcast_ref::<PolicyProblems>());
    let Some(problems) = problems else {
        let finding = Finding::error(Area::Policy, "policy", format!("{error:#}"));
        let next = error.downcast_ref().and_then(Failure::next_step);
        return vec![next.into_iter().fold(finding, Finding::next)];
    };
    misfits(problems, "policy")
}

/// Problems that have a line each.
fn misfits(problems: &PolicyProblems, code: &'static str) -> Vec<Finding> {
    let problems = problems.problems().iter();
    let finding = |it: &Problem| Finding::error(Area::Policy, code, &it.message).at(it.line);
    problems.map(finding).collect()
}

async fn online(
    kit: &Kit,
    apis: &Apis,
    policy: &Policy,
    time: Time,
    findings: &mut Vec<Finding>,
) -> anyhow::Result<()> {
    let clock = kit.clock(time).await?;
    let now = clock.now().await;
    let clients = Clients::new(&apis.bob, &apis.learning360, &clock)?;
    let target = Lms::new(clients.learning360.clone(), policy);
    let (bob_url, lms_url) = (&apis.bob.base_url, &apis.learning360.base_url);
    let seen = bob::look(&clients.bob, bob_url, policy, apis.bob.company, findings).await;
    // The time of a sandbox is not the machine's.
    let machine = (!clock.is_virtual()).then_some(now);
    let there = learning360::look(
        &clients.learning360,
        &target,
        lms_url,
        policy,
        machine,
        findings,
    )
    .await;
    if let (Some(links), Some(census)) = (&there.links, &seen.census) {
        let linked = links::look(&clients, links, census).await;
        // What is proved need not be suspected.
        let proved = |it: &Finding| linked.iter().any(|proof| proof.code == it.code);
        findings.retain(|it| it.severity == Severity::Ok || !proved(it));
        findings.extend(linked);
    }
    let answered = there.groups.is_some();
    let mut catalog = Catalog::default();
    if let Some(inventory) = seen.inventory {
        catalog = catalog.with_fields(inventory);
    }
    if let Some(lists) = seen.lists {
        catalog = catalog.with_lists(lists);
    }
    if let Some(groups) = there.groups {
        catalog = catalog.with_groups(groups);
    }
    if let Some(fields) = there.custom_fields {
        catalog = catalog.with_custom_fields(fields);
    }
    match policy.bind(catalog) {
        Ok(bound) => {
            let what = "its fields, lists, groups and custom fields exist";
            findings.push(Finding::ok(Area::Policy, "fits", what));
            if let Some(census) = seen.census.filter(|_| answered) {
                let source = Bob::new(clients.bob.clone(), &bound);
                let trial = Trial::of(census.sample(), &bound, &source, &target, now).await;
                findings.extend(trial.findings());
            }
        }
        Err(problems) => findings.extend(
            misfits(&problems, "misfit")
                .into_iter()
                .map(|it| it.next("correct this line of the policy, or create what it names")),
        ),
    }
    match kit.store_if_any().await {
        Ok(Some(store)) => host::look(&store, now, findings).await,
        Ok(None) => {
            let what = "there is no database yet";
            let next = "`provisioner serve` creates it; set DATABASE_URL if there is one elsewhere";
            findings.push(Finding::note(Area::Host, "no_database", what).next(next));
        }
        Err(error) => findings.push(host::unusable(&error)),
    }
    Ok(())
}
