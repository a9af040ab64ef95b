//! A file as it comes, piece by piece: memory stays the same however large it is.
//!
//! ```text
//!           ┌──────── 206: resumed ─────────┐
//!           ▼                               │
//!   200 ── pieces ── breaks off ── wait ── asked again, from where it broke off
//!           ▲                               │
//!           └── 200: Piece::Restart ◄───────┘
//! ```
//!
//! A file is resumed only if the PBX says that it is still the same one (`If-Range`); otherwise it
//! comes again from its beginning.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use reqwest::header::{ACCEPT_RANGES, CONTENT_RANGE, ETAG, HeaderMap, LAST_MODIFIED};
use threecx_catalog::Operation;
use threecx_core::read::{self, File};
use threecx_core::retry::{Decision, Outcome, is_repeatable};
use threecx_core::{Cause, Error, Request};

use crate::client::Client;
use crate::deadline::{OutOfTime, within};
use crate::reply::Reply;
use crate::send::{Arrived, Attempts, Body, Sender};
use crate::transport::{Failed, innermost};

/// A file that is read whole may be no larger; piece by piece, it may be of any size.
const LARGEST_WHOLE: usize = 1 << 30;

/// The answer to a call, before a file is read.
#[derive(Debug)]
pub enum Opened {
    /// Anything but a file.
    Reply(Box<Reply>),
    /// A file, of which nothing is read yet.
    File(Box<Download>),
}

/// A file on its way.
#[derive(Debug)]
pub struct Download {
    sender: Arc<Sender>,
    request: Request,
    operation: Option<&'static Operation>,
    file: File,
    /// The answer that it came in, whose body it is.
    reply: Reply,
    response: Option<reqwest::Response>,
    received: u64,
    /// The largest part that has ever been received.
    furthest: u64,
    size: Option<u64>,
    /// What shows whether the file is still the same, where the PBX can send a part of it.
    validator: Option<String>,
    /// How often it broke off without any progress.
    failures: u32,
}

/// The next part of a file.
#[derive(Debug)]
pub enum Piece {
    /// The next bytes.
    Bytes(Bytes),
    /// Discard what came so far: the file comes again from its beginning.
    Restart,
}

impl Client {
    /// Sends a planned request. A file is not read yet: it can be taken piece by piece. `operation` says
    /// what the request is, for errors and for whether it may be sent twice; a raw `GET` may, other raw
    /// requests may not.
    ///
    /// # Errors
    /// The error in the answer, or the reason why none came.
    pub async fn open(&self, request: &Request, operation: Option<&'static Operation>) -> Result<Opened, Error> {
        let arrived = Attempts::new(self.sender(), request, operation).files_unread().run().await?;
        Ok(Opened::of(self.sender(), request, operation, arrived))
    }

    /// The same, sent once: for callers that decide themselves whether to send it again.
    ///
    /// # Errors
    /// What went wrong, and how far the request got.
    pub async fn attempt(&self, request: &Request, operation: Option<&'static Operation>) -> Result<Opened, Failed> {
        let arrived =
            self.sender().attempt(request, operation, Body::FilesUnread, self.sender().deadline.of_call()).await?;
        Ok(Opened::of(self.sender(), request, operation, arrived))
    }
}

impl Opened {
    fn of(
        sender: &Arc<Sender>,
        request: &Request,
        operation: Option<&'static Operation>,
        Arrived { reply, unread }: Arrived,
    ) -> Opened {
        let Some(file) = reply.file() else { return Opened::Reply(Box::new(reply)) };
        // What had to be there whole before it counted is handed on in the same way.
        let response = unread.unwrap_or_else(|| reply.response());
        let (size, validator) = (response.content_length(), validator(response.headers()));
        let (received, furthest, failures) = (0, 0, 0);
        Opened::File(Box::new(Download {
            sender: Arc::clone(sender),
            request: request.clone(),
            operation,
            file,
            reply,
            response: Some(response),
            received,
            furthest,
            size,
            validator,
            failures,
        }))
    }

    /// The answer with all of its body, be it a file or not.
    ///
    /// # Errors
    /// Those of [`Download::next`].
    pub async fn whole(self) -> Result<Reply, Error> {
        match self {
            Opened::Reply(reply) => Ok(*reply),
            Opened::File(download) => download.whole().await,
        }
    }
}

impl Download {
    async fn whole(mut self) -> Result<Reply, Error> {
        let mut body = BytesMut::new();
        while let Some(piece) = self.next().await? {
            match piece {
                Piece::Bytes(bytes) if body.len() + bytes.len() > LARGEST_WHOLE => {
                    let reason =
                        format!("the file is larger than {} MB, too large to be held whole", LARGEST_WHOLE >> 20);
                    return Err(Error::Answer { reason });
                }
                Piece::Bytes(bytes) => body.extend_from_slice(&bytes),
                Piece::Restart => body.clear(),
            }
        }
        Ok(Reply { body: body.freeze(), ..self.reply })
    }

