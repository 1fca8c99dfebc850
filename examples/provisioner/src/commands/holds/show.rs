use clap::Args;
use jiff::Timestamp;
use provisioning_core::driver::Store as _;
use provisioning_core::{ChargeKind, Hold};
use serde::Serialize;

use super::list::look;
use super::pick::{Of, pick, short};
use crate::commands::args::TimeArgs;
use crate::commands::{Exit, Kit};
use crate::output::words::{ahead, time};
use crate::output::{Look, Output, Report};

/// Show holds in full: what is held, why, and what an answer does.
#[derive(Clone, Debug, Args)]
pub(super) struct ShowArgs {
    /// The number of a hold, or the digest of a batch or its beginning.
    #[arg(required = true, value_name = "HOLD|BATCH")]
    holds: Vec<String>,
    #[command(flatten)]
    time: TimeArgs,
}

/// A hold as it is shown. Ids only, as in the hold itself.
#[derive(Debug, Serialize)]
pub(super) struct Shown {
    id: u64,
    employee: String,
    step: String,
    budget: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    object: Option<String>,
    reason: &'static str,
    state: &'static str,
    since: Timestamp,
    changed: Timestamp,
    expires: Option<Timestamp>,
    batch: Option<String>,
}

#[derive(Debug, Serialize)]
struct Details {
    holds: Vec<Shown>,
    #[serde(skip)]
    full: Vec<Hold>,
    #[serde(skip)]
    now: Timestamp,
}

impl ShowArgs {
    pub(super) async fn run(self, kit: &Kit) -> anyhow::Result<Exit> {
        let now = self.time.clock(kit).await?.now().await;
        let ledger = kit.store().await?.ledger().await?.value;
        let holds = pick(&ledger, &self.holds, Of::Any)?;
        kit.report(&Details {
            holds: holds.iter().copied().map(Shown::of).collect(),
            full: holds.into_iter().cloned().collect(),
            now,
        })?;
        Ok(Exit::Done)
    }
}

impl Shown {
    pub(super) fn of(hold: &Hold) -> Self {
        Self {
            id: hold.id.0,
            employee: hold.employee.to_string(),
            step: hold.step.to_string(),
            budget: hold.kind.as_str(),
            object: hold.object.as_deref().map(str::to_owned),
            reason: hold.reason.as_str(),
            state: hold.state.as_str(),
            since: hold.since,
            changed: hold.changed,
            expires: hold.expires(),
            batch: hold.batch.map(|batch| batch.to_string()),
        }
    }
}

impl Report for Details {
    fn tell(&self, output: &Output) {
        for (index, hold) in self.full.iter().enumerate() {
            if index > 0 {
                output.line("");
            }
            tell(output, hold, self.now);
        }
        if let [only] = self.full.as_slice() {
            let id = &only.employee;
            output.note(format_args!(
                "next: `provisioner explain {id}` shows the person"
            ));
        }
    }
}

fn tell(output: &Output, hold: &Hold, now: Timestamp) {
    let state = output.paint(look(hold.state), hold.state.as_str());
    let number = output.paint(Look::Title, format_args!("Hold {}", hold.id));
    output.line(format_args!("{number}  {state}"));
    let object = hold.object.as_deref();
    let budget = match object {
        Some(object) => format!("{} of {object}", hold.kind.as_str()),
        None => hold.kind.as_str().to_owned(),
    };
    let mut rows = vec![
        ("employee", hold.employee.to_string()),
        ("step", hold.step.to_string()),
        ("reason", format!("{}: {}", hold.reason, why(hold.kind))),
        ("budget", budget),
        ("since", time(hold.since)),
    ];
    if hold.changed != hold.since {
        rows.push((hold.state.as_str(), time(hold.changed)));
    }
    if let Some(expires) = hold.expires() {
        let left = ahead(expires, now);
        rows.push(("expires", format!("{} ({left})", time(expires))));
    }
    let batch = hold.batch.as_ref().map(short);
    rows.push((
        "batch",
        batch.unwrap_or_else(|| "not announced yet".to_owned()),
    ));
    output.pairs(rows);
}

/// Why a step that this budget pays for is held.
fn why(kind: ChargeKind) -> &'static str {
    match kind {
        ChargeKind::Deactivation => "more deactivations than the policy's guards let pass",
        ChargeKind::UrgentDeactivation => "more urgent deactivations than the guards let pass",
        ChargeKind::Privileged => "the account administers the whole platform; always held",
        ChargeKind::SourceGone => "Bob no longer shows the person; always held",
        ChargeKind::ScopeExit => "a change of the policy put the person out of scope; always held",
        ChargeKind::Reactivation => "more accounts come back than the policy's guards let pass",
        ChargeKind::EmailChange => "more addresses change than the policy's guards let pass",
        ChargeKind::FieldClear => "more values of this field are emptied than the guards let pass",
        ChargeKind::GroupRemoval => "more learners leave this group than the guards let pass",
        ChargeKind::Invitation => "more invitation mails than the policy's guards let pass",
        _ => "the policy's guards hold it",
    }
}
