//! The codes of this crate against those that 360Learning documents.

use std::collections::BTreeSet;
use std::path::Path;

use learning360_client::{ErrorClass, ErrorCode};
use serde_json::Value;

/// The paths whose codes this crate knows, behind `/api/v2/`: these, and all below them.
const COVERED: [&str; 11] = [
    "bulk/groups/memberships",
    "bulk/notifications",
    "bulk/operations",
    "bulk/skills/users",
    "custom-fields",
    "external-ids",
    "groups",
    "oauth2/token",
    "skills/users",
    "users",
    "webhooks",
];

#[test]
fn the_known_codes_are_the_documented_ones() {
    let Some(folder) = std::env::var_os("LEARNING360_OPENAPI") else {
        println!(
            "SKIPPED: the_known_codes_are_the_documented_ones needs digest.json, made from \
             360Learning's OpenAPI files. Set LEARNING360_OPENAPI to the folder that holds it."
        );
        return;
    };
    let text = std::fs::read(Path::new(&folder).join("digest.json")).unwrap();
    let digest: Value = serde_json::from_slice(&text).unwrap();
    let covered = |path: &str| {
        let path = path.strip_prefix("/api/v2/").unwrap();
        let below = |family: &str| {
            path.strip_prefix(family)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        path == "bulk/groups" || COVERED.iter().any(|family| below(family))
    };
    let operations = digest["operations"].as_array().unwrap().iter();
    let operations: Vec<_> = operations
        .filter(|operation| covered(operation["path"].as_str().unwrap()))
        .collect();
    assert_eq!(operations.len(), 66);
    let documented: BTreeSet<&str> = operations
        .iter()
        .filter_map(|operation| operation["errors"].as_object())
        .flat_map(|errors| errors.values())
        .flat_map(|codes| codes.as_array().unwrap())
        .map(|code| code[0].as_str().unwrap())
        .collect();
    let known: BTreeSet<&str> = ErrorCode::KNOWN.iter().map(ErrorCode::as_str).collect();
    assert_eq!(known, documented);
}

#[test]
fn the_class_says_what_helps() {
    for (code, class) in [
        ("tooManyRequests", ErrorClass::Retry),
        ("bulkOperationsConcurrencyLimitReached", ErrorClass::Retry),
        ("bulkAPIDisabled", ErrorClass::Retry),
        ("invalid_scope", ErrorClass::FixSettings),
        ("mailAlreadyUsed", ErrorClass::Conflict),
        ("userIsCompanyOwner", ErrorClass::Protected),
        ("groupIsRoot", ErrorClass::Protected),
        ("userNotFoundInGroup", ErrorClass::Gone),
        ("managerDeleted", ErrorClass::Gone),
        ("unauthorizedValue", ErrorClass::FixSettings),
        ("wrongTypeValue", ErrorClass::FixData),
        ("somethingNew", ErrorClass::Unknown),
    ] {
        assert_eq!(ErrorCode::from(code).class(), class, "{code}");
    }
}
