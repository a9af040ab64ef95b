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
//! A file is resumed only if it is still the same one, and the part that comes is the one that was asked
//! for; otherwise it comes again from its beginning. That is so whatever a PBX makes of `If-Range`: the
//! head of a part says itself of what it is a part.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use reqwest::header::{ACCEPT_RANGES, CONTENT_RANGE, DATE, ETAG, HeaderMap, HeaderName, LAST_MODIFIED};
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
    validator: Option<Validator>,
    /// How often it broke off without any progress.
    failures: u32,
}

/// What is the same as long as a file is the same, byte for byte.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Validator {
    /// A strong `ETag`.
    Tag(String),
    /// `Last-Modified`
    Date(String),
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
        Opened::of(self.sender(), request, operation, arrived)
    }

    /// The same, sent once: for callers that decide themselves whether to send it again.
    ///
    /// # Errors
    /// What went wrong, and how far the request got.
    pub async fn attempt(&self, request: &Request, operation: Option<&'static Operation>) -> Result<Opened, Failed> {
        let end = self.sender().transport.deadline.of_call();
        let arrived = self.sender().attempt(request, operation, Body::FilesUnread, end).await?;
        let status = arrived.reply.status;
        let opened = Opened::of(self.sender(), request, operation, arrived);
        opened.map_err(|error| Failed { error, outcome: Some(Outcome::of_status(status, None)) })
    }
}

impl Opened {
    fn of(
        sender: &Arc<Sender>,
        request: &Request,
        operation: Option<&'static Operation>,
        Arrived { reply, unread }: Arrived,
    ) -> Result<Opened, Error> {
        let Some(file) = reply.file() else { return Ok(Opened::Reply(Box::new(reply))) };
        if reply.status == PARTIAL {
            return Err(unasked_part());
        }
        // What had to be there whole before it counted is handed on in the same way.
        let response = unread.unwrap_or_else(|| reply.response());
        let (size, validator) = (response.content_length(), Validator::of(response.headers()));
        let (received, furthest, failures) = (0, 0, 0);
        Ok(Opened::File(Box::new(Download {
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
        })))
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
        let validator = self.validator.clone().filter(|_| self.received > 0);
        let mut answered = None;
        if let Some(validator) = &validator {
            answered = self.rest(validator).await?;
            if let Some(part) = answered.take_if(|answer| is_part(answer))
                && let Some(size) = self.size_of_whole(validator, &part)
            {
                (self.size, self.response) = (Some(size), Some(part));
                return Ok(true);
            }
        }
        let response = match answered {
            Some(whole) => whole,
            None => self.ask(&self.request).await?,
        };
        if is_part(&response) {
            return Err(unasked_part());
        }
        (self.received, self.size) = (0, response.content_length());
        self.validator = Validator::of(response.headers());
        self.response = Some(response);
        Ok(false)
    }

    /// Asks for what is missing. `None` if the file is shorter now than the part that was received.
    async fn rest(&self, validator: &Validator) -> Result<Option<reqwest::Response>, Error> {
        let mut request = self.request.clone();
        request.headers.push(("range", format!("bytes={}-", self.received)));
        request.headers.push(("if-range", validator.text().to_owned()));
        match self.ask(&request).await {
            Err(Error::Rejected(refusal)) if refusal.status == 416 => Ok(None),
            other => other.map(Some),
        }
    }

    async fn ask(&self, request: &Request) -> Result<reqwest::Response, Error> {
        let arrived = Attempts::new(&self.sender, request, self.operation).files_unread().run().await?;
        let gone = || Error::Answer { reason: "it was a file at first, and is not one any more".into() };
        arrived.unread.ok_or_else(gone)
    }

    /// The size of the whole file, if this is the part of it that comes next.
    fn size_of_whole(&self, validator: &Validator, part: &reqwest::Response) -> Option<u64> {
        let (from, to, total) = content_range(part.headers())?;
        let size = match (self.size, total) {
            (Some(size), Some(total)) if size != total => return None,
            (size, total) => size.or(total)?,
        };
        let length = to.checked_sub(from)?.checked_add(1)?;
        let fits = from == self.received && to < size && part.content_length().is_none_or(|given| given == length);
        (fits && validator.is_of(part.headers())).then_some(size)
    }
}

/// The next bytes, as long as there is time.
async fn next_chunk(
    sender: &Sender,
    response: &mut reqwest::Response,
) -> Result<Result<Option<Bytes>, reqwest::Error>, Error> {
    let _wait = sender.transport.wait();
    within(sender.transport.deadline.until, response.chunk())
        .await
        .map_err(|OutOfTime| Error::NoAnswer { host: sender.transport.host(), cause: Cause::OutOfTime })
}

/// The status of an answer that is a part of a file.
const PARTIAL: u16 = 206;

fn is_part(response: &reqwest::Response) -> bool {
    response.status().as_u16() == PARTIAL
}

fn unasked_part() -> Error {
    Error::Answer { reason: "a part of the file came, and all of it was asked for".into() }
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

impl Validator {
    /// What a head says; nothing if the PBX sends no parts, or cannot tell two versions apart for certain. With a
    /// weak `ETag` it cannot, nor by the second in which a file is still being written.
    fn of(headers: &HeaderMap) -> Option<Validator> {
        text(headers, ACCEPT_RANGES).filter(|unit| unit.eq_ignore_ascii_case("bytes"))?;
        if let Some(tag) = text(headers, ETAG) {
            return (!tag.starts_with("W/")).then(|| Validator::Tag(tag.to_owned()));
        }
        let date = text(headers, LAST_MODIFIED)?;
        (text(headers, DATE) != Some(date)).then(|| Validator::Date(date.to_owned()))
    }

    /// As it is sent.
    fn text(&self) -> &str {
        match self {
            Validator::Tag(text) | Validator::Date(text) => text,
        }
    }

    /// True if a part with this head is one of the same file. It has to repeat a tag; a date it may leave out.
    fn is_of(&self, headers: &HeaderMap) -> bool {
        match self {
            Validator::Tag(tag) => text(headers, ETAG) == Some(tag),
            Validator::Date(date) => match text(headers, LAST_MODIFIED) {
                Some(other) => other == date,
                None => !headers.contains_key(ETAG),
            },
        }
    }
}

/// `bytes 100-199/200`, `bytes 100-199/*`: from, to, and of how many.
fn content_range(headers: &HeaderMap) -> Option<(u64, u64, Option<u64>)> {
    let (range, total) = text(headers, CONTENT_RANGE)?.trim().strip_prefix("bytes ")?.split_once('/')?;
    let (from, to) = range.split_once('-')?;
    let total = match total.trim() {
        "*" => None,
        total => Some(total.parse().ok()?),
    };
    Some((from.trim().parse().ok()?, to.trim().parse().ok()?, total))
}
