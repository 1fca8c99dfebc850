//! What a survey finds, and what it costs.

use provisioning_core::driver::{Survey, SurveyError, Surveying, Whom};
use provisioning_core::policy::Depth;
use provisioning_core::sync::{Situation, SourceHealth};
use provisioning_core::{Disposition, Reason, Side, Unavailable};
use serde_json::json;

use crate::world::{Calls, World, employee, mail, user};

#[tokio::test]
async fn a_light_survey_of_people_in_step_costs_lists_and_nothing_else() {
    for people in [1, 250] {
        let world = World::new();
        world.in_step(0..people);
        let survey = world.survey(Depth::Light).await;
        let lists = Calls {
            lists: 3,
            ..Calls::default()
        };
        assert_eq!(world.calls(), lists, "{people} people");
        assert_eq!(survey.listed, Some(u64::from(people)));
        assert_eq!(survey.tally.get(Situation::InSync), u64::from(people));
        assert_eq!(survey.people, []);
        assert!(world.effects().is_empty());
    }
}

#[tokio::test]
async fn a_deep_survey_reads_what_each_user_has_and_writes_nothing() {
    let world = World::new();
    world.in_step(0..250);
    let survey = world.survey(Depth::Deep).await;
    let calls = world.calls();
    // One read of the roles each, and a search for each hundred.
    assert_eq!((calls.lists, calls.searches, calls.reads), (3, 3, 250));
    assert_eq!(calls.writes + calls.bulks, 0);
    assert_eq!(survey.tally.get(Situation::InSync), 250);
}

#[tokio::test]
async fn rec_05_drift_is_found_without_an_event_and_looked_at_in_depth() {
    let world = World::plus(
        "[[groups]]\ngroup = \"507f1f77bcf86cd799439012\"\nwhen = \"work.title == 'Engineer'\"\n",
    );
    world.in_step(0..3);
    world.model().set(&user(1), "job", json!("Boss"));
    let survey = world.survey(Depth::Light).await;
    let [planned] = survey.people.as_slice() else {
        panic!("one person differs: {:?}", survey.people);
    };
    assert_eq!(planned.employee, employee(1));
    assert_eq!(planned.situation, Situation::Update);
    assert_eq!(planned.digest, planned.plan.digest());
    // The plan is whole: the group that the lists do not show is in it.
    let plan = planned.plan.to_string();
    assert!(plan.contains("edit job"), "{plan}");
    assert!(plan.contains("507f1f77bcf86cd799439012"), "{plan}");
    assert_eq!(world.calls().searches, 1);
}

#[tokio::test]
async fn rec_04_users_of_360learning_only_are_listed_and_left_alone() {
    let mut world = World::new();
    world.in_step(0..2);
    world.model().user(&user(7), "active", "guest@example.com");
    world.model().user(&user(8), "deleted", "gone@example.com");
    let survey = world.survey(Depth::Deep).await;
    let only: Vec<_> = survey.target_only.iter().map(ToString::to_string).collect();
    assert_eq!(only, [user(7)]);
    assert_eq!(survey.tally.get(Situation::TargetOnly), 1);
    let report = world.sync(Depth::Deep).await;
    assert_eq!(report.get(Situation::TargetOnly), 1);
    assert!(world.effects().is_empty());
}

#[tokio::test]
async fn grp_03_people_whom_no_group_rule_fits_are_named_also_by_a_light_look() {
    let lines =
        "[[groups]]\ngroup = \"507f1f77bcf86cd799439012\"\nwhen = \"work.title == 'Boss'\"\n";
    let world = World::plus(lines);
    world.in_step(0..2);
    world.record(1, &[("work.title", Some("Boss"))]);
    world.model().set(&user(1), "job", json!("Boss"));
    for depth in [Depth::Light, Depth::Deep] {
        let survey = world.survey(depth).await;
        assert_eq!(survey.no_group, [employee(0)], "{depth:?}");
        assert_eq!(survey.tally.get(Situation::NoGroup), 1, "{depth:?}");
    }
}

#[tokio::test]
async fn a_list_that_breaks_off_is_never_taken_for_whole() {
    type Break = fn(&mut crate::world::Network);
    let world = World::new();
    world.in_step(0..10);
    let breaks: [(Break, Side); 3] = [
        (|it| it.people_break_at = Some(9), Side::Source),
        (|it| it.users_break_at = Some(9), Side::Target),
        (|it| it.links_break_at = Some(0), Side::Target),
    ];
    for (break_it, expected) in breaks {
        break_it(&mut world.ports.network());
        let error = world.try_survey(Depth::Light).await;
        let Err(SurveyError::Unlisted { side, cause }) = error else {
            panic!("it was taken for whole: {error:?}");
        };
        assert_eq!((side, cause), (expected, Unavailable::Broken));
        let mut network = world.ports.network();
        network.people_break_at = None;
        network.users_break_at = None;
        network.links_break_at = None;
    }
    assert!(world.try_survey(Depth::Light).await.is_ok());
}

#[tokio::test]
async fn records_that_cannot_be_read_are_counted_and_cost_nobody_else() {
    let world = World::new();
    world.in_step(0..3);
    world.ports.network().unreadable = 2;
    let survey = world.survey(Depth::Light).await;
    assert_eq!(survey.unreadable, 2);
    assert_eq!(survey.tally.get(Situation::InSync), 3);
}

