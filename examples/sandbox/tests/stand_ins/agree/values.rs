//! Fields, custom fields, mails, groups and managers.

use reqwest::Method;
use sandbox::{Agreement, BobAct, CustomField, Person, Seed, User, What};
use serde_json::{Value, json};

use super::{agree, differences, pair, policy, start};
use crate::support::{ADA, BEN, Lms, user_id};

#[tokio::test]
async fn when_a_value_is_written_decides_whether_it_counts() {
    let (_sandbox, control) = start(pair()).await;
    let job = async |rule: &str| {
        let found = agree(&control, &policy(&format!("job = {rule}"))).await;
        differences(&found, ADA).is_empty()
    };
    assert!(!job("\"'Cook'\"").await);
    assert!(job("{ value = \"'Cook'\", when = 'create_only' }").await);
    assert!(job("{ value = \"'Cook'\", when = 'fill_if_empty' }").await);
    assert!(job("'work.department'").await);
    assert!(!job("{ value = 'work.department', clear = true }").await);
    let organization =
        policy("organization = { value = \"'Analytical'\", when = 'fill_if_empty' }");
    assert_eq!(agree(&control, &organization).await.differences.len(), 2);
    // A language that 360Learning does not have is left out.
    assert!(agree(&control, &policy("lang = \"'tlh'\"")).await.agree);
    assert_eq!(
        agree(&control, &policy("lang = \"'fr'\""))
            .await
            .differences
            .len(),
        2
    );
}

#[tokio::test]
async fn custom_values_are_compared_as_far_as_they_may_be_written() {
    let (sandbox, control) =
        start(pair().custom_field(CustomField::date(user_id(91), "Since"))).await;
    let lms = Lms::new(&sandbox).await;
    let fields = |team: &str| {
        policy(&format!(
            "---\n[custom_fields]\nTeam = \"{team}\"\n'{}' = 'work.startDate'",
            user_id(91)
        ))
    };
    let found = agree(&control, &fields("'red'")).await;
    let expected = [
        (What::CustomField, "Since".to_owned()),
        (What::CustomField, "Team".to_owned()),
    ];
    assert_eq!(differences(&found, ADA), expected);
    // Green is not authorised.
    let found = agree(&control, &fields("'green'")).await;
    assert_eq!(differences(&found, ADA), expected[..1]);
    for n in [1, 2] {
        let since = if n == 1 { "2024-04-01" } else { "2020-01-01" };
        let values = json!({ "customValues": [
            { "customFieldId": user_id(90), "type": "string", "value": "red" },
            { "customFieldId": user_id(91), "type": "date", "value": since },
        ] });
        let path = format!("/users/{}/custom-fields/values", user_id(n));
        let answer = lms.send(Method::PUT, &path, Some(values)).await;
        assert!(answer.status < 300, "{}", answer.body);
    }
    assert!(agree(&control, &fields("'red'")).await.agree);
    let clear = "---\n[custom_fields]\nTeam = { value = 'work.department', clear = true }";
    let found = agree(&control, &policy(clear)).await;
    assert_eq!(
        differences(&found, ADA),
        [(What::CustomField, "Team".to_owned())]
    );
}

#[tokio::test]
async fn a_mail_may_be_held_foreign_or_private() {
    let seed = pair()
        .employee(
            Person::new("7")
                .mail("cara@example.com")
                .started("2020-01-01"),
        )
        .employee(
            Person::new("8")
                .field("home.privateEmail", "dan@home.example")
                .started("2020-01-01"),
        )
        .user(
            User::new(user_id(3))
                .mail("Cara@example.com")
                .member_of(Seed::LEARNERS_GROUP, "learner"),
        );
    let (_sandbox, control) = start(seed).await;
    let found = agree(&control, &policy("")).await;
    assert_eq!(found.differences.len(), 1);
    assert_eq!(found.differences[0].held_by, Some(user_id(3)));
    control
        .act(BobAct::edit(ADA, "root.email", "cara2@example.com"))
        .await
        .unwrap();
    let found = agree(&control, &policy("")).await;
    assert_eq!(differences(&found, ADA), [(What::Field, "mail".to_owned())]);

    let elsewhere = "---\n[matching]\nallowed_domains = ['example.org']";
    assert!(agree(&control, &policy(elsewhere)).await.agree);
    let private = |trust: bool| {
        let matching = format!("---\n[matching]\ntrust_personal_email = {trust}");
        policy(&matching).replace(
            "'email | trim | lower'",
            "'first_of(email, home.privateEmail)'",
        )
    };
    let of_dan = |found: &Agreement| differences(found, "8").len();
    assert_eq!(of_dan(&agree(&control, &private(false)).await), 0);
    assert_eq!(of_dan(&agree(&control, &private(true)).await), 1);
}

#[tokio::test]
async fn groups_that_follow_from_others_count_and_stay() {
    let (parent, child) = (user_id(70), user_id(71));
    let seed = pair()
        .group(sandbox::Group::public(&parent, "All", Seed::ROOT_GROUP))
        .group(sandbox::Group::public(&child, "Some", &parent));
    let (sandbox, control) = start(seed).await;
    let lms = Lms::new(&sandbox).await;
    for group in [&parent, &child] {
        for n in [1, 2] {
            let path = format!("/groups/{group}/learner/{}", user_id(n));
            assert_eq!(lms.send(Method::POST, &path, None).await.status, 204);
        }
    }
    let rule =
        |group: &str, when: &str| format!("\n[[groups]]\ngroup = '{group}'\nwhen = '{when}'");
    let both = policy(&format!(
        "---{}{}",
        rule(&parent, "true"),
        rule(&child, "true")
    ));
    assert!(agree(&control, &both).await.agree);
    // Taking the parent away would take the child along.
    let child_only = policy(&format!(
        "---{}{}",
        rule(&parent, "false"),
        rule(&child, "true")
    ));
    assert!(agree(&control, &child_only).await.agree);
    let neither = policy(&format!(
        "---{}{}",
        rule(&parent, "false"),
        rule(&child, "false")
    ));
    assert_eq!(agree(&control, &neither).await.differences.len(), 4);
}

#[tokio::test]
async fn a_manager_counts_if_he_can_be_one() {
    let gone = "---\n[manager]\nfrom = 'work.manager'\ngone = 'remove'";
    let keep = "---\n[manager]\nfrom = 'work.manager'";
    let (sandbox, control) = start(pair()).await;
    let lms = Lms::new(&sandbox).await;
    let path = format!("/users/{}/managers/{}", user_id(1), user_id(2));
    lms.send(Method::DELETE, &path, None).await;
    lms.send(Method::POST, &path, None).await;
    assert!(agree(&control, &policy(keep)).await.agree);
    // Ben is out of scope: his place is kept, or not.
    let scope = format!("\n[scope]\nwhen = \"work.manager == '{BEN}'\"");
    assert!(
        agree(&control, &policy(&format!("{keep}{scope}")))
            .await
            .agree
    );
    let found = agree(&control, &policy(&format!("{gone}{scope}"))).await;
    assert_eq!(differences(&found, ADA), [(What::Manager, user_id(2))]);
    // Nobody manages himself.
    control
        .act(BobAct::edit(ADA, "work.manager", ADA))
        .await
        .unwrap();
    assert!(agree(&control, &policy(gone)).await.agree);
    control
        .act(BobAct::edit(ADA, "work.manager", Value::Null))
        .await
        .unwrap();
    let found = agree(&control, &policy(keep)).await;
    assert_eq!(differences(&found, ADA), [(What::Manager, user_id(2))]);
}
