//! The command `preview`.

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use hibob_client::EmployeeId;
use provisioning_core::clients::{Bob, Lms};
use provisioning_core::driver::{Driver, MemoryStore, Store, Whom};
use provisioning_core::preview::{Effect, Preview};
use provisioning_core::{ActionKind, Lint, Policy};
use serde::Serialize;

use super::args::{PolicyArgs, TimeArgs};
use super::looking::Looking;
use super::steps::always_takes_away;
use super::{Exit, Failure, Kit, catalog};
use crate::clients::Clients;
use crate::clock::Clock;
use crate::output::words::people;
use crate::output::{Look, Output, Report, Table, cell};

/// Show what a changed policy would do otherwise than the one in force, before it is in force.
///
/// Checks the file first: problems come with their lines and the nearest thing that would have been
/// right. Then everybody is decided under both policies from the same facts, and what differs is
/// counted. Nothing is written. The guards are not asked: what the new policy would take away is
/// held when it is put in force, for as long as nobody approves it.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
Examples:
  provisioner preview changed.toml
  provisioner preview changed.toml --policy policy.toml --only 3332883894235038486

Exit codes: 0 everybody was compared, 1 failed, 2 the changed policy cannot be used, 3 somebody could
not be decided about.")]
pub(crate) struct PreviewArgs {
    /// The changed policy.
    #[arg(value_name = "POLICY")]
    new: PathBuf,
    /// Only these employees, by their ids in Bob.
    #[arg(long, value_name = "EMPLOYEE", num_args = 1..)]
    only: Vec<EmployeeId>,
    #[command(flatten)]
    policy: PolicyArgs,
    #[command(flatten)]
    time: TimeArgs,
}

/// What differs.
#[derive(Debug, Serialize)]
struct Differences {
    /// The digest of the policy in force.
    old: String,
    /// The digest of the changed one.
    new: String,
    compared: u64,
    undecided: u64,
    changes: Vec<Differing>,
    /// What is odd about the changed policy, and no mistake.
    lints: Vec<String>,
}

/// One thing that differs.
#[derive(Debug, Serialize)]
struct Differing {
    /// What the changed policy does otherwise.
    effect: String,
    people: u64,
    samples: Vec<String>,
    #[serde(skip)]
    look: Look,
}

impl PreviewArgs {
    pub(crate) async fn run(self, kit: &Kit) -> anyhow::Result<Exit> {
        let old = self.policy.policy()?;
        let new = Kit::policy(&self.new)?;
        let clock = self.time.clock(kit).await?;
        let clients = kit.clients(&clock)?;
        let new = catalog::bound(&clients, &new, &self.new).await?;
        let whom = if self.only.is_empty() {
            Whom::Everybody
        } else {
            Whom::These(self.only.into_iter().collect::<BTreeSet<_>>())
        };
        let case = Case {
            kit,
            clients: &clients,
            clock: &clock,
            old: &old,
            new: &new,
            whom: &whom,
        };
        let preview = match kit.store_if_any().await? {
            Some(store) => case.preview(store).await?,
            None => case.preview(MemoryStore::new()).await?,
        };
        kit.report(&Differences::of(&preview, &old, &new))?;
        Ok(match preview.undecided() {
            0 => Exit::Done,
            _ => Exit::Partly,
        })
    }
}

/// What is compared.
struct Case<'a> {
    kit: &'a Kit,
    clients: &'a Clients,
    clock: &'a Clock,
    old: &'a Policy,
    new: &'a Policy,
    whom: &'a Whom,
}

impl Case<'_> {
    async fn preview<D: Store>(&self, store: D) -> anyhow::Result<Preview> {
        let source = Bob::new(self.clients.bob.clone(), self.old).and_for(self.new);
        let target = Lms::new(self.clients.learning360.clone(), self.old);
        let driver = Driver::new(self.old.clone(), source, target, store);
        let mut looking = Looking::new(self.kit.output());
        let now = self.clock.now().await;
        let mut watch = |step| looking.tell(step);
        let preview = driver.preview(self.new, self.whom, now, &mut watch).await;
        preview.context(
            Failure::new("the two policies cannot be compared now")
                .next("`provisioner doctor` says what is missing; then try again"),
        )
    }
}

