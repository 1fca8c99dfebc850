//! Whether both sides agree: what differs, what does not count, and what cannot be judged.

mod language;
mod values;

use jiff::civil::date;
use reqwest::Method;
use sandbox::{
    Agreement, BobAct, Control, CustomField, Learning360Act, List, Mapping, Person, Sandbox, Seed,
    UserStatus, What,
};
use serde_json::{Value, json};

use crate::support::{ADA, BEN, Lms, ada, monday, user, user_id, with};

const GROUP: &str = "650200000000000000000001";

/// Ada and her user, linked and equal; Ben, her manager, and his.
fn pair() -> Seed {
    let titles = List::new("title").item("1", "Poet").item("2", "Programmer");
    let ben = Person::new(BEN)
        .names("Ben", "Bitdiddle")
        .mail("ben@example.com")
        .started("2020-01-01")
        .site(Seed::PARIS);
    monday()
        .list(titles)
        .group(sandbox::Group::private(
            GROUP,
            "Poets",
            Seed::LEARNERS_GROUP,
        ))
        .custom_field(CustomField::text(user_id(90), "Team").allow(["red", "blue"]))
        .employee(ada().title("1").manager(BEN))
        .employee(ben)
        .user(
            user(1, "ada@example.com")
                .names("Ada", "Lovelace")
                .job("Poet")
                .status(UserStatus::Active)
                .member_of(GROUP, "learner")
                .manager(user_id(2)),
        )
        .user(
            user(2, "ben@example.com")
                .names("Ben", "Bitdiddle")
                .status(UserStatus::Active),
        )
        .mapping(Mapping::user("ours", user_id(1), ADA))
        .mapping(Mapping::user("ours", user_id(2), BEN))
}

/// A policy with these lines in it.
fn policy(more: &str) -> String {
    let (user, rest) = more.split_once("---").unwrap_or((more, ""));
    format!(
        "platform = 'ours'
        [time]
        zone = 'Europe/Paris'
        sites = {{ '2606111' = 'Pacific/Auckland' }}
        [user]
        group = '{}'
        mail = 'email | trim | lower'
        {user}
        {rest}",
        Seed::LEARNERS_GROUP
    )
}

const WHOLE: &str = "
    first_name = 'firstName'
    last_name = 'surname'
    job = \"work.title | label('title')\"
    ---
    [manager]
    from = 'work.manager'
    [[groups]]
    group = '650200000000000000000001'
    when = \"work.title == '1'\"";

async fn start(seed: Seed) -> (Sandbox, Control) {
    let sandbox = Sandbox::start(seed).await.unwrap();
    let control = sandbox.control();
    (sandbox, control)
}

async fn agree(control: &Control, policy: &str) -> Agreement {
    control.agree(policy).await.unwrap()
}

/// What differs and which one, of one person.
fn differences(agreement: &Agreement, employee: &str) -> Vec<(What, String)> {
    let of_him = agreement
        .differences
        .iter()
        .filter(|it| it.employee == employee);
    of_him
        .map(|it| (it.what, it.name.clone().unwrap_or_default()))
        .collect()
}

#[tokio::test]
async fn a_provisioned_company_agrees_with_its_policy() {
    for seed in [Seed::generate(300, 5), Seed::company()] {
        let people = seed.employees.len();
        let (_sandbox, control) = start(seed.provisioned(people).unwrap()).await;
        let agreement = agree(&control, Seed::POLICY).await;
        assert!(agreement.agree, "{agreement}");
        assert_eq!(agreement.compared + agreement.left_out, people);
        assert!(agreement.left_out < people / 10, "{agreement}");
    }
    let seed = Seed::generate(300, 5).provisioned(300).unwrap();
    let (_sandbox, control) = start(seed).await;
    control.advance(60 * 24 * 3600).await.unwrap();
    // Those who were going to leave have left, and nobody has told 360Learning.
    let later = agree(&control, Seed::POLICY).await;
    let left = later.differences.iter();
    assert!(left.clone().count() > 3);
    assert!(
        left.clone().all(|it| it.what == What::NotDeleted),
        "{later}"
    );
    let (_sandbox, control) = start(Seed::company()).await;
    let agreement = agree(&control, Seed::POLICY).await;
    let no_user = agreement
        .differences
        .iter()
        .filter(|it| it.what == What::NoUser);
    // All but two leavers, one on leave, one on garden leave, and one without a mail.
    assert_eq!(no_user.count(), 45);
    assert_eq!(agreement.differences.len(), 45);
    let held = agreement
        .differences
        .iter()
        .filter(|it| it.held_by.is_some());
    assert_eq!(held.count(), 1);
}

