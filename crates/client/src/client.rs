//! Calls: planned by the core, sent with a token, tried again where that is safe.

use std::sync::{Arc, RwLock};

use bytes::Bytes;
use threecx_catalog::{Method, Operation, Span, operation};
use threecx_core::read::{self, Head};
use threecx_core::retry::{Decision, Outcome, Policy};
use threecx_core::token::Token;
use threecx_core::{Arguments, Error, Request, is_the_same_in_every_release, plan};

use crate::builder::Builder;
use crate::download::{Download, Opened};
use crate::limits::Limits;
use crate::look::Look;
use crate::pages::Paged;
use crate::reply::Reply;
use crate::tokens::Tokens;
use crate::trace;
use crate::transport::{self, Failure, Transport};

/// A client of one PBX. Clones share its connections and its token.
#[derive(Clone, Debug)]
pub struct Client {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    transport: Transport,
    tokens: Tokens,
    limits: Limits,
    retry: Policy,
    /// The release that the user names, which then counts.
    release: Option<Span>,
    version: RwLock<Version>,
}

/// The build of the PBX.
#[derive(Debug, Default)]
struct Version {
    name: Option<String>,
    /// True if an answer has named it; false if somebody kept it, so that it may be old.
    seen: bool,
}

/// Why an attempt brought nothing.
#[derive(Debug)]
pub struct Failed {
    /// What went wrong.
    pub error: Error,
    /// How far the request came; `None` if it was not sent and need not be tried again.
    pub outcome: Option<Outcome>,
}

impl Client {
    /// Settings for a client of the PBX at this address.
    pub fn builder(url: &str) -> Builder {
        Builder::new(url)
    }

    pub(crate) fn new(
        transport: Transport,
        tokens: Tokens,
        limits: Limits,
        retry: Policy,
        release: Option<Span>,
    ) -> Client {
        let version = RwLock::default();
        Client { shared: Arc::new(Shared { transport, tokens, limits, retry, release, version }) }
    }

    /// The build of the PBX (`20.0.8.1131`), once it is known.
    pub fn version(&self) -> Option<String> {
        self.shared.version.read().ok()?.name.clone()
    }

    /// The releases that calls are planned for: the one set, else those that fit the PBX's
    /// build, else the newest.
    pub fn target(&self) -> Span {
        let learned = || Span::of_pbx(&self.version()?);
        self.shared.release.or_else(learned).unwrap_or(Span::NEWEST)
    }

    /// Plans an operation for the connected PBX. Asks the PBX for its build first if that
    /// makes a difference and is not known yet.
    ///
    /// # Errors
    /// Those of [`plan()`], and of asking.
    pub async fn plan(&self, operation: &'static Operation, arguments: &Arguments) -> Result<Request, Error> {
        if self.shared.release.is_none() && !is_the_same_in_every_release(operation) {
            // What does not fit any release is refused without asking.
            plan(operation, arguments, Span::ALL)?;
            self.know_version().await?;
        }
        match plan(operation, arguments, self.target()) {
            // The PBX may have been updated since somebody kept its version.
            Err(Error::NotInVersion(_)) if self.version_may_be_old() => self.ask_version().await?,
            planned => return planned,
        }
        plan(operation, arguments, self.target())
    }

    /// Carries out an operation.
    ///
    /// # Errors
    /// [`Error::Input`] and [`Error::NotInVersion`] before anything is sent; any other kind after.
    pub async fn call(&self, operation: &'static Operation, arguments: &Arguments) -> Result<Reply, Error> {
        let request = self.plan(operation, arguments).await?;
        self.send(&request, Some(operation)).await
    }

    /// Carries out an operation, but does not read a file yet: it can be taken piece by piece.
    ///
    /// # Errors
    /// Those of [`Client::call`].
    pub async fn call_opened(&self, operation: &'static Operation, arguments: &Arguments) -> Result<Opened, Error> {
        let request = self.plan(operation, arguments).await?;
        self.open(&request, Some(operation)).await
    }

    /// Reads a list page by page: `wanted` rows, or all.
    pub fn pages(&self, operation: &'static Operation, arguments: Arguments, wanted: Option<u64>) -> Paged {
        Paged::new(self.clone(), operation, arguments, wanted)
    }

    /// Sends a planned request. `operation` says what it is, for errors and for whether it may
    /// be sent twice; a raw `GET` may, other raw requests may not.
    ///
    /// # Errors
    /// The error that the answer means, or why there is none.
    pub async fn send(&self, request: &Request, operation: Option<&'static Operation>) -> Result<Reply, Error> {
        self.send_with(request, operation, self.shared.retry).await
    }

