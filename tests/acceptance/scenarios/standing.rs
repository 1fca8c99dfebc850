//! The standing table with its consequences, row by row, from the record to the account.

use provisioning_core::{Disposition, Reason};
use sandbox::{Access, BobAct, LifecycleRow, Mapping, Person, Seed, ServiceUser, UserStatus};
use system_tests::person;

use super::World;
use crate::{ADA, MAIL, USER, account, date};

/// What a record leads to: without an account, and with a linked one.
struct Row {
    name: &'static str,
    person: Person,
    unlinked: Disposition,
    linked: Disposition,
}

fn row(date_of_row: &str, status: &str, access: Option<Access>) -> Person {
    let mut row = LifecycleRow::new(date(date_of_row), status);
    row.access = access;
    person(ADA, MAIL).row(row)
}

fn rows() -> Vec<Row> {
    let in_sync = Disposition::NoOp(Reason::InSync);
    let none = Disposition::NoOp(Reason::NotProvisioned);
    let create = Disposition::Apply(Reason::Provision);
    let row_of = |name, person, unlinked, linked| Row {
        name,
        person,
        unlinked,
        linked,
    };
    vec![
        row_of(
            "terminated",
            row("2026-02-27", "terminated", None),
            none,
            Disposition::Apply(Reason::Leaver),
        ),
        row_of(
            "termination date passed",
            person(ADA, MAIL)
                .field("internal.lifecycleStatus", "employed")
                .field("internal.status", "Active")
                .terminated("2026-03-01"),
            none,
            Disposition::Apply(Reason::Leaver),
        ),
        row_of(
            "termination before the start",
            person(ADA, MAIL)
                .field("internal.lifecycleStatus", "employed")
                .field("internal.status", "Active")
                .field("internal.terminationDate", "2020-01-31"),
            create,
            in_sync,
        ),
        row_of(
            "hired",
            person(ADA, MAIL).started("2026-04-01"),
            create,
            in_sync,
        ),
        row_of(
            "on leave without access",
            row("2026-02-27", "sabbatical", Some(Access::Inactive)),
            none,
            Disposition::Apply(Reason::LeaveBegan),
        ),
        row_of(
            "on leave with access",
            row("2026-02-27", "parental leave", Some(Access::Active)),
            create,
            in_sync,
        ),
        row_of(
            "suspended",
            row("2026-02-27", "employed", Some(Access::Inactive)),
            none,
            Disposition::Apply(Reason::Suspended),
        ),
        row_of("active", person(ADA, MAIL), create, in_sync),
    ]
}

#[tokio::test]
async fn standing_each_row_has_its_consequence_for_people_without_an_account() {
    for Row {
        name,
        person,
        unlinked,
        ..
    } in rows()
    {
        let mut world = World::start(World::seed().employee(person)).await;
        world.bob(BobAct::emit("employee.updated", ADA)).await;
        assert_eq!(world.last(ADA).disposition, unlinked, "{name}");
        let created = world.account(ADA).await.is_some();
        assert_eq!(
            created,
            unlinked == Disposition::Apply(Reason::Provision),
            "{name}"
        );
    }
}

#[tokio::test]
async fn standing_each_row_has_its_consequence_for_people_with_an_account() {
    for Row {
        name,
        person,
        linked,
        ..
    } in rows()
    {
        let seed = World::seed()
            .employee(person)
            .user(account(USER, MAIL, UserStatus::Active))
            .mapping(Mapping::user("test-provisioner", USER, ADA));
        let mut world = World::start(seed).await;
        world.bob(BobAct::emit("employee.updated", ADA)).await;
        assert_eq!(world.last(ADA).disposition, linked, "{name}");
        let deleted = world.user(USER).await.status == UserStatus::Deleted;
        assert_eq!(deleted, matches!(linked, Disposition::Apply(_)), "{name}");
    }
}

#[tokio::test]
async fn standing_a_hidden_status_decides_nothing() {
    for has_account in [false, true] {
        let hidden = ServiceUser::new(Seed::SERVICE_USER_ID, Seed::SERVICE_USER_TOKEN)
            .categories(["root", "about", "employment", "work"]);
        let mut seed = World::seed()
            .employee(person(ADA, MAIL))
            .service_user(hidden);
        if has_account {
            seed = seed
                .user(account(USER, MAIL, UserStatus::Active))
                .mapping(Mapping::user("test-provisioner", USER, ADA));
        }
        let mut world = World::start(seed).await;
        for kind in ["employee.created", "employee.inactivated"] {
            world.bob(BobAct::emit(kind, ADA)).await;
            assert_eq!(
                world.last(ADA).disposition,
                Disposition::NoOp(Reason::PermissionGap)
            );
        }
        assert!(world.writes().await.is_empty());
    }
}
