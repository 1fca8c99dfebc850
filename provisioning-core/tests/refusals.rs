//! What every code that 360Learning documents for a step comes to.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use hibob_client::EmployeeId;
use jiff::Timestamp;
use learning360_client::{ErrorClass, ErrorCode};
use provisioning_core::{ActionKind, Memory, Next, Outcome, Step, absorb};
use serde_json::{Value, json};

const USER: &str = "0000000000000000000000aa";
const OTHER: &str = "0000000000000000000000bb";
const GROUP: &str = "507f1f77bcf86cd799439011";

/// An action, its call, and what each documented refusal of that call comes to.
struct Row {
    action: Value,
    method: &'static str,
    path: &'static str,
    codes: &'static [(&'static str, &'static str)],
}

const AGAIN: &str = "decide again";
const SETTINGS: &str = "later: fix_settings";
const DATA: &str = "stop: dead(fix_data)";
const PROTECTED: &str = "stop: no_op(protected)";

fn edit(changes: &Value) -> Value {
    json!({ "edit": { "changes": changes } })
}

/// What an edit comes to, whatever it changes.
const EDIT: &[(&str, &str)] = &[
    ("deactivationDateInvalid", DATA),
    ("invalidUpdateOnDeletedUser", AGAIN),
    ("mailAlreadyUsed", AGAIN),
    ("mailInvalid", "skip: no_identifier"),
    // No step sends an image.
    ("mediaNotFound", DATA),
    (
        "notMemberOfPrimaryGroup",
        "skip: not_member_of_primary_group",
    ),
    ("ownerDeactivationNotAllowed", PROTECTED),
    ("userNotFound", AGAIN),
    (
        "userShouldHaveAtLeastOneValidIdentifier",
        "skip: no_identifier",
    ),
    ("usernameAlreadyUsed", "skip: mail_held_by_other"),
    ("usernameNotAllowed", "skip: fix_settings"),
];

