//! One connection, kept open, with one request at a time.

use std::io;
use std::time::Duration;

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, HOST};
use axum::http::{HeaderValue, Request, Uri};
use futures_util::StreamExt as _;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;
use url::Url;

use super::volley::{Door, Shot};
use crate::bob::signature;
use crate::seed::Invalid;

/// Where events go.
#[derive(Clone, Debug)]
pub(super) struct Address {
    host: String,
    port: u16,
    authority: HeaderValue,
    upsert: Uri,
    deactivation: Uri,
}

impl Address {
    pub(super) fn of(target: &Url) -> Result<Self, Invalid> {
        let unusable = || Invalid::new("the target must be an address like http://127.0.0.1:8360");
        let (Some(host), Some(port)) = (target.host_str(), target.port_or_known_default()) else {
            return Err(unusable());
        };
        if target.scheme() != "http" {
            return Err(Invalid::new(
                "a storm speaks http only; aim at the host itself and not at what stands before it",
            ));
        }
        let path = |own: &str| {
            let path = match target.path() {
                "" | "/" => own,
                path => path,
            };
            path.parse::<Uri>().map_err(|_| unusable())
        };
        Ok(Self {
            authority: HeaderValue::try_from(format!("{host}:{port}")).map_err(|_| unusable())?,
            // Of an IPv6 address, without the brackets.
            host: host.trim_matches(['[', ']']).to_owned(),
            port,
            upsert: path("/hibob/upsert")?,
            deactivation: path("/hibob/deactivation")?,
        })
    }
}

/// What came of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// An answer with this status.
    Status(u16),
    /// No connection, or one that broke.
    Broken,
    /// No answer within Bob's patience.
    TimedOut,
}

/// Sends over one connection, and opens another if the host closes it.
#[derive(Debug)]
pub(super) struct Sender {
    address: Address,
    open: Option<SendRequest<Body>>,
    /// What drives the connection; dropping it closes it.
    driver: JoinSet<()>,
}

impl Sender {
    pub(super) fn new(address: Address) -> Self {
        Self {
            address,
            open: None,
            driver: JoinSet::new(),
        }
    }

    /// Sends one event. A connection that the host closed between two requests is no failure.
    pub(super) async fn send(&mut self, shot: &Shot) -> Outcome {
        match timeout(PATIENCE, self.attempt(shot)).await {
            Ok(Ok(status)) => Outcome::Status(status),
            Ok(Err(_)) => {
                self.open = None;
                // Not again at once, or a host that is down would cost a whole core.
                tokio::time::sleep(PAUSE).await;
                Outcome::Broken
            }
            Err(_) => {
                self.open = None;
                Outcome::TimedOut
            }
        }
    }

    async fn attempt(&mut self, shot: &Shot) -> io::Result<u16> {
        let mut request = self.request(shot);
        let kept = self.open.is_some();
        let mut open = self.connection().await?;
        let response = match open.try_send_request(request).await {
            Ok(response) => response,
            Err(mut error) if kept => {
                // The host closed it while nothing was on it.
                request = error
                    .take_message()
                    .ok_or_else(|| io::Error::other("the connection broke"))?;
                open = self.connection().await?;
                open.send_request(request).await.map_err(io::Error::other)?
            }
            Err(error) => return Err(io::Error::other(error.into_error())),
        };
        let status = response.status().as_u16();
        let mut body = Body::new(response.into_body()).into_data_stream();
        while let Some(chunk) = body.next().await {
            chunk.map_err(io::Error::other)?;
        }
        self.open = Some(open);
        Ok(status)
    }

    /// The open connection, or a new one.
    async fn connection(&mut self) -> io::Result<SendRequest<Body>> {
        if let Some(mut open) = self.open.take() {
            if open.ready().await.is_ok() {
                return Ok(open);
            }
        }
        let stream = TcpStream::connect((self.address.host.as_str(), self.address.port)).await?;
        stream.set_nodelay(true)?;
        let (open, connection) = http1::handshake(TokioIo::new(stream))
            .await
            .map_err(io::Error::other)?;
        self.driver.abort_all();
        self.driver = JoinSet::new();
        self.driver.spawn(async move {
            // How it ends is seen where it is used.
            drop(connection.await);
        });
        Ok(open)
    }

    fn request(&self, shot: &Shot) -> Request<Body> {
        let uri = match shot.door {
            Door::Upsert => &self.address.upsert,
            Door::Deactivation => &self.address.deactivation,
        };
        let mut request = Request::new(Body::from(shot.body.clone()));
        *request.method_mut() = axum::http::Method::POST;
        *request.uri_mut() = uri.clone();
        let headers = request.headers_mut();
        headers.insert(HOST, self.address.authority.clone());
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(signature::HEADER, shot.signature.clone());
        request
    }
}

/// Bob waits ten seconds for an answer.
const PATIENCE: Duration = Duration::from_secs(10);

const PAUSE: Duration = Duration::from_millis(50);
