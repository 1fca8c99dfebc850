//! Pages: where they lead, and that every item comes once.

use core::future::Future;
use core::task::Poll;
use core::time::Duration;
use std::sync::{Arc, Mutex};

use futures_util::{StreamExt, TryStreamExt};
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
    // Item by item, with a change of the pager at the cursor after some of them: none is missed, and
    // none comes again but those of the page that was begun.
    let any_pages = prop::collection::vec(prop::collection::vec(0_u32..1000, 0..6), 1..8);
    proptest!(ProptestConfig::with_cases(48), |(cut in any_pages, stop in 0_usize..20)| {
        let all: Vec<_> = cut.iter().flatten().map(|number| id(*number)).collect();
        let lengths: Vec<_> = cut.iter().map(Vec::len).collect();
        *pages.lock().unwrap() = cut;
        let (before, after) = runtime.block_on(async {
            let list = || client.users().list().pages();
            let mut users = list();
            let mut before = Vec::new();
            while before.len() < stop {
                let Some(user) = users.next_item().await.unwrap() else { break };
                before.push(user.id().to_string());
            }
            let after: Vec<User> = match users.cursor() {
                Some(cursor) => list().resume_from(&cursor).unwrap().try_collect().await.unwrap(),
                None => Vec::new(),
            };
            (before, after.iter().map(|user| user.id().to_string()).collect::<Vec<_>>())
        });
        prop_assert_eq!(&all[..before.len()], &before[..]);
        prop_assert_eq!(&all[all.len() - after.len()..], &after[..]);
        let again = before.len() + after.len() - all.len();
        prop_assert!(lengths.iter().any(|length| again == 0 || again < *length));
    });
}

/// Serves pages that are cut like this, and after each number of a page its items.
async fn serving(cut: Vec<Vec<u32>>) -> (Client, MockServer) {
    let vendor = vendor().await;
    let answer = move |request: &Request| {
        let next = request.url.query_pairs().find(|(name, _)| name == "next");
        let place: usize = next.map_or(0, |(_, place)| place.parse().unwrap());
        let answer = ResponseTemplate::new(200).set_body_json(users(&cut[place]));
        if place + 1 < cut.len() {
            answer.insert_header("link", format!("<?next={}>; rel=\"next\"", place + 1))
        } else {
            answer
        }
    };
    Mock::given(path("/api/v2/users"))
        .respond_with(answer)
        .mount(&vendor)
        .await;
    (client(&vendor.uri()), vendor)
}

#[tokio::test]
async fn a_list_is_a_stream_of_its_items() {
    let (client, vendor) = serving(vec![vec![1, 2], vec![], vec![3]]).await;
    let users = client.users().list().pages();
    let found: Vec<User> = users.try_collect().await.unwrap();
    let found: Vec<_> = found.iter().map(|user| user.id().to_string()).collect();
    assert_eq!(found, [id(1), id(2), id(3)]);
    assert_eq!(requests(&vendor).await.len(), 3);
    // A page is read when it is needed, not before.
    let mut users = client.users().list().pages();
    users.next().await.unwrap().unwrap();
    users.next().await.unwrap().unwrap();
    assert_eq!(requests(&vendor).await.len(), 4);
    users.next().await.unwrap().unwrap();
    assert!(users.next().await.is_none() && users.next().await.is_none());
    assert_eq!(requests(&vendor).await.len(), 6);
}

#[tokio::test]
async fn a_page_that_was_begun_is_handed_out_to_its_end() {
    let (client, _vendor) = serving(vec![vec![1, 2, 3], vec![4]]).await;
    let mut users = client.users().list().pages();
    assert_eq!(
        users.next_item().await.unwrap().unwrap().id().as_str(),
        id(1)
    );
    assert_eq!(users.next_page().await.unwrap().unwrap().len(), 2);
    assert_eq!(users.next_page().await.unwrap().unwrap().len(), 1);
    assert!(users.next_page().await.unwrap().is_none());
    assert!(users.next_item().await.unwrap().is_none());
}

#[tokio::test]
async fn a_list_goes_on_from_its_cursor() {
    let (client, vendor) = serving(vec![vec![1, 2], vec![3, 4], vec![5]]).await;
    let list = || client.users().list().mail("a+b@c.d").pages();
    let mut users = list();
    // Before anything was read: from the beginning, with the filters.
    let start = users.cursor().unwrap();
    users.next_page().await.unwrap();
    users.next_item().await.unwrap();
    // In the middle of a page: that page again, so that nothing is missed.
    let middle = serde_json::to_string(&users.cursor().unwrap()).unwrap();
    users.next_item().await.unwrap();
    let after = users.cursor().unwrap();
    users.next_item().await.unwrap();
    assert!(users.cursor().is_none());

    let rest = async |cursor| {
        let users = list().resume_from(&cursor).unwrap();
        let found: Vec<User> = users.try_collect().await.unwrap();
        found.len()
    };
    assert_eq!(rest(serde_json::from_str(&middle).unwrap()).await, 3);
    assert_eq!(rest(after).await, 1);
    assert_eq!(rest(start).await, 5);
    let first = &requests(&vendor).await[0];
    let again = &requests(&vendor).await[6];
    assert_eq!(first.url, again.url);

    let cursor = list().cursor().unwrap();
    let other = client.external_ids().list().pages();
    let error = other.resume_from(&cursor).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Pagination);
}

#[tokio::test]
async fn after_an_error_the_same_page_is_tried_again() {
    let vendor = vendor().await;
    let list_of = || Mock::given(path("/api/v2/users"));
    list_of()
        .respond_with(ResponseTemplate::new(400))
        .up_to_n_times(1)
        .mount(&vendor)
        .await;
    list_of()
        .respond_with(ResponseTemplate::new(200).set_body_json(users(&[1])))
        .with_priority(9)
        .mount(&vendor)
        .await;
    let mut users = client(&vendor.uri()).users().list().pages();
    assert_eq!(
        users.next().await.unwrap().unwrap_err().status().unwrap(),
        400
    );
    assert_eq!(users.next().await.unwrap().unwrap().id().as_str(), id(1));
    assert!(users.next().await.is_none());
}

#[tokio::test]
async fn dropping_a_future_loses_nothing() {
    let (client, vendor) = serving(vec![vec![1], vec![2]]).await;
    let mut users = client.users().list().pages();
    for _ in 0..3 {
        // Polled once, then dropped in the middle of the call.
        let next = users.next_item();
        tokio::pin!(next);
        let polled = core::future::poll_fn(|context| Poll::Ready(next.as_mut().poll(context)));
        assert!(polled.await.is_pending());
    }
    let rest: Vec<User> = users.try_collect().await.unwrap();
    assert_eq!((rest.len(), requests(&vendor).await.len()), (2, 2));
}

#[tokio::test]
async fn an_item_nested_without_end_costs_itself_only() {
    let vendor = vendor().await;
    let deep = format!("{}{}", "[".repeat(5000), "]".repeat(5000));
    let body = format!(
        "[{}, {{\"_id\": {deep}}}, {}]",
        users(&[1])[0],
        users(&[2])[0]
    );
    Mock::given(method("GET"))
        .respond_with(ResponseTemplate::new(200).set_body_raw(body, "application/json"))
        .mount(&vendor)
        .await;
    let mut pages = client(&vendor.uri()).users().list().pages();
    assert_eq!(pages.next_page().await.unwrap().unwrap().len(), 2);
    assert_eq!(pages.skipped(), 1);
}