    /// The same, but a file is not read yet: it can be taken piece by piece.
    ///
    /// # Errors
    /// As above.
    pub async fn open(&self, request: &Request, operation: Option<&'static Operation>) -> Result<Opened, Error> {
        self.stream(request, operation).await.map(|arrived| self.opened(request, operation, arrived))
    }

    fn opened(&self, request: &Request, operation: Option<&'static Operation>, arrived: Arrived) -> Opened {
        let Arrived { reply, rest } = arrived;
        let Some(file) = reply.file() else { return Opened::Reply(Box::new(reply)) };
        // What had to be there whole before it counted is handed on in the same way.
        let response = rest.unwrap_or_else(|| reply.into_response());
        Opened::File(Box::new(Download::new(self.clone(), request.clone(), operation, file, response)))
    }

    pub(crate) async fn stream(
        &self,
        request: &Request,
        operation: Option<&'static Operation>,
    ) -> Result<Arrived, Error> {
        self.try_with(request, operation, self.shared.retry, Body::OfFilesLater).await
    }

    /// Host and port, for messages.
    pub(crate) fn host(&self) -> String {
        self.shared.transport.host()
    }

    /// How stubborn it is.
    pub(crate) fn policy(&self) -> Policy {
        self.shared.retry
    }

    /// The same, as stubborn as `policy`.
    pub(crate) async fn send_with(
        &self,
        request: &Request,
        operation: Option<&'static Operation>,
        policy: Policy,
    ) -> Result<Reply, Error> {
        self.try_with(request, operation, policy, Body::Whole).await.map(|arrived| arrived.reply)
    }

    async fn try_with(
        &self,
        request: &Request,
        operation: Option<&'static Operation>,
        policy: Policy,
        body: Body,
    ) -> Result<Arrived, Error> {
        trace::call(request, operation, self.try_again(request, operation, policy, body)).await
    }

    async fn try_again(
        &self,
        request: &Request,
        operation: Option<&'static Operation>,
        policy: Policy,
        body: Body,
    ) -> Result<Arrived, Error> {
        let read_only = request.method == Method::Get;
        let repeatable = is_repeatable(request, operation);
        let mut attempt = 0;
        loop {
            attempt += 1;
            let Failed { error, outcome } = match self.one(request, operation, body).await {
                Ok(arrived) => return Ok(arrived),
                Err(failed) => failed,
            };
            let Some(outcome) = outcome else { return Err(error) };
            match policy.decide(attempt, repeatable, outcome, fastrand::f64()) {
                Decision::Wait(pause) => {
                    trace::retry(attempt, pause, &error);
                    tokio::time::sleep(pause).await;
                }
                // Nothing was changed by a question that went unanswered.
                Decision::Stop if outcome == Outcome::Unknown && read_only => {
                    return Err(Error::NoAnswer { host: self.shared.transport.host(), reason: reason_of(error) });
                }
                Decision::Stop => return Err(error),
            }
        }
    }

    /// Sends a planned request once, for callers that decide themselves whether to send it again.
    ///
    /// # Errors
    /// What went wrong, and how far the request came.
    pub async fn attempt(&self, request: &Request, operation: Option<&'static Operation>) -> Result<Reply, Failed> {
        self.one(request, operation, Body::Whole).await.map(|arrived| arrived.reply)
    }

    /// The same, but a file is not read yet: it can be taken piece by piece.
    ///
    /// # Errors
    /// As above.
    pub async fn attempt_open(
        &self,
        request: &Request,
        operation: Option<&'static Operation>,
    ) -> Result<Opened, Failed> {
        let arrived = self.one(request, operation, Body::OfFilesLater).await?;
        Ok(self.opened(request, operation, arrived))
    }

    /// One attempt, and what its failure means.
    async fn one(
        &self,
        request: &Request,
        operation: Option<&'static Operation>,
        body: Body,
    ) -> Result<Arrived, Failed> {
        match self.once(request, operation, body).await {
            Ok(arrived) => {
                let reply = &arrived.reply;
                let head = transport::head(reply.status, &reply.headers);
                self.learn(&head).await;
                // Of what is still to come, the head has told that it is a file.
                let checked = match arrived.rest {
                    Some(_) => Ok(()),
                    None => read::check(operation, reply.declared, &head, &reply.body),
                };
                let error = match checked {
                    Ok(()) => return Ok(arrived),
                    Err(Error::NotA3cx { reason, .. }) => Error::NotA3cx { host: self.shared.transport.host(), reason },
                    Err(error) => error,
                };
                let outcome = match reply.status {
                    401 => Outcome::NotLetIn,
                    status => Outcome::Answered { status, retry_after: head.retry_after },
                };
                Err(Failed { error, outcome: Some(outcome) })
            }
            // The token's request went unanswered, not the call's.
            Err(Failure { error: Error::UnknownOutcome { reason }, sent: false }) => {
                let error = Error::Connection { host: self.shared.transport.host(), reason };
                Err(Failed { error, outcome: Some(Outcome::NotSent) })
            }
            Err(Failure { error, .. }) => {
                let outcome = match &error {
                    // A token could not be had: the call itself was not sent.
                    Error::RateLimited { retry_after } => {
                        Some(Outcome::Answered { status: 429, retry_after: *retry_after })
                    }
                    Error::Connection { .. } | Error::Server { .. } => Some(Outcome::NotSent),
                    Error::UnknownOutcome { .. } => Some(Outcome::Unknown),
                    _ => None,
                };
                Err(Failed { error, outcome })
            }
        }
    }

