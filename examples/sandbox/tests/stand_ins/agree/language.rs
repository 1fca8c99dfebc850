//! The language of policies.

use sandbox::{Control, Person};
use serde_json::json;

use super::{agree, differences, pair, policy, start};
use crate::support::ADA;

/// The expression as Ada's job, which is `Poet`: whether that is what is wanted.
async fn job(control: &Control, expression: &str) -> Result<bool, Vec<String>> {
    let line = format!("job = {}", json!(expression));
    let found = agree(control, &policy(&line)).await;
    let mut why: Vec<_> = found.not_judged.iter().map(|it| it.why.clone()).collect();
    why.dedup();
    if why.is_empty() {
        Ok(differences(&found, ADA).is_empty())
    } else {
        Err(why)
    }
}

#[tokio::test]
async fn expressions_mean_what_the_policys_description_says() {
    let seed = pair().employee(Person::new("9").started("2027-01-01"));
    let (_sandbox, control) = start(seed).await;
    for (expression, expected) in [
        ("work.title | label('title')", true),
        ("'Cook'", false),
        ("'po' ~ 'et' | title", false),
        ("('po' ~ 'et') | title", true),
        ("' poet ' | trim | title", true),
        ("'POET' | lower | title", true),
        ("'Po  et' | squeeze", false),
        ("'Poet' if work.siteId == '2606110' else 'Cook'", true),
        ("'Poet' if work.siteId == 2606110 else 'Cook'", false),
        (
            "'Poet' if work.siteId in ['1', '2606110'] else 'Cook'",
            true,
        ),
        (
            "'Poet' if not work.manager == '1' and surname < 'M' else 'Cook'",
            true,
        ),
        ("lookup(work.siteId, {'2606110': 'Poet'})", true),
        (
            "first_of(work.department, work.workPhone, '  ', 'Poet')",
            true,
        ),
        ("'Poet' if work.department is none else 'Cook'", true),
        ("'Poet' if work.department is not none else 'Cook'", false),
        (
            "'Poet' if work.reportsTo.email == 'ben@example.com' else 'Cook'",
            true,
        ),
        (
            "'Poet' if work.reportsTo.displayName == 'Ben Bitdiddle' else 'Cook'",
            true,
        ),
        (
            "'Poet' if work.startDate | add_days(30) == '2024-05-01' else 'Cook'",
            true,
        ),
        (
            "'Poet' if root.creationDateTime | date == '2026-03-02' else 'Cook'",
            true,
        ),
        // A null changes nothing, and never becomes a word.
        ("work.department", true),
        ("work.department ~ 'x'", true),
        ("first_of(work.department) ~ 'x'", true),
        ("lookup(work.siteId, {'1': 'Cook'})", true),
        ("'Cook' if work.siteId == '1'", true),
    ] {
        assert_eq!(
            job(&control, expression).await,
            Ok(expected),
            "{expression}"
        );
    }
}

#[tokio::test]
async fn what_is_not_understood_is_said_and_is_no_agreement() {
    let (_sandbox, control) = start(pair()).await;
    for (expression, why) in [
        ("work.title | frobnicate", "filter frobnicate is unknown"),
        ("work.nonsense", "work.nonsense is no field here"),
        ("nonsense(work.title)", "nonsense is no field here"),
        ("work.title |", "it is no expression"),
        (
            "work.siteId | label('title')",
            "an item of a list has no label",
        ),
        ("firstName | date", "a value is no date"),
        (
            "work.startDate | add_days(99999999999)",
            "there is no such day",
        ),
        ("firstName | table('none')", "there is no such table"),
        ("[work.title]", "it is no text"),
    ] {
        let said = job(&control, expression).await.unwrap_err();
        assert!(
            said.iter().any(|it| it.contains(why)),
            "{expression}: {said:?}"
        );
    }
    for (lines, part) in [
        ("favourite_colour = 'firstName'", "user.favourite_colour"),
        ("---\n[telepathy]\nrange = 1", "telepathy"),
        ("---\n[scope]\nwhen = 'nonsense'", "[scope]"),
        (
            "---\n[lifecycle]\nforget_at = 'once'",
            "lifecycle.forget_at",
        ),
        (
            "---\n[custom_fields]\nNone = 'firstName'",
            "[custom_fields] None",
        ),
        (
            "---\n[[groups]]\ngroup = '650200000000000000000009'",
            "[[groups]] 650200000000000000000009",
        ),
        ("---\n[manager]\nfrom = 'work.nonsense'", "[manager]"),
    ] {
        let found = agree(&control, &policy(lines)).await;
        assert!(
            !found.agree && found.differences.is_empty(),
            "{lines}: {found}"
        );
        assert!(
            found.not_judged.iter().any(|it| it.part == part),
            "{lines}: {found}"
        );
        assert!(found.to_string().contains("not judged"));
    }
    for broken in [
        "",
        "platform = 1",
        "platform = 'x'",
        "[[[",
        &policy("").replace("Europe/Paris", "Moon"),
    ] {
        assert!(control.agree(broken).await.is_err(), "{broken}");
    }
}
