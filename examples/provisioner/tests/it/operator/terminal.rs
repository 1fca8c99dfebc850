//! What a person sees and answers at a terminal.

use sandbox::BobAct;

use super::sync::two_differ;
use crate::support::company::{Company, id};
use crate::support::terminal::Terminal;

const QUESTION: &str = "Carry it out for 2 people? [y/N] ";

/// Nobody of the people is done.
const BAR: &str = "people ╌";

#[tokio::test]
async fn alone_it_plans_asks_and_does_exactly_what_was_shown() {
    let company = two_differ().await;
    let mut terminal = Terminal::run(company.command(&["sync", "--sandbox"]));
    let screen = terminal.until(QUESTION).await;
    assert!(screen.contains("Everything that is taken away"), "{screen}");
    assert!(screen.contains("2 people to change; it takes about 1 s"));
    assert!(has_colours(&screen), "{screen}");
    assert_eq!(company.writes().await, 0, "nothing before the answer");
    // What one of them needs is not what was shown any more.
    company
        .act(BobAct::edit(id(0), "root.firstName", "Augusta"))
        .await;
    terminal.types("y\n");
    let (code, screen) = terminal.ends().await;
    assert_eq!(code, 3, "{screen}");
    assert!(screen.contains("plan_stale"), "{screen}");
    assert_eq!(company.deactivated().await, 1);
    let account = company.account(0).await.unwrap();
    assert_eq!(account.job.as_deref(), Some("Team Lead"), "left alone");
}

#[tokio::test]
async fn whatever_is_no_yes_is_a_no() {
    let company = two_differ().await;
    // The last one is the end of the input.
    for answer in ["n\n", "\n", "yesterday\n", "\u{4}"] {
        let mut command = company.command(&["sync", "--sandbox"]);
        command.env("NO_COLOR", "1");
        let mut terminal = Terminal::run(command);
        terminal.until(QUESTION).await;
        terminal.types(answer);
        let (code, screen) = terminal.ends().await;
        assert_eq!(code, 4, "{answer:?}: {screen}");
        assert!(screen.contains("error: the answer was no, and nothing was done"));
        assert!(screen.contains("next: "), "{screen}");
        assert!(!has_colours(&screen), "{screen}");
    }
    assert_eq!(company.writes().await, 0);
}

/// Said yes to, while the work is paused, so that the bar stands still.
async fn standing_still(company: &Company) -> Terminal {
    let mut terminal = Terminal::run(company.command(&["sync", "--sandbox"]));
    terminal.until(QUESTION).await;
    let paused = company.run(&["pause"]).await;
    assert_eq!(paused.code, 0, "{paused:?}");
    terminal.types("y\n");
    let screen = terminal.until(BAR).await;
    assert!(screen.contains("Carry it out"), "{screen}");
    terminal
}

#[tokio::test]
async fn how_far_it_is_is_shown_on_a_terminal_and_not_in_a_pipe() {
    let company = two_differ().await;
    let mut terminal = standing_still(&company).await;
    let paused = "The work was paused; it goes on after `provisioner resume`.";
    terminal.until(paused).await;
    assert_eq!(company.writes().await, 0);
    company.run(&["resume"]).await;
    let (code, screen) = terminal.ends().await;
    assert_eq!(code, 0, "{screen}");
    assert_eq!(company.deactivated().await, 1);

    company
        .act(BobAct::edit(id(2), "root.surname", "King"))
        .await;
    let ran = company.run(&["sync", "--yes", "--sandbox"]).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(!ran.err.contains('╌') && !ran.out.contains('╌'), "{ran:?}");
}

#[tokio::test]
async fn stopped_by_a_person_it_says_how_to_go_on() {
    let company = two_differ().await;
    let terminal = standing_still(&company).await;
    terminal.is_interrupted();
    let (code, screen) = terminal.ends().await;
    assert_eq!(code, 3, "{screen}");
    for part in [
        "Stopped.",
        "2 people are still to come.",
        "next: `provisioner sync` or `provisioner serve` goes on with it",
    ] {
        assert!(screen.contains(part), "{part} in {screen}");
    }
    assert_eq!(company.writes().await, 0);

    company.run(&["resume"]).await;
    let ran = company.run(&["sync", "--yes", "--sandbox"]).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.err.contains("it goes on"), "{ran:?}");
    let account = company.account(0).await.unwrap();
    assert_eq!(account.job.as_deref(), Some("Engineer"));
    assert_eq!(company.deactivated().await, 1);
}

/// Bars move the cursor; only this changes how something looks.
fn has_colours(screen: &str) -> bool {
    let mut sequences = screen.split("\u{1b}[").skip(1);
    sequences.any(|rest| {
        let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';');
        rest.starts_with('m')
    })
}
