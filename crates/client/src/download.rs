//! A file as it comes, piece by piece: memory stays the same however large it is.
//!
//! ```text
//!           ┌──────── 206: goes on ─────────┐
//!           ▼                               │
//!   200 ── pieces ── breaks off ── wait ── asked again, from where it broke off
//!           ▲                               │
//!           └── 200: Piece::Restart ◄───────┘
//! ```
//!
//! A file goes on only if the PBX says that it is still the same one (`If-Range`); else it comes
//! again from its beginning.

use bytes::Bytes;
use reqwest::header::{ACCEPT_RANGES, CONTENT_RANGE, ETAG, HeaderMap, LAST_MODIFIED};
use threecx_catalog::Operation;
use threecx_core::read::File;
use threecx_core::retry::{Decision, Outcome, is_repeatable};
use threecx_core::{Cause, Error, Request};

use crate::client::Client;
use crate::reply::Reply;

/// What a call brought, before a file is read.
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
    client: Client,
    request: Request,
    operation: Option<&'static Operation>,
    file: File,
    response: Option<reqwest::Response>,
    received: u64,
    /// The most that has ever been received.
    furthest: u64,
    size: Option<u64>,
    /// What tells whether the file is still the same, where the PBX can send a part of it.
    validator: Option<String>,
    /// How often it broke off without having come any further.
    failures: u32,
}

/// What comes next of a file.
#[derive(Debug)]
pub enum Piece {
    /// The next bytes.
    Bytes(Bytes),
    /// What came so far is void: the file comes again from its beginning.
    Restart,
}

impl Download {
    pub(crate) fn new(
        client: Client,
        request: Request,
        operation: Option<&'static Operation>,
        file: File,
        response: reqwest::Response,
    ) -> Download {
        let (size, validator) = (response.content_length(), validator(response.headers()));
        let response = Some(response);
        let (received, furthest, failures) = (0, 0, 0);
        Download { client, request, operation, file, response, received, furthest, size, validator, failures }
    }

    /// What the PBX says about the file.
    pub fn file(&self) -> &File {
        &self.file
    }

    /// How long it is, where the PBX says so.
    pub fn size(&self) -> Option<u64> {
        self.size
    }

    /// The next piece; `None` when the file is complete.
    ///
    /// # Errors
    /// Why no more comes, after it was tried as often as the client's policy says.
    pub async fn next(&mut self) -> Result<Option<Piece>, Error> {
        loop {
            let reason = match &mut self.response {
                None => {
                    if self.reopen().await? {
                        continue;
                    }
                    return Ok(Some(Piece::Restart));
                }
                Some(response) => match response.chunk().await {
                    Ok(Some(bytes)) => {
                        self.received += bytes.len() as u64;
                        // A file that always breaks off at the same place never comes.
                        if self.received > self.furthest {
                            (self.furthest, self.failures) = (self.received, 0);
                        }
                        return Ok(Some(Piece::Bytes(bytes)));
                    }
                    Ok(None) if self.size.is_none_or(|size| size == self.received) => return Ok(None),
                    Ok(None) => "the file breaks off".to_owned(),
                    Err(error) => format!("the file breaks off: {}", crate::transport::innermost(&error)),
                },
            };
            self.response = None;
            self.failures += 1;
            let repeatable = is_repeatable(self.operation, self.request.method);
            match self.client.policy().decide(self.failures, repeatable, Outcome::Unknown, fastrand::f64()) {
                Decision::Wait(pause) => tokio::time::sleep(pause).await,
                Decision::Stop => {
                    return Err(Error::NoAnswer { host: self.client.host(), cause: Cause::Broken(reason) });
                }
            }
        }
    }

    /// Asks for the rest. False if it comes from its beginning.
    async fn reopen(&mut self) -> Result<bool, Error> {
        let mut request = self.request.clone();
        if let Some(validator) = self.validator.as_ref().filter(|_| self.received > 0) {
            request.headers.push(("range", format!("bytes={}-", self.received)));
            request.headers.push(("if-range", validator.clone()));
        }
        let response = match self.client.stream(&request, self.operation).await {
            Ok(arrived) => arrived.rest,
            // What was to go on there is shorter now.
            Err(Error::Rejected(refusal)) if refusal.status == 416 => {
                self.client.stream(&self.request, self.operation).await?.rest
            }
            Err(error) => return Err(error),
        };
        let Some(response) = response else {
            return Err(Error::Answer { reason: "it was a file at first, and is none any more".into() });
        };
        let goes_on = response.status().as_u16() == 206 && begins_at(response.headers()) == Some(self.received);
        if !goes_on {
            if response.status().as_u16() == 206 {
                return Err(Error::Answer { reason: "another part of the file came than was asked for".into() });
            }
            (self.received, self.size) = (0, response.content_length());
            self.validator = validator(response.headers());
        }
        self.response = Some(response);
        Ok(goes_on)
    }
}

/// The header that tells whether a file is still the same. A weak `ETag` does not.
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
