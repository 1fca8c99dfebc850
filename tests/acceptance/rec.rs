//! Full synchronizations over real HTTP, and what they cost.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use learning360_client::Quota;
use provisioning_core::Policy;
use provisioning_core::clients::{Bob, Lms};
use provisioning_core::driver::{Approval, Begun, Driver, MemoryStore, Report, RunMode, Whom};
use provisioning_core::policy::Depth;
use provisioning_core::sync::Situation;
use sandbox::{Api, Control, Group, Mapping, Sandbox, Seed, Switches, User, UserStatus};
use system_tests::{POLICY, person};

use crate::World;

/// Both stand-ins and a driver between them.
pub(crate) struct Both {
    sandbox: Sandbox,
    pub(crate) control: Control,
    driver: Driver<Bob, Lms, MemoryStore>,
}

impl Both {
    pub(crate) async fn start(seed: Seed, policy: &str) -> Self {
        let sandbox = Sandbox::start(seed).await.expect("the sandbox starts");
        let policy = Policy::parse(policy).expect("the policy is right");
        let bob = hibob_client::Client::builder()
            .service_user(Seed::SERVICE_USER_ID, Seed::SERVICE_USER_TOKEN)
            .base_url(sandbox.bob_base_url())
            .quota(hibob_client::Quota::unlimited())
            .build()
            .expect("a client");
        let lms = learning360_client::Client::builder()
            .credentials(Seed::CLIENT_ID, Seed::CLIENT_SECRET)
            .base_url(sandbox.learning360_base_url())
            .quota(Quota::unlimited())
            .build()
            .expect("a client");
        let (bob, lms) = (Bob::new(bob, &policy), Lms::new(lms, &policy));
        Self {
            control: sandbox.control(),
            driver: Driver::new(policy, bob, lms, MemoryStore::new()),
            sandbox,
        }
    }

    async fn now(&self) -> Timestamp {
        self.control.now().await.expect("the sandbox answers")
    }

    /// Surveys and carries out what a person has approved.
    pub(crate) async fn sync(&self, depth: Depth) -> Report {
        let now = self.now().await;
        let survey = self
            .driver
            .survey(depth, &Whom::Everybody, now, &mut |_| {})
            .await
            .expect("both can be listed");
        let begun = self
            .driver
            .begin(&survey, RunMode::Exact, Approval::ByPerson, now)
            .await;
        assert!(matches!(begun, Ok(Begun::Running(_))), "{begun:?}");
        for _ in 0..100 {
            let turn = self.driver.turn(now).await.expect("the store holds");
            if let Some(report) = turn.ended.into_iter().next() {
                return report;
            }
        }
        panic!("it never ends");
    }

    /// Calls since the log was cleared, by method and route; token calls not counted.
    async fn calls(&self) -> BTreeMap<String, u64> {
        let log = self.control.log().await.expect("the sandbox answers");
        self.control.clear_log().await.expect("the log is emptied");
        let mut calls = log.counts;
        calls.retain(|route, _| !route.contains("token"));
        calls
    }
}

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

fn user(number: u64) -> String {
    format!("{:024x}", 0xa0_0000 + number)
}

fn mail(number: u64) -> String {
    format!("person{number}@example.com")
}

#[tokio::test]
async fn rec_06_a_light_synchronization_of_people_in_sync_costs_its_pages() {
    let both = Both::start(in_step(620), POLICY).await;
    both.control.clear_log().await.expect("the log is emptied");
    let report = both.sync(Depth::Light).await;
    assert_eq!(report.get(Situation::InSync), 620, "{}", report.tally);
    let calls = both.calls().await;
    let expected = [
        ("bob GET /v1/company/named-lists/{listName}", 1),
        ("bob POST /v1/people/search", 1),
        // One page of 5,000; two of 500 and the one of the deactivated.
        ("learning360 GET /api/v2/external-ids", 1),
        ("learning360 GET /api/v2/users", 3),
    ];
    let expected: BTreeMap<_, _> = expected
        .into_iter()
        .map(|(route, calls)| (route.to_owned(), calls))
        .collect();
    assert_eq!(calls, expected);
    both.sandbox.shutdown().await;
}

