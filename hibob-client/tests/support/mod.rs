//! What several tests share.
#![allow(dead_code, unreachable_pub)] // Each test uses a part of it.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::time::Duration;

use hibob_client::{Client, ClientBuilder, EmployeeId, FieldId, RetryPolicy};
use url::Url;
use wiremock::{Mock, MockServer, ResponseTemplate};

/// A client of this address that pauses between attempts for no time.
pub fn builder(url: &str) -> ClientBuilder {
    Client::builder()
        .service_user("SERVICE-1", "canary-token")
        .base_url(Url::parse(url).unwrap())
        .retry(RetryPolicy::default().first_pause(Duration::ZERO))
}

pub fn client(server: &MockServer) -> Client {
    builder(&format!("{}/v1", server.uri())).build().unwrap()
}

pub fn id(text: &str) -> EmployeeId {
    EmployeeId::try_from(text).unwrap()
}

pub fn field(text: &str) -> FieldId {
    FieldId::parse(text).unwrap()
}

/// Answers everything the same way, and expects this many requests.
pub async fn always(server: &MockServer, answer: ResponseTemplate, times: u64) {
    Mock::given(wiremock::matchers::any())
        .respond_with(answer)
        .expect(times)
        .mount(server)
        .await;
}

/// Answers every connection with these bytes and hangs up; the address.
pub fn raw_server(answer: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { continue };
            let mut request = Vec::new();
            let mut buffer = [0; 4096];
            // The requests of these tests are small, and end with their JSON body or headers.
            while let Ok(count @ 1..) = stream.read(&mut buffer) {
                request.extend_from_slice(&buffer[..count]);
                if request.ends_with(b"}") || request.ends_with(b"\r\n\r\n") && is_get(&request) {
                    break;
                }
            }
            drop(stream.write_all(answer));
        }
    });
    url
}

fn is_get(request: &[u8]) -> bool {
    request.starts_with(b"GET")
}
