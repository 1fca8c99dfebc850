//! The command `demo`: a year that ends in agreement, told and counted.

use sandbox::Seed;
use serde_json::Value;

use crate::support::docs;
use crate::support::run::{Ran, run};

fn demo(arguments: &[&str], variables: &[(&str, &str)]) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    let arguments: Vec<_> = ["demo"].iter().chain(arguments).copied().collect();
    run(folder.path(), &arguments, variables)
}

#[test]
fn the_year_ends_in_agreement_and_its_page_shows_it() {
    let ran = demo(&[], &[]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
    assert!(
        ran.stdout.ends_with("Both sides agree.\n"),
        "{}",
        ran.stdout
    );
    assert!(ran.stderr.is_empty(), "{}", ran.stderr);
    assert!(!ran.stdout.contains('\u{1b}'), "no colours in a pipe");
    for line in ran.stdout.lines() {
        assert!(line.chars().count() <= 100, "{line}");
    }
    // How long it took is not the same each time.
    let (told, _) = ran.stdout.rsplit_once(" approved, ").unwrap();
    let told = format!("{told} approved\nBoth sides agree.\n");
    let page = format!(
        "# What `provisioner demo` prints\n\n\
         A year in the life of a small company, played in seconds. The exit code is 0 only \
         if both sides agree at the end; `--json` gives one object. A test keeps this page as it \
         is: `UPDATE_DOCS=1 cargo test -p provisioner demo` writes it anew.\n\n{}",
        docs::block("provisioner demo", &told)
    );
    docs::check("demo.md", &page);
}

#[test]
fn prv_01_it_prints_one_object_and_logs_nothing_personal() {
    let ran = demo(&["--json"], &[("RUST_LOG", "trace")]);
    assert_eq!(ran.code, Some(0));
    let summary: Value = serde_json::from_str(&ran.stdout).expect("one object and nothing else");
    assert_eq!(ran.stdout.lines().count(), 1);
    assert_eq!(summary["converged"], true);
    assert_eq!(summary["employees"], 15);
    assert_eq!(
        summary["held"], 4,
        "three by mistake, and one who is gone from Bob"
    );
    assert_eq!(summary["approved"], 3);
    assert_eq!(summary["synchronizations"], 5);
    for figure in ["webhooks", "reads", "writes"] {
        assert!(summary[figure].as_u64() > Some(0), "{figure}");
    }
    for disposition in ["apply", "no_op", "ignore", "hold"] {
        let times = summary["decisions"][disposition].as_u64();
        assert!(times > Some(0), "{disposition}");
    }
    assert!(summary["seconds"].as_f64().is_some());

    let log = &ran.stderr;
    assert!(
        log.contains("DEBUG") && log.contains("decided"),
        "it does log"
    );
    let mut markers = vec![
        Seed::SERVICE_USER_TOKEN.to_owned(),
        Seed::CLIENT_SECRET.to_owned(),
        "@example.com".to_owned(),
        "Bearer ".to_owned(),
        "Basic ".to_owned(),
        "-secret".to_owned(),
        "Bob-Signature: ".to_owned(),
    ];
    for person in Seed::demo().employees {
        for field in ["root.firstName", "root.surname", "root.email"] {
            markers.push(person.fields[field].as_str().unwrap().to_owned());
        }
    }
    markers
        .extend(["Team Lead", "Chief People Officer", "Lena", "Ríos", "Aroha"].map(str::to_owned));
    for marker in markers {
        let line = log.lines().find(|line| line.contains(&marker));
        assert_eq!(line, None, "{marker} must not be logged");
        assert!(!ran.stdout.contains(&marker));
    }
}
