//! The cheapest server there is: one thread per connection, the same answer to every request.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};

/// Starts a server that ends with the program; its base URL.
pub(crate) fn start(body: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || serve(stream, body));
        }
    });
    url
}

fn serve(mut stream: TcpStream, body: &[u8]) {
    stream.set_nodelay(true).unwrap();
    let mut answer = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    // A small answer goes out in one piece.
    let rest = if body.len() < 64 * 1024 {
        answer.extend_from_slice(body);
        &[]
    } else {
        body
    };
    let mut buffer = [0; 16 * 1024];
    let mut request = Vec::new();
    while let Ok(count @ 1..) = stream.read(&mut buffer) {
        request.extend_from_slice(&buffer[..count]);
        // Every request of these benches has a body, which is an object.
        if request.ends_with(b"}") {
            request.clear();
            if stream
                .write_all(&answer)
                .and_then(|()| stream.write_all(rest))
                .is_err()
            {
                return;
            }
        }
    }
}
