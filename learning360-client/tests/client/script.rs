//! A stand-in that lives in the test's own runtime, so that the test's clock may be paused: on
//! loopback, what one side writes the other can read at once.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// What the stand-in does with a request.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    /// Answers with a status, further header lines and a body.
    Answer(u16, &'static str, String),
    /// Closes the connection without an answer.
    Cut,
    /// Promises more than it sends, then closes the connection.
    Short(u16),
    /// Says nothing.
    Silence,
    /// Sends this many bytes and more.
    Flood(usize),
}

/// Plays its replies in order, and the last one again and again. Tokens are granted beside that.
pub(crate) struct Script {
    pub(crate) origin: String,
    requests: Arc<Mutex<Vec<String>>>,
    connections: Arc<AtomicUsize>,
    _serving: JoinSet<()>,
}

impl Script {
    pub(crate) async fn play(replies: impl IntoIterator<Item = Reply>) -> Self {
        Self::start(replies, true).await
    }

    /// Plays its replies to calls for tokens, too.
    pub(crate) async fn play_all(replies: impl IntoIterator<Item = Reply>) -> Self {
        Self::start(replies, false).await
    }

    async fn start(replies: impl IntoIterator<Item = Reply>, grants: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let replies: Arc<Vec<_>> = Arc::new(replies.into_iter().collect());
        let mut serving = JoinSet::new();
        let seen = requests.clone();
        let connections = Arc::new(AtomicUsize::new(0));
        let connected = connections.clone();
        serving.spawn(async move {
            let mut conversations = JoinSet::new();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                connected.fetch_add(1, Ordering::Relaxed);
                conversations.spawn(serve(stream, replies.clone(), seen.clone(), grants));
            }
        });
        Self {
            origin,
            requests,
            connections,
            _serving: serving,
        }
    }

    /// How many connections have been made.
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }

    /// The first line of each request but those for tokens.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

pub(crate) fn json(status: u16, body: &serde_json::Value) -> Reply {
    Reply::Answer(
        status,
        "content-type: application/json\r\n",
        body.to_string(),
    )
}

async fn serve(
    mut stream: TcpStream,
    replies: Arc<Vec<Reply>>,
    seen: Arc<Mutex<Vec<String>>>,
    grants: bool,
) {
    while let Some(head) = request(&mut stream).await {
        let line = head.lines().next().unwrap_or_default().to_owned();
        if grants && line.contains("/oauth2/token") {
            answer(
                &mut stream,
                200,
                "",
                r#"{"access_token":"t","expires_in":86400}"#,
            )
            .await;
            continue;
        }
        let turn = {
            let mut seen = seen.lock().unwrap();
            seen.push(line);
            seen.len() - 1
        };
        match replies
            .get(turn)
            .or(replies.last())
            .cloned()
            .unwrap_or(Reply::Cut)
        {
            Reply::Answer(status, headers, body) => {
                answer(&mut stream, status, headers, &body).await;
            }
            Reply::Cut => return,
            Reply::Short(status) => {
                let head = format!("HTTP/1.1 {status} X\r\ncontent-length: 1000\r\n\r\n{{");
                stream.write_all(head.as_bytes()).await.unwrap();
                return;
            }
            Reply::Silence => core::future::pending().await,
            Reply::Flood(bytes) => {
                let head = "HTTP/1.1 200 X\r\ncontent-type: application/json\r\n\r\n[";
                stream.write_all(head.as_bytes()).await.unwrap();
                let blanks = vec![b' '; 1 << 20];
                for _ in 0..=bytes >> 20 {
                    if stream.write_all(&blanks).await.is_err() {
                        return;
                    }
                }
                return;
            }
        }
    }
}

/// Reads a request to its end and returns the head.
async fn request(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
        let text = String::from_utf8_lossy(&bytes);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                return Some(head.to_owned());
            }
        }
    }
}

async fn answer(stream: &mut TcpStream, status: u16, headers: &str, body: &str) {
    let length = body.len();
    let text = format!("HTTP/1.1 {status} X\r\n{headers}content-length: {length}\r\n\r\n{body}");
    stream.write_all(text.as_bytes()).await.unwrap();
}
