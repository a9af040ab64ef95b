//! Sending planned requests: one attempt, and attempts until one succeeds.
//!
//! ```text
//! Attempts::run ──► Sender::attempt ──► Attempt::send ────────► Transport
//! again, where      what the answer     turn, token, 401         one request
//! that is safe      means
//! ```

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use bytes::Bytes;
use threecx_catalog::Operation;
use threecx_core::read;
use threecx_core::retry::{Decision, Outcome, Policy, is_repeatable, only_reads};
use threecx_core::token::Token;
use threecx_core::{Cause, Error, Request};

use crate::deadline::{OutOfTime, is_before, within};
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
        let end = sender.transport.deadline.of_call();
        let mut attempt = 0;
        loop {
            attempt += 1;
            let Failed { error, outcome } = match sender.attempt(request, operation, body, end).await {
                Ok(arrived) => return Ok(arrived),
                Err(failed) => failed,
            };
            let Some(outcome) = outcome else { return Err(error) };
            match policy.decide(attempt, repeatable, outcome, fastrand::f64()) {
                // What comes after the end is not waited for.
                Decision::Wait(pause) if is_before(end, pause) => {
                    trace::retry(attempt, pause, &error);
                    tokio::time::sleep(pause).await;
                }
                Decision::Wait(_) | Decision::Stop => return Err(error),
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
        let attempt = Attempt {
            sender: self,
            request,
            operation,
            body,
            sent: AtomicBool::default(),
            token: OnceLock::new(),
            newer: OnceLock::new(),
        };
        let ended = within(end, attempt.carry_out()).await.unwrap_or_else(|OutOfTime| Err(attempt.out_of_time()));
        ended.map_err(|Failed { error, outcome }| {
            let mut secrets = request.secret_values();
            secrets.extend(attempt.tokens().map(|token| token.expose().to_owned()));
            Failed { error: error.without(&secrets), outcome }
        })
    }

    async fn learn(&self, build: Option<&str>) {
        if let Some(build) = build
            && self.version.saw(build)
        {
            self.tokens.store_version(build).await;
        }
    }
}

/// An attempt on its way.
struct Attempt<'a> {
    sender: &'a Sender,
    request: &'a Request,
    operation: Option<&'static Operation>,
    body: Body,
    /// True while it may have been carried out.
    sent: AtomicBool,
    /// The token that it was sent with, and the newer one that it was sent with after that.
    token: OnceLock<Token>,
    newer: OnceLock<Token>,
}

impl Attempt<'_> {
    /// Sends the request, and reads what the answer means.
    async fn carry_out(&self) -> Result<Arrived, Failed> {
        let Attempt { sender, request, operation, .. } = self;
        let host = || sender.transport.host();
        let arrived = self.send().await.map_err(|failed| {
            let error = match failed.error {
                Error::UnknownOutcome { cause } => Error::unanswered(self.only_reads(), host(), cause),
                other => other,
            };
            Failed { error, ..failed }
        })?;
        let reply = &arrived.reply;
        let head = reply.head();
        sender.learn(head.version).await;
        // Of what is still to come, the head has said that it is a file.
        let checked = match arrived.unread {
            Some(_) => Ok(()),
            None => read::check(*operation, request.answer, &head, &reply.body),
        };
        let error = match checked {
            Ok(()) => {
                let checked = arrived.unread.is_none();
                return Ok(Arrived { reply: Reply { checked, ..arrived.reply }, ..arrived });
            }
            Err(Error::NotA3cx { reason, .. }) => Error::NotA3cx { host: host(), reason },
            Err(error) => error,
        };
        let outcome = Outcome::of_status(reply.status, head.retry_after);
        Err(Failed { error, outcome: Some(outcome) })
    }

    /// Sends the request when its turn comes, and a second time with a newer token after a 401: that the
    /// PBX does not know the token means that it did nothing.
    async fn send(&self) -> Result<Arrived, Failed> {
        let Attempt { sender: Sender { transport, tokens, limits, .. }, request, operation, .. } = *self;
        let _turn = limits.turn().await;
        let token = tokens.get(transport, None).await.map_err(without_token)?;
        let mut response = self.send_with(self.token.get_or_init(|| token)).await?;
        if response.status().as_u16() == 401 {
            // The PBX did nothing, and nothing is sent before there is another token.
            self.sent.store(false, Ordering::Relaxed);
            let newer = tokens.get(transport, self.token.get()).await.map_err(without_token)?;
            response = self.send_with(self.newer.get_or_init(|| newer)).await?;
        }
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let reply =
            |headers, body| Reply { operation, declared: request.answer, status, headers, body, checked: false };
        let file = read::file(operation, request.answer, &transport::head(status, &headers));
        if self.body == Body::FilesUnread && file.is_some_and(|file| file.may_be_streamed()) {
            return Ok(Arrived { reply: reply(headers, Bytes::new()), unread: Some(response) });
        }
        let body = transport.body(response, LARGEST_ANSWER).await?;
        Ok(Arrived { reply: reply(headers, body), unread: None })
    }

    async fn send_with(&self, token: &Token) -> Result<reqwest::Response, Failed> {
        self.sent.store(true, Ordering::Relaxed);
        self.sender.transport.send(self.request, Some(token)).await
    }

    fn tokens(&self) -> impl Iterator<Item = &Token> {
        [&self.token, &self.newer].into_iter().filter_map(OnceLock::get)
    }

    fn only_reads(&self) -> bool {
        only_reads(self.operation, self.request.method)
    }

    /// What it means that no time is left. Where nothing was sent, nothing has happened.
    fn out_of_time(&self) -> Failed {
        let sent = self.sent.load(Ordering::Relaxed);
        let error = Error::unanswered(self.only_reads() || !sent, self.sender.transport.host(), Cause::OutOfTime);
        Failed { error, outcome: sent.then_some(Outcome::OutOfTime) }
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
