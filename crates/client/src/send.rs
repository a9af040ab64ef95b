//! Sending planned requests: one attempt, and attempts until one succeeds.
//!
//! ```text
//! Attempts::run ──► Sender::attempt ──► Sender::attempt_once ──► Transport
//! again, where      what the answer     turn, token, 401         one request
//! that is safe      means
//! ```

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use bytes::Bytes;
use threecx_catalog::Operation;
use threecx_core::read;
use threecx_core::retry::{Decision, Outcome, Policy, is_repeatable, only_reads};
use threecx_core::{Cause, Error, Request};

use crate::deadline::{Deadline, OutOfTime, within};
use crate::limits::Limits;
use crate::reply::Reply;
use crate::tokens::Tokens;
use crate::trace;
use crate::transport::{self, Failed, LARGEST_ANSWER, Transport};
use crate::version::Version;

/// Everything that sending to one PBX takes. All clones of a client share it.
#[derive(Debug)]
pub(crate) struct Sender {
    pub transport: Transport,
    pub tokens: Tokens,
    pub limits: Limits,
    pub retry: Policy,
    pub version: Version,
    pub deadline: Deadline,
}

/// What of an answer is read before it is handed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Body {
    Whole,
    /// All but files.
    FilesUnread,
}

/// A successful answer, and the response that it came in if that is still to be read.
#[derive(Debug)]
pub(crate) struct Arrived {
    pub reply: Reply,
    pub unread: Option<reqwest::Response>,
}

/// Attempts to send a request until one succeeds, or the policy says to stop.
#[derive(Debug)]
pub(crate) struct Attempts<'a> {
    sender: &'a Sender,
    request: &'a Request,
    operation: Option<&'static Operation>,
    policy: Policy,
    body: Body,
}

impl<'a> Attempts<'a> {
    /// As often as the client's policy says. `operation` says what the request is, for errors and for
    /// whether it may be sent twice.
    pub fn new(sender: &'a Sender, request: &'a Request, operation: Option<&'static Operation>) -> Attempts<'a> {
        Attempts { sender, request, operation, policy: sender.retry, body: Body::Whole }
    }

    /// By this policy instead of the client's.
    pub fn policy(self, policy: Policy) -> Attempts<'a> {
        Attempts { policy, ..self }
    }

    /// Hands out files unread.
    pub fn files_unread(self) -> Attempts<'a> {
        Attempts { body: Body::FilesUnread, ..self }
    }

    pub async fn run(self) -> Result<Arrived, Error> {
        trace::call(self.request, self.operation, self.attempt()).await
    }

    async fn attempt(&self) -> Result<Arrived, Error> {
        let Attempts { sender, request, operation, policy, body } = *self;
        let repeatable = is_repeatable(operation, request.method);
        let end = sender.deadline.of_call();
        let mut attempt = 0;
        loop {
            attempt += 1;
            let Failed { error, outcome } = match sender.attempt(request, operation, body, end).await {
                Ok(arrived) => return Ok(arrived),
                Err(failed) => failed,
            };
            let Some(outcome) = outcome.filter(|_| !error.is_out_of_time()) else { return Err(error) };
            match policy.decide(attempt, repeatable, outcome, fastrand::f64()) {
                Decision::Wait(pause) => {
                    trace::retry(attempt, pause, &error);
                    if within(end, tokio::time::sleep(pause)).await.is_err() {
                        return Err(error);
                    }
                }
                Decision::Stop => return Err(error),
            }
        }
    }
}

impl Sender {
    /// One attempt, and what its failure means. It ends at `end` at the latest. What was sent may come back in an
    /// error, but no secret of that.
    pub async fn attempt(
        &self,
        request: &Request,
        operation: Option<&'static Operation>,
        body: Body,
        end: Option<Instant>,
    ) -> Result<Arrived, Failed> {
        let sent = AtomicBool::new(false);
        let ended = match within(end, self.attempt_and_read(request, operation, body, &sent)).await {
            Ok(ended) => ended,
            Err(OutOfTime) => Err(self.out_of_time(request, operation, sent.into_inner())),
        };
        match ended {
            Ok(arrived) => Ok(arrived),
            Err(Failed { error, outcome }) => {
                let mut secrets = request.secret_values();
                secrets.extend(self.tokens.current().await);
                Err(Failed { error: error.without(&secrets), outcome })
            }
        }
    }

