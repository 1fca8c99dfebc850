//! The streamed search over HTTP.
#![allow(clippy::unwrap_used)] // Clippy does not see that helpers of tests are tests.

mod support;

use std::fmt::Write as _;
use std::pin::Pin;
use std::time::Duration;

use futures_core::Stream;
use hibob_client::{Client, EmployeeStream, Error, ErrorKind, Sent};
use proptest::prelude::*;
use serde_json::{Value, json};
use support::{builder, client, field, id, pieces_server};
use wiremock::matchers::{any, body_json};
use wiremock::{Mock, MockServer, ResponseTemplate};

/// The ids, with an empty one for each broken record, and the error at the end.
async fn read(mut people: EmployeeStream) -> (Vec<String>, Option<Error>) {
    let mut ids = Vec::new();
    while let Some(person) = people.next().await {
        match person {
            Ok(person) => ids.push(person.id().to_string()),
            Err(error) if error.kind() == ErrorKind::Record => ids.push(String::new()),
            Err(error) => {
                assert!(people.next().await.is_none(), "an item after {error}");
                return (ids, Some(error));
            }
        }
    }
    assert!(people.next().await.is_none());
    (ids, None)
}

fn stream(client: &Client) -> EmployeeStream {
    client.people().search().stream()
}

/// A client of a server that sends these pieces of a chunked body, and then ends it or breaks off.
fn client_of(pieces: &[&[u8]], is_complete: bool) -> Client {
    let pieces = pieces.iter().map(|piece| piece.to_vec()).collect();
    builder(&pieces_server(pieces, is_complete))
        .build()
        .unwrap()
}

#[tokio::test]
async fn people_come_one_by_one_however_the_body_is_cut() {
    let body = br#"{"employees":[{"id":"1","surname":"]}\""},{"id":"2"},{"id":3}]}"#;
    for size in [1, 2, 5, 13, body.len()] {
        let pieces: Vec<_> = body.chunks(size).collect();
        let (ids, error) = read(stream(&client_of(&pieces, true))).await;
        assert!(error.is_none(), "{error:?}");
        assert_eq!(ids, ["1", "2", "3"], "pieces of {size}");
    }
}

#[tokio::test]
async fn the_stream_gives_what_the_search_gives() {
    let people: Vec<_> = (1..=500)
        .map(|n| {
            json!({"id": n.to_string(), "surname": "é".repeat(n % 40), "/work/title": {"value": n},
                "work": {"title": n, "reportsTo": null}, "about": {"hobbies": ["[", "\\"]}})
        })
        .collect();
    let server = MockServer::start().await;
    let answer = ResponseTemplate::new(200).set_body_json(json!({"employees": people}));
    Mock::given(any()).respond_with(answer).mount(&server).await;
    let client = client(&server);
    let whole = client.people().search().send().await.unwrap().employees;
    let mut streamed = Vec::new();
    let mut people = stream(&client);
    while let Some(person) = people.next().await {
        streamed.push(person.unwrap());
    }
    assert_eq!(streamed.len(), 500);
    assert_eq!(streamed, whole);
}

#[tokio::test]
async fn a_broken_record_is_one_error_and_not_the_end() {
    let large = format!(r#"{{"id":"5","x":"{}"}}"#, "x".repeat(300 * 1024));
    let body = format!(
        r#"{{"employees":[{{"id":"1"}},{{}},null,{{"id":"canary"}},{{"id":"2","x":1e999}},
        {{"id":"3","x":"\ud800"}},{large},{{"id":"4","/root/id":{{"value":"9"}}}},tru,"x",
        {{"id":"6"}}],"more":1}}"#
    );
    let (ids, error) = read(stream(&client_of(&[body.as_bytes()], true))).await;
    assert!(error.is_none(), "{error:?}");
    assert_eq!(ids, ["1", "", "", "", "", "", "", "", "", "", "6"]);
}

