//! Tables over HTTP: one employee's, and many employees' page by page.
#![allow(clippy::unwrap_used)] // Clippy does not see that helpers of tests are tests.

mod support;

use std::pin::Pin;

use futures_core::Stream as _;
use hibob_client::table::{BulkRow, BulkTable, Cursor, TableRecord, WorkRow};
use hibob_client::{BulkPager, Client, ErrorKind, Field, LifecycleStatus};
use serde_json::{Value, json};
use support::{always, client, field, id};
use wiremock::matchers::{any, query_param, query_param_is_missing};
use wiremock::{Mock, MockServer, ResponseTemplate};

fn ok(body: &Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(body)
}

#[tokio::test]
async fn lifecycle_rows_with_what_is_hidden() {
    let server = MockServer::start().await;
    let body = json!({
        "values": [
            {"id": 1, "effectiveDate": "2024-04-01", "status": "employed", "reason": null},
            "not a row",
            {"id": 2, "effectiveDate": "2026-04-17", "status": "terminated",
                "humanReadable": {"status": "Terminated"}},
        ],
        "restricted_columns": {"no_view_permission": ["reason"], "no_view_history_permission": []},
    });
    always(&server, ok(&body), 1).await;
    let read = client(&server).tables().lifecycle(id("7")).append_labels();
    let found = read.send().await.unwrap();
    let statuses: Vec<_> = found.rows.iter().map(|row| row.status().value()).collect();
    assert_eq!(
        statuses,
        [
            Some(LifecycleStatus::Employed),
            Some(LifecycleStatus::Terminated)
        ]
    );
    assert_eq!(
        found.rows[0].id().map(|id| id.to_string()),
        Field::Value("1".into())
    );
    let label = found.rows[1].row().label(&field("status"));
    assert_eq!(label, Field::Value("Terminated".into()));
    assert_eq!(found.skipped, 1);
    assert!(found.restricted.no_view.contains("reason"));
}

#[tokio::test]
async fn a_table_of_somebody_unknown_is_not_found() {
    let server = MockServer::start().await;
    always(&server, ResponseTemplate::new(404), 1).await;
    let error = client(&server)
        .tables()
        .training(id("7"))
        .send()
        .await
        .unwrap_err();
    assert!(error.is_not_found() && error.body() == Some(b""));
}

/// A server with these pages: `(cursor, employees, next cursor)`.
async fn pages(pages: &[(Option<&str>, &[&str], Option<&str>)]) -> (MockServer, Client) {
    let server = MockServer::start().await;
    for (cursor, employees, next) in pages {
        let results: Vec<_> = employees
            .iter()
            .map(|employee| json!({"employeeId": employee, "id": 1, "title": "canary"}))
            .collect();
        let body = json!({"results": results, "response_metadata": {"next_cursor": next}});
        let mock = match cursor {
            Some(cursor) => Mock::given(query_param("cursor", *cursor)),
            None => Mock::given(query_param_is_missing("cursor")),
        };
        mock.respond_with(ok(&body)).mount(&server).await;
    }
    let client = client(&server);
    (server, client)
}

const PAGES: &[(Option<&str>, &[&str], Option<&str>)] = &[
    (None, &["1", "2"], Some("a&b=c")),
    (Some("a&b=c"), &[], Some("b")),
    (Some("b"), &["3"], Some("c")),
    (Some("c"), &[], None),
];

fn names(rows: &[BulkRow<WorkRow>]) -> Vec<&str> {
    rows.iter().map(|row| row.employee.as_str()).collect()
}

async fn all(mut pager: BulkPager<WorkRow>) -> Vec<String> {
    let mut found = Vec::new();
    while let Some(row) = pager.try_next().await.unwrap() {
        found.push(row.employee.to_string());
    }
    assert!(pager.try_next().await.unwrap().is_none());
    found
}

#[tokio::test]
async fn rows_come_over_pages_and_an_empty_page_is_not_the_end() {
    let (_server, client) = pages(PAGES).await;
    assert_eq!(
        all(client.tables().bulk_work().pager()).await,
        ["1", "2", "3"]
    );
}

#[tokio::test]
async fn page_by_page() {
    let (_server, client) = pages(PAGES).await;
    let mut pager = client.tables().bulk_work().page_size(2).pager();
    let mut found = Vec::new();
    while let Some(page) = pager.next_page().await.unwrap() {
        found.push((
            names(&page.rows).join(","),
            page.next.map(|next| next.as_str().to_owned()),
        ));
    }
    let expected = [
        ("1,2", Some("a&b=c")),
        ("", Some("b")),
        ("3", Some("c")),
        ("", None),
    ];
    let expected = expected.map(|(rows, next)| (rows.to_owned(), next.map(str::to_owned)));
    assert_eq!(found, expected);
}

#[tokio::test]
async fn a_stream_gives_the_same() {
    let (_server, client) = pages(PAGES).await;
    let mut pager = client.tables().bulk_work().pager();
    let mut found = Vec::new();
    while let Some(row) =
        std::future::poll_fn(|context| Pin::new(&mut pager).poll_next(context)).await
    {
        found.push(row.unwrap());
    }
    assert_eq!(names(&found), ["1", "2", "3"]);
}

