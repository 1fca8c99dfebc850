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

/// Answers every connection with these pieces of a chunked body in JSON, and then ends it or hangs
/// up; the address.
pub fn pieces_server(pieces: Vec<Vec<u8>>, is_complete: bool) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { continue };
            stream.set_nodelay(true).unwrap();
            let mut request = Vec::new();
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = stream.read(&mut buffer) {
                request.extend_from_slice(&buffer[..count]);
                if request.ends_with(b"}") {
                    break;
                }
            }
            let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\
                transfer-encoding: chunked\r\n\r\n";
            drop(stream.write_all(head.as_bytes()));
            for piece in &pieces {
                drop(write!(stream, "{:x}\r\n", piece.len()));
                drop(stream.write_all(piece));
                drop(stream.write_all(b"\r\n"));
            }
            if is_complete {
                drop(stream.write_all(b"0\r\n\r\n"));
            }
        }
    });
    url
}

/// Runs a test against a server in the same thread, so that a paused clock runs on only when both
/// wait for it. `answer` makes status, further headers and body from a request's first line.
pub async fn in_one_thread<T>(
    mut answer: impl FnMut(&str) -> (u16, &'static str, String),
    test: impl AsyncFnOnce(ClientBuilder) -> T,
) -> T {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    let serve = async {
        loop {
            let (mut socket, _) = listener.accept().await.unwrap();
            let (mut request, mut buffer) = (Vec::new(), [0; 4096]);
            while !(request.ends_with(b"}") || request.ends_with(b"\r\n\r\n") && is_get(&request)) {
                let count = socket.read(&mut buffer).await.unwrap();
                request.extend_from_slice(&buffer[..count]);
            }
            let line = String::from_utf8_lossy(&request);
            let (status, headers, body) = answer(line.lines().next().unwrap());
            let head = format!(
                "HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-type: application/json\r\n\
                {headers}content-length: {}\r\n\r\n{body}",
                body.len()
            );
            socket.write_all(head.as_bytes()).await.unwrap();
        }
    };
    tokio::select! {
        () = serve => unreachable!("the server never ends"),
        result = test(builder(&url)) => result,
    }
}

fn is_get(request: &[u8]) -> bool {
    request.starts_with(b"GET") || request.starts_with(b"DELETE")
}
