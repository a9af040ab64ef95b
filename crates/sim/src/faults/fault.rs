//! A fault, and how it is written: `429:1:3@Users.RebootPhone`.

use std::fmt;
use std::str::FromStr;

use super::target::{self, LOGINS};

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FaultKind {
    /// 401 once, although the token is valid; nothing is done.
    Unauthorized,
    /// 401, because the token has expired and is no longer valid; nothing is done.
    Expire,
    /// 401, because the token has been evicted, as by another login of the same client: it does
    /// not hold any more; nothing is done.
    Evict,
    /// 429 with `Retry-After`; nothing is done.
    TooManyRequests,
    /// 500 with an empty body; nothing is done.
    Error,
    /// 502, as from a gateway behind which the PBX is gone; nothing is done.
    BadGateway,
    /// 503 with `Retry-After`; nothing is done.
    Unavailable,
    /// 504, as from a gateway that gave up waiting; the work is done.
    GatewayTimeout,
    /// The connection is cut before anything is done.
    DropBefore,
    /// The work is done, then the connection is cut without an answer.
    DropAfter,
    /// The work is done, then the answer breaks off in the middle.
    Truncate,
}

impl FaultKind {
    /// All kinds with the names that they have on the command line and in `/sim/faults`.
    pub const ALL: [(&'static str, FaultKind); 11] = [
        ("401", FaultKind::Unauthorized),
        ("expire", FaultKind::Expire),
        ("evict", FaultKind::Evict),
        ("429", FaultKind::TooManyRequests),
        ("500", FaultKind::Error),
        ("502", FaultKind::BadGateway),
        ("503", FaultKind::Unavailable),
        ("504", FaultKind::GatewayTimeout),
        ("drop-before", FaultKind::DropBefore),
        ("drop-after", FaultKind::DropAfter),
        ("truncate", FaultKind::Truncate),
    ];

    pub(crate) fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, kind)| *kind == self).map_or("", |(name, _)| name)
    }

    /// True for those that need a token to go wrong.
    fn is_of_tokens(self) -> bool {
        matches!(self, FaultKind::Expire | FaultKind::Evict)
    }
}

/// Something that goes wrong now and then. Written `KIND[:PROBABILITY[:TIMES]]`, then
/// `:retry-after=SECONDS` and `@OPERATION` where wanted.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Fault {
    /// What goes wrong.
    pub kind: FaultKind,
    /// How often, from 0 to 1.
    pub probability: f64,
    /// How often at most; `None` without end.
    pub times: Option<u32>,
    /// The `Retry-After` of 429 and 503, in seconds; `None` for 1.
    pub retry_after: Option<u32>,
    /// Only for this operation (`Users.RebootPhone`), resource (`Users`) or login (`token`,
    /// `login`, `logout`); `None` for all operations of the API.
    pub operation: Option<String>,
}

impl Fault {
    /// A fault that strikes every operation of the API, without end.
    pub fn new(kind: FaultKind) -> Fault {
        Fault { kind, probability: 1.0, times: None, retry_after: None, operation: None }
    }

    pub(super) fn is_meant_for(&self, operation: &str) -> bool {
        target::meets(self.operation.as_deref(), operation)
    }
}

/// `drop-after:0.05`, `429:1:3` (three times), `503:1:1:retry-after=5@Users.RebootPhone`.
impl FromStr for Fault {
    type Err = String;

    fn from_str(text: &str) -> Result<Fault, String> {
        let (text, operation) = match text.split_once('@') {
            Some((text, operation)) => (text, Some(target::parse(operation)?)),
            None => (text, None),
        };
        let mut parts = text.split(':');
        let name = parts.next().unwrap_or_default();
        let kind = FaultKind::ALL.iter().find(|(known, _)| *known == name).map(|(_, kind)| *kind);
        let kind = kind.ok_or_else(|| {
            format!("expected one of {}; got `{name}`", FaultKind::ALL.map(|(name, _)| name).join(", "))
        })?;
        let login = operation.as_deref().filter(|operation| LOGINS.contains(operation));
        if let Some(login) = login.filter(|_| kind.is_of_tokens()) {
            return Err(format!("`{name}` needs a request with a token, which `{login}` is not"));
        }
        let mut fault = Fault { operation, ..Fault::new(kind) };
        for (index, part) in parts.enumerate() {
            let number = |expected: &str| part.parse().map_err(|_| format!("expected {expected}; got `{part}`"));
            match (part.split_once('='), index) {
                (Some(("retry-after", seconds)), _) => {
                    let seconds = seconds.parse().map_err(|_| format!("expected seconds; got `{seconds}`"))?;
                    fault.retry_after = Some(seconds);
                }
                (None, 0) => {
                    let probability = part.parse().ok().filter(|number| (0.0..=1.0).contains(number));
                    let wrong = || format!("expected a probability from 0 to 1; got `{part}`");
                    fault.probability = probability.ok_or_else(wrong)?;
                }
                (None, 1) => fault.times = Some(number("how often at most")?),
                _ => {
                    return Err(format!("expected KIND:PROBABILITY:TIMES:retry-after=SECONDS; got `{part}` beyond it"));
                }
            }
        }
        Ok(fault)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind.name(), self.probability)?;
        if let Some(times) = self.times {
            write!(f, ":{times}")?;
        }
        if let Some(seconds) = self.retry_after {
            write!(f, ":retry-after={seconds}")?;
        }
        match &self.operation {
            Some(operation) => write!(f, "@{operation}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_written_as_they_are_read() {
        for text in [
            "401:0.05",
            "429:1:3",
            "503:1:retry-after=5",
            "429:1:3:retry-after=0@Users",
            "drop-after:0.5@Users.RebootPhone",
            "502:1@token",
        ] {
            assert_eq!(text.parse::<Fault>().map(|fault| fault.to_string()).as_deref(), Ok(text));
        }
        assert_eq!(
            "500@users.rebootphone".parse::<Fault>().map(|fault| fault.to_string()).as_deref(),
            Ok("500:1@Users.RebootPhone")
        );
    }

    #[test]
    fn what_is_no_fault_is_refused_with_what_was_expected() {
        for (text, words) in [
            ("402", "expected one of 401, "),
            ("", "expected one of 401, "),
            ("401:2", "a probability from 0 to 1; got `2`"),
            ("401:NaN", "a probability"),
            ("401:x", "a probability"),
            ("429:1:x", "how often at most; got `x`"),
            ("429:1:-1", "how often at most"),
            ("429:1:3:5", "got `5` beyond it"),
            ("429:1:3:retry-after=soon", "expected seconds; got `soon`"),
            ("500@Users.RebotPhone", "an operation (Users.RebootPhone)"),
            ("500@", "an operation (Users.RebootPhone)"),
            ("evict@token", "needs a request with a token"),
        ] {
            let refused = text.parse::<Fault>().expect_err(text);
            assert!(refused.contains(words), "{text}: {refused}");
        }
    }
}
