//! The end of the demonstration: the table, the verdict, the figures.

use super::Summary;
use super::compare::Pair;
use crate::output::{Look, Output, Table};

/// Ends the story.
pub(super) fn tell(output: &Output, pairs: &[Pair], summary: &Summary) {
    output.line("");
    output.line(output.paint(Look::Title, "Both sides compared"));
    let mut table = Table::new(["employee", "in Bob", "account", "agree"]);
    for pair in pairs {
        let agree = match pair.differences.as_slice() {
            [] => "yes".to_owned(),
            differences => differences.join(", "),
        };
        table.row([&pair.name, &pair.in_bob, &pair.account, &agree]);
    }
    output.table(table);
    let decisions = summary.decisions.iter();
    let decisions = decisions.map(|(name, times)| format!("{times} {name}"));
    let decisions: Vec<_> = decisions.collect();
    output.line(format_args!(
        "{} employees, {} events, {} full synchronizations, decisions: {}",
        summary.employees,
        summary.webhooks,
        summary.synchronizations,
        decisions.join(", "),
    ));
    output.line(format_args!(
        "{} reads, {} writes, {} steps held, {} of them approved, {:.1} s",
        summary.reads, summary.writes, summary.held, summary.approved, summary.seconds,
    ));
    output.line(if summary.converged {
        output.paint(Look::Good, "Both sides agree.")
    } else {
        output.paint(Look::Bad, "Both sides differ.")
    });
}
