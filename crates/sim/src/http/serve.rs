//! Connections: one task each, with limits on how long and how large.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use hyper::Version;
use hyper::header::HOST;
use hyper::http::request::Parts;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;

use super::body::{Bodies, Refusal, WireBody};
use super::connections::{Connection, Connections};
use super::response::{Ending, Response};
use super::{Limits, Tls};

/// The maximum number of connections that may wait to be accepted.
const QUEUE: u32 = 4096;

/// Answers requests whose bodies have arrived whole.
pub(crate) trait Service: Send + Sync + 'static {
    fn answer(&self, head: Parts, body: Bytes) -> impl Future<Output = Response> + Send;
}

/// What all connections share.
struct Server<S> {
    service: Arc<S>,
    limits: Limits,
    tls: Option<Tls>,
    bodies: Bodies,
}

/// Begins to listen. The queue of those who have not been accepted yet is long: whoever finds it
/// full tries again only after a second.
pub(crate) fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // As tokio's own listeners do: elsewhere it means that nobody else listens, on Windows that
    // somebody may.
    #[cfg(not(windows))]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(QUEUE)
}

/// Accepts connections until told to stop.
pub(crate) async fn serve<S: Service>(
    listener: TcpListener,
    service: Arc<S>,
    limits: Limits,
    tls: Option<Tls>,
    mut stop: watch::Receiver<bool>,
) {
    let connections = Connections::new(limits.connections);
    let server = Arc::new(Server { service, bodies: Bodies::new(&limits), limits, tls });
    let mut second = tokio::time::interval(Duration::from_secs(1));
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = second.tick() => {
                connections.cut_slow(server.limits.answer_time);
                continue;
            }
            _ = stop.changed() => return,
        };
        let Ok((stream, _)) = accepted else {
            // Out of file descriptors, most likely.
            connections.make_room();
            tokio::time::sleep(Duration::from_millis(5)).await;
            continue;
        };
        let Some(admitted) = connections.admit() else { continue };
        let _ = stream.set_nodelay(true);
        let (server, stop) = (Arc::clone(&server), stop.clone());
        tokio::spawn(async move {
            tokio::select! {
                () = server.greet(stream, &admitted.0, stop) => {}
                () = admitted.0.cut() => {}
            }
        });
    }
}

impl<S: Service> Server<S> {
    /// Agrees on TLS, where it is spoken, then serves requests.
    async fn greet(self: &Arc<Self>, stream: TcpStream, connection: &Arc<Connection>, stop: watch::Receiver<bool>) {
        match &self.tls {
            None => self.converse(stream, connection, stop).await,
            Some(tls) => {
                let greeting = tokio::time::timeout(self.limits.head_time, tls.accept(stream)).await;
                if let Ok(Some(stream)) = greeting {
                    self.converse(stream, connection, stop).await;
                }
            }
        }
    }

    async fn converse<IO>(self: &Arc<Self>, mut io: IO, connection: &Arc<Connection>, mut stop: watch::Receiver<bool>)
    where
        IO: AsyncRead + AsyncWrite + Unpin + Send,
    {
        let (server, known) = (Arc::clone(self), Arc::clone(connection));
        let answer = service_fn(move |request: hyper::Request<_>| {
            let (server, connection) = (Arc::clone(&server), Arc::clone(&known));
            async move {
                let (head, body) = request.into_parts();
                server.answer(head, body, &connection).await
            }
        });
        let mut settings = http1::Builder::new();
        settings.timer(TokioTimer::new()).header_read_timeout(self.limits.head_time);
        // hyper takes no less.
        settings.max_buf_size(self.limits.head_bytes.max(8 << 10));
        let http = settings.serve_connection(TokioIo::new(&mut io), answer);
        let mut http = pin!(http);
        let ended = tokio::select! {
            ended = http.as_mut() => ended,
            _ = stop.changed() => {
                http.as_mut().graceful_shutdown();
                http.as_mut().await
            }
        };
        let refused = match ended {
            Ok(()) => connection.is_unread(),
            Err(error) => error.is_parse(),
        };
        if refused {
            let _ = tokio::time::timeout(self.limits.body_time, drain(&mut io)).await;
        }
    }

    async fn answer(
        &self,
        head: Parts,
        body: hyper::body::Incoming,
        connection: &Connection,
    ) -> Result<hyper::Response<WireBody>, Cut> {
        let body = if is_sound(&head) { self.bodies.read(head.uri.path(), body).await } else { Err(Refusal::Broken) };
        let response = match body {
            Ok(body) => {
                connection.works();
                let response = self.service.answer(head, body.bytes).await;
                connection.waits();
                response
            }
            Err(refusal) => {
                connection.leave_unread();
                refusal.into()
            }
        };
        if response.ending == Ending::Cut { Err(Cut) } else { Ok(response.into()) }
    }
}

/// False without the one host that HTTP/1.1 asks for: a proxy on the way may have read another.
fn is_sound(head: &Parts) -> bool {
    let hosts = head.headers.get_all(HOST).iter().count();
    hosts == 1 || (hosts == 0 && head.version < Version::HTTP_11)
}

/// Throws away what a refused client is still sending: if the connection ended at once, it would
/// not get to read why.
async fn drain<IO: AsyncRead + AsyncWrite + Unpin>(io: &mut IO) {
    let mut scrap = [0; 16 << 10];
    if io.shutdown().await.is_ok() {
        while io.read(&mut scrap).await.is_ok_and(|read| read > 0) {}
    }
}

/// Tells hyper to cut the connection.
#[derive(Debug, thiserror::Error)]
#[error("the connection is cut on purpose")]
struct Cut;