#[tokio::test]
async fn rec_05_drift_missing_accounts_and_leavers_are_found_without_any_event() {
    let mut seed = in_step(40).employee(person(&Seed::employee_id(90), &mail(90)));
    let drifted = seed.users.iter_mut().find(|it| it.id == user(3));
    drifted.expect("the account exists").job = Some("Boss".to_owned());
    let left = seed
        .employees
        .iter_mut()
        .find(|it| it.id == Seed::employee_id(7));
    let left = left.expect("the record exists");
    *left = left.clone().terminated("2026-02-01");
    let both = Both::start(seed, POLICY).await;
    let report = both.sync(Depth::Light).await;
    let counts = [
        (Situation::Create, 1),
        (Situation::Update, 1),
        (Situation::Deactivate, 1),
        (Situation::InSync, 38),
    ];
    for (situation, count) in counts {
        assert_eq!(
            report.get(situation),
            count,
            "{situation:?}: {}",
            report.tally
        );
    }
    both.calls().await;
    let report = both.sync(Depth::Light).await;
    assert_eq!(report.get(Situation::InSync), 40, "{}", report.tally);
    let calls = both.calls().await;
    let writes = calls
        .keys()
        .filter(|route| route.starts_with(Api::Learning360.as_str()) && !route.contains(" GET "));
    assert_eq!(writes.count(), 0, "{calls:?}");
    both.sandbox.shutdown().await;
}

const GROUP: &str = "6500000000000000000000c1";

fn with_group(people: u64) -> (Seed, String) {
    let group = Group::private(GROUP, "Engineers", Seed::ROOT_GROUP);
    let rule = format!("[[groups]]\ngroup = \"{GROUP}\"\nwhen = \"work.title == 't1'\"\n");
    (in_step(people).group(group), format!("{POLICY}{rule}"))
}

/// The clock stands still but for what nobody waits for, so the pauses between two looks at a bulk
/// operation take no time.
#[tokio::test(start_paused = true)]
async fn grp_10_many_additions_are_one_bulk_operation() {
    let (seed, policy) = with_group(220);
    let both = Both::start(seed, &policy).await;
    let time_passes = async {
        loop {
            both.control.advance(1).await.expect("time passes");
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    };
    both.control.clear_log().await.expect("the log is emptied");
    let report = tokio::select! {
        report = both.sync(Depth::Deep) => report,
        () = time_passes => unreachable!("it goes on for ever"),
    };
    assert_eq!(report.get(Situation::Update), 220, "{}", report.tally);
    let calls = both.calls().await;
    let bulk = "learning360 POST /api/v2/bulk/groups/memberships";
    assert_eq!(calls.get(bulk), Some(&1), "{calls:?}");
    assert!(
        !calls.keys().any(|route| route.contains("{role}")),
        "{calls:?}"
    );
    let state = both.control.state().await.expect("the sandbox answers");
    let is_in = |user: &&User| user.memberships.iter().any(|it| it.group_id == GROUP);
    assert_eq!(state.users.values().filter(is_in).count(), 220);
    both.sandbox.shutdown().await;
}

#[tokio::test]
async fn err_10_while_bulk_operations_are_switched_off_the_people_are_retried() {
    let (seed, policy) = with_group(205);
    let mut switches = Switches::default();
    switches.learning360.bulk.disabled = true;
    let both = Both::start(seed.switches(switches), &policy).await;
    both.control.clear_log().await.expect("the log is emptied");
    let report = both.sync(Depth::Deep).await;
    assert_eq!(report.get(Situation::Error), 205, "{}", report.tally);
    let calls = both.calls().await;
    assert!(
        !calls.keys().any(|route| route.contains("{role}")),
        "{calls:?}"
    );
    both.sandbox.shutdown().await;
}
