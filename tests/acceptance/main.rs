//! The acceptance scenarios, through real HTTP: signed webhooks, both stand-ins, and each of the
//! reference hosts in turn. A test's name begins with its scenario's id.
#![allow(
    clippy::duplicate_mod,
    reason = "the scenarios are there once, and built once for each host"
)]

mod calls;
mod company;
mod embedded;
mod metrics;
mod provisioner;

/// The stand-ins around the host that has a database and metrics.
type World = system_tests::World<::provisioner::Host>;

/// An employee of most scenarios.
const ADA: &str = "3332883894235038486";
/// Another one.
const GRACE: &str = "3332883894235038487";
/// Ada's work mail.
const MAIL: &str = "ada@example.com";
/// An account in 360Learning.
const USER: &str = "6500000000000000000000a1";
/// Another one.
const OTHER: &str = "6500000000000000000000b2";

/// An account with Ada's name and title, equal to what the policy wants of her.
fn account(id: &str, mail: &str, status: sandbox::UserStatus) -> sandbox::User {
    sandbox::User::new(id)
        .mail(mail)
        .names("Ada", "Lovelace")
        .job("Engineer")
        .status(status)
        .member_of(sandbox::Seed::LEARNERS_GROUP, "learner")
}

/// Ada is employed and has a linked, active account that is in sync.
fn linked() -> sandbox::Seed {
    World::seed()
        .employee(system_tests::person(ADA, MAIL))
        .user(account(USER, MAIL, sandbox::UserStatus::Active))
        .mapping(sandbox::Mapping::user("test-provisioner", USER, ADA))
}

fn date(text: &str) -> jiff::civil::Date {
    text.parse().expect("a date")
}

fn at(text: &str) -> jiff::Timestamp {
    text.parse().expect("a time")
}
