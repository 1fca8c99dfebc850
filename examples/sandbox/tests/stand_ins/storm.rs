//! A storm against a host that accepts, refuses, closes connections, or is not there.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use base64::Engine;
use hmac::{Hmac, KeyInit, Mac};
use sandbox::{Invalid, Storm, StormReport};
use sha2::Sha512;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

const UPSERT: &str = "upsert-secret";
const LEAVE: &str = "leave-secret";

/// A host that counts what it gets, and how it answers.
#[derive(Default)]
struct Host {
    bodies: Mutex<Vec<Bytes>>,
    paths: Mutex<BTreeSet<String>>,
    /// Refuse every n-th.
    refuse_every: usize,
    /// Close the connection after every answer.
    close: bool,
}

async fn receive(
    State(host): State<Arc<Host>>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let secret = if uri.path() == "/hibob/deactivation" {
        LEAVE
    } else {
        UPSERT
    };
    let mut mac = Hmac::<Sha512>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(&body);
    let signature = base64::engine::general_purpose::STANDARD
        .decode(headers["bob-signature"].as_bytes())
        .unwrap();
    if mac.verify_slice(&signature).is_err() {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    host.paths.lock().unwrap().insert(uri.path().to_owned());
    let mut bodies = host.bodies.lock().unwrap();
    bodies.push(body);
    let refused = host.refuse_every > 0 && bodies.len() % host.refuse_every == 0;
    let status = if refused {
        StatusCode::SERVICE_UNAVAILABLE
    } else {
        StatusCode::OK
    };
    if host.close {
        return (status, [("connection", "close")]).into_response();
    }
    status.into_response()
}

async fn start(host: Host) -> (Arc<Host>, Storm, JoinSet<()>) {
    let host = Arc::new(host);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let target = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new()
        .fallback(post(receive))
        .with_state(Arc::clone(&host));
    let mut server = JoinSet::new();
    server.spawn(async move { axum::serve(listener, router).await.unwrap() });
    let storm = Storm::new(target.parse().unwrap(), UPSERT, LEAVE).connections(4);
    (host, storm, server)
}

async fn send(storm: Storm, events: u64) -> StormReport {
    let storm = storm.events(events);
    assert_eq!(storm.planned(), Some(events));
    let report = storm.run().await.unwrap();
    assert_eq!((report.sent, report.unsent), (events, 0));
    report
}

#[tokio::test]
async fn unique_signed_events_arrive_at_both_addresses() {
    let (host, storm, _server) = start(Host::default()).await;
    let storm = storm.duplicates(0.2).reorder(0.1).deactivations(0.3);
    let report = send(storm, 300).await;
    assert_eq!(report.statuses.get(&200), Some(&report.sent));
    assert_eq!((report.broken, report.timed_out), (0, 0));
    assert_eq!(report.accepted, report.sent);
    assert_eq!(report.unique + report.duplicates, report.sent);
    assert!(report.duplicates > 0 && report.overtaken > 0);
    let bodies = host.bodies.lock().unwrap();
    let unique: BTreeSet<&Bytes> = bodies.iter().collect();
    assert_eq!(u64::try_from(bodies.len()).unwrap(), report.sent);
    assert_eq!(u64::try_from(unique.len()).unwrap(), report.unique);
    let paths = host.paths.lock().unwrap();
    let expected = ["/hibob/deactivation", "/hibob/upsert"].map(String::from);
    assert_eq!(*paths, BTreeSet::from(expected));
}

#[tokio::test]
async fn every_other_answer_than_200_is_counted() {
    let host = Host {
        refuse_every: 10,
        ..Host::default()
    };
    let (_host, storm, _server) = start(host).await;
    let report = send(storm, 100).await;
    assert!(!report.all_accepted());
    assert_eq!(report.statuses[&503], report.sent / 10);
    assert_eq!(report.accepted, report.sent - report.sent / 10);
    assert!(report.to_string().contains("503: "));
}

#[tokio::test]
async fn a_wrong_secret_is_seen() {
    let (_host, storm, _server) = start(Host::default()).await;
    let wrong = Storm::new(storm.target().clone(), "other", LEAVE);
    let report = send(wrong.deactivations(0.0), 20).await;
    assert_eq!(report.statuses.keys().copied().collect::<Vec<_>>(), [401]);
}

#[tokio::test]
async fn a_host_that_closes_its_connections_costs_no_event() {
    let host = Host {
        close: true,
        ..Host::default()
    };
    let (_host, storm, _server) = start(host).await;
    let report = send(storm, 100).await;
    assert_eq!((report.accepted, report.broken), (report.sent, 0));
}

#[tokio::test]
async fn a_host_that_is_not_there_is_no_success() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let target = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let storm = Storm::new(target.parse().unwrap(), UPSERT, LEAVE).connections(2);
    let report = send(storm, 4).await;
    assert_eq!((report.accepted, report.broken), (0, report.sent));
    assert!(report.sent > 0 && !report.all_accepted());
    assert!(report.to_string().contains("no connection: "));
}

#[tokio::test]
async fn one_path_takes_everything() {
    let (host, storm, _server) = start(Host::default()).await;
    let mut target = storm.target().clone();
    target.set_path("/hooks/bob");
    let storm = Storm::new(target, UPSERT, UPSERT).deactivations(0.5);
    let report = send(storm, 40).await;
    assert_eq!(report.accepted, report.sent);
    let paths = host.paths.lock().unwrap();
    assert_eq!(*paths, BTreeSet::from(["/hooks/bob".to_owned()]));
}

#[tokio::test]
async fn what_cannot_be_meant_is_refused() {
    let storm = || Storm::new("http://127.0.0.1:1".parse().unwrap(), "", "");
    let refused: [(Storm, &str); 6] = [
        (storm().duplicates(1.1), "duplicates"),
        (storm().reorder(-0.1), "reorder"),
        (storm().deactivations(f64::NAN), "deactivations"),
        (storm().employees(0), "employee"),
        (storm().connections(0), "connection"),
        (
            Storm::new("https://example.com".parse().unwrap(), "", ""),
            "http only",
        ),
    ];
    for (storm, word) in refused {
        let error: Invalid = storm.run().await.unwrap_err();
        assert!(error.to_string().contains(word), "{error}");
    }
}

#[tokio::test]
async fn time_ends_a_storm_and_what_had_no_time_is_told() {
    let (_host, storm, _server) = start(Host::default()).await;
    // Nobody takes that many a second over four connections.
    let short = Duration::from_millis(10);
    let report = storm.rate(200_000).duration(short).run().await.unwrap();
    assert_eq!(report.sent + report.unsent, 2000);
    assert!(report.unsent > 0 && !report.all_accepted());
    assert!(report.to_string().contains("unsent"));
}
