//! `sandbox play`

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use sandbox::{Player, Story};

use super::reach::Reach;
use super::{FAILED, agree, block_on, print};

#[derive(Debug, Args)]
pub(super) struct PlayArgs {
    /// A ready story, or a file with one.
    #[arg(value_name = "STORY", required_unless_present = "list")]
    story: Option<String>,
    /// Show the ready stories.
    #[arg(long)]
    list: bool,
    /// Compare both sides at the end, by this policy.
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    #[command(flatten)]
    reach: Reach,
    /// Take the host for done when it has asked nothing for so many milliseconds.
    #[arg(long, value_name = "N", default_value_t = 300)]
    quiet: u64,
    /// Print one JSON object at the end.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &PlayArgs) -> anyhow::Result<ExitCode> {
    let Some(source) = args.story.as_deref().filter(|_| !args.list) else {
        for name in Story::NAMES {
            let about = Story::named(name).map_or(String::new(), |it| it.about().to_owned());
            print(&format!("{name:<18}{about}"));
        }
        return Ok(ExitCode::SUCCESS);
    };
    let story = story(source)?;
    let mut player = Player::new(args.reach.control()).quiet(Duration::from_millis(args.quiet));
    if let Some(policy) = &args.policy {
        player = player.policy(agree::read(policy)?);
    }
    if !args.json {
        print(&format!("{}\n{}\n", story.title(), story.about()));
    }
    let told = block_on(async {
        let told = player.play(&story, |step| {
            if !args.json {
                print(&format!("{step}\n"));
            }
        });
        Ok(told.await?)
    })?;
    if args.json {
        print(&serde_json::to_string(&told)?);
    } else if let Some(agreement) = &told.agreement {
        print(&agreement.to_string());
    }
    Ok(if told.is_good() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(FAILED)
    })
}

fn story(source: &str) -> anyhow::Result<Story> {
    if let Some(ready) = Story::named(source) {
        return Ok(ready);
    }
    let text = std::fs::read_to_string(source).with_context(|| {
        format!("{source} cannot be read, and is no ready story; see `sandbox play --list`")
    })?;
    Ok(Story::parse(&text)?)
}
