//! A company of some people.

use sandbox::{Mapping, Seed, User, UserStatus};
use system_tests::person;

use crate::World;

/// So many people with accounts that equal their records.
pub(crate) fn in_step(people: u64) -> Seed {
    (0..people).fold(World::seed(), |seed, number| {
        let (id, user) = (Seed::employee_id(number), user(number));
        seed.employee(person(&id, &mail(number)))
            .user(
                User::new(&user)
                    .mail(mail(number))
                    .names("Ada", "Lovelace")
                    .job("Engineer")
                    .status(UserStatus::Active)
                    .member_of(Seed::LEARNERS_GROUP, "learner"),
            )
            .mapping(Mapping::user("test-provisioner", user, id))
    })
}

/// So many people without accounts.
pub(crate) fn newcomers(people: u64) -> Seed {
    (0..people).fold(World::seed(), |seed, number| {
        seed.employee(person(&Seed::employee_id(number), &mail(number)))
    })
}

/// The account of somebody who is [`in_step`].
pub(crate) fn user(number: u64) -> String {
    format!("{:024x}", 0xa0_0000 + number)
}

/// Somebody's work mail.
pub(crate) fn mail(number: u64) -> String {
    format!("person{number}@example.com")
}
