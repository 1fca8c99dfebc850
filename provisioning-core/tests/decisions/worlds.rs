//! Properties over small random worlds: three people, three accounts, few mails.

use std::collections::BTreeMap;

use hibob_client::EmployeeId;
use proptest::prelude::*;
use provisioning_core::driver::{Source, Store};
use provisioning_core::{
    Changed, Decision, Evidence, Facts, Hint, Memory, Policy, Seq, Urgency, Verdict, decide,
};
use serde_json::json;

use crate::cases::cases;
use crate::model::Model;
use crate::stage::{NOW, POLICY, Stage};

const PEOPLE: [&str; 3] = ["101", "102", "103"];
const USERS: [&str; 3] = [
    "0000000000000000000000aa",
    "0000000000000000000000bb",
    "0000000000000000000000cc",
];
const NAMES: [Option<&str>; 4] = [Some("a"), Some("b"), Some("c"), None];
const BESIDE: &str =
    "username = \"work.employeeIdInCompany\"\n[manager]\nfrom = \"work.manager\"\n";
const MAILS: [&str; 4] = ["a@example.com", "b@example.com", "c@example.com", "none"];

/// What a world is made of; indexes into the tables above.
#[derive(Clone, Debug)]
struct World {
    people: Vec<Option<(usize, usize, usize)>>,
    users: Vec<Option<(usize, usize, bool)>>,
    links: BTreeMap<usize, usize>,
    remembered: Vec<Option<usize>>,
    /// What else is remembered of each: a create without an answer, and a manager we set.
    lost: Vec<(Option<usize>, Option<usize>)>,
    managers: Vec<Option<usize>>,
    /// Whose username is whose number, in Bob and in 360Learning.
    names: (Vec<usize>, Vec<usize>),
    evidence: Evidence,
    label: bool,
}

fn worlds() -> impl Strategy<Value = World> {
    let person = prop::option::weighted(0.9, (0..MAILS.len(), 0..5_usize, 0..3_usize));
    let user = prop::option::weighted(0.8, (0..MAILS.len(), 0..3_usize, any::<bool>()));
    let some = || prop::option::weighted(0.5, 0..3_usize);
    let names = || prop::collection::vec(0..4_usize, 3);
    let beside = (
        prop::collection::vec((some(), some()), 3),
        prop::collection::vec(some(), 3),
        (names(), names()),
    );
    let evidence = prop::sample::select(vec![
        Evidence::Created,
        Evidence::Updated,
        Evidence::Activated,
        Evidence::Inactivated,
        Evidence::Deleted,
        Evidence::Refresh,
    ]);
    (
        prop::collection::vec(person, 3),
        prop::collection::vec(user, 3),
        prop::collection::btree_map(0..3_usize, 0..3_usize, 0..4),
        prop::collection::vec(prop::option::weighted(0.3, 0..3_usize), 3),
        beside,
        evidence,
        any::<bool>(),
    )
        .prop_map(
            |(people, users, links, remembered, beside, evidence, label)| World {
                people,
                users,
                links,
                remembered,
                lost: beside.0,
                managers: beside.1,
                names: beside.2,
                evidence,
                label,
            },
        )
}

impl World {
    fn build(&self, model: &Model) {
        for (index, (id, person)) in PEOPLE.iter().zip(&self.people).enumerate() {
            let Some((mail, status, start)) = person else {
                continue;
            };
            let manager = self.managers[index].map(|manager| PEOPLE[manager]);
            let statuses = [
                ("Active", "employed"),
                ("Inactive", "parental leave"),
                ("Inactive", "terminated"),
                ("Inactive", "hired"),
                ("Inactive", "employed"),
            ];
            let starts = ["2024-04-01", "2026-03-02", "2026-04-01"];
            let (access, lifecycle) = statuses[*status];
            let fields = [
                ("root.email", Some(MAILS[*mail])),
                ("root.firstName", Some("Ada")),
                ("root.surname", Some("Lovelace")),
                ("internal.status", Some(access)),
                ("internal.lifecycleStatus", Some(lifecycle)),
                ("work.startDate", Some(starts[*start])),
                ("work.title", Some("t1")),
                ("work.manager", manager),
                ("work.employeeIdInCompany", NAMES[self.names.0[index]]),
            ];
            model.person(id, &fields);
        }
        // 360Learning keeps mails unique.
        let mut taken = Vec::new();
        let mut named = Vec::new();
        for (index, (id, user)) in USERS.iter().zip(&self.users).enumerate() {
            let Some((mail, status, returned)) = user else {
                continue;
            };
            if taken.contains(mail) {
                continue;
            }
            taken.push(*mail);
            model.user(id, ["active", "invited", "deleted"][*status], MAILS[*mail]);
            // And usernames.
            let name = NAMES[self.names.1[index]].filter(|name| !named.contains(name));
            if let Some(name) = name {
                named.push(name);
                model.set(id, "username", json!(name));
            }
            if *status == 2 || *returned {
                model.set(id, "deletedAt", json!(["2026-02-01T10:00:00.000Z"]));
            }
        }
        let mut linked = Vec::new();
        for (person, user) in &self.links {
            if !linked.contains(user) {
                linked.push(*user);
                model.link(PEOPLE[*person], USERS[*user]);
            }
        }
    }