#[allow(clippy::too_many_lines, reason = "a table")]
fn rows() -> Vec<Row> {
    let membership = json!({ "membership": { "group": GROUP, "role": "learner" } });
    let create = json!({ "create": {
        "values": { "mail": "ada@example.com" }, "group": GROUP, "invitation": "send",
    } });
    let restore = json!({ "restore": { "mail": "ada@example.com", "group": GROUP } });
    let made: &[(&str, &str)] = &[
        ("analystUnavailable", SETTINGS),
        ("deactivationDateInvalid", DATA),
        ("groupNotFound", SETTINGS),
        ("loginIdentifierMultipleUsersFound", AGAIN),
        ("mailAlreadyUsed", AGAIN),
        ("mailAndUsernameUndefined", DATA),
        ("mailInvalid", DATA),
        ("mailUsedTooManyTimes", DATA),
        ("notMemberOfPrimaryGroup", SETTINGS),
        ("usernameAlreadyUsed", AGAIN),
        ("usernameNotAllowed", SETTINGS),
    ];
    let row = |action, method, path, codes| Row {
        action,
        method,
        path,
        codes,
    };
    vec![
        row(create, "POST", "users", made),
        row(restore, "POST", "users", made),
        row(
            json!({ "link": { "employee": "101" } }),
            "POST",
            "external-ids",
            &[
                ("mappingAlreadyExists", AGAIN),
                ("reservedPlatformName", SETTINGS),
                ("resourceNotFound", AGAIN),
                ("valueAlreadyUsed", AGAIN),
            ],
        ),
        row(
            json!({ "relink": { "mapping": OTHER, "employee": "101" } }),
            "PUT",
            "external-ids/{mappingId}",
            &[
                ("mappingIdNotFound", AGAIN),
                ("reservedPlatformName", SETTINGS),
                ("resourceNotFound", AGAIN),
                ("targetAlreadyMapped", AGAIN),
                ("valueAlreadyUsed", AGAIN),
            ],
        ),
        row(
            edit(&json!({ "job": { "set": "Engineer" } })),
            "PATCH",
            "users/{userId}",
            EDIT,
        ),
        row(
            edit(&json!({ "mail": { "set": "b@example.com" } })),
            "PATCH",
            "users/{userId}",
            EDIT,
        ),
        row(
            edit(&json!({ "username": { "set": "b" } })),
            "PATCH",
            "users/{userId}",
            EDIT,
        ),
        row(
            json!({ "schedule": { "at": "2026-05-01T00:00:00Z" } }),
            "PATCH",
            "users/{userId}",
            &[
                ("deactivationDateInvalid", "skip: fix_data"),
                ("invalidUpdateOnDeletedUser", AGAIN),
                // No such step changes anything else.
                ("mailAlreadyUsed", AGAIN),
                ("mailInvalid", DATA),
                ("mediaNotFound", DATA),
                ("notMemberOfPrimaryGroup", SETTINGS),
                ("ownerDeactivationNotAllowed", "skip: protected"),
                ("userNotFound", AGAIN),
                ("userShouldHaveAtLeastOneValidIdentifier", DATA),
                ("usernameAlreadyUsed", AGAIN),
                ("usernameNotAllowed", SETTINGS),
            ],
        ),
        row(
            json!("activate"),
            "PUT",
            "users/{userId}/activate",
            &[("userDeleted", AGAIN), ("userNotFound", AGAIN)],
        ),
        row(
            json!({ "set_custom_values": { "before": {}, "after": { OTHER: "x" } } }),
            "PUT",
            "users/{userId}/custom-fields/values",
            &[
                ("customFieldNotFound", "skip: custom_field_not_found"),
                ("multipleValuesForSingleCustomField", "skip: fix_data"),
                ("unauthorizedValue", "skip: unauthorized_value"),
                ("userNotFound", AGAIN),
                ("wrongTypeValue", "skip: unauthorized_value"),
            ],
        ),
        row(
            json!({ "add_membership": membership }),
            "POST",
            "groups/{groupId}/{role}/{userId}",
            &[
                ("analystUnavailable", "skip: role_not_given_back"),
                ("groupNotFound", "skip: group_not_found"),
                ("userDeleted", AGAIN),
                ("userNotFound", AGAIN),
            ],
        ),
        row(
            json!({ "remove_membership": membership }),
            "DELETE",
            "groups/{groupId}/{role}/{userId}",
            &[
                ("analystUnavailable", "skip: role_not_given_back"),
                ("groupNotFound", "skip: group_not_found"),
                ("userNotFoundInGroup", "continue"),
            ],
        ),
        row(
            json!({ "add_manager": { "manager": OTHER } }),
            "POST",
            "users/{userId}/managers/{managerId}",
            &[
                ("managerDeleted", "skip: manager_deleted"),
                ("managerNotFound", "skip: manager_deleted"),
                ("userDeleted", AGAIN),
                ("userNotFound", AGAIN),
            ],
        ),
        row(
            json!({ "remove_manager": { "manager": OTHER } }),
            "DELETE",
            "users/{userId}/managers/{managerId}",
            &[
                ("managerNotAssignedToUser", AGAIN),
                // Nobody has a manager who does not exist.
                ("managerNotFound", AGAIN),
                ("userDeleted", AGAIN),
                ("userNotFound", AGAIN),
            ],
        ),
        row(
            json!({ "add_report": { "report": OTHER } }),
            "POST",
            "users/{userId}/managers/{managerId}",
            &[
                // The manager is the person, the user is the report.
                ("managerDeleted", AGAIN),
                ("managerNotFound", AGAIN),
                ("userDeleted", "skip: manager_deleted"),
                ("userNotFound", "skip: manager_deleted"),
            ],
        ),
        row(
            json!("deactivate"),
            "DELETE",
            "users/{userId}",
            &[("userIsCompanyOwner", PROTECTED), ("userNotFound", AGAIN)],
        ),
    ]
}

fn step(action: &Value) -> Step {
    let step = json!({
        "id": "step", "user": { "known": USER }, "action": action,
        "precondition": { "status": "active" }, "reason": "difference", "needs": null,
    });
    serde_json::from_value(step).expect("a step")
}

