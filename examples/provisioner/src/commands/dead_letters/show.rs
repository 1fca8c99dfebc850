use clap::Args;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::ALL;
use super::list::{DeadEnd, Unused};
use crate::commands::args::TimeArgs;
use crate::commands::{Exit, Failure, Kit};
use crate::output::words::{ago, time};
use crate::output::{Look, Output, Report};

/// Show one dead letter: what was tried, why it failed, and what helps.
#[derive(Clone, Debug, Args)]
pub(super) struct ShowArgs {
    /// The id of an employee, or the digest of a delivery or its beginning.
    #[arg(value_name = "EMPLOYEE|DELIVERY")]
    which: String,
    #[command(flatten)]
    time: TimeArgs,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
enum Shown {
    Employee(DeadEnd, #[serde(skip)] Timestamp),
    Deliveries(Vec<Unused>, #[serde(skip)] Timestamp),
}

impl ShowArgs {
    pub(super) async fn run(self, kit: &Kit) -> anyhow::Result<Exit> {
        let now = self.time.clock(kit).await?.now().await;
        let store = kit.store().await?;
        let mut ends = store.dead_ends(ALL).await?.into_iter();
        if let Some(end) = ends.find(|end| end.employee == self.which) {
            kit.report(&Shown::Employee(DeadEnd::of(end), now))?;
            return Ok(Exit::Done);
        }
        let letters = store.dead_letters(ALL).await?.into_iter();
        let word = self.which.to_lowercase();
        let is_meant = |digest: &str| word.len() >= SHORTEST && digest.starts_with(&word);
        let meant = letters.filter(|letter| is_meant(&letter.digest));
        let meant: Vec<_> = meant.map(Unused::of).collect();
        if meant.is_empty() {
            let failure = Failure::new(format!("there is no dead letter `{}`", self.which));
            return Err(failure
                .next("`provisioner dead-letters list` shows them")
                .into());
        }
        kit.report(&Shown::Deliveries(meant, now))?;
        Ok(Exit::Done)
    }
}

impl Report for Shown {
    fn tell(&self, output: &Output) {
        match self {
            Self::Employee(end, now) => {
                output.line(output.paint(Look::Title, format_args!("Employee {}", end.employee)));
                let mut rows = vec![
                    ("reason", end.reason.clone()),
                    (
                        "decided",
                        format!("{} ({})", time(end.at), ago(end.at, *now)),
                    ),
                ];
                let tried = tried(&end.detail);
                let helps = helps(&end.reason, &tried).to_owned();
                rows.extend(tried.into_iter().map(|step| ("tried", step)));
                rows.extend(found(&end.detail).into_iter().map(|what| ("found", what)));
                rows.push(("helps", helps));
                output.pairs(rows);
                let id = &end.employee;
                output.note(format_args!(
                    "next: mend it, then `provisioner dead-letters replay {id}`"
                ));
            }
            Self::Deliveries(letters, now) => {
                for letter in letters {
                    let title = format!("Delivery {}", letter.digest);
                    output.line(output.paint(Look::Title, title));
                    output.pairs([
                        ("endpoint", letter.endpoint.clone()),
                        (
                            "reason",
                            format!("{}: {}", letter.reason, why(&letter.reason)),
                        ),
                        ("came", format!("{} times", letter.times)),
                        ("first", time(letter.first_at)),
                        (
                            "last",
                            format!("{} ({})", time(letter.last_at), ago(letter.last_at, *now)),
                        ),
                    ]);
                }
                output.note("next: a hash cannot be replayed; `provisioner sync --light` looks at everybody");
            }
        }
    }
}

/// The steps with what became of them.
fn tried(detail: &Value) -> Vec<String> {
    let steps = detail["steps"].as_array().into_iter().flatten();
    let told = steps.filter_map(|step| {
        let (step, outcome) = (step["step"].as_str()?, step["outcome"].as_str()?);
        Some(format!("{step}: {outcome}"))
    });
    told.collect()
}

fn found(detail: &Value) -> Vec<String> {
    let findings = detail["findings"].as_array().into_iter().flatten();
    findings
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}

/// What a person can do about it.
fn helps(reason: &str, tried: &[String]) -> &'static str {
    let is_refused = |code| tried.iter().any(|step| step.ends_with(code));
    if is_refused("mailUsedTooManyTimes") {
        return "another mail for the person in Bob; 360Learning takes this one no more";
    }
    match reason {
        "fix_data" => "another value in Bob, or in the rule of the policy that makes it",
        "unknown_code" => "whatever the code asks for; this version does not know it",
        "given_up" => "`provisioner doctor`, which says what does not work; it was tried for weeks",
        _ => "`provisioner explain EMPLOYEE`, which says what stands in the way",
    }
}

fn why(reason: &str) -> &'static str {
    match reason {
        "unparseable" => "no JSON, or it named no employee",
        "wrong_company" => "it was signed rightly and comes from another company",
        _ => "it could not be used",
    }
}

/// So much of a digest has to be written.
const SHORTEST: usize = 6;
