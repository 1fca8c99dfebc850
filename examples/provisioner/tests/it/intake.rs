//! Every answer of the webhooks' addresses, over real HTTP.

use crate::support::world::{DEACTIVATION, Said, UPSERT, World, event, said};
use provisioning_core::driver::Store as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const UPSERT_PATH: &str = "/hibob/upsert";
const DEACTIVATION_PATH: &str = "/hibob/deactivation";

async fn positions(world: &World) -> u64 {
    world.host.store().seq().await.unwrap().0
}

#[tokio::test]
async fn a_signed_event_is_written_down_before_it_is_accepted() {
    let world = World::start().await;
    let body = event("employee.created", 1);
    let answer = world.post(UPSERT_PATH, Some(UPSERT[0]), body).await;
    assert_eq!(answer, Said::new(200, "accepted"));
    assert_eq!(positions(&world).await, 1);
}

#[tokio::test]
async fn ord_03_one_of_ten_equal_deliveries_counts() {
    let world = World::start().await;
    let body = event("employee.created", 1);
    let posts = (0..10).map(|_| world.post(UPSERT_PATH, Some(UPSERT[0]), body.clone()));
    let mut answers: Vec<_> = futures_util::future::join_all(posts).await;
    answers.sort_by(|a, b| a.text.cmp(&b.text));
    let names: Vec<_> = answers
        .iter()
        .map(|it| (it.status, it.text.trim()))
        .collect();
    let mut expected = vec![(200, "duplicate"); 9];
    expected.insert(0, (200, "accepted"));
    assert_eq!(names, expected);
    assert_eq!(positions(&world).await, 1);
}

#[tokio::test]
async fn ev_23_only_the_set_up_ping_needs_no_signature() {
    let world = World::start().await;
    for body in ["Ping test", "\"Ping test\"", r#"{"text":"Ping test"}"#] {
        for path in [UPSERT_PATH, DEACTIVATION_PATH] {
            assert_eq!(
                world.post(path, None, body).await,
                Said::new(200, "ping"),
                "{body}"
            );
        }
    }
    assert_eq!(
        world.post(UPSERT_PATH, Some(UPSERT[0]), "Ping test").await,
        Said::new(200, "ping")
    );
    for body in [
        "ping test",
        "{}",
        "",
        r#"{"text":"Ping test","type":"employee.left"}"#,
    ] {
        assert_eq!(
            world.post(UPSERT_PATH, None, body).await.status,
            401,
            "{body}"
        );
    }
    assert_eq!(positions(&world).await, 0);
}

#[tokio::test]
async fn ev_13_what_is_no_event_is_accepted_and_leaves_a_hash_only() {
    let world = World::start().await;
    let answer = world
        .post(UPSERT_PATH, Some(UPSERT[0]), r#"{"name":"Ada Lovelace"}"#)
        .await;
    assert_eq!(answer, Said::new(200, "unparseable"));
    let letters = world.host.store().dead_letters(10).await.unwrap();
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].digest.len(), 64);
    assert!(!format!("{letters:?}").contains("Lovelace"));
}

#[tokio::test]
async fn ev_19_an_employee_id_that_is_none_is_dead() {
    let world = World::start().await;
    let body = event("employee.created", 1).replace(crate::support::world::ADA, "12x");
    let answer = world.post(UPSERT_PATH, Some(UPSERT[0]), body).await;
    assert_eq!(answer, Said::new(200, "unparseable"));
    assert_eq!(positions(&world).await, 0);
}

#[tokio::test]
async fn ev_09_and_ev_12_ignored_events_are_accepted_and_not_written_down() {
    let world = World::start().await;
    let left = event("employee.left", 1);
    let answer = world
        .post(DEACTIVATION_PATH, Some(DEACTIVATION), left)
        .await;
    assert_eq!(answer, Said::new(200, "ignored"));
    let unknown = event("employee.teleported", 1);
    let answer = world.post(UPSERT_PATH, Some(UPSERT[0]), unknown).await;
    assert_eq!(answer, Said::new(200, "unknown_type"));
    assert_eq!(positions(&world).await, 0);
}

#[tokio::test]
async fn ev_21_events_of_another_company_are_dead() {
    let world = World::start().await;
    let body = event("employee.created", 1).replace("637323", "637324");
    let answer = world.post(UPSERT_PATH, Some(UPSERT[0]), body).await;
    assert_eq!(answer, Said::new(200, "wrong_company"));
    let letters = world.host.store().dead_letters(10).await.unwrap();
    assert_eq!(letters[0].reason, "wrong_company");
    assert_eq!(positions(&world).await, 0);
}

