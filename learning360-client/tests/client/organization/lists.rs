//! Lists with several pages, records that cannot be read, and answers that must be whole.

use learning360_client::{ErrorKind, Group};
use serde_json::{Value, json};
use wiremock::matchers::{any, method, query_param, query_param_is_missing};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::calls::make;
use super::operations::{Call, FIELD, OTHER, all};
use crate::support::{GROUP, USER, client, group_id, vendor};

/// The list on two pages.
async fn pages(first: Value, second: Value) -> MockServer {
    let vendor = vendor().await;
    let link = "</api/v2/next?next=2>; rel=\"next\"";
    Mock::given(method("GET"))
        .and(query_param_is_missing("next"))
        .respond_with(
            ResponseTemplate::new(200)
                .insert_header("link", link)
                .set_body_json(first),
        )
        .mount(&vendor)
        .await;
    Mock::given(method("GET"))
        .and(query_param("next", "2"))
        .respond_with(ResponseTemplate::new(200).set_body_json(second))
        .mount(&vendor)
        .await;
    vendor
}

#[tokio::test]
async fn one_record_that_cannot_be_read_costs_no_page() {
    let mut lists = 0;
    for operation in all() {
        let Some(Value::Array(items)) = &operation.answer else {
            continue;
        };
        // Lists that are one value as a whole are read as a whole.
        let whole = [
            Call::AuthorizedValues,
            Call::ReplaceAuthorizedValues,
            Call::ReplaceJobs,
            Call::BulkResults,
        ];
        if whole.contains(&operation.call) {
            continue;
        }
        let odd = json!([null, items[0], {"_id": 5}, "x"]);
        // The same record again on the next page counts once.
        let vendor = pages(odd, json!(items)).await;
        let shown = make(&client(&vendor.uri()), operation.call).await.unwrap();
        let once = vendor_answer(items.clone(), operation.call).await;
        assert_eq!(shown, once, "{:?}", operation.call);
        lists += 1;
    }
    assert_eq!(lists, 9);
}

async fn vendor_answer(items: Vec<Value>, call: Call) -> String {
    let vendor = vendor().await;
    Mock::given(any())
        .respond_with(ResponseTemplate::new(200).set_body_json(items))
        .with_priority(9)
        .mount(&vendor)
        .await;
    make(&client(&vendor.uri()), call).await.unwrap()
}

#[tokio::test]
async fn two_roles_of_one_user_are_two_members() {
    let member = |role: &str| json!({"userId": USER, "role": role});
    let first = json!([member("learner"), member("coach")]);
    let vendor = pages(first, json!([member("coach"), member("wizard")])).await;
    let members = client(&vendor.uri()).groups().members(&group_id());
    let roles: Vec<_> = members.all().await.unwrap();
    let roles: Vec<_> = roles.iter().map(|member| member.role().as_str()).collect();
    assert_eq!(roles, ["learner", "coach", "wizard"]);
}

#[tokio::test]
async fn the_root_is_the_group_without_a_parent() {
    let root = json!({"_id": OTHER, "name": "All", "public": true});
    let below = json!({"_id": GROUP, "name": "A", "public": false, "parentId": OTHER});
    let vendor = pages(json!([below]), json!([root])).await;
    let groups = client(&vendor.uri()).groups().list().all().await.unwrap();
    let roots: Vec<_> = groups.iter().filter(|group| group.is_root()).collect();
    assert_eq!(roots.len(), 1);
    assert_eq!(roots[0].id().as_str(), OTHER);
}

#[tokio::test]
async fn unknown_fields_and_values_are_read() {
    let body = json!([
        {"_id": FIELD, "name": "a", "targetType": "pathSessions", "type": "number", "x": {}},
    ]);
    let vendor = pages(body, json!([])).await;
    let fields = client(&vendor.uri()).custom_fields().list().all().await;
    assert_eq!(fields.unwrap()[0].target_type().as_str(), "pathSessions");
}

#[tokio::test]
async fn a_list_of_authorized_values_is_whole_or_an_error() {
    for odd in [json!(["Paris", null]), json!([5]), json!({"values": []})] {
        let vendor = vendor().await;
        Mock::given(any())
            .respond_with(ResponseTemplate::new(200).set_body_json(odd))
            .with_priority(9)
            .mount(&vendor)
            .await;
        let error = make(&client(&vendor.uri()), Call::AuthorizedValues).await;
        assert_eq!(error.unwrap_err().kind(), ErrorKind::Decode);
    }
}

#[test]
fn a_group_is_read_without_a_client_too() {
    let group: Group =
        serde_json::from_value(json!({"_id": GROUP, "name": "A", "public": true})).unwrap();
    assert_eq!(group.name(), "A");
    assert!(serde_json::from_value::<Group>(json!({"name": "A"})).is_err());
}
