//! PRV-01: what the commands say beside their result names nobody.

use sandbox::{BobAct, Seed};

use crate::support::company::{Company, POLICY, id, linked_people, person};

#[tokio::test]
async fn prv_01_no_command_logs_anything_personal() {
    let seed = linked_people(12).employee(person(20).names("Marker", "Markerson"));
    let mut company = Company::start(seed, POLICY).await;
    for number in 0..8 {
        let today = "2026-03-01".parse().unwrap();
        company.act(BobAct::terminate(id(number), today)).await;
    }
    company.pass(3).await;
    company.stop().await;
    company
        .act(BobAct::edit(id(9), "root.firstName", "Marker"))
        .await;
    company
        .act(BobAct::edit(id(9), "root.email", "marker@example.com"))
        .await;
    company.write("changed.toml", &POLICY.replace("| trim", "| trim | trim"));
    let loud = [("RUST_LOG", "trace")];
    // Commands whose result names nobody either come first.
    let silent = [
        "status",
        "holds list",
        "holds show 1",
        "preview changed.toml",
        "sync --plan plan.json",
        "sync --deep --yes",
        "holds approve 1",
        "dead-letters list",
        "forget 1000001 --yes --even-active",
        "pause",
        "resume",
    ];
    let told = ["explain 1000009", "explain marker@example.com"];
    for command in silent.iter().chain(&told) {
        let words: Vec<_> = command.split_whitespace().collect();
        let clock = if matches!(*command, "pause" | "resume") {
            &[][..]
        } else {
            &["--sandbox"]
        };
        let ran = company.run_with(&[&words, clock].concat(), &loud).await;
        assert!([0, 4].contains(&ran.code), "{command}: {ran:?}");
        let said = if told.contains(command) {
            ran.err
        } else {
            ran.out + &ran.err
        };
        for marker in [
            "marker@",
            "Marker",
            "Lovelace",
            "person1@",
            "@example.com",
            "Team Lead",
            Seed::SERVICE_USER_TOKEN,
            Seed::CLIENT_SECRET,
            "Bearer ",
            "Basic ",
        ] {
            let line = said.lines().find(|line| line.contains(marker));
            assert_eq!(line, None, "{marker} by `{command}`");
        }
    }
}
