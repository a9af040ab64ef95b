//! Everything that can go wrong, once. Each kind has a stable code, a line to read, and a
//! [next step](crate::NextStep); faces print them and never invent their own.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use threecx_catalog::{self as catalog, Operation, Role, Span};

use crate::mask;

/// Why a call failed.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// What was given does not fit; nothing was sent.
    #[error("{0}")]
    Input(Box<InputError>),
    /// What was named does not exist on this PBX; nothing was sent that changes anything.
    #[error("{0}")]
    NoSuchEntity(Box<InputError>),
    /// The connected PBX is of a release that does not have this; nothing was sent, or the
    /// PBX answered that there is no such path.
    #[error("{0}")]
    NotInVersion(Box<NotInVersion>),
    /// The PBX's address is not valid; nothing was sent.
    #[error("`{url}` is not the address of a PBX: {reason}")]
    Url {
        /// What was given.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// No connection came about; nothing was sent.
    #[error("cannot connect to {host}: {reason}")]
    Connection {
        /// Host and port.
        host: String,
        /// What the network said.
        reason: String,
    },
    /// The server's certificate cannot be trusted; nothing was sent.
    #[error("the certificate of {host} is not valid: {reason}")]
    Certificate {
        /// Host and port.
        host: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The proxy on the way to the PBX does not let the call through; nothing was sent to the PBX.
    #[error("the proxy {proxy} (from {variable}) does not let calls through to {host}: {reason}")]
    Proxy {
        /// Host and port of the PBX.
        host: String,
        /// The proxy, without its credentials.
        proxy: String,
        /// The environment variable that names it.
        variable: &'static str,
        /// What it said, or what the network said.
        reason: String,
    },
    /// Something answered, but not a 3CX.
    #[error("{host} answers, but not as a 3CX does: {reason}")]
    NotA3cx {
        /// Host and port.
        host: String,
        /// What came.
        reason: String,
    },
    /// The client ID or secret is wrong, or the token is not valid.
    #[error("the PBX does not accept these credentials: {reason}")]
    Authentication {
        /// What the PBX said.
        reason: String,
    },
    /// A user's password or security code is wrong.
    #[error("{user} cannot log in: {reason}")]
    LoginRefused {
        /// The extension number or e-mail address.
        user: String,
        /// What is wrong.
        reason: String,
    },
    /// A user's login is no longer valid.
    #[error("the login of {user} is no longer valid: {reason}")]
    LoginExpired {
        /// The extension number or e-mail address.
        user: String,
        /// What the PBX said.
        reason: String,
    },
    /// The caller is not allowed to do this.
    #[error("{}", permission(.operation, *.role, .reason))]
    Permission {
        /// The id of the operation, where it is known.
        operation: Option<&'static str>,
        /// The role that it needs, where that is known.
        role: Option<Role>,
        /// What the PBX said.
        reason: String,
    },
    /// What the call is about does not exist.
    #[error("not found: {0}")]
    NotFound(Box<Refusal>),
    /// The PBX refuses the call.
    #[error("the PBX refuses: {0}")]
    Rejected(Box<Refusal>),
    /// Too many calls in too short a time.
    #[error("the PBX asks to slow down{}", retry_after.map(|d| format!(" and to try again in {} s", d.as_secs())).unwrap_or_default())]
    RateLimited {
        /// How long to wait, where the PBX says so.
        retry_after: Option<Duration>,
    },
    /// The PBX failed.
    #[error("the PBX failed with status {status}{}", reason_after_colon(.reason))]
    Server {
        /// The HTTP status.
        status: u16,
        /// What it said.
        reason: String,
    },
    /// The call was sent, and no answer came: it may have been carried out or not.
    #[error("the call was sent, but no complete answer came ({cause}): it may have been carried out or not")]
    UnknownOutcome {
        /// What happened instead.
        cause: Cause,
    },
    /// A question was sent, and no complete answer came. It changed nothing.
    #[error("no complete answer comes from {host}: {cause}")]
    NoAnswer {
        /// Host and port.
        host: String,
        /// What happened instead.
        cause: Cause,
    },
    /// An answer came that makes no sense.
    #[error("the PBX's answer cannot be read: {reason}")]
    Answer {
        /// What is wrong with it.
        reason: String,
    },
}

impl Error {
    /// The stable code, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Error::Input(_) => "input",
            Error::NotInVersion(_) => "not-in-version",
            Error::Url { .. } => "url",
            Error::Connection { .. } => "connection",
            Error::Certificate { .. } => "certificate",
            Error::Proxy { .. } => "proxy",
            Error::NotA3cx { .. } => "not-a-3cx",
            Error::Authentication { .. } | Error::LoginRefused { .. } | Error::LoginExpired { .. } => "authentication",
            Error::Permission { .. } => "permission",
            Error::NotFound(_) | Error::NoSuchEntity(_) => "not-found",
            Error::Rejected(_) => "rejected",
            Error::RateLimited { .. } => "rate-limited",
            Error::Server { .. } => "server",
            Error::UnknownOutcome { .. } => "unknown-outcome",
            Error::NoAnswer { .. } => "no-answer",
            Error::Answer { .. } => "answer",
        }
    }

    /// For a request that was sent and brought no complete answer. One that only `reads` changed
    /// nothing, whatever became of it.
    pub fn unanswered(reads: bool, host: String, cause: Cause) -> Error {
        if reads { Error::NoAnswer { host, cause } } else { Error::UnknownOutcome { cause } }
    }

    /// The same without secrets in what somebody else said: those that are known, in whatever way they are
    /// written, and those that stand behind their name. See [`mask`](crate::mask).
    #[must_use]
    pub fn without<S: AsRef<str>>(mut self, secrets: &[S]) -> Error {
        self.texts().for_each(|text| {
            if let Cow::Owned(masked) = mask::text_without(text, secrets) {
                *text = masked;
            }
        });
        self
    }

    /// The same for what is said about an operation, by the names of its own secrets too.
    #[must_use]
    pub fn without_secrets_of(mut self, operation: &Operation) -> Error {
        self.texts().for_each(|text| {
            if let Cow::Owned(masked) = mask::text_about(operation, text) {
                *text = masked;
            }
        });
        self
    }

    /// What somebody else may have said.
    fn texts(&mut self) -> Box<dyn Iterator<Item = &mut String> + '_> {
        match self {
            Error::Url { reason, .. }
            | Error::Connection { reason, .. }
            | Error::Certificate { reason, .. }
            | Error::Proxy { reason, .. }
            | Error::NotA3cx { reason, .. }
            | Error::Authentication { reason }
            | Error::LoginRefused { reason, .. }
            | Error::LoginExpired { reason, .. }
            | Error::Permission { reason, .. }
            | Error::Server { reason, .. }
            | Error::Answer { reason }
            | Error::UnknownOutcome { cause: Cause::Broken(reason) }
            | Error::NoAnswer { cause: Cause::Broken(reason), .. } => Box::new(std::iter::once(reason)),
            Error::NotFound(refusal) | Error::Rejected(refusal) => {
                let Refusal { message, reasons, .. } = &mut **refusal;
                let reasons = reasons.iter_mut();
                let reasons = reasons.flat_map(|Reason { target, code }| std::iter::once(code).chain(target.as_mut()));
                Box::new(std::iter::once(message).chain(reasons))
            }
            Error::Input(_)
            | Error::NoSuchEntity(_)
            | Error::NotInVersion(_)
            | Error::RateLimited { .. }
            | Error::UnknownOutcome { cause: Cause::TimedOut | Cause::OutOfTime }
            | Error::NoAnswer { cause: Cause::TimedOut | Cause::OutOfTime, .. } => Box::new(std::iter::empty()),
        }
    }

    /// What was given and does not fit, or names nothing.
    pub fn given(&self) -> Option<&InputError> {
        match self {
            Error::Input(error) | Error::NoSuchEntity(error) => Some(error),
            _ => None,
        }
    }

    /// True if the PBX was reached and took too long, or gave up itself: it may answer a smaller
    /// question.
    pub fn is_too_slow(&self) -> bool {
        match self {
            Error::NoAnswer { cause, .. } | Error::UnknownOutcome { cause } => *cause == Cause::TimedOut,
            Error::Server { status, .. } => matches!(status, 500 | 504),
            _ => false,
        }
    }

    /// True if the same call may succeed later.
    pub fn is_retryable(&self) -> bool {
        matches!(
            self,
            Error::Connection { .. }
                | Error::Proxy { .. }
                | Error::NoAnswer { .. }
                | Error::RateLimited { .. }
                | Error::Server { .. }
        )
    }
}

