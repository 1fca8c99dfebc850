//! The command `explain`: how it comes to what is done about one employee.

mod account;
mod difference;
mod find;
mod history;
mod tell;

use anyhow::Context as _;
use clap::Args;
use jiff::Timestamp;
use provisioning_core::Policy;
use provisioning_core::clients::{Bob, Lms};
use provisioning_core::decide::Stage;
use provisioning_core::driver::{Driver, Explained, MemoryStore, Store};
use serde::Serialize;

use self::account::Account;
use self::difference::{Field, Planned};
use self::history::Past;
use super::args::{PolicyArgs, TimeArgs};
use super::steps::Names;
use super::{Exit, Failure, Kit};
use crate::clients::Clients;

/// Show how it comes to what is done about one employee, what would be done now, and what was done.
///
/// Both systems are read and everything is decided as for an event, but nothing is written. It
/// works for anybody: also for somebody who is out of scope, has left or was deleted in Bob. The
/// result shows personal values of this one person; --no-values leaves them out.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
Examples:
  provisioner explain 3332883894235038486
  provisioner explain ada@example.com --no-values
  provisioner explain 3332883894235038486 --policy changed.toml

Exit codes: 0 it is told, whatever it comes to, 1 failed, 2 usage.")]
pub(crate) struct ExplainArgs {
    /// The employee's id in Bob, or the mail.
    #[arg(value_name = "EMPLOYEE")]
    who: String,
    /// Show no value of any field, so that the result may be passed on.
    #[arg(long)]
    no_values: bool,
    /// How many of the last decisions to show.
    #[arg(long, value_name = "NUMBER", default_value_t = 10)]
    last: u32,
    #[command(flatten)]
    policy: PolicyArgs,
    #[command(flatten)]
    time: TimeArgs,
}

/// Everything about one employee.
#[derive(Debug, Serialize)]
struct Told {
    employee: String,
    /// What it comes to after the guards, such as `apply(difference)`.
    disposition: String,
    /// The sentences of the decision, in order.
    because: Vec<Sentence>,
    /// What the policy works out, and what the account has.
    fields: Vec<Field>,
    /// What would be done now.
    steps: Vec<Planned>,
    /// What stands beside it.
    findings: Vec<String>,
    /// The account, if one is known.
    user: Option<String>,
    /// When the employee is looked at again without an event.
    look: Option<Timestamp>,
    /// Other employees whose change leads to another look.
    wakes: Vec<String>,
    /// Whether anything was remembered.
    known: bool,
    /// What was decided before, the newest first.
    history: Vec<Past>,
    #[serde(skip)]
    now: Timestamp,
}

/// One sentence of a decision.
#[derive(Debug, Serialize)]
struct Sentence {
    stage: &'static str,
    text: String,
}

impl ExplainArgs {
    pub(crate) async fn run(self, kit: &Kit) -> anyhow::Result<Exit> {
        let policy = self.policy.policy()?;
        let clock = self.time.clock(kit).await?;
        let clients = kit.clients(&clock)?;
        let employee = find::find(&clients, policy.platform(), &self.who).await?;
        let policy = self.policy.bound(&clients).await?;
        let now = clock.now().await;
        let store = kit.store_if_any().await?;
        let explained = match &store {
            Some(store) => explain(&clients, &policy, store.clone(), &employee, now).await?,
            None => {
                kit.output()
                    .note("There is no database yet, so nothing is remembered.");
                explain(&clients, &policy, MemoryStore::new(), &employee, now).await?
            }
        };
        let history = match &store {
            Some(store) => store.history(&employee, self.last).await?,
            None => Vec::new(),
        };
        let account = Account::of(&clients, &explained).await?;
        let values = if self.no_values {
            Values::Hidden
        } else {
            Values::Shown
        };
        let wait = explained.verdict.wait.as_ref();
        kit.report(&Told {
            employee: employee.to_string(),
            disposition: explained.disposition.to_string(),
            because: because(&explained),
            fields: difference::fields(&policy, &explained, account.as_ref(), values),
            steps: difference::steps(&explained, account.as_ref(), Names::of(&policy), values),
            findings: explained
                .verdict
                .findings
                .iter()
                .map(ToString::to_string)
                .collect(),
            user: account.map(|account| account.id().to_string()),
            look: wait.and_then(provisioning_core::Wait::at),
            wakes: wait
                .map(|it| it.on().iter().map(ToString::to_string).collect())
                .unwrap_or_default(),
            known: explained.is_known,
            history: history.into_iter().map(Past::of).collect(),
            now,
        })?;
        Ok(Exit::Done)
    }
}

/// Whether values of fields are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Values {
    Shown,
    Hidden,
}

async fn explain<D: Store>(
    clients: &Clients,
    policy: &Policy,
    store: D,
    employee: &hibob_client::EmployeeId,
    now: Timestamp,
) -> anyhow::Result<Explained> {
    let source = Bob::new(clients.bob.clone(), policy);
    let target = Lms::new(clients.learning360.clone(), policy);
    let driver = Driver::new(policy.clone(), source, target, store);
    driver.explain(employee, now).await.context(
        Failure::new("the employee cannot be decided about now")
            .next("`provisioner status` says which system is not called, and until when"),
    )
}

/// The sentences of the decision, and those of the guards.
fn because(explained: &Explained) -> Vec<Sentence> {
    // The last line says again what it comes to, and the origins have a table of their own.
    let comes_to = explained.verdict.disposition.to_string();
    let lines = explained.verdict.explanation.lines().iter();
    let lines = lines.filter(|line| line.text != comes_to && line.stage != Stage::Origin);
    let said = lines.map(|line| Sentence {
        stage: line.stage.as_str(),
        text: line.text.clone(),
    });
    let held = explained.held.iter().map(|hold| Sentence {
        stage: "guard",
        text: format!("{} is {}: {}", hold.step, hold.state.as_str(), hold.reason),
    });
    said.chain(held).collect()
}
