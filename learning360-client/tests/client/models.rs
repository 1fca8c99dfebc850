//! Properties of the types.

use learning360_client::{
    ClearableField, Edit, ErrorCode, Mapping, Role, User, UserEdit, UserField, UserStatus,
};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::support::{MAPPING, USER};

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map("[a-z]{1,6}", inner, 0..4)
                .prop_map(|map| map.into_iter().collect::<Map<_, _>>().into()),
        ]
    })
}

fn field() -> impl Strategy<Value = UserField> {
    prop::sample::select(UserField::ALL.as_slice())
}

proptest! {
    /// Whatever stands in fields known or unknown, an id and a status make a user.
    #[test]
    fn no_field_fails_a_user(
        status in ".{0,12}",
        known in prop::collection::vec((field(), any_json()), 0..6),
        unknown in prop::collection::hash_map("[a-zA-Z]{1,12}", any_json(), 0..6),
        dates in any_json(),
    ) {
        let mut body: Map<String, Value> = unknown.into_iter().collect();
        body.extend(known.into_iter().map(|(field, value)| (field.as_str().to_owned(), value)));
        body.insert("deletedAt".to_owned(), dates.clone());
        body.insert("lastLoginDate".to_owned(), dates);
        body.insert("_id".to_owned(), json!(USER));
        body.insert("status".to_owned(), json!(status));
        let user = User::from_json(Value::Object(body)).unwrap();
        prop_assert_eq!(user.id().as_str(), USER);
        prop_assert_eq!(user.status().as_str(), status);
    }

    #[test]
    fn no_unknown_field_or_type_fails_a_mapping(
        unknown in prop::collection::hash_map("[A-Z]{1,12}", any_json(), 0..6),
        kind in ".{0,12}",
    ) {
        let mut body: Map<String, Value> = unknown.into_iter().collect();
        for (key, value) in [
            ("_id", MAPPING), ("targetId", USER), ("targetType", &kind), ("platform", "p"),
            ("value", "v"),
        ] {
            body.insert(key.to_owned(), value.into());
        }
        let mapping: Mapping = serde_json::from_value(Value::Object(body)).unwrap();
        prop_assert_eq!(mapping.target_type().as_str(), kind);
    }

    #[test]
    fn unknown_variants_keep_their_text(text in ".{0,40}") {
        let json = Value::from(text.as_str());
        let status: UserStatus = serde_json::from_value(json.clone()).unwrap();
        let role: Role = serde_json::from_value(json.clone()).unwrap();
        let code: ErrorCode = serde_json::from_value(json.clone()).unwrap();
        prop_assert_eq!(serde_json::to_value(status).unwrap(), json.clone());
        prop_assert_eq!(serde_json::to_value(role).unwrap(), json.clone());
        prop_assert_eq!(serde_json::to_value(code).unwrap(), json);
    }

    /// What is sent says for each field what the edit says: absent, null or a value.
    #[test]
    fn an_edit_comes_out_as_it_went_in(
        steps in prop::collection::vec((field(), prop::option::of(".{0,12}")), 0..12),
    ) {
        let mut edit = UserEdit::new();
        let mut wanted = Map::new();
        for (field, value) in steps {
            let name = field.as_str().to_owned();
            match value {
                Some(value) => match edit.clone().set(field, value.clone()) {
                    Ok(changed) => {
                        edit = changed;
                        wanted.insert(name, value.into());
                    }
                    Err(refused) => prop_assert_eq!(refused.field(), field.as_str()),
                },
                None => {
                    if let Ok(clearable) = ClearableField::try_from(field) {
                        edit = edit.clear(clearable);
                        wanted.insert(name, Value::Null);
                    }
                }
            }
        }
        prop_assert_eq!(serde_json::to_value(&edit).unwrap(), Value::Object(wanted.clone()));
        for field in UserField::ALL {
            let expected = match wanted.get(field.as_str()) {
                None => Edit::Keep,
                Some(Value::String(value)) => {
                    prop_assert!(!value.trim().is_empty());
                    Edit::Set(value.as_str())
                }
                Some(_) => Edit::Clear,
            };
            prop_assert!(edit.get(field) == expected);
        }
        prop_assert_eq!(wanted.get("lang"), wanted.get("lang").filter(|lang| !lang.is_null()));
    }
}