#[tokio::test]
async fn every_difference_is_named() {
    let (sandbox, control) = start(pair()).await;
    let lms = Lms::new(&sandbox).await;
    let agreement = agree(&control, &policy(WHOLE)).await;
    assert!(agreement.agree && agreement.compared == 2, "{agreement}");

    let by_hand = async |act: Learning360Act| drop(control.act360(act).await.unwrap());
    let fields = json!({ "job": "Cook", "lastName": "King" });
    let fields = fields.as_object().unwrap().clone();
    by_hand(Learning360Act::AdminEdit {
        user: user_id(1),
        fields,
    })
    .await;
    let (user, group, role) = (user_id(1), GROUP.to_owned(), "learner".to_owned());
    by_hand(Learning360Act::AdminRemoveRole { user, group, role }).await;
    let found = agree(&control, &policy(WHOLE)).await;
    let expected = [
        (What::Field, "job".to_owned()),
        (What::Field, "last_name".to_owned()),
        (What::NotInGroup, GROUP.to_owned()),
    ];
    assert_eq!(differences(&found, ADA), expected);
    assert!(found.to_string().contains("differs in field job"));
    assert!(!found.to_string().contains("King"));

    let managers = format!("/users/{}/managers/{}", user_id(1), user_id(2));
    lms.send(Method::DELETE, &managers, None).await;
    let found = agree(&control, &policy(WHOLE)).await;
    assert!(differences(&found, ADA).contains(&(What::NoManager, user_id(2))));

    lms.delete(1).await;
    let found = agree(&control, &policy(WHOLE)).await;
    assert_eq!(differences(&found, ADA), [(What::Deleted, String::new())]);

    control
        .act(BobAct::terminate(BEN, date(2026, 3, 1)))
        .await
        .unwrap();
    let found = agree(&control, &policy(WHOLE)).await;
    assert_eq!(
        differences(&found, BEN),
        [(What::NotDeleted, String::new())]
    );

    let hire = Person::new("1")
        .mail("ADA@example.com2")
        .started("2026-03-02");
    control.act(BobAct::Hire(hire)).await.unwrap();
    let found = agree(&control, &policy(WHOLE)).await;
    assert_eq!(differences(&found, "1"), [(What::NoUser, String::new())]);
}

#[tokio::test]
async fn only_what_came_over_the_api_is_ours_to_take_away() {
    let (sandbox, control) = start(pair()).await;
    let lms = Lms::new(&sandbox).await;
    let wants_none = policy(
        &WHOLE
            .replace("== '1'", "== '2'")
            .replace("work.manager", "work.manager if false"),
    );
    // The seed's group and manager are nobody's.
    assert!(agree(&control, &wants_none).await.agree);
    let group = format!("/groups/{GROUP}/learner/{}", user_id(2));
    lms.send(Method::POST, &group, None).await;
    let manager = format!("/users/{}/managers/{}", user_id(2), user_id(1));
    lms.send(Method::POST, &manager, None).await;
    let found = agree(&control, &wants_none).await;
    let expected = [
        (What::InGroup, GROUP.to_owned()),
        (What::Manager, user_id(1)),
    ];
    assert_eq!(differences(&found, BEN), expected);
    let never = wants_none.replace("[manager]", "[memberships]\nrevoke = 'never'\n[manager]");
    let found = agree(&control, &never).await;
    assert_eq!(differences(&found, BEN), expected[1..]);
    lms.send(Method::DELETE, &group, None).await;
    lms.send(Method::DELETE, &manager, None).await;
    assert!(agree(&control, &wants_none).await.agree);
    // By hand again, and nobody's again.
    let (user, role) = (user_id(2), "learner".to_owned());
    let again = Learning360Act::AdminAddRole {
        user,
        group: GROUP.to_owned(),
        role,
    };
    control.act360(again).await.unwrap();
    assert!(agree(&control, &wants_none).await.agree);
}

#[tokio::test]
async fn deactivations_by_hand_owners_and_protected_users_are_left_as_they_are() {
    let (_sandbox, control) = start(pair()).await;
    let user = user_id(1);
    control
        .act360(Learning360Act::AdminDelete { user })
        .await
        .unwrap();
    let found = agree(&control, &policy(WHOLE)).await;
    assert!(found.agree, "{found}");
    assert_eq!(found.respected, [user_id(1)]);
    // Until the next period of activity begins.
    control
        .act(BobAct::terminate(ADA, date(2026, 3, 1)))
        .await
        .unwrap();
    control
        .act(BobAct::rehire(ADA, date(2026, 3, 4)))
        .await
        .unwrap();
    control.advance(3 * 24 * 3600).await.unwrap();
    let found = agree(&control, &policy(WHOLE)).await;
    assert_eq!(differences(&found, ADA), [(What::Deleted, String::new())]);

    control
        .act(BobAct::terminate(BEN, date(2026, 3, 1)))
        .await
        .unwrap();
    let guards = format!("{WHOLE}\n[guards]\nprotected = ['{}']", user_id(2));
    let found = agree(&control, &policy(&guards)).await;
    assert_eq!(found.respected, [user_id(2)]);
    let owner = pair().mapping(Mapping::user("ours", Seed::OWNER, "7"));
    let leaver = Person::new("7")
        .started("2020-01-01")
        .terminated("2021-01-01");
    let (_sandbox, control) = start(owner.employee(leaver)).await;
    let found = agree(&control, &policy(WHOLE)).await;
    assert!(found.agree);
    assert_eq!(found.respected, [Seed::OWNER]);
}

