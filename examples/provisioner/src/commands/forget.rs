//! The command `forget`.

use std::collections::BTreeSet;

use anyhow::Context as _;
use clap::Args;
use hibob_client::{EmployeeId, FieldId};
use jiff::Timestamp;
use learning360_client::{Mapping, UserStatus};
use provisioning_core::driver::Store as _;
use serde::Serialize;
use tokio::time::{Duration, Instant, sleep};

use super::args::{ConfirmArgs, PolicyArgs, TimeArgs};
use super::{Exit, Failure, Kit};
use crate::clients::Clients;
use crate::output::words::count;
use crate::output::{Look, Output, Report};
use crate::store::{Forgotten, SqlStore, Traces};

/// Forget an employee: keep nothing of them here but a hash in the audit.
///
/// What is remembered, pending or held about the employee goes. The audit keeps its lines, with a
/// hash in place of the id that nobody can work out again. The external ID that joins employee and
/// account in 360Learning is deleted, so the account is a stranger's from then on: it is not looked
/// after any more, and it is not restored if the employee comes back. The account itself stays as
/// it is; erasing it is 360Learning's own function.
///
/// It is for somebody who has left. An account that is not deactivated is refused, because nobody
/// would look after it any more. If Bob still shows the employee, the next event or full
/// synchronization meets them as a newcomer; have the record deleted there first. Plan files that
/// you have kept are yours to delete.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
Examples:
  provisioner explain ada@example.com        tells the id
  provisioner forget 3332883894235038486     says what goes, and asks
  provisioner forget 3332883894235038486 --yes

Exit codes: 0 forgotten, 1 failed or refused, 2 usage, 4 a person has to say yes.")]
pub(crate) struct ForgetArgs {
    /// The id of the employee.
    #[arg(value_name = "EMPLOYEE")]
    employee: String,
    /// Also if the account is not deactivated.
    #[arg(long)]
    even_active: bool,
    /// Leave 360Learning as it is, and call neither system.
    #[arg(long, conflicts_with = "even_active")]
    keep_link: bool,
    #[command(flatten)]
    policy: PolicyArgs,
    #[command(flatten)]
    confirm: ConfirmArgs,
    #[command(flatten)]
    time: TimeArgs,
}

/// What was forgotten. It does not name the employee: its place may be a log.
#[derive(Debug, Serialize)]
struct Forgot {
    forgotten: bool,
    /// Whether anything was remembered or pending.
    known: bool,
    holds: usize,
    /// Lines of the audit that keep a hash.
    audited: u64,
    /// External IDs that were deleted.
    links: usize,
    /// Whether Bob still shows the employee; null = not asked, or no answer.
    in_bob: Option<bool>,
}

/// What the two systems say of the employee.
#[derive(Debug, Default)]
struct Outside {
    links: Vec<Mapping>,
    in_bob: Option<bool>,
}

impl ForgetArgs {
    pub(crate) async fn run(self, kit: &Kit) -> anyhow::Result<Exit> {
        let employee = employee(&self.employee)?;
        let store = kit.store().await?;
        let clock = self.time.clock(kit).await?;
        let clients = if self.keep_link {
            None
        } else {
            Some(kit.clients(&clock)?)
        };
        let outside = match &clients {
            Some(clients) => self.look(clients, &employee).await?,
            None => Outside::default(),
        };
        let traces = store.traces(&employee).await?;
        let holds = held(&store, &employee).await?;
        let nothing = !traces.known && traces.audited == 0 && holds == 0;
        if nothing && outside.links.is_empty() {
            let failure = Failure::new("nothing is known of this employee, and nothing to forget");
            return Err(failure
                .next("check the id; `provisioner explain` finds it by mail")
                .into());
        }
        let plan = Forgot {
            forgotten: false,
            known: traces.known,
            holds,
            audited: traces.audited,
            links: outside.links.len(),
            in_bob: outside.in_bob,
        };
        for line in plan.lines() {
            kit.output().note(line);
        }
        let question = "Forget this employee? It cannot be undone.";
        self.confirm.ask_about(kit, &plan, question)?;

        // The link first: with it, the next event would bring everything back.
        for link in &outside.links {
            if let Some(clients) = &clients {
                let links = clients.learning360.external_ids();
                let deleted = links.delete(link.id()).await;
                deleted.context(
                    Failure::new("the external ID was not deleted; nothing was forgotten")
                        .next("let the credentials write external IDs, then say it again"),
                )?;
            }
        }
        let now = clock.now().await;
        store.wake(&BTreeSet::from([employee.clone()]), now).await?;
        let traces = gone(&store, &employee, now).await?;
        forget_held(&store, &employee).await?;
        kit.report(&Forgot {
            forgotten: true,
            known: traces.known,
            audited: traces.audited,
            ..plan
        })?;
        Ok(Exit::Done)
    }

