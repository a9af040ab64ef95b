//! How long answers take, and how that is written: `20ms`, `20ms+30ms@Users.ListUser`.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use jiff::SignedDuration;

use super::target;

/// A longer wait would block a connection forever.
const LONGEST: Duration = Duration::from_secs(3600);

/// How long the PBX waits before it does what it is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Latency {
    /// At least so long.
    pub fixed: Duration,
    /// Up to so much longer, as chance will have it.
    pub jitter: Duration,
    /// Only for this operation, resource or login; `None` for every request but `/sim/*`.
    pub operation: Option<String>,
}

impl Latency {
    pub(super) fn is_meant_for(&self, operation: &str) -> bool {
        self.operation.is_none() || target::meets(self.operation.as_deref(), operation)
    }
}

impl From<Duration> for Latency {
    fn from(fixed: Duration) -> Latency {
        Latency { fixed, ..Latency::default() }
    }
}

impl FromStr for Latency {
    type Err = String;

    fn from_str(text: &str) -> Result<Latency, String> {
        let (text, operation) = match text.split_once('@') {
            Some((text, operation)) => (text, Some(target::parse(operation)?)),
            None => (text, None),
        };
        let (fixed, jitter) = text.split_once('+').unwrap_or((text, "0s"));
        let duration = |text: &str| match parse_duration(text)? {
            duration if duration <= LONGEST => Ok(duration),
            _ => Err(format!("expected an hour at most; got `{text}`")),
        };
        Ok(Latency { fixed: duration(fixed)?, jitter: duration(jitter)?, operation })
    }
}

impl fmt::Display for Latency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&written(self.fixed))?;
        if !self.jitter.is_zero() {
            write!(f, "+{}", written(self.jitter))?;
        }
        match &self.operation {
            Some(operation) => write!(f, "@{operation}"),
            None => Ok(()),
        }
    }
}

fn written(duration: Duration) -> String {
    SignedDuration::try_from(duration)
        .map_or_else(|_| format!("{duration:?}"), |duration| format!("{duration:#}").replace(' ', ""))
}

/// Reads a duration: `20ms`, `5s`, `1h30m`.
///
/// # Errors
/// What was expected and what came.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    let parsed = text.parse::<SignedDuration>().ok().and_then(|duration| Duration::try_from(duration).ok());
    parsed.ok_or_else(|| format!("expected a duration, such as 20ms or 5s; got `{text}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn latencies_are_written_as_they_are_read() {
        for text in ["20ms", "1s+500ms", "1m30s@Users.ListUser", "0s@token", "2s@Users"] {
            assert_eq!(text.parse::<Latency>().map(|latency| latency.to_string()).as_deref(), Ok(text));
        }
        for (text, words) in [
            ("20", "such as 20ms"),
            ("-1s", "such as 20ms"),
            ("", "such as 20ms"),
            ("1s+", "such as 20ms"),
            ("2h", "an hour at most"),
            ("1s@Nobody", "an operation"),
        ] {
            let refused = text.parse::<Latency>().expect_err(text);
            assert!(refused.contains(words), "{text}: {refused}");
        }
    }
}
