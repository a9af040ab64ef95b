//! A body that may break off in the middle, as a broken connection makes it.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};

/// The body of an answer.
pub(crate) struct WireBody {
    rest: Option<Bytes>,
    announced: u64,
    breaks_off: bool,
}

impl WireBody {
    pub fn new(body: Bytes, breaks_off: bool) -> WireBody {
        let announced = body.len() as u64;
        let sent = if breaks_off { body.slice(..body.len() / 2) } else { body };
        WireBody { rest: Some(sent).filter(|sent| !sent.is_empty()), announced, breaks_off }
    }
}

impl Body for WireBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        match self.rest.take() {
            Some(bytes) => Poll::Ready(Some(Ok(Frame::data(bytes)))),
            None if self.breaks_off => Poll::Ready(Some(Err(io::ErrorKind::BrokenPipe.into()))),
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_none() && !self.breaks_off
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.announced)
    }
}