    /// What it means that no time is left. Where nothing was sent, nothing has happened.
    fn out_of_time(&self, request: &Request, operation: Option<&'static Operation>, sent: bool) -> Failed {
        let (host, cause) = (self.transport.host(), Cause::OutOfTime);
        let reads = only_reads(operation, request.method);
        match Error::unanswered(reads || !sent, host, cause) {
            error @ Error::UnknownOutcome { .. } => Failed { error, outcome: Some(Outcome::Silent) },
            error => Failed { error, outcome: None },
        }
    }

    async fn attempt_and_read(
        &self,
        request: &Request,
        operation: Option<&'static Operation>,
        body: Body,
        sent: &AtomicBool,
    ) -> Result<Arrived, Failed> {
        let arrived = self.attempt_once(request, operation, body, sent).await.map_err(|failed| {
            let error = match failed.error {
                Error::UnknownOutcome { cause } => {
                    Error::unanswered(only_reads(operation, request.method), self.transport.host(), cause)
                }
                other => other,
            };
            Failed { error, ..failed }
        })?;
        let reply = &arrived.reply;
        let head = reply.head();
        self.learn(head.version).await;
        // Of what is still to come, the head has said that it is a file.
        let checked = match arrived.unread {
            Some(_) => Ok(()),
            None => read::check(operation, reply.declared, &head, &reply.body),
        };
        let error = match checked {
            Ok(()) => {
                let checked = arrived.unread.is_none();
                return Ok(Arrived { reply: Reply { checked, ..arrived.reply }, ..arrived });
            }
            Err(Error::NotA3cx { reason, .. }) => Error::NotA3cx { host: self.transport.host(), reason },
            Err(error) => error,
        };
        let outcome = Outcome::of_status(reply.status, head.retry_after);
        Err(Failed { error, outcome: Some(outcome) })
    }

    /// Sends a request when its turn comes, and a second time with a newer token after a 401: that the
    /// PBX does not know the token means that it did nothing.
    async fn attempt_once(
        &self,
        request: &Request,
        operation: Option<&'static Operation>,
        body: Body,
        sent: &AtomicBool,
    ) -> Result<Arrived, Failed> {
        let Sender { transport, tokens, limits, .. } = self;
        let _turn = limits.turn().await;
        let mut token = tokens.get(transport, None).await.map_err(without_token)?;
        sent.store(true, Ordering::Relaxed);
        let mut response = transport.send(request, Some(&token)).await?;
        if response.status().as_u16() == 401 {
            // The PBX did nothing, and nothing is sent before there is another token.
            sent.store(false, Ordering::Relaxed);
            token = tokens.get(transport, Some(&token)).await.map_err(without_token)?;
            sent.store(true, Ordering::Relaxed);
            response = transport.send(request, Some(&token)).await?;
        }
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let reply =
            |headers, body| Reply { operation, declared: request.answer, status, headers, body, checked: false };
        let file = read::file(operation, request.answer, &transport::head(status, &headers));
        if body == Body::FilesUnread && file.is_some_and(|file| file.may_be_streamed()) {
            return Ok(Arrived { reply: reply(headers, Bytes::new()), unread: Some(response) });
        }
        let body = transport.body(response, LARGEST_ANSWER).await?;
        Ok(Arrived { reply: reply(headers, body), unread: None })
    }

    async fn learn(&self, build: Option<&str>) {
        if let Some(build) = build
            && self.version.saw(build)
        {
            self.tokens.store_version(build).await;
        }
    }
}

/// The request was not sent, because no token could be had for it. Whether to try again is as if the
/// call itself had met this; a PBX that was silent for as long as it may be would be so once more.
fn without_token(error: Error) -> Failed {
    let outcome = match &error {
        Error::RateLimited { retry_after } => Some(Outcome::of_status(429, *retry_after)),
        Error::Connection { .. } | Error::Proxy { .. } | Error::Server { .. } => Some(Outcome::NotSent),
        _ => None,
    };
    Failed { error, outcome }
}