fn permission(operation: &Option<&'static str>, role: Option<Role>, reason: &str) -> String {
    let what = operation.map_or("this call".to_owned(), |id| id.to_owned());
    let needs = match role {
        Some(Role::SystemOwners) => " (it needs the role System Owner)",
        Some(Role::SystemAdmins) => " (it needs the role System Admin)",
        Some(Role::User) => " (it answers only to a logged-in user)",
        None => "",
    };
    format!("the caller may not do this: {what}{needs}{}", reason_after_colon(reason))
}

fn reason_after_colon(reason: &str) -> String {
    if reason.is_empty() { String::new() } else { format!(": {reason}") }
}

/// Why a request that was sent brought no complete answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The PBX took longer than it was given.
    TimedOut,
    /// The time that was given to the whole call, or to all calls, is over.
    OutOfTime,
    /// The connection or the answer broke off; what the network said.
    Broken(String),
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Cause::TimedOut => "it does not answer in time",
            Cause::OutOfTime => "the time allowed for it is up",
            Cause::Broken(reason) => reason,
        })
    }
}

/// Something that was given and does not fit.
#[derive(Clone, Debug, PartialEq)]
pub struct InputError {
    /// Which argument: `ids`, `body`, `top`.
    pub argument: String,
    /// Where inside it: `[1].Number`; empty for the argument itself.
    pub path: String,
    /// What it takes, as the end of "expected …".
    pub expected: String,
    /// What came; empty where nothing came.
    pub came: String,
    /// Where in the text.
    pub position: Option<Position>,
    /// What to do, where that is not obvious.
    pub hint: Option<String>,
}

