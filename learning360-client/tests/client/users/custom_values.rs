//! Values of custom fields: nothing is lost by a read, a change and a replacement.

use learning360_client::{CustomValue, CustomValues, ErrorKind, Sent};
use proptest::prelude::*;
use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, ResponseTemplate};

use super::operations::FIELD;
use crate::support::{client, requests, user_id, vendor};

fn value(number: u32, kind: &str, value: &str) -> Value {
    json!({"customFieldId": format!("{number:024x}"), "type": kind, "value": value})
}

#[tokio::test]
async fn values_of_others_go_back_as_they_came() {
    let vendor = vendor().await;
    let others = [
        value(1, "string", " as it is "),
        value(2, "date", "2025-01-27"),
        value(3, "percentage", "12"),
    ];
    Mock::given(any())
        .respond_with(ResponseTemplate::new(200).set_body_json(others.to_vec()))
        .with_priority(9)
        .mount(&vendor)
        .await;
    let users = client(&vendor.uri()).users();
    let mut values = users.custom_values(&user_id()).await.unwrap();
    values.set(CustomValue::text(FIELD.parse().unwrap(), "Sales").unwrap());
    users
        .replace_custom_values(&user_id(), &values)
        .await
        .unwrap();
    let sent: Value = serde_json::from_slice(&requests(&vendor).await[1].body).unwrap();
    let ours = json!({"customFieldId": FIELD, "type": "string", "value": "Sales"});
    let all: Vec<_> = others.into_iter().chain([ours]).collect();
    assert_eq!(sent, json!({"customValues": all}));
}

#[tokio::test]
async fn what_would_lose_values_is_not_sent() {
    let vendor = vendor().await;
    let list = json!([value(1, "string", "x"), value(2, "string", "")]);
    Mock::given(any())
        .respond_with(ResponseTemplate::new(200).set_body_json(list))
        .with_priority(9)
        .mount(&vendor)
        .await;
    let users = client(&vendor.uri()).users();
    let read = users.custom_values(&user_id()).await.unwrap();
    assert_eq!((read.len(), read.unreadable()), (1, 1));
    let many: CustomValues = (0..301)
        .map(|number| CustomValue::from_json(&value(number, "string", "x")).unwrap())
        .collect();
    for values in [read, many] {
        let error = users
            .replace_custom_values(&user_id(), &values)
            .await
            .unwrap_err();
        assert_eq!((error.kind(), error.sent()), (ErrorKind::Config, Sent::No));
        assert_eq!(
            error.route(),
            Some("/api/v2/users/{userId}/custom-fields/values")
        );
    }
    assert_eq!(requests(&vendor).await.len(), 1);
}

proptest! {
    /// What was read is either sent back as it was, or counted as unreadable.
    #[test]
    fn nothing_read_is_lost_in_silence(
        list in prop::collection::vec((0_u32..6, "string|date|other|", ".{0,3}|2025-01-2[0-9]"), 0..8),
    ) {
        let list: Vec<Value> = list.iter().map(|(n, kind, text)| value(*n, kind, text)).collect();
        let values = CustomValues::from_json(&list);
        let sent = serde_json::to_value(&values).unwrap();
        let sent = sent["customValues"].as_array().unwrap();
        for object in &list {
            prop_assert!(sent.contains(object) || values.unreadable() > 0, "{}", object);
        }
        prop_assert!(sent.iter().all(|object| list.contains(object)));
    }
}