    /// Looks at the PBX from outside, without a token: whether it answers, its clock, its
    /// certificate.
    ///
    /// # Errors
    /// Those of reaching it.
    pub async fn look(&self) -> Result<Look, Error> {
        self.shared.transport.look().await
    }

    /// The token that calls are made with now.
    ///
    /// # Errors
    /// Those of fetching one.
    pub async fn token(&self) -> Result<Token, Error> {
        self.shared.tokens.get(&self.shared.transport, None).await
    }

    /// One attempt, and a second one with a newer token after a 401: that the PBX does not
    /// know the token means that it did nothing.
    async fn once(
        &self,
        request: &Request,
        operation: Option<&'static Operation>,
        body: Body,
    ) -> Result<Arrived, Failure> {
        let Shared { transport, tokens, limits, .. } = &*self.shared;
        let _turn = limits.turn().await;
        let not_sent = |error| Failure { error, sent: false };
        let mut token = tokens.get(transport, None).await.map_err(not_sent)?;
        let mut response = transport.send(request, Some(&token)).await?;
        if response.status().as_u16() == 401 {
            token = tokens.get(transport, Some(&token)).await.map_err(not_sent)?;
            response = transport.send(request, Some(&token)).await?;
        }
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let reply = |headers, body| Reply { operation, declared: request.answer, status, headers, body };
        let file = read::file(operation, request.answer, &transport::head(status, &headers));
        if body == Body::OfFilesLater && file.is_some_and(|file| file.may_be_streamed()) {
            return Ok(Arrived { reply: reply(headers, Bytes::new()), rest: Some(response) });
        }
        let body = transport.body(response).await?;
        Ok(Arrived { reply: reply(headers, body), rest: None })
    }

    async fn learn(&self, head: &Head<'_>) {
        let Some(version) = head.version else { return };
        if let Ok(known) = self.shared.version.read()
            && known.seen
            && known.name.as_deref() == Some(version)
        {
            return;
        }
        self.note_version(version.to_owned(), true);
        self.shared.tokens.keep_version(version).await;
    }

    fn note_version(&self, name: String, seen: bool) {
        if let Ok(mut known) = self.shared.version.write() {
            *known = Version { name: Some(name), seen };
        }
    }

    /// Finds out the PBX's build: somebody may have kept it, else it is asked.
    async fn know_version(&self) -> Result<(), Error> {
        if self.version().is_some() {
            return Ok(());
        }
        match self.shared.tokens.kept_version().await {
            Some(kept) => self.note_version(kept, false),
            None => self.ask_version().await?,
        }
        Ok(())
    }

    fn version_may_be_old(&self) -> bool {
        self.shared.release.is_none()
            && self.shared.version.read().is_ok_and(|known| known.name.is_some() && !known.seen)
    }

    /// Asks for the least there is, which 3CX's documentation gives as the quick test; the
    /// answer's head names the build.
    ///
    /// # Errors
    /// Those of any call: this is also the quickest way to try whether calls work.
    pub async fn ask_version(&self) -> Result<(), Error> {
        let Some(defs) = operation("Defs.GetDefs") else { return Ok(()) };
        let mut arguments = Arguments::default();
        arguments.options.insert("select".into(), "Id".into());
        let request = plan(defs, &arguments, Span::NEWEST)?;
        self.send(&request, Some(defs)).await.map(drop)
    }
}

/// What of an answer is read before it is handed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Body {
    Whole,
    /// All but files.
    OfFilesLater,
}

/// An answer, and the rest of it if that is still to be read.
#[derive(Debug)]
pub(crate) struct Arrived {
    pub reply: Reply,
    pub rest: Option<reqwest::Response>,
}

/// True if sending it twice is the same as sending it once; of what no operation is known, a `GET`.
pub(crate) fn is_repeatable(request: &Request, operation: Option<&Operation>) -> bool {
    operation.map_or(request.method == Method::Get, |operation| operation.repeatable)
}

fn reason_of(error: Error) -> String {
    match error {
        Error::UnknownOutcome { reason } => reason,
        other => other.to_string(),
    }
}
