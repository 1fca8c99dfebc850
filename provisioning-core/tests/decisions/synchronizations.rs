//! Full synchronization as functions: lists in, decisions, counts and bulk calls out.

use hibob_client::{Employee, EmployeeId};
use learning360_client::{GroupId, MappingId, User, UserId, Visibility};
use provisioning_core::policy::Depth;
use provisioning_core::sync::{
    BatchKind, Directory, Listed, Situation, Synchronization, Tally, batch,
};
use provisioning_core::{
    Action, Answer, Data, Disposition, Evidence, Link, MailKey, Membership, Memory, Query, Reason,
    Step, Username, Verdict,
};
use serde_json::json;

use crate::model::GROUP;
use crate::stage::{ADA, OTHER, Stage, USER, Way, active, on_leave};

const MAIL: &str = "ada@example.com";
const GRACE: &str = "102";

fn user(id: &str, status: &str, mail: &str) -> User {
    let user =
        json!({ "_id": id, "status": status, "lang": "en", "mail": mail, "username": "Ada.L" });
    serde_json::from_value(user).expect("a user")
}

fn user_id(id: &str) -> UserId {
    UserId::try_from(id).expect("an id")
}

fn employee(id: &str) -> EmployeeId {
    EmployeeId::try_from(id).expect("an id")
}

fn link(id: &str, user: &str) -> Link {
    let mapping = MappingId::try_from("0000000000000000000000a1").expect("an id");
    Link::new(mapping, employee(id), user_id(user))
}

fn found(answer: Option<Answer>) -> Vec<String> {
    match answer {
        Some(Answer::Found(Data::Users(users))) => {
            users.iter().map(|it| it.id().to_string()).collect()
        }
        Some(Answer::Found(Data::User(user))) => vec![user.id().to_string()],
        Some(Answer::Found(Data::Link(link))) => {
            vec![link.employee.to_string(), link.user.to_string()]
        }
        _ => Vec::new(),
    }
}

#[test]
fn the_directory_finds_users_by_all_their_names() {
    let users = [
        user(USER, "active", " Ada@Example.com"),
        user(OTHER, "deleted", MAIL),
    ];
    let directory = Directory::new(users, [link(ADA, USER)]);
    assert_eq!((directory.len(), directory.is_empty()), (2, false));
    let ask = |query: Query| found(directory.answer(&query));
    let mail = MailKey::parse(MAIL).expect("a mail");
    assert_eq!(
        ask(Query::UsersByMail(mail)),
        [USER, OTHER],
        "deleted ones as well"
    );
    let name = Username::parse("ADA.l ").expect("a name");
    assert_eq!(ask(Query::UsersByUsername(name)), [USER, OTHER]);
    assert_eq!(ask(Query::User(user_id(OTHER))), [OTHER]);
    assert_eq!(ask(Query::LinkOf(employee(ADA))), [ADA, USER]);
    assert_eq!(ask(Query::LinkTo(user_id(USER))), [ADA, USER]);
    let linked: Vec<_> = directory
        .linked_employees()
        .map(ToString::to_string)
        .collect();
    assert_eq!(linked, [ADA]);
}

#[test]
fn a_complete_list_tells_who_is_nowhere_and_nothing_else() {
    let directory = Directory::new([user(USER, "active", MAIL)], []);
    let mail = MailKey::parse("grace@example.com").expect("a mail");
    let nobody = Some(Answer::Found(Data::Users(Vec::new())));
    assert_eq!(directory.answer(&Query::UsersByMail(mail)), nobody);
    let link = Query::LinkOf(employee(ADA));
    assert_eq!(directory.answer(&link), Some(Answer::NotFound));
    for unlisted in [
        Query::Person(employee(ADA)),
        Query::Groups,
        Query::Roles(user_id(USER)),
    ] {
        assert_eq!(directory.answer(&unlisted), None, "{unlisted:?}");
    }
}

#[test]
fn rec_04_users_without_an_employee_are_listed() {
    let users = [
        user(USER, "active", MAIL),
        user(OTHER, "active", "own@example.com"),
    ];
    let directory = Directory::new(users, [link(ADA, USER)]);
    let alone: Vec<_> = directory.target_only().map(ToString::to_string).collect();
    assert_eq!(alone, [OTHER]);
}

#[tokio::test]
async fn rec_04_users_without_an_employee_are_left_alone() {
    let mut stage = Stage::new().active(ADA, MAIL).linked(ADA, USER, MAIL);
    stage.model.user(OTHER, "active", "own@example.com");
    for depth in [Depth::Light, Depth::Deep] {
        stage.sync(depth).await;
    }
    assert!(stage.model.effects().is_empty());
}

/// Ada in a department whose rule names a group, a custom field and a manager.
fn estate() -> Stage {
    let rules = format!(
        "job = \"work.title\"\n[custom_fields]\n\"Team\" = \"work.department\"\n\
         [[groups]]\ngroup = \"{GROUP}\"\nwhen = \"work.department == 'd1'\"\n"
    );
    let stage = Stage::plus(&rules).linked(ADA, USER, MAIL);
    stage.model.custom_field(&format!("{:024x}", 1), "Team");
    let more = [
        ("work.title", Some("Poet")),
        ("work.department", Some("d1")),
    ];
    stage.person(ADA, MAIL, &more);
    stage
}

