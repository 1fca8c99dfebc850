use anyhow::Context as _;
use clap::Args;
use hibob_client::EmployeeId;
use provisioning_core::Hint;
use provisioning_core::driver::{Intake, Store as _};
use serde::Serialize;

use super::ALL;
use crate::commands::args::TimeArgs;
use crate::commands::{Exit, Failure, Kit};
use crate::output::words::people;
use crate::output::{Look, Output, Report};

/// Decide again about employees for whom it could not be done, from fresh facts.
///
/// Mend first what stood in the way. A delivery cannot be replayed, because nothing is kept of it
/// but a hash; `provisioner sync --light` looks at everybody instead.
#[derive(Clone, Debug, Args)]
pub(super) struct ReplayArgs {
    /// The ids of the employees.
    #[arg(required_unless_present = "all", value_name = "EMPLOYEE")]
    employees: Vec<String>,
    /// Everybody whom `dead-letters list` shows.
    #[arg(long, conflicts_with = "employees")]
    all: bool,
    #[command(flatten)]
    time: TimeArgs,
}

#[derive(Debug, Serialize)]
struct Replayed {
    /// Who is decided about again.
    employees: Vec<String>,
    /// Whether a host is at work, which does it.
    host: bool,
}

impl ReplayArgs {
    pub(super) async fn run(self, kit: &Kit) -> anyhow::Result<Exit> {
        let now = self.time.clock(kit).await?.now().await;
        let store = kit.store().await?;
        let dead = store.dead_ends(ALL).await?;
        let dead: Vec<String> = dead.into_iter().map(|end| end.employee).collect();
        let employees = if self.all {
            dead.clone()
        } else {
            self.employees
        };
        if let Some(other) = employees.iter().find(|it| !dead.contains(it)) {
            let failure = Failure::new(format!(
                "`{other}` is no employee for whom it cannot be done"
            ));
            let next = "`provisioner dead-letters list` shows them; a delivery cannot be \
                        replayed, and `provisioner sync --only EMPLOYEE` looks at anybody";
            return Err(failure.next(next).into());
        }
        for id in &employees {
            let employee =
                EmployeeId::try_from(id.as_str()).context("an id in the audit is none")?;
            store
                .note(Intake::new(employee, Hint::refresh(now), now))
                .await?;
        }
        let host = store.hosts_at_work(now).await? > 0;
        kit.report(&Replayed { employees, host })?;
        Ok(Exit::Done)
    }
}

impl Report for Replayed {
    fn tell(&self, output: &Output) {
        if self.employees.is_empty() {
            output.line(output.paint(Look::Good, "There is nobody to decide about again."));
            return;
        }
        let of = people(self.employees.len());
        let (look, text) = if self.host {
            (Look::Good, format!("{of} will be decided about again now."))
        } else {
            let text = format!(
                "{of} will be decided about again once `provisioner serve` or `provisioner sync` \
                 works; no host is at work now."
            );
            (Look::Notable, text)
        };
        output.line(output.paint(look, text));
    }
}
