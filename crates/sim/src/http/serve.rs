//! Connections: one task each, with limits on how long and how large.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::service::service_fn;
use hyper::{Request, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::body::WireBody;
use super::response::{Ending, Response};

/// A larger body is refused with 413.
const LARGEST_BODY: usize = 8 << 20;
/// Whoever takes longer for the head of a request is cut off.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);
/// Whoever takes longer for a body is refused with 408.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// Answers requests whose bodies have arrived whole.
pub(crate) trait Service: Send + Sync + 'static {
    fn answer(&self, head: hyper::http::request::Parts, body: Bytes) -> impl Future<Output = Response> + Send;
}

/// Accepts connections until told to stop.
pub(crate) async fn serve<S: Service>(listener: TcpListener, service: Arc<S>, mut stop: watch::Receiver<bool>) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stop.changed() => return,
        };
        let Ok((stream, _)) = accepted else {
            // Out of file descriptors, most likely: let some connections end.
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        };
        let _ = stream.set_nodelay(true);
        let (service, mut stop) = (Arc::clone(&service), stop.clone());
        tokio::spawn(async move {
            let answer = service_fn(move |request| answer(Arc::clone(&service), request));
            let mut http = hyper::server::conn::http1::Builder::new();
            http.timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT).max_buf_size(64 << 10);
            let connection = http.serve_connection(TokioIo::new(stream), answer);
            tokio::pin!(connection);
            tokio::select! {
                _ = connection.as_mut() => {}
                _ = stop.changed() => {
                    connection.as_mut().graceful_shutdown();
                    let _ = connection.await;
                }
            }
        });
    }
}

async fn answer<S: Service>(service: Arc<S>, request: Request<Incoming>) -> Result<hyper::Response<WireBody>, Cut> {
    let (head, body) = request.into_parts();
    let whole = tokio::time::timeout(BODY_TIMEOUT, Limited::new(body, LARGEST_BODY).collect()).await;
    let response = match whole {
        Err(_) => Response::empty(408),
        Ok(Err(error)) if error.downcast_ref::<LengthLimitError>().is_some() => {
            Response::empty(413).with("connection", "close")
        }
        Ok(Err(_)) => Response::empty(400),
        Ok(Ok(whole)) => service.answer(head, whole.to_bytes()).await,
    };
    if response.ending == Ending::Cut { Err(Cut) } else { Ok(on_the_wire(response)) }
}

/// Tells hyper to cut the connection.
#[derive(Debug, thiserror::Error)]
#[error("the connection is cut on purpose")]
struct Cut;

fn on_the_wire(response: Response) -> hyper::Response<WireBody> {
    let body = WireBody::new(response.body, response.ending == Ending::BreaksOff);
    let mut wire = hyper::Response::new(body);
    *wire.status_mut() = StatusCode::from_u16(response.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if let Some(kind) = response.content_type {
        wire.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    }
    for (name, value) in response.headers {
        if let Ok(value) = HeaderValue::try_from(value) {
            wire.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }
    wire
}
