//! Pages: where they lead, and that every item comes once.

use core::time::Duration;
use std::sync::{Arc, Mutex};

use learning360_client::{Client, ErrorKind, User};
use proptest::prelude::*;
use serde_json::{Value, json};
use wiremock::matchers::{method, path, query_param};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use crate::support::{client, requests, vendor};

fn id(number: u32) -> String {
    format!("{number:024x}")
}

fn users(numbers: &[u32]) -> Value {
    numbers
        .iter()
        .map(|number| json!({"_id": id(*number), "status": "active"}))
        .collect()
}

/// A first page with a link, and a second one.
async fn two_pages(vendor: &MockServer, link: &str) {
    let first = ResponseTemplate::new(200)
        .insert_header("link", link)
        .set_body_json(users(&[1]));
    let second = ResponseTemplate::new(200).set_body_json(users(&[2]));
    let list = || Mock::given(method("GET")).and(path("/api/v2/users"));
    list()
        .and(query_param("next", "c+/="))
        .respond_with(second)
        .mount(vendor)
        .await;
    list()
        .respond_with(first)
        .with_priority(9)
        .mount(vendor)
        .await;
}

async fn list(client: &Client) -> Result<Vec<User>, learning360_client::Error> {
    client.users().list().mail("a@b.c").all().await
}

#[tokio::test]
async fn links_may_be_absolute_or_relative() {
    for link in [
        "<{origin}/api/v2/users?next=c%2B%2F%3D>; rel=\"next\"",
        "</api/v2/users?next=c%2B%2F%3D>; rel=next",
        "<?next=c%2B%2F%3D>; rel=\"prev NEXT\"",
        "<{origin}/x>; rel=\"self\", <users?next=c%2B%2F%3D>; rel=\"next\"",
    ] {
        let vendor = vendor().await;
        two_pages(&vendor, &link.replace("{origin}", &vendor.uri())).await;
        assert_eq!(
            list(&client(&vendor.uri())).await.unwrap().len(),
            2,
            "{link}"
        );
        let requests = requests(&vendor).await;
        // Followed as it is: the link knows the filters.
        assert_eq!(requests[1].url.query(), Some("next=c%2B%2F%3D"));
        assert_eq!(requests[1].headers["authorization"], "Bearer token-1");
        assert_eq!(requests[1].headers["360-api-version"], "v2.0");
    }
}

#[tokio::test]
async fn the_token_goes_to_no_other_origin() {
    let other = MockServer::start().await;
    for link in [
        format!("<{}/api/v2/users?next=x>; rel=next", other.uri()),
        format!("<//{}/api/v2/users?next=x>; rel=next", other.address()),
        "<https://127.0.0.1/api/v2/users>; rel=next".to_owned(),
        "<//user@{host}/api/v2/users>; rel=next".to_owned(),
        "<ftp://example.com>; rel=next".to_owned(),
        "<http://[>; rel=next".to_owned(),
        "<{origin}/api/v2/users; rel=next".to_owned(),
    ] {
        let vendor = vendor().await;
        let link = link.replace("{origin}", &vendor.uri());
        let link = link.replace("{host}", &vendor.address().to_string());
        two_pages(&vendor, &link).await;
        let error = list(&client(&vendor.uri())).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Pagination, "{link}");
        assert_eq!(requests(&vendor).await.len(), 1, "{link}");
    }
    assert!(other.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_circle_is_an_error() {
    let vendor = vendor().await;
    // Every page leads to the page `a`, and `a` to `b`.
    let page = |next: &str| {
        let link = format!("<?next={next}>; rel=next");
        ResponseTemplate::new(200)
            .insert_header("link", link)
            .set_body_json(users(&[1]))
    };
    let list_of = || Mock::given(path("/api/v2/users"));
    list_of()
        .and(query_param("next", "a"))
        .respond_with(page("b"))
        .mount(&vendor)
        .await;
    list_of()
        .respond_with(page("a"))
        .with_priority(9)
        .mount(&vendor)
        .await;
    // Without the check the list would never end.
    let client = client(&vendor.uri());
    let found = tokio::time::timeout(Duration::from_secs(20), list(&client)).await;
    let error = found.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Pagination);
    assert_eq!(requests(&vendor).await.len(), 3);
}

#[tokio::test]
async fn items_that_cannot_be_read_are_counted() {
    let vendor = vendor().await;
    let body = json!([{"_id": id(1), "status": "active"}, {"_id": "x"}, null]);
    Mock::given(method("GET"))
        .respond_with(ResponseTemplate::new(200).set_body_json(body))
        .mount(&vendor)
        .await;
    let mut pages = client(&vendor.uri()).users().list().pages();
    assert_eq!(pages.next_page().await.unwrap().unwrap().len(), 1);
    assert_eq!(pages.skipped(), 2);
    assert!(pages.next_page().await.unwrap().is_none());
}

#[tokio::test]
async fn of_an_item_that_comes_twice_the_later_one_counts() {
    let vendor = vendor().await;
    let page = |status: &str| json!([{"_id": id(1), "status": status}]);
    let first = ResponseTemplate::new(200).insert_header("link", "<?next=2>; rel=next");
    let list_of = || Mock::given(path("/api/v2/users"));
    list_of()
        .and(query_param("next", "2"))
        .respond_with(ResponseTemplate::new(200).set_body_json(page("deleted")))
        .mount(&vendor)
        .await;
    list_of()
        .respond_with(first.set_body_json(page("active")))
        .with_priority(9)
        .mount(&vendor)
        .await;
    let found = list(&client(&vendor.uri())).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].status().as_str(), "deleted");
}

#[test]
fn every_item_comes_once_however_the_pages_are_cut() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let pages: Arc<Mutex<Vec<Vec<u32>>>> = Arc::default();
    let served = pages.clone();
    let answer = move |request: &Request| {
        let pages = served.lock().unwrap();
        let next = request.url.query_pairs().find(|(name, _)| name == "next");
        let place: usize = next.map_or(0, |(_, place)| place.parse().unwrap());
        let answer = ResponseTemplate::new(200).set_body_json(users(&pages[place]));
        if place + 1 < pages.len() {
            answer.insert_header("link", format!("<?next={}>; rel=\"next\"", place + 1))
        } else {
            answer
        }
    };
    let (client, _vendor) = runtime.block_on(async {
        let vendor = vendor().await;
        Mock::given(path("/api/v2/users"))
            .respond_with(answer)
            .mount(&vendor)
            .await;
        (client(&vendor.uri()), vendor)
    });
    let any_pages = prop::collection::vec(prop::collection::vec(0_u32..40, 0..6), 1..8);
    proptest!(ProptestConfig::with_cases(48), |(cut in any_pages)| {
        let mut wanted = Vec::new();
        for number in cut.iter().flatten().map(|number| id(*number)) {
            if !wanted.contains(&number) {
                wanted.push(number);
            }
        }
        *pages.lock().unwrap() = cut;
        let found = runtime.block_on(list(&client)).unwrap();
        let found: Vec<_> = found.iter().map(|user| user.id().to_string()).collect();
        prop_assert_eq!(found, wanted);
    });
}