#[tokio::test]
async fn rec_05_and_06_what_somebody_changed_is_found_once() {
    let mut stage = estate();
    stage.sync(Depth::Deep).await;
    let done = ["edit", "set_custom_values"].map(|kind| format!("{kind} {USER}"));
    assert_eq!(stage.model.effects(), done);
    // A light one sees fields, a deep one all there is.
    stage.model.set(USER, "job", json!("Nurse"));
    stage.sync(Depth::Light).await;
    assert_eq!(stage.model.text(USER, "job").as_deref(), Some("Poet"));
    stage
        .model
        .custom_value(USER, &format!("{:024x}", 1), "edited");
    stage.sync(Depth::Light).await;
    assert_eq!(stage.model.effects().len(), 3, "the values are not listed");
    stage.sync(Depth::Deep).await;
    assert_eq!(stage.model.effects().len(), 4);
    stage.after(3_600).await;
    stage.sync(Depth::Deep).await;
    assert_eq!(
        stage.model.effects().len(),
        4,
        "a second run has nothing to do"
    );
}

/// What the lists tell of one employee.
fn decide(stage: &Stage, depth: Depth, id: &str) -> Listed {
    let directory = stage.model.directory();
    let mut sync = Synchronization::at_depth(&stage.policy, depth, &directory, stage.now);
    let mut people = stage.model.employees().into_iter();
    let person = people
        .find(|person| person.id().as_str() == id)
        .expect("listed");
    sync.decide(person, &Memory::default())
}

#[test]
fn a_light_synchronization_needs_the_lists_and_no_more() {
    let stage = estate();
    stage.model.set(USER, "job", json!("Poet"));
    match decide(&stage, Depth::Light, ADA) {
        Listed::Verdict(verdict) => {
            assert_eq!(verdict.disposition, Disposition::NoOp(Reason::InSync));
        }
        Listed::Needs(needs) => panic!("{:?}", needs.queries),
    }
    let Listed::Needs(needs) = decide(&stage, Depth::Deep, ADA) else {
        panic!("the lists do not tell of groups");
    };
    let asked = format!("{:?}", needs.queries);
    for kind in ["Groups", "CustomFields", "Roles", "CustomValues"] {
        assert!(asked.contains(kind), "{asked}");
    }
    assert!(!asked.contains("Person"), "that was listed: {asked}");
    assert!(needs.facts.len() >= 3, "and is handed on");
    assert_eq!(needs.employee.as_str(), ADA);
}

#[test]
fn what_is_known_to_serve_everybody_is_not_asked_for() {
    let stage = Stage::plus("job = \"work.title | label('title')\"\n").linked(ADA, USER, MAIL);
    stage.person(ADA, MAIL, &[("work.title", Some("t1"))]);
    let directory = stage.model.directory();
    let mut sync = Synchronization::new(&stage.policy, &directory, stage.now);
    let everybody = stage.model.employees();
    let first = sync.decide(everybody[0].clone(), &Memory::default());
    assert!(
        matches!(first, Listed::Needs(needs) if format!("{:?}", needs.queries).contains("title"))
    );
    let title = hibob_client::ListName::try_from("title").expect("a name");
    sync.know(Query::NamedList(title), Answer::NotFound);
    let again = sync.decide(everybody[0].clone(), &Memory::default());
    assert!(matches!(again, Listed::Verdict(_)));
}

#[test]
fn whoever_has_a_link_and_was_not_listed_is_named() {
    let stage = Stage::new().active(ADA, MAIL).linked(ADA, USER, MAIL);
    let stage = stage.linked(GRACE, OTHER, "grace@example.com");
    let directory = stage.model.directory();
    let mut sync = Synchronization::new(&stage.policy, &directory, stage.now);
    let people = stage.model.employees().into_iter();
    let people = people.map(|person: Employee| (person, Memory::default()));
    let verdicts = sync
        .people(people)
        .filter(|it| matches!(it, Listed::Verdict(_)));
    assert_eq!(verdicts.count(), 1);
    assert_eq!(sync.listed(), 1);
    let missing: Vec<_> = sync.not_listed().cloned().collect();
    assert_eq!(missing, [employee(GRACE)]);
    // Her roles are asked for, because only they tell whether she may be deactivated at all.
    let listed = sync.decide_unlisted(employee(GRACE), &Memory::default());
    let Listed::Needs(needs) = listed else {
        panic!("{listed:?}");
    };
    assert!(format!("{:?}", needs.queries).contains("Roles"));
}

