//! The outputs in `docs/operating.md` are what the commands say.

use std::io::Read as _;
use std::path::Path;

use sandbox::{BobAct, Mapping, Seed, User, UserStatus};

use crate::support::company::{Company, POLICY};

/// The company of the demonstration, whose accounts exist. Accounts that a host creates have other
/// ids every time, because several are created at once.
fn with_accounts() -> Seed {
    let titles = [
        ("253901", "Chief People Officer"),
        ("253902", "Team Lead"),
        ("253903", "Engineer"),
        ("253904", "Adviser"),
    ];
    let seed = Seed::demo();
    let people = seed.employees.clone().into_iter().enumerate();
    people.fold(seed, |seed, (number, person)| {
        let text = |field: &str| person.fields[field].as_str().unwrap().to_owned();
        let title = text("work.title");
        let (_, job) = titles.iter().find(|(id, _)| *id == title).unwrap();
        let user = format!("65000000000000000000{:04}", 100 + number);
        let account = User::new(&user)
            .mail(text("root.email"))
            .names(text("root.firstName"), text("root.surname"))
            .job(*job)
            .status(UserStatus::Active)
            .member_of(Seed::LEARNERS_GROUP, "learner");
        let link = Mapping::user("hibob-provisioner", user, person.id);
        seed.user(account).mapping(link)
    })
}

/// Runs a command as it stands in the documentation, and gives what a terminal shows: both streams,
/// in the order in which they were written.
#[expect(clippy::incompatible_msrv, reason = "that one is of the libraries")]
async fn shown(company: &Company, command: &str) -> String {
    let words: Vec<_> = command.split_whitespace().skip(1).collect();
    let (mut screen, out) = std::io::pipe().unwrap();
    let mut running = company.command(&[&words[..], &["--sandbox"]].concat());
    running.env("COLUMNS", "100");
    running.stderr(out.try_clone().unwrap()).stdout(out);
    // The stand-ins answer on this thread.
    let text = tokio::task::spawn_blocking(move || {
        let mut child = running.spawn().unwrap();
        // It holds the other end of the pipe, too.
        drop(running);
        let mut text = String::new();
        screen.read_to_string(&mut text).unwrap();
        child.wait().unwrap();
        text
    });
    format!("$ {command}\n{}", text.await.unwrap())
}

/// What happens before a command.
async fn before(company: &mut Company, command: &str) {
    let employee = |number: u64| (3_332_883_894_235_038_400 + number).to_string();
    if command.contains("explain") {
        *company = Company::start(with_accounts(), POLICY).await;
        let name = BobAct::edit(employee(1), "root.firstName", "Augusta Ada");
        company.bob(name).await;
        company.hear_nothing().await;
        let title = BobAct::edit(employee(1), "work.title", "253903");
        company.act(title).await;
    }
    if command.ends_with("status") {
        company.restart(POLICY).await;
        for number in 0..12 {
            let seen = BobAct::emit("employee.updated", employee(number));
            company.act(seen).await;
        }
        company.pass(60).await;
        let today = "2026-03-01".parse().unwrap();
        for number in 1..9 {
            company
                .act(BobAct::terminate(employee(number), today))
                .await;
        }
        company.pass(3).await;
        company.pass(7_200).await;
        let title = BobAct::edit(employee(9), "work.title", "253903");
        company.act(title).await;
    }
    if command.contains("preview") {
        company.pass(60).await;
        let changed = POLICY.replace("last_name = \"surname\"", "last_name = \"surname | upper\"");
        let scope = "[scope]\nwhen = \"work.siteId == '2606110'\"\n\
                     [lifecycle]\non_out_of_scope = \"deactivate\"\n";
        company.write("changed.toml", &(changed + scope));
    }
    if command.contains("dead-letters") {
        company
            .act(BobAct::emit("employee.updated", "not-an-id"))
            .await;
        company.pass(60).await;
    }
}

#[tokio::test]
async fn the_documentation_shows_what_the_commands_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/operating.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let mut company = Company::start(Seed::demo(), POLICY).await;
    company.hear_nothing().await;
    company.stop().await;
    let mut made = String::new();
    let mut rest = text.as_str();
    while let Some((prose, block)) = rest.split_once("```text\n$ ") {
        let (command, block) = block.split_once('\n').unwrap();
        let (_, after) = block.split_once("```\n").unwrap();
        before(&mut company, command).await;
        made.extend([prose, "```text\n", &shown(&company, command).await, "```\n"]);
        rest = after;
    }
    made += rest;
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    assert!(
        made == text || std::env::var_os("UPDATE_DOCS").is_some(),
        "docs/operating.md is out of date; UPDATE_DOCS=1 writes it anew:\n{made}"
    );
}
