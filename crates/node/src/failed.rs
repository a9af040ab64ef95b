//! `failed`: an attempt brought no success. Either it is worth another, after a wait, or this is
//! the error.
//!
//! ```text
//!   answered 401 ─────────────────► repeat: the PBX did not know the token and did nothing
//!   answered otherwise ─┐
//!   never sent ─────────┼─ core's retry policy ──► wait | error
//!   sent, no answer ────┘   (never twice unless repeatable)
//! ```

use serde::Deserialize;
use serde_json::json;
use threecx_catalog::{Operation, Span};
use threecx_core::retry::{Decision, Outcome, Policy, only_reads};
use threecx_core::{Cause, Error, read, token};

use crate::command::{self, Reply};
use crate::read::Received;

/// The command.
#[derive(Deserialize)]
pub(crate) struct Failed<'a> {
    operation: &'a str,
    #[serde(default)]
    version: Option<&'a str>,
    /// Counted from 1.
    attempt: u32,
    /// Random, from 0 to 1.
    jitter: f64,
    /// What came.
    #[serde(default)]
    answer: Option<Received>,
    /// What came instead of a token; the call itself was not sent then.
    #[serde(default)]
    token: Option<Received>,
    /// What the network said, if nothing came.
    #[serde(default)]
    network: Option<Network>,
    /// The body that was sent, which may come back in the error: its secrets are taken out.
    #[serde(default)]
    sent: Option<String>,
    /// What the call is about, as its plan says.
    #[serde(default)]
    thing: Option<String>,
    /// Host and port.
    host: String,
    /// How much time is left for the call, in milliseconds.
    #[serde(default)]
    left: Option<u64>,
}

/// A failure below HTTP, as Node names it.
#[derive(Deserialize)]
struct Network {
    /// `ECONNREFUSED`
    #[serde(default)]
    code: Option<String>,
    /// `connect`
    #[serde(default)]
    syscall: Option<String>,
    message: String,
    /// True if it was the request for a token that failed.
    #[serde(default)]
    token: bool,
}

/// `{wait}` in milliseconds, or the error.
pub(crate) fn failed(mut failed: Failed<'_>) -> Reply {
    let operation = command::operation(failed.operation)?;
    let (sent, thing) = (failed.sent.take(), failed.thing.take());
    decide(operation, failed).map_err(|failure| failure.about(thing).without_secrets_of(operation, sent.as_deref()))
}

fn decide(operation: &'static Operation, failed: Failed<'_>) -> Reply {
    let target = command::target(failed.version)?.unwrap_or(Span::NEWEST);
    let form = operation.form(target).unwrap_or(operation.newest_form());
    let reads = only_reads(Some(operation), form.method);
    let (error, outcome) = if let Some(received) = &failed.answer {
        let head = received.head();
        let outcome = Outcome::of_status(received.status, head.retry_after);
        let read = read::read(Some(operation), form.answer_in(target), &head, received.body.as_bytes());
        let error = match read.err().unwrap_or_else(|| unexpected(received)) {
            Error::NotA3cx { reason, .. } => Error::NotA3cx { host: failed.host, reason },
            error => error,
        };
        (error, outcome)
    } else if let Some(received) = &failed.token {
        let head = received.head();
        let read = token::read(&failed.host, &head, received.body.as_bytes());
        match read.err().unwrap_or_else(|| unexpected(received)) {
            error @ Error::RateLimited { retry_after } => (error, Outcome::of_status(429, retry_after)),
            error => return Err(error.into()),
        }
    } else if let Some(network) = &failed.network {
        network.outcome(failed.host, reads)
    } else {
        (Error::unanswered(reads, failed.host, Cause::Broken("no answer".into())), Outcome::Unknown)
    };
    // Another attempt does not repair a certificate, nor bring an end to an answer.
    let is_final = matches!(error, Error::Certificate { .. }) || failed.network.is_some_and(|n| n.is_too_large());
    let decision = Policy::default().decide(failed.attempt, operation.repeatable, outcome, failed.jitter);
    let Decision::Wait(pause) = decision else { return Err(error.into()) };
    let pause = pause.as_millis() as u64;
    if is_final || failed.left.is_some_and(|left| pause >= left) {
        return Err(error.into());
    }
    Ok(json!({ "wait": pause }))
}

/// A success that was handed over as a failure.
fn unexpected(received: &Received) -> Error {
    Error::Answer { reason: format!("status {}", received.status) }
}

impl Network {
    /// What the face says of an answer that it stopped reading.
    fn is_too_large(&self) -> bool {
        self.code.as_deref() == Some("TOO_LARGE")
    }

    fn outcome(&self, host: String, reads: bool) -> (Error, Outcome) {
        let reason = self.message.clone();
        let code = self.code.as_deref().unwrap_or_default();
        match code {
            _ if is_certificate(code) => (Error::Certificate { host, reason }, Outcome::NotSent),
            "ECONNREFUSED" | "ENOTFOUND" | "EAI_AGAIN" | "EHOSTUNREACH" | "ENETUNREACH" | "EPROTO" => {
                (Error::Connection { host, reason }, Outcome::NotSent)
            }
            _ if self.token => (Error::Connection { host, reason }, Outcome::NotSent),
            // A time-out while connecting: nothing left.
            "ETIMEDOUT" if self.syscall.as_deref() == Some("connect") => {
                (Error::Connection { host, reason }, Outcome::NotSent)
            }
            "ETIMEDOUT" => (Error::unanswered(reads, host, Cause::TimedOut), Outcome::Unknown),
            _ => (Error::unanswered(reads, host, Cause::Broken(reason)), Outcome::Unknown),
        }
    }
}

/// OpenSSL's and Node's names for what may be wrong with a certificate.
fn is_certificate(code: &str) -> bool {
    code.starts_with("CERT_")
        || code.starts_with("UNABLE_TO_")
        || matches!(
            code,
            "DEPTH_ZERO_SELF_SIGNED_CERT"
                | "SELF_SIGNED_CERT_IN_CHAIN"
                | "ERR_TLS_CERT_ALTNAME_INVALID"
                | "HOSTNAME_MISMATCH"
                | "INVALID_CA"
        )
}