    fn memory(&self, person: usize) -> Memory {
        let (create, manager) = self.lost[person];
        let create = create.map(|mail| json!({ "mail": MAILS[mail], "tries": 1 }));
        let managers: Vec<_> = manager.into_iter().map(|user| USERS[user]).collect();
        let link = self.remembered[person].map(|user| USERS[user]);
        let memory = json!({ "link": link, "create": create, "managers": managers });
        serde_json::from_value(memory).expect("a memory")
    }

    fn policy(&self) -> Policy {
        let mail = if self.label {
            "email | trim | lower"
        } else {
            "first_of(email)"
        };
        let text = POLICY.replace("\"email\"", &format!("\"{mail}\""));
        let text = format!("{text}job = \"work.title | label('title')\"\n{BESIDE}");
        Policy::parse(&text).expect("the policy is right")
    }
}

/// Decides about one person, and counts the rounds.
fn rounds(world: &World, model: &Model, person: usize) -> (Verdict, usize) {
    let employee = EmployeeId::try_from(PEOPLE[person]).expect("an id");
    let now = NOW.parse().expect("a time");
    let hint = Hint::new(world.evidence, Changed::Unknown, Urgency::Normal, now).stamped(Seq(1));
    let (policy, memory) = (world.policy(), world.memory(person));
    let mut facts = Facts::default();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    for round in 0..10 {
        match decide(&policy, &employee, &hint, &memory, &facts, now) {
            Decision::Verdict(verdict) => return (*verdict, round),
            Decision::Need {
                queries,
                newer_than,
            } => {
                assert_eq!(newer_than, Seq(1));
                for (query, answer) in runtime.block_on(Source::fetch(model, &queries)) {
                    facts.insert(query, Seq(1), answer);
                }
            }
        }
    }
    panic!("it never ends");
}

proptest! {
    #![proptest_config(cases(500))]

    #[test]
    fn a_decision_takes_at_most_four_rounds_and_is_the_same_each_time(world in worlds()) {
        let model = Model::default();
        world.build(&model);
        for person in 0..3 {
            let (verdict, taken) = rounds(&world, &model, person);
            prop_assert!(taken <= 4, "{taken} rounds: {verdict:?}");
            prop_assert_eq!(&rounds(&world, &model, person).0, &verdict);
        }
    }

    #[test]
    fn once_everybody_is_settled_another_look_writes_nothing(world in worlds()) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(async {
            let mut stage = Stage::new();
            world.build(&stage.model);
            for id in PEOPLE {
                stage.note(id, world.evidence).await;
            }
            for _ in 0..6 {
                stage.after(3_600).await;
            }
            let before = stage.model.effects();
            for id in PEOPLE {
                stage.note(id, Evidence::Refresh).await;
            }
            stage.after(60).await;
            assert_eq!(stage.model.effects(), before, "a second look found more to do");
            stage.driver.store().ledger().await.expect("the store holds");
        });
    }

    #[test]
    fn no_two_people_ever_share_an_account_and_no_active_one_is_cut_off(world in worlds()) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(async {
            let mut stage = Stage::new();
            world.build(&stage.model);
            for id in PEOPLE {
                stage.note(id, world.evidence).await;
            }
            for _ in 0..6 {
                stage.after(3_600).await;
            }
            let effects = stage.model.effects();
            let systems = stage.model.lock();
            let mut users: Vec<_> = systems.links.values().collect();
            users.sort();
            users.dedup();
            assert_eq!(users.len(), systems.links.len(), "one account, two people");
            for (index, id) in PEOPLE.iter().enumerate() {
                let active = world.people[index].is_some_and(|(_, status, _)| status == 0);
                let Some(user) = systems.links.get(*id).filter(|_| active) else { continue };
                let cut = effects.contains(&format!("deactivate {user}"));
                assert!(!cut, "{id} is active and was deactivated");
            }
        });
    }
}
