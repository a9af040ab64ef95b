//! Bodies: those of requests, within limits, and those of answers, which may break off in the
//! middle as a broken connection makes them.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::response::Response;
use super::{API, Limits};

/// The largest body of anything but a call of the API: logins and control.
const SMALL: usize = 64 << 10;

/// Reads the bodies of requests.
pub(super) struct Bodies {
    largest: usize,
    time: Duration,
    /// Kilobytes that are left for bodies that are not small.
    left: Arc<Semaphore>,
}

/// A body that has arrived whole.
pub(super) struct Received {
    pub bytes: Bytes,
    /// Its share of what all bodies may take.
    _share: Option<OwnedSemaphorePermit>,
}

/// Why a body is not read to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    TooLarge,
    TooSlow,
    /// It broke off, or is not a valid body.
    Broken,
}

impl From<Refusal> for Response {
    fn from(refusal: Refusal) -> Response {
        let status = match refusal {
            Refusal::TooLarge => 413,
            Refusal::TooSlow => 408,
            Refusal::Broken => 400,
        };
        Response::empty(status).with("connection", "close")
    }
}

impl Bodies {
    pub fn new(limits: &Limits) -> Bodies {
        // One body has to fit.
        let all = kilobytes(limits.all_bodies_bytes.max(limits.body_bytes));
        Bodies { largest: limits.body_bytes, time: limits.body_time, left: Arc::new(Semaphore::new(all as usize)) }
    }

    /// Reads a body to its end; one that says that it is too large is not read at all.
    pub async fn read(&self, path: &str, body: Incoming) -> Result<Received, Refusal> {
        if body.is_end_stream() {
            return Ok(Received { bytes: Bytes::new(), _share: None });
        }
        let largest = if path.starts_with(API) { self.largest } else { self.largest.min(SMALL) };
        let announced = body.size_hint().exact().map(|length| usize::try_from(length).unwrap_or(usize::MAX));
        if announced.is_some_and(|length| length > largest) {
            return Err(Refusal::TooLarge);
        }
        let whole = self.collect(body, announced.unwrap_or(largest), largest);
        tokio::time::timeout(self.time, whole).await.unwrap_or(Err(Refusal::TooSlow))
    }

    /// Takes a share once a body turns out not to be small, for all that may come of it: whoever
    /// has a share never waits for more.
    async fn collect(&self, mut body: Incoming, expected: usize, largest: usize) -> Result<Received, Refusal> {
        let (mut bytes, mut share) = (BytesMut::new(), None);
        while let Some(frame) = body.frame().await {
            let Ok(data) = frame.map_err(|_| Refusal::Broken)?.into_data() else { continue };
            let length = bytes.len() + data.len();
            if length > largest {
                return Err(Refusal::TooLarge);
            }
            if length > SMALL && share.is_none() {
                let wanted = Arc::clone(&self.left).acquire_many_owned(kilobytes(expected));
                share = Some(wanted.await.map_err(|_| Refusal::Broken)?);
                bytes.reserve(expected.saturating_sub(bytes.len()));
            }
            bytes.extend_from_slice(&data);
        }
        Ok(Received { bytes: bytes.freeze(), _share: share })
    }
}

fn kilobytes(bytes: usize) -> u32 {
    u32::try_from(bytes.div_ceil(1 << 10)).unwrap_or(u32::MAX)
}

/// The body of an answer.
pub(crate) struct WireBody {
    rest: Option<Bytes>,
    announced: u64,
    end: End,
}

/// How a body ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Whole,
    /// In the middle; what there is has to leave first.
    BreaksOff,
    /// What there is has left.
    Broken,
}

impl WireBody {
    pub fn new(body: Bytes, breaks_off: bool) -> WireBody {
        let announced = body.len() as u64;
        let sent = if breaks_off { body.slice(..body.len() / 2) } else { body };
        let end = if breaks_off { End::BreaksOff } else { End::Whole };
        WireBody { rest: Some(sent).filter(|sent| !sent.is_empty()), announced, end }
    }
}

impl Body for WireBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        match (self.rest.take(), self.end) {
            (Some(bytes), _) => Poll::Ready(Some(Ok(Frame::data(bytes)))),
            (None, End::Whole) => Poll::Ready(None),
            (None, End::BreaksOff) => {
                self.end = End::Broken;
                // hyper sends what it has when it has to wait.
                context.waker().wake_by_ref();
                Poll::Pending
            }
            (None, End::Broken) => Poll::Ready(Some(Err(io::ErrorKind::BrokenPipe.into()))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_none() && self.end == End::Whole
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.announced)
    }
}
