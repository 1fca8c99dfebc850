//! Lists of a user: all pages, each item once, and what cannot be read is counted.

use serde_json::{Value, json};
use wiremock::matchers::{path_regex, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::operations::{FIELD, OTHER};
use crate::support::{GROUP, client, user_id, vendor};

/// Two pages of whatever is listed.
async fn two_pages(first: Value, second: Value) -> MockServer {
    let vendor = vendor().await;
    let first = ResponseTemplate::new(200)
        .insert_header("link", "<?next=2>; rel=\"next\"")
        .set_body_json(first);
    Mock::given(path_regex("/users/[0-9a-f]{24}/"))
        .and(query_param("next", "2"))
        .respond_with(ResponseTemplate::new(200).set_body_json(second))
        .mount(&vendor)
        .await;
    Mock::given(path_regex("/users/[0-9a-f]{24}/"))
        .respond_with(first)
        .with_priority(9)
        .mount(&vendor)
        .await;
    vendor
}

#[tokio::test]
async fn ids_of_managers_come_once_from_all_pages() {
    let (first, second) = (
        json!([OTHER, null, 7]),
        json!([OTHER.to_uppercase(), FIELD]),
    );
    let vendor = two_pages(first, second).await;
    let users = client(&vendor.uri()).users();
    for list in [users.managers(&user_id()), users.subordinates(&user_id())] {
        let found = list.clone().all().await.unwrap();
        let found: Vec<_> = found.iter().map(|id| id.as_str().to_owned()).collect();
        assert_eq!(found, [OTHER, FIELD]);
        let mut pages = list.pages();
        assert_eq!(pages.next_page().await.unwrap().unwrap().len(), 1);
        assert_eq!(pages.skipped(), 2);
    }
}

#[tokio::test]
async fn memberships_of_one_group_may_stand_on_two_pages() {
    let membership = |role: &str| json!({"groupId": GROUP, "role": role});
    let first = json!([membership("owner"), membership("learner"), {"groupId": "x"}]);
    let second = json!([membership("learner"), membership("wizard")]);
    let vendor = two_pages(first, second).await;
    let users = client(&vendor.uri()).users();
    let found = users.memberships(&user_id()).all().await.unwrap();
    let roles: Vec<_> = found.iter().map(|it| it.role().as_str()).collect();
    assert_eq!(roles, ["owner", "learner", "wizard"]);
    assert!(found.iter().all(|it| it.group().as_str() == GROUP));
}

#[tokio::test]
async fn one_bad_certificate_or_link_does_not_cost_the_page() {
    let certificate = |id: &str, kind: &str| {
        json!({
            "_id": id, "type": kind, "title": "t", "deliveryDate": "2026-01-31T00:00:00.000Z",
        })
    };
    let first = json!([certificate(OTHER, "path"), {"_id": FIELD}]);
    let vendor = two_pages(first, json!([certificate(FIELD, "diploma")])).await;
    let users = client(&vendor.uri()).users();
    let found = users.certificates(&user_id()).all().await.unwrap();
    let kinds: Vec<_> = found.iter().map(|it| it.kind().as_str()).collect();
    assert_eq!(kinds, ["path", "diploma"]);

    let link = |id: &str| json!({"_id": id, "customLinkId": FIELD, "url": "u"});
    let vendor = two_pages(json!([link(OTHER), link("x")]), json!([])).await;
    let users = client(&vendor.uri()).users();
    let found = users.custom_links(&user_id()).all().await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].id().as_str(), found[0].url()), (OTHER, "u"));
}
