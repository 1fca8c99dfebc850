//! What the benches share: a stand-in that allocates nothing while it answers.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

use learning360_client::{Client, Quota};

/// Answers calls for a token, for a user, and for a list of pages that are all the same.
pub(crate) fn stand_in(user: String, page: String, pages: usize) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let origin = format!("http://{}", listener.local_addr().expect("an address"));
    thread::spawn(move || {
        thread::scope(|scope| {
            for stream in listener.incoming() {
                let stream = stream.expect("a connection");
                stream.set_nodelay(true).expect("no delay");
                scope.spawn(|| serve(stream, user.as_bytes(), page.as_bytes(), pages));
            }
        });
    });
    origin
}

pub(crate) fn client(origin: &str) -> Client {
    Client::builder()
        .base_url(origin.parse().expect("an origin"))
        .credentials("client-id", "client-secret")
        .quota(Quota::unlimited())
        .build()
        .expect("all settings")
}

/// A user with all the fields that a company fills in.
pub(crate) fn user(number: usize) -> String {
    format!(
        r#"{{"_id":"{number:024x}","mail":"employee.{number}@example.com","status":"active","lang":"fr","firstName":"Ada","lastName":"Example{number}","job":"Engineer","organization":"Example Ltd","phone":"+33 1 23 45 67 89","primaryGroupId":"507f1f77bcf86cd799439012","lastLoginDate":"2026-02-03T09:30:00.000Z"}}"#
    )
}

fn serve(mut stream: TcpStream, user: &[u8], page: &[u8], pages: usize) {
    const TOKEN: &[u8] = br#"{"access_token":"t","expires_in":3600}"#;
    let mut buffer = [0; 8192];
    let mut filled = 0;
    loop {
        match stream.read(&mut buffer[filled..]) {
            Ok(0) | Err(_) => return,
            Ok(read) => filled += read,
        }
        let request = &buffer[..filled];
        let Some(end) = request.windows(4).position(|four| four == b"\r\n\r\n") else {
            continue;
        };
        let of_token = request.starts_with(b"POST");
        // A token's request has a body, which ends with the object.
        if of_token && (filled == end + 4 || request.last() != Some(&b'}')) {
            continue;
        }
        let path = &request[4..];
        let sent = if of_token {
            answer(&mut stream, TOKEN, 0)
        } else if path.starts_with(b"/api/v2/users/") {
            answer(&mut stream, user, 0)
        } else {
            let this = number(path);
            let next = if this + 1 < pages { this + 1 } else { 0 };
            answer(&mut stream, page, next)
        };
        if sent.is_err() {
            return;
        }
        filled = 0;
    }
}

/// The number behind `?next=`.
fn number(path: &[u8]) -> usize {
    let digits = path
        .strip_prefix(b"/api/v2/users?next=")
        .unwrap_or_default()
        .iter()
        .take_while(|byte| byte.is_ascii_digit());
    digits.fold(0, |number, digit| number * 10 + usize::from(digit - b'0'))
}

fn answer(stream: &mut TcpStream, body: &[u8], next: usize) -> std::io::Result<()> {
    let mut head = [0; 256];
    let mut rest = &mut head[..];
    let length = body.len();
    write!(
        rest,
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n"
    )?;
    if next > 0 {
        write!(rest, "link: </api/v2/users?next={next}>; rel=\"next\"\r\n")?;
    }
    write!(rest, "\r\n")?;
    let left = rest.len();
    let used = head.len() - left;
    stream.write_all(&head[..used])?;
    stream.write_all(body)
}
