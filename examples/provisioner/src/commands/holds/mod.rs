//! The command `holds`: what waits for a person, and what the person says to it.

mod answer;
mod list;
mod pick;
mod show;

use clap::{Args, Subcommand};

use self::answer::AnswerArgs;
use self::list::ListArgs;
use self::show::ShowArgs;
use super::{Exit, Kit};
use provisioning_core::driver::Review;

/// See what the guards hold, and approve or reject it.
///
/// A step that would take a budget of the policy beyond its limit is held: a deactivation too many,
/// an administrator's account, somebody whom Bob no longer shows. It waits for seven days for a
/// person to say yes or no. Held steps come in batches; a batch's digest stands for exactly the
/// steps that were announced under it.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
Examples:
  provisioner holds list
  provisioner holds show 17
  provisioner holds approve 17 18
  provisioner holds reject c20d696a02a0
  provisioner holds approve --all

Exit codes: 0 done, 1 there is no such hold or nothing of the batch waits, 2 usage, 4 nobody said
yes.")]
pub(crate) struct HoldsArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Clone, Debug, Subcommand)]
enum What {
    List(ListArgs),
    Show(ShowArgs),
    /// Let held steps run.
    ///
    /// Everybody concerned is decided about again, from fresh facts, and exactly the approved
    /// steps of these people run. Somebody who is active again by then drops out, and a step that
    /// has changed is held anew. What was approved uses up no budget.
    ///
    /// A batch stands for what still waits of it. A hold that is named by its number may be answered
    /// anew as long as it is known: somebody may think better of a no.
    Approve(AnswerArgs),
    /// Keep held steps from running.
    ///
    /// A rejected step is proposed again when the facts change, or after 30 days. A yes may be taken
    /// back by the hold's number, as long as the step has not run.
    Reject(AnswerArgs),
}

impl HoldsArgs {
    pub(crate) async fn run(self, kit: &Kit) -> anyhow::Result<Exit> {
        match self.what {
            What::List(args) => args.run(kit).await,
            What::Show(args) => args.run(kit).await,
            What::Approve(args) => args.run(Review::Approve, kit).await,
            What::Reject(args) => args.run(Review::Reject, kit).await,
        }
    }
}