#[tokio::test]
async fn a_survey_of_some_people_concludes_nothing_about_others() {
    let world = World::new();
    world.in_step(0..5);
    world.terminate(1);
    world.model().set(&user(2), "job", json!("Boss"));
    world.model().link("4711", &user(4));
    let some = [employee(0), employee(1)];
    let whom = Whom::These(some.into_iter().collect());
    let survey = world
        .driver
        .survey(Depth::Light, &whom, world.now, &mut |_| {})
        .await
        .expect("they can be read");
    assert_eq!(world.calls().lists, 0);
    assert_eq!(survey.listed, None);
    let planned: Vec<_> = survey.people.iter().map(|it| it.situation).collect();
    assert_eq!(planned, [Situation::Deactivate]);
    assert_eq!(survey.tally.get(Situation::InSync), 1);
    assert!(survey.target_only.is_empty());
}

#[tokio::test]
async fn a_survey_tells_how_far_it_is() {
    let world = World::new();
    world.in_step(0..120);
    let mut told = Vec::new();
    world
        .driver
        .survey(Depth::Deep, &Whom::Everybody, world.now, &mut |it| {
            told.push(it);
        })
        .await
        .expect("both can be listed");
    let expected = [
        Surveying::Links(120),
        Surveying::Users(120),
        Surveying::People(120),
        Surveying::Looks { done: 100, of: 120 },
        Surveying::Looks { done: 120, of: 120 },
    ];
    assert_eq!(told, expected);
}

#[tokio::test]
async fn a_survey_can_be_kept_in_a_file_and_shows_no_value_in_its_debug_output() {
    let world = World::new();
    world.in_step(0..2);
    world.hire(5);
    let survey = world.survey(Depth::Light).await;
    let text = serde_json::to_string(&survey).expect("plain data");
    let read: Survey = serde_json::from_str(&text).expect("the same version");
    assert_eq!(read, survey);
    assert!(text.contains(&mail(5)), "the file holds what is written");
    let debug = format!("{survey:?}");
    assert!(!debug.contains("example.com"), "{debug}");
    let newer = text.replacen("\"version\":1", "\"version\":2", 1);
    assert!(serde_json::from_str::<Survey>(&newer).is_err());
}

#[tokio::test]
async fn grd_08_an_empty_source_is_not_believed() {
    let world = World::new();
    world.in_step(0..3);
    world.ports.model.lock().people.clear();
    let survey = world.try_survey(Depth::Light).await;
    assert!(matches!(survey, Err(SurveyError::Empty)), "{survey:?}");
    assert!(world.effects().is_empty());
}

#[tokio::test]
async fn grd_09_with_a_shrunken_source_nobody_is_taken_for_missing() {
    let mut world = World::new();
    world.in_step(0..100);
    world.sync(Depth::Light).await;
    for number in 0..15 {
        world
            .model()
            .lock()
            .people
            .remove(&crate::world::id(number));
    }
    world.record(50, &[("work.title", Some("Boss"))]);
    world.calls();
    let survey = world.survey(Depth::Light).await;
    assert_eq!(survey.health, SourceHealth::Shrunken);
    let held: Vec<_> = survey
        .people
        .iter()
        .filter(|it| it.situation == Situation::Held)
        .collect();
    assert_eq!(held.len(), 15);
    let suspicious = Disposition::Hold(Reason::SourceSuspicious);
    assert!(held.iter().all(|it| it.disposition == suspicious));
    // Nobody asks for them one by one, and the others are updated.
    assert_eq!(world.calls().searches, 1);
    let report = world.sync(Depth::Light).await;
    assert_eq!(report.get(Situation::Held), 15);
    assert_eq!(world.effects(), [format!("edit {}", user(50))]);
    // A person has seen it, so this is what Bob shows from now on.
    let survey = world.survey(Depth::Light).await;
    assert_eq!(survey.health, SourceHealth::Good);
    let gone = survey
        .people
        .iter()
        .filter(|it| it.situation == Situation::Held);
    assert!(
        gone.clone()
            .all(|it| it.disposition == Disposition::Hold(Reason::SourceGone))
    );
    assert_eq!(gone.count(), 15);
}

#[tokio::test]
async fn grd_10_somebody_missing_who_still_answers_by_id_is_not_deactivated() {
    let mut world = World::new();
    world.in_step(0..20);
    world.ports.network().unlisted.insert(crate::world::id(3));
    let survey = world.survey(Depth::Light).await;
    assert_eq!(survey.health, SourceHealth::Good);
    let [planned] = survey.people.as_slice() else {
        panic!("one person is missing: {:?}", survey.people);
    };
    let changed = Reason::ScopeOfServiceUserChanged;
    assert_eq!(planned.disposition, Disposition::NoOp(changed));
    assert!(planned.findings.iter().any(|it| it.reason == changed));
    world.sync(Depth::Light).await;
    assert!(world.effects().is_empty());
    assert_eq!(world.status(3), "active");
}

#[tokio::test]
async fn those_who_left_long_ago_are_not_asked_for_again() {
    let world = World::new();
    world.in_step(0..20);
    for number in 10..14 {
        world
            .model()
            .lock()
            .people
            .remove(&crate::world::id(number));
        world.model().set(&user(number), "status", json!("deleted"));
    }
    let survey = world.survey(Depth::Light).await;
    assert_eq!(world.calls().searches, 0);
    assert_eq!(survey.people, []);
}