/// What the first refusal with this code comes to.
fn comes_to(action: &Value, code: &str) -> String {
    let employee = EmployeeId::try_from("101").expect("an id");
    let now: Timestamp = "2026-03-02T09:00:00Z".parse().expect("a time");
    let refused = Outcome::Refused {
        status: 400,
        code: Some(ErrorCode::from(code)),
    };
    let absorbed = absorb(&employee, &Memory::default(), &step(action), &refused, now);
    match absorbed.next {
        Next::Continue => "continue".to_owned(),
        Next::Skip(reason) => format!("skip: {reason}"),
        Next::DecideAgain => AGAIN.to_owned(),
        Next::RetryAt(at, reason) => {
            assert!(at > now, "{code}");
            format!("later: {reason}")
        }
        Next::Stop(disposition) => format!("stop: {disposition}"),
        other => format!("{other:?}"),
    }
}

#[test]
fn every_documented_refusal_of_a_step_has_a_consequence() {
    for row in rows() {
        let kind = step(&row.action).action.kind();
        for (code, expected) in row.codes {
            let class = ErrorCode::from(*code).class();
            assert_ne!(class, ErrorClass::Unknown, "{code}");
            let found = comes_to(&row.action, code);
            assert_eq!(found, *expected, "{} {code}", kind.as_str());
        }
        // The driver stops the kind of step; by itself it is a setting.
        assert_eq!(comes_to(&row.action, "invalid_scope"), SETTINGS);
        assert_eq!(comes_to(&row.action, "newCode"), "later: unknown_code");
    }
}

#[test]
fn every_action_has_its_row() {
    let kinds: BTreeSet<_> = rows()
        .iter()
        .map(|row| step(&row.action).action.kind())
        .collect();
    let all = [
        ActionKind::Create,
        ActionKind::Restore,
        ActionKind::Link,
        ActionKind::Relink,
        ActionKind::Edit,
        ActionKind::Activate,
        ActionKind::Schedule,
        ActionKind::SetCustomValues,
        ActionKind::AddMembership,
        ActionKind::RemoveMembership,
        ActionKind::AddManager,
        ActionKind::RemoveManager,
        ActionKind::AddReport,
        ActionKind::Deactivate,
    ];
    assert_eq!(kinds, BTreeSet::from(all));
}

#[test]
fn the_rows_hold_the_documented_codes_and_no_others() {
    let Some(folder) = std::env::var_os("LEARNING360_OPENAPI") else {
        println!(
            "SKIPPED: the_rows_hold_the_documented_codes_and_no_others needs digest.json, made \
             from 360Learning's OpenAPI files. Set LEARNING360_OPENAPI to the folder that holds it."
        );
        return;
    };
    let text = std::fs::read(Path::new(&folder).join("digest.json")).expect("the digest");
    let digest: Value = serde_json::from_slice(&text).expect("JSON");
    let operations = digest["operations"].as_array().expect("a list");
    let documented: BTreeMap<(&str, &str), BTreeSet<&str>> = operations
        .iter()
        .map(|operation| {
            let text = |key: &str| operation[key].as_str().expect("a text");
            let path = text("path").strip_prefix("/api/v2/").unwrap_or_default();
            let errors = operation["errors"].as_object().into_iter().flatten();
            // Those of every call are about the credentials and the limits.
            let own =
                errors.filter(|(status, _)| !["401", "403", "429"].contains(&status.as_str()));
            let codes = own.flat_map(|(_, codes)| codes.as_array().into_iter().flatten());
            let codes = codes.filter_map(|code| code[0].as_str());
            ((text("method"), path), codes.collect())
        })
        .collect();
    for row in rows() {
        let codes: BTreeSet<_> = row.codes.iter().map(|(code, _)| *code).collect();
        let known = documented.get(&(row.method, row.path));
        assert_eq!(Some(&codes), known, "{} {}", row.method, row.path);
    }
}