#[tokio::test]
async fn lists_and_events_decide_the_same() {
    for record in [active(MAIL), on_leave(MAIL), active("ada.new@example.com")] {
        let mut plans = Vec::new();
        for way in [Way::Event, Way::Sync] {
            let mut stage = Stage::new().linked(ADA, USER, MAIL);
            stage.model.person(ADA, &record);
            let decided = stage.by(way, ADA, Evidence::Updated).await;
            plans.push((decided.plan.to_string(), decided.disposition));
        }
        assert_eq!(plans[0], plans[1]);
    }
}

fn verdict(stage: &Stage, id: &str) -> Verdict {
    match decide(stage, Depth::Light, id) {
        Listed::Verdict(verdict) => *verdict,
        Listed::Needs(needs) => panic!("{:?}", needs.queries),
    }
}

#[test]
fn the_tally_counts_situations_and_reasons() {
    let stage = Stage::new().active(ADA, MAIL).linked(ADA, USER, MAIL);
    stage.model.person(GRACE, &active("grace@example.com"));
    stage.person("103", "", &[("root.email", None)]);
    let mut tally = Tally::default();
    for id in [ADA, GRACE, "103"] {
        tally.count(&verdict(&stage, id));
    }
    tally.add(Situation::TargetOnly, 2);
    let situations: Vec<_> = tally.situations().collect();
    let expected = [
        (Situation::Create, 1),
        (Situation::InSync, 1),
        (Situation::Conflict, 1),
        (Situation::TargetOnly, 2),
    ];
    assert_eq!(situations, expected);
    assert_eq!(tally.get(Situation::Deactivate), 0);
    let reasons: Vec<_> = tally
        .reasons()
        .map(|(reason, count)| (reason.as_str(), count))
        .collect();
    let expected = [("in_sync", 1), ("provision", 1), ("no_identifier", 1)];
    assert_eq!(reasons, expected);
    let text = "create 1, in_sync 1, conflict 1, target_only 2";
    assert_eq!(tally.to_string(), text);
    let json = serde_json::to_string(&tally).expect("plain data");
    assert_eq!(
        serde_json::from_str::<Tally>(&json).expect("the same"),
        tally
    );
}

/// One step that gives or takes a role.
async fn membership_step() -> Step {
    let rule = "[[groups]]\ngroup = \"507f1f77bcf86cd7994390aa\"\nwhen = \"work.title == 't'\"\n";
    let mut stage = Stage::plus(rule).linked(ADA, USER, MAIL);
    stage.model.group(GROUP, None, Visibility::Private);
    let team = "507f1f77bcf86cd7994390aa";
    stage.model.group(team, Some(GROUP), Visibility::Private);
    stage.person(ADA, MAIL, &[("work.title", Some("t"))]);
    let decided = stage.event(ADA, Evidence::Updated).await;
    decided.plan.steps()[0].clone()
}

#[tokio::test]
async fn grp_10_bulk_calls_hold_what_single_calls_would_do() {
    let add = membership_step().await;
    let Action::AddMembership { membership } = add.action.clone() else {
        panic!("{}", add.action);
    };
    let mut remove = add.clone();
    remove.action = Action::RemoveMembership {
        membership: membership.clone(),
    };
    let mut later = add.clone();
    later.needs = Some(add.id.clone());
    let mut other = add.clone();
    other.action = Action::Activate;
    let people: Vec<_> = (1..=6).map(|id: u32| employee(&id.to_string())).collect();
    let steps = [&remove, &add, &later, &other, &add, &add];
    let batches = batch(people.iter().zip(steps), 1);
    let kinds: Vec<_> = batches.iter().map(|it| (it.kind, it.items.len())).collect();
    assert_eq!(kinds, [(BatchKind::Add, 3), (BatchKind::Remove, 1)]);
    let who: Vec<_> = batches[0]
        .items
        .iter()
        .map(|it| it.employee.as_str())
        .collect();
    assert_eq!(
        who,
        ["2", "5", "6"],
        "in order, and none that waits for another step"
    );
    let item = &batches[0].items[0];
    assert_eq!((&item.membership, &item.step), (&membership, &add.id));
    assert_eq!(item.user, user_id(USER));
    let learner = GroupId::try_from("507f1f77bcf86cd7994390aa").expect("an id");
    assert_eq!(membership, Membership::learner(learner));
    // A few are quicker one by one.
    let few = batch(people.iter().zip(steps), 3);
    assert_eq!(few.len(), 1, "the one removal is left out");
    assert!(batch(people.iter().zip(steps), 4).is_empty());
    assert!(batch([], 0).is_empty());
}

#[tokio::test]
async fn grp_10_a_bulk_call_takes_twenty_thousand() {
    let add = membership_step().await;
    let ada = employee(ADA);
    let sizes = |count: usize| {
        let steps = std::iter::repeat_n((&ada, &add), count);
        let batches = batch(steps, 200).into_iter();
        batches.map(|it| it.items.len()).collect::<Vec<_>>()
    };
    assert_eq!(sizes(20_000), [20_000]);
    assert_eq!(sizes(20_001), [20_000, 1]);
    assert_eq!(sizes(199), Vec::<usize>::new());
}
