//! Findings about the host's own state, and about who is told of it.

use hibob_client::EmployeeId;
use jiff::{SignedDuration, Timestamp};
use provisioning_core::driver::{Intake, Store as _};
use provisioning_core::{Changed, Evidence, Hint, Urgency};

use super::{Patient, patient};
use crate::support::home::Home;
use crate::support::inbox::Inbox;

/// The database of a host that took something in so many hours before the sandbox's time.
async fn delivered(hours: i64) -> Home {
    let home = Home::sqlite();
    let store = home.open().await;
    let at = now() - SignedDuration::from_hours(hours);
    let hint = Hint::new(Evidence::Updated, Changed::Unknown, Urgency::Normal, at);
    let employee = EmployeeId::try_from("1").unwrap();
    let note = Intake::new(employee, hint, at).keyed("key");
    store.note(note).await.unwrap();
    store.close().await;
    home
}

fn now() -> Timestamp {
    patient().seed.now
}

#[tokio::test]
async fn the_state_of_a_host_is_told_while_it_works() {
    let home = delivered(2).await;
    let store = home.open().await;
    let told = patient().set("DATABASE_URL", home.url()).examined().await;
    assert_eq!(told.code, Some(0), "{}", told.text);
    told.expect("database", "ok", &["can be read"]);
    told.expect("last_delivery", "ok", &["2 hours ago"]);
    assert!(!told.has("no_database") && !told.has("paused"));

    store.pause().await.unwrap();
    let told = patient().set("DATABASE_URL", home.url()).examined().await;
    told.expect("paused", "warning", &["provisioner resume"]);
}

#[tokio::test]
async fn webhooks_that_do_not_come_any_more_are_a_warning() {
    let home = delivered(80).await;
    let told = patient().set("DATABASE_URL", home.url()).examined().await;
    told.expect(
        "no_delivery",
        "warning",
        &["3 days ago", "switched them off"],
    );
    let home = Home::sqlite();
    home.open().await.close().await;
    let told = patient().set("DATABASE_URL", home.url()).examined().await;
    told.expect("no_delivery_yet", "note", &["setup --wait"]);
}

#[tokio::test]
async fn a_database_that_cannot_be_used_is_an_error_and_none_is_a_note() {
    let home = Home::sqlite();
    let file = home.url().strip_prefix("sqlite://").unwrap();
    std::fs::write(
        file,
        "This is no database, however long it is. ".repeat(100),
    )
    .unwrap();
    let told = patient().set("DATABASE_URL", home.url()).examined().await;
    told.expect("database", "error", &["not a database", "DATABASE_URL"]);
    // Nobody listens there.
    let nowhere = "postgres://canary:canary@127.0.0.1:9/canary";
    let told = patient().set("DATABASE_URL", nowhere).examined().await;
    told.expect(
        "database",
        "error",
        &["cannot be used", "whether the database is up"],
    );
    assert!(!told.text.contains("canary:"), "{}", told.text);
    assert!(!told.has("no_database"));
}

#[tokio::test]
async fn who_is_told_of_alerts_is_told_and_tried_out_when_asked_for() {
    let told = patient().examined().await;
    told.expect("nobody_notified", "note", &["NOTIFY_URL"]);

    let inbox = Inbox::open().await;
    let (name, url) = inbox.variable();
    let told = patient().set(name, &*url).examined().await;
    told.expect("notify", "ok", &["127.0.0.1", "--notify"]);
    assert!(inbox.take().is_empty(), "nothing is sent unasked");

    let trying = || Patient {
        time: &["--sandbox", "--notify"],
        ..patient()
    };
    let told = trying().set(name, &*url).examined().await;
    told.expect("notify", "ok", &["has taken a notice"]);
    let sent = inbox.take();
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0]["kind"], "test");
    inbox.answers(404);
    let told = trying().set(name, &*url).examined().await;
    told.expect("notify_failed", "error", &["404", "NOTIFY_URL"]);
    assert!(!told.text.contains("/notify"), "the path may be a secret");
    let told = trying().examined().await;
    told.expect("nobody_notified", "note", &["NOTIFY_URL"]);
}
