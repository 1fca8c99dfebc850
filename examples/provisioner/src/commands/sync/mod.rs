//! The command `sync`: everybody compared, and what differs mended.

mod carry;
mod estimate;
mod file;
mod outcome;
mod plan;
mod tell;

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use hibob_client::EmployeeId;
use provisioning_core::Policy;
use provisioning_core::driver::{
    Approval, Begun, RunId, RunMode, RunStore as _, Store as _, Survey, Whom,
};
use provisioning_core::policy::Depth;

use self::carry::{Carrier, Ending};
use self::outcome::{Outcome, Seen};
use self::plan::Plan;
use super::args::{ConfirmArgs, PolicyArgs, TimeArgs};
use super::looking::Looking;
use super::steps::Names;
use super::{Exit, Failure, Kit};
use crate::clients::Clients;
use crate::clock::Clock;
use crate::output::{Form, Report as _};
use crate::store::{Role, SqlStore};

/// Compare everybody in Bob with 360Learning, show what differs, and mend it.
///
/// Both systems are listed and everybody is decided, with the same rules and under the same guards
/// as for any event. Alone, it plans, shows the plan, asks, and carries it out. A plan may also be
/// written to a file with --plan, looked at by whoever has to approve it, and carried out with
/// --apply: exactly what it says is done, and whoever needs something else by then is left alone
/// and named.
///
/// It may be stopped or killed at any time. Started again, it goes on with what was begun. If a
/// host works on the same database, the host carries the plan out and this command watches it.
/// For a pilot, --only looks at some people and nobody else.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
Examples:
  provisioner sync                       plan, show, ask, carry out
  provisioner sync --plan plan.json      plan only; exit code 4 if something would be held
  provisioner sync --apply plan.json     carry out exactly that
  provisioner sync --only 3332883894235038486 --yes
                                         a pilot with one employee, without a question

A plan file holds personal values. It is written so that only its owner can read it; delete it when
it has served.

Exit codes: 0 everybody is in step, 1 failed, 2 usage, 3 somebody could not be brought in step,
4 steps are held or a person has to say yes.")]
pub(crate) struct SyncArgs {
    /// Write the plan to a file and do nothing else.
    #[arg(long, value_name = "FILE", conflicts_with = "apply")]
    plan: Option<PathBuf>,
    /// Carry out a plan from a file, exactly as it is.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["light", "deep", "only"])]
    apply: Option<PathBuf>,
    /// Compare what can be listed: fields, status and links (the default).
    #[arg(long, conflicts_with = "deep")]
    light: bool,
    /// Compare also groups, managers and custom values, with some calls per person.
    #[arg(long)]
    deep: bool,
    /// Only these employees, by their ids in Bob.
    #[arg(long, value_name = "EMPLOYEE", num_args = 1..)]
    only: Vec<EmployeeId>,
    #[command(flatten)]
    confirm: ConfirmArgs,
    #[command(flatten)]
    policy: PolicyArgs,
    #[command(flatten)]
    time: TimeArgs,
}

impl SyncArgs {
    pub(crate) async fn run(self, kit: &Kit) -> anyhow::Result<Exit> {
        // A wrong file is told of before anybody is called.
        self.policy.policy()?;
        let clock = self.time.clock(kit).await?;
        let clients = kit.clients(&clock)?;
        let policy = self.policy.bound(&clients).await?;
        let (store, role) = kit.store_to_work().await?;
        let case = Case {
            kit,
            clock: &clock,
            clients: &clients,
            policy: &policy,
            store: &store,
            role,
        };
        let ended = case.run(&self).await;
        store.close().await;
        ended
    }

    fn depth(&self) -> Depth {
        if self.deep { Depth::Deep } else { Depth::Light }
    }

    fn whom(&self) -> Whom {
        if self.only.is_empty() {
            return Whom::Everybody;
        }
        Whom::These(self.only.iter().cloned().collect::<BTreeSet<_>>())
    }
}

/// What a synchronization works with.
#[derive(Clone, Copy)]
struct Case<'a> {
    kit: &'a Kit,
    clock: &'a Clock,
    clients: &'a Clients,
    policy: &'a Policy,
    store: &'a SqlStore,
    role: Role,
}