impl InputError {
    /// An argument that does not fit as a whole: what it takes, and what came.
    pub fn of(argument: impl Into<String>, expected: impl Into<String>, came: impl Into<String>) -> InputError {
        let (argument, expected, came) = (argument.into(), expected.into(), came.into());
        InputError { argument, path: String::new(), expected, came, position: None, hint: None }
    }

    /// An argument that is wanted and was not given.
    pub fn missing(argument: impl Into<String>, expected: impl Into<String>) -> InputError {
        InputError::of(argument, expected, "")
    }

    /// The same, with what to do.
    #[must_use]
    pub fn with_hint(self, hint: impl Into<String>) -> InputError {
        InputError { hint: Some(hint.into()), ..self }
    }
}

/// A place in a text, both counted from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

impl Position {
    /// The place of a byte in a text.
    pub fn of(text: &str, offset: usize) -> Position {
        let before = text.get(..offset).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Position { line: before.matches('\n').count() + 1, column: before[line_start..].chars().count() + 1 }
    }
}

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}: expected {}", self.argument, self.path, self.expected)?;
        match self.came.as_str() {
            "" => write!(f, ", but nothing was given")?,
            came => write!(f, "; got {came}")?,
        }
        match self.position {
            Some(Position { line, column }) => write!(f, " (line {line}, column {column})"),
            None => Ok(()),
        }
    }
}

impl From<InputError> for Error {
    fn from(error: InputError) -> Error {
        Error::Input(Box::new(error))
    }
}

/// Something that exists in the API, but not in the release of the connected PBX.
#[derive(Clone, Debug, PartialEq)]
pub struct NotInVersion {
    /// What: `Users.GetCallLog`, or `the field testCall of Users.MakeCall`.
    pub what: String,
    /// The releases that have it, one stretch per form.
    pub exists: Vec<Span>,
    /// The releases that the PBX may be of.
    pub target: Span,
    /// What to use instead.
    pub replaced_by: Option<&'static Operation>,
}

impl NotInVersion {
    /// What to use instead, if the PBX has it.
    pub fn replacement(&self) -> Option<&'static Operation> {
        self.replaced_by.filter(|new| new.form(self.target).is_some())
    }
}

impl fmt::Display for NotInVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stretches: Vec<String> = self
            .exists
            .iter()
            .map(|span| match (span.since(), span.until()) {
                (None, None) => "in every release".to_owned(),
                (Some(since), None) => format!("since {since}"),
                (None, Some(until)) => format!("until {until}"),
                (Some(since), Some(until)) => format!("from {since} until {until}"),
            })
            .collect();
        let target = self.target.last.version();
        write!(f, "{} exists {}, but the PBX is {target}", self.what, stretches.join(" and "))?;
        match self.replaced_by {
            Some(new) => write!(f, "; it was replaced by {}", new.id),
            None => Ok(()),
        }
    }
}

/// Why the PBX refused a call: its own words, and what they mean.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// What the PBX said, verbatim.
    pub message: String,
    /// The reasons it gave, one for each thing that is wrong.
    pub reasons: Vec<Reason>,
}

/// One reason of a refusal.
#[derive(Clone, Debug, PartialEq)]
pub struct Reason {
    /// The property or argument that is wrong, where the PBX names it.
    pub target: Option<String>,
    /// The `WARNINGS.*` code, or what the PBX says in its place.
    pub code: String,
}

impl Reason {
    /// What the code means, for a person.
    pub fn sentence(&self) -> &str {
        catalog::warning(&self.code).map_or(&self.code, |warning| warning.sentence)
    }
}

impl Refusal {
    /// True if the PBX gave no reason at all.
    pub fn says_nothing(&self) -> bool {
        self.reasons.is_empty() && self.message.trim().is_empty()
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.says_nothing() {
            return write!(f, "status {}", self.status);
        }
        if self.reasons.is_empty() {
            return f.write_str(self.message.trim());
        }
        for (index, reason) in self.reasons.iter().enumerate() {
            f.write_str(if index > 0 { " " } else { "" })?;
            if let Some(target) = &reason.target {
                write!(f, "{target}: ")?;
            }
            f.write_str(reason.sentence())?;
            if reason.sentence() != reason.code {
                write!(f, " ({})", reason.code)?;
            }
        }
        Ok(())
    }
}