    /// What the two systems say of the employee.
    async fn look(&self, clients: &Clients, employee: &EmployeeId) -> anyhow::Result<Outside> {
        let policy = self.policy.policy()?;
        let links = clients
            .learning360
            .external_ids()
            .list()
            .platform(policy.platform())
            .value(employee.as_str())
            .all()
            .await
            .context(unread("360Learning's external IDs cannot be read"))?;
        let links: Vec<_> = links
            .into_iter()
            .filter(|link| {
                link.platform() == policy.platform() && link.value() == employee.as_str()
            })
            .collect();
        for link in &links {
            let user = clients.learning360.users().get(link.target()).await;
            let is_left = match user {
                Ok(user) => *user.status() == UserStatus::Deleted,
                Err(error) if error.is_not_found() => true,
                Err(error) => return Err(error).context(unread("the account cannot be read")),
            };
            if !is_left && !self.even_active {
                let user = link.target();
                let failure = Failure::new(format!("the account {user} is not deactivated"));
                let next = "let it be deactivated first, or say --even-active: nobody looks after \
                            it from then on";
                return Err(failure.next(next).into());
            }
        }
        let id = FieldId::parse(hibob_client::fields::ROOT_ID).ok();
        let search = clients
            .bob
            .people()
            .search()
            .fields(id)
            .ids([employee.clone()]);
        let in_bob = match search.show_inactive(true).send().await {
            Ok(result) => Some(!result.employees.is_empty()),
            Err(error) => {
                tracing::warn!(%error, "Bob does not say whether it still shows the employee");
                None
            }
        };
        Ok(Outside { links, in_bob })
    }
}

impl Forgot {
    /// What goes, and what stays.
    fn lines(&self) -> Vec<String> {
        let mut told = Vec::new();
        if self.known {
            told.push("What is remembered and pending goes.".to_owned());
        }
        if self.holds > 0 {
            let holds = count(self.holds, "held step goes", "held steps go");
            told.push(format!("{holds}."));
        }
        if self.audited > 0 {
            let audited = usize::try_from(self.audited).unwrap_or(usize::MAX);
            let keep = count(
                audited,
                "line of the audit keeps",
                "lines of the audit keep",
            );
            told.push(format!("{keep} a hash in place of the id."));
        }
        if self.links > 0 {
            let links = count(self.links, "external ID is", "external IDs are");
            told.push(format!(
                "{links} deleted in 360Learning; the account stays and is a stranger's."
            ));
        }
        match self.in_bob {
            Some(true) => told.push(
                "Bob still shows the employee: the next event about them meets a newcomer."
                    .to_owned(),
            ),
            Some(false) => told.push("Bob does not show the employee.".to_owned()),
            None => {}
        }
        told
    }
}

impl Report for Forgot {
    fn tell(&self, output: &Output) {
        output.line(output.paint(Look::Good, "Forgotten."));
    }
}

/// A call that is made before anything is forgotten.
fn unread(what: &str) -> Failure {
    let next =
        "`provisioner doctor` says what is missing; with --keep-link neither system is called";
    Failure::new(what).next(next)
}

fn employee(text: &str) -> anyhow::Result<EmployeeId> {
    EmployeeId::try_from(text).map_err(|_| {
        let failure = Failure::new("that is no id of an employee: they are up to 19 digits");
        let next = "`provisioner explain MAIL` shows the id that belongs to a mail";
        failure.next(next).exit_with(Exit::Usage).into()
    })
}

async fn held(store: &SqlStore, employee: &EmployeeId) -> anyhow::Result<usize> {
    let ledger = store.ledger().await?.value;
    let holds = ledger.holds().iter();
    Ok(holds.filter(|hold| hold.employee == *employee).count())
}

/// Takes the employee out of the state, as soon as nobody decides about them.
async fn gone(store: &SqlStore, employee: &EmployeeId, now: Timestamp) -> anyhow::Result<Traces> {
    let began = Instant::now();
    loop {
        match store.forget(employee, now).await? {
            Forgotten::Done(traces) => return Ok(traces),
            Forgotten::Busy if began.elapsed() < PATIENCE => sleep(PAUSE).await,
            Forgotten::Busy => {
                let failure = Failure::new("the employee is being decided about just now");
                return Err(failure.next("try again in a minute").into());
            }
        }
    }
}

async fn forget_held(store: &SqlStore, employee: &EmployeeId) -> anyhow::Result<()> {
    loop {
        let known = store.ledger().await?;
        let mut ledger = known.value.clone();
        ledger.forget(employee);
        if ledger == known.value || store.replace_ledger(&ledger, known.version).await? {
            return Ok(());
        }
    }
}

/// A decision takes a few seconds.
const PATIENCE: Duration = Duration::from_secs(10);

const PAUSE: Duration = Duration::from_millis(200);