#[tokio::test]
async fn another_pager_goes_on_and_loses_nothing() {
    let (_server, client) = pages(PAGES).await;
    let mut pager = client.tables().bulk_work().pager();
    assert_eq!(pager.continuation(), None);
    pager.try_next().await.unwrap();
    // Within the first page, which has no cursor.
    assert_eq!(pager.continuation(), None);
    pager.try_next().await.unwrap();
    let kept = serde_json::to_string(pager.continuation().unwrap()).unwrap();
    let cursor: Cursor = serde_json::from_str(&kept).unwrap();
    assert_eq!(cursor.as_str(), "a&b=c");
    let resumed = client.tables().bulk_work().resume_from(cursor).pager();
    assert_eq!(resumed.continuation().map(Cursor::as_str), Some("a&b=c"));
    assert_eq!(all(resumed).await, ["3"]);
}

#[tokio::test]
async fn a_page_that_was_not_read_to_its_end_comes_again() {
    let (_server, client) = pages(&[(None, &[], Some("a")), (Some("a"), &["1", "2"], None)]).await;
    let mut pager = client.tables().bulk_work().pager();
    pager.try_next().await.unwrap();
    assert_eq!(pager.continuation().map(Cursor::as_str), Some("a"));
    let page = pager.next_page().await.unwrap().unwrap();
    assert_eq!(names(&page.rows), ["2"]);
    assert_eq!(pager.continuation(), None);
}

#[tokio::test]
async fn a_cursor_that_repeats_is_an_error_after_its_rows() {
    for repeated in ["a", "b"] {
        let (_server, client) = pages(&[
            (None, &["1"], Some("a")),
            (Some("a"), &["2"], Some("b")),
            (Some("b"), &["3"], Some(repeated)),
        ])
        .await;
        let mut pager = client.tables().bulk_work().pager();
        for expected in ["1", "2", "3"] {
            let row = pager.try_next().await.unwrap().unwrap();
            assert_eq!(row.employee.as_str(), expected);
        }
        let error = pager.try_next().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert!(error.to_string().contains("cursor"), "{error}");
        assert!(pager.try_next().await.unwrap().is_none());
    }
}

#[tokio::test]
async fn after_an_error_the_same_page_is_asked_for_again() {
    let server = MockServer::start().await;
    Mock::given(query_param("cursor", "a"))
        .respond_with(ResponseTemplate::new(400))
        .up_to_n_times(1)
        .mount(&server)
        .await;
    let row = json!({"results": [{"employeeId": "2"}]});
    Mock::given(query_param("cursor", "a"))
        .respond_with(ok(&row))
        .mount(&server)
        .await;
    let first =
        json!({"results": [{"employeeId": "1"}], "response_metadata": {"next_cursor": "a"}});
    Mock::given(any())
        .respond_with(ok(&first))
        .mount(&server)
        .await;
    let mut pager = client(&server).tables().bulk_work().pager();
    assert!(pager.try_next().await.unwrap().is_some());
    assert_eq!(pager.try_next().await.unwrap_err().status().unwrap(), 400);
    assert_eq!(pager.continuation().map(Cursor::as_str), Some("a"));
    assert_eq!(pager.try_next().await.unwrap().unwrap().employee, id("2"));
    assert!(pager.try_next().await.unwrap().is_none());
}

#[tokio::test]
async fn limits_of_a_page_are_checked_before_anything_is_sent() {
    let server = MockServer::start().await;
    always(&server, ResponseTemplate::new(200), 0).await;
    let client = client(&server);
    for size in [0, 201] {
        let mut pager = client
            .tables()
            .bulk(BulkTable::Salaries)
            .page_size(size)
            .pager();
        assert_eq!(
            pager.try_next().await.unwrap_err().kind(),
            ErrorKind::Request
        );
    }
    let many = (1..=101).map(|n| id(&n.to_string()));
    let mut pager = client.tables().bulk(BulkTable::Salaries).ids(many).pager();
    assert_eq!(
        pager.try_next().await.unwrap_err().kind(),
        ErrorKind::Request
    );
}

mod splits {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn each_row_comes_once_however_the_pages_are_cut(
            sizes in prop::collection::vec(0..4_usize, 1..8),
        ) {
            let total: usize = sizes.iter().sum();
            let all_ids: Vec<_> = (1..=total).map(|n| n.to_string()).collect();
            let ids: Vec<_> = all_ids.iter().map(String::as_str).collect();
            let cursors: Vec<_> = (1..sizes.len()).map(|n| format!("c{n}")).collect();
            let mut rest = ids.as_slice();
            let mut served = Vec::new();
            for (index, size) in sizes.iter().enumerate() {
                let (page, later) = rest.split_at(*size);
                rest = later;
                let cursor = index.checked_sub(1).map(|index| cursors[index].as_str());
                served.push((cursor, page, cursors.get(index).map(String::as_str)));
            }
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            let found = runtime.block_on(async {
                let (_server, client) = pages(&served).await;
                all(client.tables().bulk_work().pager()).await
            });
            prop_assert_eq!(found, all_ids);
        }
    }
}