impl Case<'_> {
    async fn run(self, args: &SyncArgs) -> anyhow::Result<Exit> {
        if let Some(path) = &args.plan {
            file::check(path)?;
            let survey = self.survey(args.depth(), &args.whom()).await?;
            file::write(path, &survey)?;
            let plan = self.plan(&survey).in_file(path);
            self.kit.report(&plan)?;
            return Ok(plan.exit());
        }
        if self.store.paused().await? {
            let failure = Failure::new("the work is paused, and nothing would be done");
            return Err(failure.next("`provisioner resume` lets it go on").into());
        }
        if let Some(path) = &args.apply {
            let survey = file::read(path)?;
            if let Some(run) = self.begun_with(&survey).await? {
                self.kit
                    .output()
                    .note("This plan was begun with before; it goes on.");
                return self.carry_out(run, Some(&survey), Seen::Nothing).await;
            }
            self.kit.output().note(self.plan(&survey).estimate());
            return self.begin(&survey, RunMode::Exact, Seen::Nothing).await;
        }
        if let Some(run) = self.store.running().await? {
            let text =
                "A full synchronization is under way; it goes on, and nothing new is planned.";
            self.kit.output().note(text);
            return self.carry_out(run.id, None, Seen::Nothing).await;
        }
        let survey = self.survey(args.depth(), &args.whom()).await?;
        let plan = self.plan(&survey);
        if self.kit.form() == Form::Text {
            plan.tell(self.kit.output());
        }
        let mode = if plan.changes() == 0 {
            RunMode::Fresh
        } else {
            args.confirm.ask_about(self.kit, &plan, &plan.question())?;
            // What somebody has seen is done exactly; what nobody has seen, by the facts.
            if args.confirm.is_given() {
                RunMode::Fresh
            } else {
                RunMode::Exact
            }
        };
        self.begin(&survey, mode, Seen::Plan).await
    }

    async fn survey(self, depth: Depth, whom: &Whom) -> anyhow::Result<Survey> {
        let driver = self.clients.driver(self.policy.clone(), self.store.clone());
        let mut looking = Looking::new(self.kit.output());
        let mut watch = |step| looking.tell(step);
        let now = self.clock.now().await;
        let survey = driver.survey(depth, whom, now, &mut watch).await;
        survey.context(
            Failure::new("no plan could be made")
                .next("`provisioner doctor` says what is missing; then try again"),
        )
    }

    fn plan(self, survey: &Survey) -> Plan {
        Plan::of(survey, Names::of(self.policy))
    }

    /// The run that this plan was begun with, if it is not at its end.
    async fn begun_with(self, survey: &Survey) -> anyhow::Result<Option<RunId>> {
        let running = self.store.running().await?;
        let same = running
            .filter(|run| run.begun.planned == survey.at && run.begun.policy == survey.policy);
        Ok(same.map(|run| run.id))
    }

    async fn begin(self, survey: &Survey, mode: RunMode, seen: Seen) -> anyhow::Result<Exit> {
        let driver = self.clients.driver(self.policy.clone(), self.store.clone());
        let now = self.clock.now().await;
        let begun = driver.begin(survey, mode, Approval::ByPerson, now).await?;
        match begun {
            Begun::Running(run) => self.carry_out(run, Some(survey), seen).await,
            Begun::Busy => {
                let failure = Failure::new("another full synchronization is under way");
                let next = "wait for its end, or `provisioner sync` without a plan watches it";
                Err(failure.next(next).into())
            }
            _ => {
                let failure = Failure::new("the plan was made under another policy");
                Err(failure
                    .next("plan again: `provisioner sync --plan FILE`")
                    .into())
            }
        }
    }

    /// Whether a host is at work on this database, which decides by its own policy and carries out
    /// what is begun here.
    async fn has_a_host(self) -> anyhow::Result<bool> {
        let now = self.clock.now().await;
        Ok(self.role == Role::Guest || self.store.hosts_at_work(now).await? > 0)
    }

    /// How many people are decided about only when a host works.
    async fn left_to_a_host(self) -> anyhow::Result<u64> {
        if self.has_a_host().await? {
            return Ok(0);
        }
        let now = self.clock.now().await;
        Ok(self.store.queue(now).await?.pending)
    }

    async fn carry_out(
        self,
        run: RunId,
        survey: Option<&Survey>,
        seen: Seen,
    ) -> anyhow::Result<Exit> {
        let ending = Carrier::new(self, run)?.carry_out().await?;
        let plan = survey.map(|survey| (self.plan(survey), survey));
        let Some(outcome) = Outcome::of(self.store, run, plan).await? else {
            anyhow::bail!("the full synchronization is not known any more");
        };
        let pending = self.left_to_a_host().await?;
        let outcome = outcome.ended(ending, seen, pending);
        self.kit.report(&outcome)?;
        Ok(match ending {
            Ending::AtItsEnd => outcome.exit(),
            Ending::Stopped => Exit::Partly,
        })
    }
}