#[tokio::test]
async fn a_deleted_record_wants_its_user_deleted() {
    let (sandbox, control) = start(pair()).await;
    control.act(BobAct::delete(BEN)).await.unwrap();
    let found = agree(&control, &policy(WHOLE)).await;
    assert_eq!(
        differences(&found, BEN),
        [(What::NotDeleted, String::new())]
    );
    Lms::new(&sandbox).await.delete(2).await;
    assert!(agree(&control, &policy(WHOLE)).await.agree);
}

#[tokio::test]
async fn scope_and_lifecycle_rules_decide_who_is_compared() {
    let (_sandbox, control) = start(pair()).await;
    let scope = "---\n[scope]\nwhen = \"work.siteId == '1'\"";
    let found = agree(&control, &policy(scope)).await;
    assert!(found.agree && found.left_out == 2);
    let leaves = format!("{scope}\n[lifecycle]\non_out_of_scope = 'deactivate'");
    let found = agree(&control, &policy(&leaves)).await;
    assert_eq!(found.differences.len(), 2);
    assert!(
        found
            .differences
            .iter()
            .all(|it| it.what == What::NotDeleted)
    );
    // A condition over a null is false.
    let null = "---\n[scope]\nwhen = \"work.department != '1'\"";
    assert_eq!(agree(&control, &policy(null)).await.left_out, 2);

    let activate = "---\n[lifecycle]\nactivate = true";
    assert!(agree(&control, &policy(activate)).await.agree);
    let leave = BobAct::leave(ADA, date(2026, 3, 1), "parental leave");
    control.act(leave).await.unwrap();
    let found = agree(&control, &policy("")).await;
    assert_eq!(
        differences(&found, ADA),
        [(What::NotDeleted, String::new())]
    );
    let keep = "---\n[lifecycle]\non_leave = 'keep'";
    assert!(agree(&control, &policy(keep)).await.agree);
    control
        .act(BobAct::Uninvite { id: BEN.into() })
        .await
        .unwrap();
    let found = agree(&control, &policy(keep)).await;
    assert_eq!(
        differences(&found, BEN),
        [(What::NotDeleted, String::new())]
    );
}

#[tokio::test]
async fn an_invited_user_should_be_active_if_the_policy_says_so() {
    let mut seed = pair();
    seed.users[1].status = UserStatus::Invited;
    let (_sandbox, control) = start(seed).await;
    assert!(agree(&control, &policy("")).await.agree);
    let activate = "---\n[lifecycle]\nactivate = true";
    let found = agree(&control, &policy(activate)).await;
    assert_eq!(found.differences[0].what, What::NotActive);
}

#[tokio::test]
async fn a_user_of_somebody_who_has_not_begun_is_due_by_the_policy() {
    let hire = |start: &str| {
        let person = Person::new("7")
            .mail("new@example.com")
            .started(start)
            .site(Seed::AUCKLAND);
        monday().employee(person)
    };
    let wants = async |control: &Control, create_at: &str| {
        let lifecycle = format!("---\n[lifecycle]\ncreate_at = '{create_at}'");
        !agree(control, &policy(&lifecycle)).await.agree
    };
    let (_sandbox, control) = start(hire("2026-03-10")).await;
    assert!(wants(&control, "creation").await);
    assert!(!wants(&control, "start").await);
    assert!(!wants(&control, "start-6d").await);
    assert!(wants(&control, "start-8d").await);
    // The 3rd begins in Auckland (UTC+13) at 11:00 UTC of the 2nd.
    control
        .advance_to("2026-03-02T10:59:59Z".parse().unwrap())
        .await
        .unwrap();
    assert!(!wants(&control, "start-7d").await);
    control.advance(1).await.unwrap();
    assert!(wants(&control, "start-7d").await);
    let policy = policy("---\n[lifecycle]\ncreate_at = 'soon'");
    assert!(control.agree(policy).await.is_err());
}

#[tokio::test]
async fn the_answer_is_json_without_values() {
    let (sandbox, control) = start(pair()).await;
    control
        .act(BobAct::edit(ADA, "root.surname", "Byron"))
        .await
        .unwrap();
    let mut origin = sandbox.bob_base_url();
    origin.set_path("/_sandbox/agree");
    let answer = reqwest::Client::new()
        .post(origin)
        .body(policy(WHOLE))
        .send()
        .await
        .unwrap();
    let body: Value = answer.json().await.unwrap();
    let expected =
        json!([{ "employee": ADA, "user": user_id(1), "what": "field", "name": "last_name" }]);
    assert_eq!(body["differences"], expected);
    let body = with(body, "differences", json!([]));
    assert!(!body.to_string().contains("Byron"));
    assert_eq!(body["agree"], false);
}