#[tokio::test]
async fn a_broken_record_shows_where_it_was_and_keeps_itself_out_of_sight() {
    let client = client_of(&[br#"{"employees":[{"id":"canary"}]}"#], true);
    let error = stream(&client).next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Record);
    assert_eq!(error.route(), Some("/people/search"));
    assert_eq!((error.attempts(), error.sent()), (1, Sent::Yes));
    assert_eq!(error.body(), Some(&br#"{"id":"canary"}"#[..]));
    assert!(!format!("{error} {error:#?}").contains("canary"));
    assert_eq!(
        error.to_string(),
        "a record could not be read: the record has no usable id (POST /people/search, 1 attempt)"
    );
}

#[tokio::test]
async fn what_ends_a_stream_comes_after_the_people_before_it() {
    for (body, words) in [
        (r#"{"employees":[{"id":"1"}"#, "ends too early"),
        (r#"{"employees":[{"id":"1"}]"#, "ends too early"),
        (
            r#"{"employees":[{"id":"1"}]} canary"#,
            "goes on after its end",
        ),
        (r#"{"employees":[{"id":"1"},,{"id":"2"}]}"#, "not JSON"),
        (r#"{"employees":[{"id":"1"} canary"#, "not JSON"),
        (
            r#"{"employees":[{"id":"1"}],"employees":[]}"#,
            "unexpected shape",
        ),
    ] {
        let (ids, error) = read(stream(&client_of(&[body.as_bytes()], true))).await;
        let error = error.unwrap();
        assert_eq!(error.kind(), ErrorKind::Decode, "{body}");
        assert!(error.to_string().contains(words), "{error}");
        assert!(
            !format!("{error} {error:#?}").contains("canary"),
            "{error:?}"
        );
        assert_eq!(ids, ["1"], "{body}");
    }
}

#[tokio::test]
async fn a_connection_that_breaks_ends_the_stream() {
    let client = client_of(&[br#"{"employees":[{"id":"1"},{"id":"2"},{"#], false);
    let (ids, error) = read(stream(&client)).await;
    let error = error.unwrap();
    assert_eq!(
        (error.kind(), error.sent()),
        (ErrorKind::Transport, Sent::Maybe)
    );
    assert_eq!(error.route(), Some("/people/search"));
    assert!(error.is_retryable());
    assert_eq!(ids, ["1", "2"]);
}

#[tokio::test]
async fn the_first_byte_is_tried_for_again() {
    let server = MockServer::start().await;
    Mock::given(any())
        .respond_with(ResponseTemplate::new(503))
        .up_to_n_times(2)
        .mount(&server)
        .await;
    let answer = ResponseTemplate::new(200).set_body_json(json!({"employees": [{"id": "1"}]}));
    Mock::given(any()).respond_with(answer).mount(&server).await;
    let (ids, error) = read(stream(&client(&server))).await;
    assert_eq!((ids.len(), error.is_none()), (1, true));
}

/// A server that sends a beginning and then nothing. The clock is paused and runs on whenever there
/// is nothing else to do.
#[tokio::test(start_paused = true)]
async fn a_server_that_falls_silent_is_given_up() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    let serve = async {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut request = [0; 4096];
        let _ = socket.read(&mut request).await.unwrap();
        let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\
            content-length: 900\r\n\r\n{\"employees\":[{\"id\":\"1\"},";
        socket.write_all(head.as_bytes()).await.unwrap();
        core::future::pending::<()>().await;
    };
    let client = builder(&url).build().unwrap();
    let people = async {
        let start = tokio::time::Instant::now();
        let (ids, error) = read(stream(&client)).await;
        assert_eq!(ids, ["1"]);
        assert!(error.unwrap().is_timeout());
        assert!(start.elapsed() >= Duration::from_secs(30));
    };
    tokio::select! {
        () = serve => unreachable!("the server never ends"),
        () = people => {}
    }
}

#[tokio::test]
async fn ids_are_streamed_by_the_hundred_and_only_those_asked_for() {
    let server = MockServer::start().await;
    let echo = |request: &wiremock::Request| {
        let body: Value = serde_json::from_slice(&request.body).unwrap();
        let ids = body["filters"][0]["values"].as_array().unwrap();
        let mut people: Vec<_> = ids.iter().map(|id| json!({"id": id})).collect();
        people.push(json!({"id": "999999"}));
        people.push(people[0].clone());
        ResponseTemplate::new(200).set_body_json(json!({"employees": people}))
    };
    Mock::given(any())
        .respond_with(echo)
        .expect(3)
        .mount(&server)
        .await;
    let ids: Vec<_> = (1..=250).map(|n| id(&n.to_string())).collect();
    let people = client(&server).people().search().ids(ids).stream();
    let (found, error) = read(people).await;
    assert!(error.is_none());
    let (good, broken): (Vec<_>, Vec<_>) = found.iter().partition(|id| !id.is_empty());
    assert_eq!((good.len(), broken.len()), (250, 6));
}

#[tokio::test]
async fn nothing_is_sent_before_the_first_look_and_nothing_for_nobody() {
    let server = MockServer::start().await;
    Mock::given(any())
        .respond_with(ResponseTemplate::new(200))
        .expect(0)
        .mount(&server)
        .await;
    let client = client(&server);
    drop(stream(&client));
    let nobody = client
        .people()
        .search()
        .ids(Vec::<hibob_client::EmployeeId>::new());
    assert!(nobody.stream().next().await.is_none());
}

#[tokio::test]
async fn the_request_is_that_of_the_search() {
    let server = MockServer::start().await;
    Mock::given(body_json(json!({
        "fields": ["root.id", "work.title"], "showInactive": true, "humanReadable": "APPEND",
    })))
    .respond_with(ResponseTemplate::new(200).set_body_json(json!({"employees": []})))
    .expect(1)
    .mount(&server)
    .await;
    let search = client(&server)
        .people()
        .search()
        .fields([field("work.title")]);
    let mut people = search.show_inactive(true).append_labels().stream();
    assert!(people.next().await.is_none());
}

#[tokio::test]
async fn what_cannot_be_asked_is_an_error_of_the_first_look() {
    let client = builder("http://127.0.0.1:1").build().unwrap();
    let search = client.people().search().ids([id("1")]);
    let email = hibob_client::EmailAddress::parse("a@b").unwrap();
    let (_, error) = read(search.emails([email]).stream()).await;
    assert_eq!(error.unwrap().kind(), ErrorKind::Request);
    let fields = (0..400).map(|n| field(&format!("work.custom.field_{n}")));
    let (_, error) = read(client.people().search().fields(fields).stream()).await;
    assert_eq!(error.unwrap().kind(), ErrorKind::Request);
}

#[tokio::test]
async fn it_is_a_stream_that_can_move_between_threads() {
    fn assert_send<T: Send + Unpin>(_: &T) {}
    let client = client_of(&[br#"{"employees":[{"id":"1"}]}"#], true);
    let mut people = stream(&client);
    assert_send(&people);
    let poll = |context: &mut std::task::Context<'_>| Pin::new(&mut people).poll_next(context);
    assert!(std::future::poll_fn(poll).await.unwrap().is_ok());
}

#[tokio::test]
async fn a_compressed_body_is_read_as_any_other() {
    // `{"employees":[{"id":"1"},{"id":"2"}]}`, with gzip.
    let body: &[u8] = &[
        31, 139, 8, 0, 0, 0, 0, 0, 2, 255, 171, 86, 74, 205, 45, 200, 201, 175, 76, 77, 45, 86,
        178, 138, 174, 86, 202, 76, 81, 178, 82, 50, 84, 170, 213, 129, 50, 141, 148, 106, 99, 107,
        1, 23, 158, 38, 12, 37, 0, 0, 0,
    ];
    let server = MockServer::start().await;
    let answer = ResponseTemplate::new(200)
        .insert_header("content-encoding", "gzip")
        .set_body_raw(body, "application/json");
    Mock::given(any()).respond_with(answer).mount(&server).await;
    let (ids, error) = read(stream(&client(&server))).await;
    assert!(error.is_none(), "{error:?}");
    assert_eq!(ids, ["1", "2"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn any_people_in_any_pieces_come_whole(
        people in prop::collection::vec((1..1000_u32, ".{0,20}"), 0..20),
        sizes in prop::collection::vec(1..200_usize, 1..5),
    ) {
        let mut body = String::from("{\"employees\":[");
        for (index, (id, name)) in people.iter().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            write!(body, "{comma}{}", json!({"id": id.to_string(), "surname": name})).unwrap();
        }
        body.push_str("]}");
        let mut rest = body.as_bytes();
        let mut pieces = Vec::new();
        for size in sizes.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (piece, later) = rest.split_at((*size).min(rest.len()));
            pieces.push(piece.to_vec());
            rest = later;
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (ids, error) = runtime.block_on(async {
            let client = builder(&pieces_server(pieces, true)).build().unwrap();
            read(stream(&client)).await
        });
        prop_assert!(error.is_none());
        let expected: Vec<_> = people.iter().map(|(id, _)| id.to_string()).collect();
        prop_assert_eq!(ids, expected);
    }
}