    /// What the PBX says about the file.
    pub fn file(&self) -> &File {
        &self.file
    }

    /// Its size in bytes, where the PBX says so.
    pub fn size(&self) -> Option<u64> {
        self.size
    }

    /// The next piece; `None` when the file is complete.
    ///
    /// # Errors
    /// Why the rest does not come, after as many attempts as the client's policy allows.
    pub async fn next(&mut self) -> Result<Option<Piece>, Error> {
        loop {
            let reason = match &mut self.response {
                None => {
                    if self.reopen().await? {
                        continue;
                    }
                    return Ok(Some(Piece::Restart));
                }
                Some(response) => match next_chunk(&self.sender, response).await? {
                    Ok(Some(bytes)) if self.received == 0 && self.is_page(&bytes) => {
                        let reason = "it sends a web page where a file is due".into();
                        return Err(Error::NotA3cx { host: self.sender.transport.host(), reason });
                    }
                    Ok(Some(bytes)) => {
                        self.received += bytes.len() as u64;
                        // A file that always breaks off at the same place never completes.
                        if self.received > self.furthest {
                            (self.furthest, self.failures) = (self.received, 0);
                        }
                        return Ok(Some(Piece::Bytes(bytes)));
                    }
                    Ok(None) if self.size.is_none_or(|size| size == self.received) => return Ok(None),
                    Ok(None) => "the file breaks off".to_owned(),
                    Err(error) => format!("the file breaks off: {}", innermost(&error)),
                },
            };
            self.response = None;
            self.failures += 1;
            let repeatable = is_repeatable(self.operation, self.request.method);
            match self.sender.retry.decide(self.failures, repeatable, Outcome::Unknown, fastrand::f64()) {
                Decision::Wait(pause) => tokio::time::sleep(pause).await,
                Decision::Stop => {
                    return Err(Error::NoAnswer { host: self.sender.transport.host(), cause: Cause::Broken(reason) });
                }
            }
        }
    }

    /// True if the file of an operation begins as a web page, which nothing in its head says.
    fn is_page(&self, beginning: &[u8]) -> bool {
        self.operation.is_some() && read::is_page_instead(&self.file, beginning)
    }

    /// Asks for the rest. False if the file comes from its beginning.
    async fn reopen(&mut self) -> Result<bool, Error> {
        let mut request = self.request.clone();
        if let Some(validator) = self.validator.as_ref().filter(|_| self.received > 0) {
            request.headers.push(("range", format!("bytes={}-", self.received)));
            request.headers.push(("if-range", validator.clone()));
        }
        let attempts = |request| Attempts::new(&self.sender, request, self.operation).files_unread().run();
        let arrived = match attempts(&request).await {
            // The file is shorter now than the part that was received.
            Err(Error::Rejected(refusal)) if refusal.status == 416 => attempts(&self.request).await?,
            other => other?,
        };
        let Some(response) = arrived.unread else {
            return Err(Error::Answer { reason: "it was a file at first, and is not one any more".into() });
        };
        let resumed = response.status().as_u16() == 206 && begins_at(response.headers()) == Some(self.received);
        if !resumed {
            if response.status().as_u16() == 206 {
                return Err(Error::Answer { reason: "a different part of the file came than was asked for".into() });
            }
            (self.received, self.size) = (0, response.content_length());
            self.validator = validator(response.headers());
        }
        self.response = Some(response);
        Ok(resumed)
    }
}

/// The next bytes, as long as there is time.
async fn next_chunk(
    sender: &Sender,
    response: &mut reqwest::Response,
) -> Result<Result<Option<Bytes>, reqwest::Error>, Error> {
    let _wait = sender.transport.wait();
    within(sender.deadline.until, response.chunk())
        .await
        .map_err(|OutOfTime| Error::NoAnswer { host: sender.transport.host(), cause: Cause::OutOfTime })
}

/// The header that shows whether a file is still the same. A weak `ETag` does not.
fn validator(headers: &HeaderMap) -> Option<String> {
    let text = |name| headers.get(name).and_then(|value: &reqwest::header::HeaderValue| value.to_str().ok());
    let ranges = text(ACCEPT_RANGES).is_some_and(|unit| unit.eq_ignore_ascii_case("bytes"));
    let tag = text(ETAG).filter(|tag| !tag.starts_with("W/")).or_else(|| text(LAST_MODIFIED));
    tag.filter(|_| ranges).map(str::to_owned)
}

/// `bytes 100-199/200` begins at 100.
fn begins_at(headers: &HeaderMap) -> Option<u64> {
    let range = headers.get(CONTENT_RANGE)?.to_str().ok()?.strip_prefix("bytes ")?;
    range.split_once('-')?.0.trim().parse().ok()
}
