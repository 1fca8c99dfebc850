//! The command `dead-letters`: what could not be used or done, and another try.

mod list;
mod replay;
mod show;

use clap::{Args, Subcommand};

use self::list::ListArgs;
use self::replay::ReplayArgs;
use self::show::ShowArgs;
use super::{Exit, Kit};

/// See what could not be used or done, and try again.
///
/// There are two kinds of dead letters. An employee is one if the latest decision about them was
/// that it cannot be done: 360Learning refuses an address for good, say. Once that is mended, a
/// replay decides about them again, from fresh facts.
///
/// A delivery is one if it could not be used: it was no JSON, named no employee, or came from
/// another company. Nothing is kept of it but a hash, so it cannot be replayed. It is not needed
/// either, because a delivery only says that somebody is worth a look: `provisioner sync --light`
/// looks at everybody.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
Examples:
  provisioner dead-letters list
  provisioner dead-letters show 3332883894235038486
  provisioner dead-letters replay 3332883894235038486
  provisioner dead-letters replay --all

Exit codes: 0 done, 1 there is no such dead letter, 2 usage.")]
pub(crate) struct DeadLettersArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Clone, Debug, Subcommand)]
enum What {
    List(ListArgs),
    Show(ShowArgs),
    Replay(ReplayArgs),
}

impl DeadLettersArgs {
    pub(crate) async fn run(self, kit: &Kit) -> anyhow::Result<Exit> {
        match self.what {
            What::List(args) => args.run(kit).await,
            What::Show(args) => args.run(kit).await,
            What::Replay(args) => args.run(kit).await,
        }
    }
}

/// A company that 360Learning refuses as a whole is as many dead letters as it has people.
const ALL: u32 = u32::MAX;