#[tokio::test]
async fn ev_22_an_event_on_the_other_address_is_processed_and_flagged() {
    let world = World::start().await;
    let body = event("employee.inactivated", 1);
    let answer = world.post(UPSERT_PATH, Some(UPSERT[0]), body).await;
    assert_eq!(answer, Said::new(200, "accepted"));
    let metrics = world.get("/metrics").await.text;
    assert!(metrics.contains(r#"provisioner_delivery_flags_total{flag="wrong_endpoint"} 1"#));
}

#[tokio::test]
async fn sec_01_to_03_signatures_must_fit_exactly() {
    let world = World::start().await;
    let body = event("employee.created", 1);
    let good = hibob_client::webhook::sign(UPSERT[0], body.as_bytes());
    let post = |signature: String, body: String| {
        let url = format!("{}{UPSERT_PATH}", world.host.url());
        said(
            world
                .http
                .post(url)
                .header("Bob-Signature", signature)
                .body(body),
        )
    };
    let changed = body.replace("created", "updated");
    assert_eq!(
        post(good.clone(), changed).await,
        Said::new(401, "signature_wrong")
    );
    let spaced = body.replace(':', ": ");
    assert_eq!(
        post(good.clone(), spaced).await,
        Said::new(401, "signature_wrong")
    );
    for malformed in [
        "00".repeat(64),
        good.replace(['+', '/'], "_"),
        "x".into(),
        good.repeat(2),
    ] {
        let answer = post(malformed, body.clone()).await;
        assert_eq!(answer.status, 401, "{answer:?}");
    }
    assert_eq!(positions(&world).await, 0);
    assert_eq!(post(good, body).await, Said::new(200, "accepted"));
}

#[tokio::test]
async fn sec_04_either_secret_verifies_and_its_label_is_counted() {
    let world = World::start().await;
    for (secret, number) in UPSERT.into_iter().zip(1..) {
        let answer = world
            .post(UPSERT_PATH, Some(secret), event("employee.created", number))
            .await;
        assert_eq!(answer, Said::new(200, "accepted"));
    }
    let metrics = world.get("/metrics").await.text;
    for label in ["upsert-1", "upsert-2"] {
        let line = format!(r#"provisioner_signatures_total{{secret="{label}"}} 1"#);
        assert!(metrics.contains(&line), "{metrics}");
    }
}

#[tokio::test]
async fn a_secret_verifies_on_its_own_address_only() {
    let world = World::start().await;
    let body = event("employee.deleted", 1);
    let answer = world
        .post(DEACTIVATION_PATH, Some(UPSERT[0]), body.clone())
        .await;
    assert_eq!(answer, Said::new(401, "signature_wrong"));
    let answer = world.post(UPSERT_PATH, Some(DEACTIVATION), body).await;
    assert_eq!(answer, Said::new(401, "signature_wrong"));
}

#[tokio::test]
async fn sec_05_an_unsigned_body_is_refused() {
    let world = World::start().await;
    let answer = world
        .post(UPSERT_PATH, None, event("employee.created", 1))
        .await;
    assert_eq!(answer, Said::new(401, "signature_missing"));
}

#[tokio::test]
async fn anything_but_post_is_405() {
    let world = World::start().await;
    for path in [UPSERT_PATH, DEACTIVATION_PATH] {
        let url = format!("{}{path}", world.host.url());
        for request in [
            world.http.get(&url),
            world.http.put(&url),
            world.http.delete(&url),
        ] {
            let answer = request.send().await.unwrap();
            assert_eq!(answer.status(), 405);
            assert_eq!(answer.headers()["allow"], "POST");
        }
    }
}

#[tokio::test]
async fn sec_06_a_long_body_is_refused_before_it_is_sent() {
    let world = World::start().await;
    let mut stream = TcpStream::connect(world.address()).await.unwrap();
    // The head announces a mebibyte, and nothing of it ever comes.
    let head = format!("POST {UPSERT_PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 1048576\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut status = [0; 12];
    stream.read_exact(&mut status).await.unwrap();
    assert_eq!(&status, b"HTTP/1.1 413");
}

#[tokio::test]
async fn sec_06_a_long_body_without_a_length_is_refused_at_the_limit() {
    let world = World::start().await;
    let mut stream = TcpStream::connect(world.address()).await.unwrap();
    let head =
        format!("POST {UPSERT_PATH} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    let chunk = format!("{:x}\r\n{}\r\n", 64 * 1024, "x".repeat(64 * 1024));
    for _ in 0..5 {
        stream.write_all(chunk.as_bytes()).await.unwrap();
    }
    let mut status = [0; 12];
    stream.read_exact(&mut status).await.unwrap();
    assert_eq!(&status, b"HTTP/1.1 413");
}

#[tokio::test]
async fn a_body_of_exactly_the_limit_is_read() {
    let world = World::start().await;
    let limit = "x".repeat(256 * 1024);
    let answer = world
        .post(UPSERT_PATH, Some(UPSERT[0]), limit.clone())
        .await;
    assert_eq!(answer, Said::new(200, "unparseable"));
    let answer = world.post(UPSERT_PATH, Some(UPSERT[0]), limit + "x").await;
    assert_eq!(answer, Said::new(413, "too_large"));
}

#[tokio::test]
async fn without_a_database_the_answer_is_503_and_bob_repeats_it() {
    let world = World::start().await;
    assert_eq!(world.get("/ready").await.status, 200);
    world.host.store().close().await;
    let answer = world
        .post(UPSERT_PATH, Some(UPSERT[0]), event("employee.created", 1))
        .await;
    assert_eq!(answer, Said::new(503, "store_failed"));
    assert_eq!(world.get("/ready").await.status, 503);
    assert_eq!(world.get("/live").await.status, 200);
    // What needs no writing is answered all the same.
    let left = event("employee.left", 1);
    let answer = world
        .post(DEACTIVATION_PATH, Some(DEACTIVATION), left)
        .await;
    assert_eq!(answer, Said::new(200, "ignored"));
}

#[tokio::test]
async fn every_outcome_is_counted_by_name_from_the_start() {
    let world = World::start().await;
    let metrics = world.get("/metrics").await.text;
    for outcome in provisioner::Outcome::ALL {
        let name = outcome.name();
        let line =
            format!(r#"provisioner_deliveries_total{{endpoint="upsert",outcome="{name}"}} 0"#);
        assert!(metrics.contains(&line), "{line}");
    }
    world.post(UPSERT_PATH, None, "{}").await;
    let metrics = world.get("/metrics").await.text;
    let line = r#"provisioner_deliveries_total{endpoint="upsert",outcome="signature_missing"} 1"#;
    assert!(metrics.contains(line));
}
