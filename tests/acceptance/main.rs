//! The acceptance scenarios, through real HTTP: signed webhooks, both stand-ins, the reference
//! host with its database. A test's name begins with its scenario's id.

mod calls;
mod err;
mod ev;
mod lif;
mod mat;
mod metrics;
mod prv;
mod rec;
mod sec;
mod standing;

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
    system_tests::World::seed()
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
