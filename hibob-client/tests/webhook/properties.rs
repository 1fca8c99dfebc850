//! Properties of signatures and deliveries.

use hibob_client::testing;
use hibob_client::webhook::{Delivery, Secret, Verifier, VerifyError, is_ping, sign};
use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::{Value, json};

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

fn verifier(secret: &str) -> Verifier {
    Verifier::new([Secret::new("test", secret)]).unwrap()
}

/// Any JSON of moderate size.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map("[a-zA-Z/.]{0,8}", inner, 0..5)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn a_signature_fits_its_body_and_secret(
        secret in ".{1,80}",
        body in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        let signature = sign(&secret, &body);
        prop_assert!(verifier(&secret).verify(&body, Some(signature.as_bytes()), NOW).is_ok());
        prop_assert_eq!(signature.len(), 88);
    }

    #[test]
    fn one_bit_in_the_body_makes_a_mismatch(
        mut body in prop::collection::vec(any::<u8>(), 1..300),
        place in any::<prop::sample::Index>(),
        bit in 0..8_u32,
    ) {
        let signature = sign("secret", &body);
        let place = place.index(body.len());
        body[place] ^= 1 << bit;
        let result = verifier("secret").verify(&body, Some(signature.as_bytes()), NOW).map(drop);
        prop_assert_eq!(result, Err(VerifyError::Mismatch));
    }

    #[test]
    fn one_bit_in_the_signature_makes_an_error(
        body in prop::collection::vec(any::<u8>(), 0..50),
        place in any::<prop::sample::Index>(),
        bit in 0..8_u32,
    ) {
        let mut signature = sign("secret", &body).into_bytes();
        let place = place.index(signature.len());
        signature[place] ^= 1 << bit;
        prop_assert!(verifier("secret").verify(&body, Some(&signature), NOW).is_err());
    }

    #[test]
    fn any_bytes_are_opened_without_a_panic(
        body in prop::collection::vec(any::<u8>(), 0..300),
        signature in prop::collection::vec(any::<u8>(), 0..100),
    ) {
        let _ = is_ping(&body);
        drop(testing::deliver(&body));
        prop_assert!(verifier("secret").verify(&body, Some(&signature), NOW).is_err());
    }

    #[test]
    fn unknown_fields_and_types_never_fail_an_event(
        kind in ".{0,30}",
        extra in prop::collection::btree_map("[a-z]{1,6}X", any_json(), 0..5),
        data in any_json(),
    ) {
        let mut body = json!({"type": kind, "version": "v2", "data": data});
        body.as_object_mut().unwrap().extend(extra);
        let Delivery::Event(event) = testing::event(&body) else {
            return Err(TestCaseError::fail("not an event"));
        };
        prop_assert_eq!(event.kind().as_str(), kind);
    }

    #[test]
    fn any_json_in_any_place_never_fails_an_event(
        places in prop::collection::vec((prop::sample::select(PLACES), any_json()), 0..8),
        kind in prop::sample::select(KINDS),
    ) {
        let mut body = json!({"type": kind, "data": {}, "employee": {}, "changedBy": {}});
        for (place, value) in places {
            let (part, key) = place.split_once('.').unwrap_or(("", place));
            let parent = if part.is_empty() { Some(&mut body) } else { body.get_mut(part) };
            if let Some(object) = parent.and_then(Value::as_object_mut) {
                object.insert(key.to_owned(), value);
            }
        }
        let Delivery::Event(event) = testing::event(&body) else {
            return Err(TestCaseError::fail("not an event"));
        };
        prop_assert_eq!(event.kind().as_str(), kind);
        prop_assert!(event.kind().is_known());
    }
}

/// Everywhere that something is read from, but for the type.
const PLACES: &[&str] = &[
    "companyId",
    "version",
    "triggeredBy",
    "triggeredAt",
    "changedBy",
    "changedBy.id",
    "creationDate",
    "data",
    "data.employeeId",
    "data.fieldUpdates",
    "data.fieldUpdatesIds",
    "data.id",
    "data.tableId",
    "data.tableName",
    "data.effectiveDate",
    "data.timeoffRequestId",
    "data.requestId",
    "data.toDoIds",
    "data.toDoRequestedForIds",
    "data.toDoAssigneeIds",
    "data.newStatus",
    "data.documentId",
    "data.signedBy",
    "employee",
    "employee.id",
    "employeeId",
];

/// A type of each family.
const KINDS: &[&str] = &[
    "employee.updated",
    "table.entry.created",
    "timeoff.request.updated",
    "todo.changedStatus",
    "documents.eSign.completed",
];