impl Differences {
    fn of(preview: &Preview, old: &Policy, new: &Policy) -> Self {
        let changes = preview.changes().map(|(effect, affected)| {
            let (look, effect) = words(effect);
            let mut samples: Vec<_> = affected.samples.iter().map(ToString::to_string).collect();
            samples.sort();
            Differing {
                effect,
                people: affected.people,
                samples,
                look,
            }
        });
        Self {
            old: old.digest().to_string(),
            new: new.digest().to_string(),
            compared: preview.compared(),
            undecided: preview.undecided(),
            changes: changes.collect(),
            lints: new.lint().iter().map(Lint::to_string).collect(),
        }
    }
}

impl Report for Differences {
    fn tell(&self, output: &Output) {
        let compared = people(usize::try_from(self.compared).unwrap_or(usize::MAX));
        if self.old == self.new {
            output.line("Both policies say the same.");
        }
        if self.changes.is_empty() {
            let text = format!("Nothing changes for any of {compared}.");
            output.line(output.paint(Look::Good, text));
        } else {
            let text = format!("{compared} decided about under both policies. This differs:");
            output.line(output.paint(Look::Title, text));
            output.line("");
            let mut table = Table::new(["with the changed policy", "people", "for example"]);
            for change in &self.changes {
                let shown: Vec<_> = change
                    .samples
                    .iter()
                    .take(SHOWN)
                    .map(String::as_str)
                    .collect();
                table.row([
                    cell(change.look, &change.effect),
                    cell(Look::Title, change.people),
                    cell(Look::Quiet, shown.join(" ")),
                ]);
            }
            output.table(table);
        }
        if self.undecided > 0 {
            let number = usize::try_from(self.undecided).unwrap_or(usize::MAX);
            let text = format!("{} could not be decided about.", people(number));
            output.line(output.paint(Look::Bad, text));
        }
        for lint in &self.lints {
            output.line(output.paint(Look::Notable, lint));
        }
        if let Some(example) = self.changes.iter().flat_map(|it| &it.samples).next() {
            output.note(format_args!(
                "next: `provisioner explain {example} --policy FILE`, with either policy, shows why"
            ));
        }
    }
}

/// What an effect is in words, and how it looks.
fn words(effect: Effect) -> (Look, String) {
    let does = |kind: ActionKind| match kind {
        ActionKind::Create => "creates an account",
        ActionKind::Restore => "restores a deactivated account",
        ActionKind::Link => "links an account",
        ActionKind::Relink => "moves a link",
        ActionKind::Edit => "changes fields",
        ActionKind::Activate => "activates an account",
        ActionKind::Schedule => "sets a date of deactivation, or takes it back",
        ActionKind::SetCustomValues => "changes custom values",
        ActionKind::AddMembership => "adds to a group",
        ActionKind::RemoveMembership => "removes from a group",
        ActionKind::AddManager => "adds a manager",
        ActionKind::RemoveManager => "removes a manager",
        ActionKind::AddReport => "gives a report back",
        ActionKind::Deactivate => "deactivates an account",
        _ => "does something else",
    };
    match effect {
        Effect::Does(kind) if always_takes_away(kind) => (Look::Bad, does(kind).to_owned()),
        Effect::Does(kind) => (Look::Good, does(kind).to_owned()),
        Effect::Leaves(kind) => (Look::Notable, format!("no longer {}", does(kind))),
        Effect::Differs => (Look::Notable, "writes other fields or values".to_owned()),
        _ => (Look::Quiet, "does the same for another reason".to_owned()),
    }
}

/// So many examples are shown.
const SHOWN: usize = 3;
