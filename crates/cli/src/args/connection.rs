//! The flags of the connection: which PBX, and as whom.

use std::time::Duration;

use clap::ArgMatches;
use jiff::SignedDuration;
use threecx::{Error, Span};
use threecx_catalog::Release;
use threecx_core::InputError;

use super::matches;
use super::secret::SecretFlags;

/// What was typed about the connection. The environment and the profiles are not looked at yet.
#[derive(Clone, Debug, Default)]
pub struct ConnectionFlags {
    pub sim: bool,
    pub profile: Option<String>,
    pub url: Option<String>,
    pub client_id: Option<String>,
    pub secret: SecretFlags,
    pub ca_file: Option<String>,
    pub allow_http: bool,
    pub api: Option<Span>,
    pub times: Times,
    pub no_proxy: bool,
}

/// How long a command and its connections may take, as far as that was said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Times {
    /// `--timeout`
    pub whole: Option<Duration>,
    /// `--connect-timeout`
    pub connect: Option<Duration>,
    /// True if `whole` is for each call by itself: where a person works in between.
    pub each: bool,
}

impl Times {
    pub fn of(matches: &ArgMatches) -> Result<Times, Error> {
        let given = |id: &str| matches::text(matches, id).map(|text| time(&format!("--{id}"), &text)).transpose();
        Ok(Times { whole: given("timeout")?, connect: given("connect-timeout")?, each: false })
    }

    /// What was not said here is as these say.
    #[must_use]
    pub fn or(self, others: Times) -> Times {
        Times { whole: self.whole.or(others.whole), connect: self.connect.or(others.connect), ..self }
    }
}

/// The longest time that can be given: more would be no limit at all.
const LONGEST: Duration = Duration::from_hours(24 * 7);

/// A time such as `30s` or `2m`; a number alone is in seconds. `named` is where it was given.
pub fn time(named: &str, text: &str) -> Result<Duration, Error> {
    let text = text.trim();
    let seconds = text.parse::<f64>().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    let written = || text.parse::<SignedDuration>().ok().and_then(|time| Duration::try_from(time).ok());
    seconds.or_else(written).filter(|time| !time.is_zero() && *time <= LONGEST).ok_or_else(|| {
        let expected = "a time from 1ms to 7 days, such as 30s, 1m30s or 2m";
        InputError::of(named, expected, format!("`{text}`")).into()
    })
}

impl ConnectionFlags {
    /// For commands that have all of them.
    pub fn of(matches: &ArgMatches) -> Result<ConnectionFlags, Error> {
        Ok(ConnectionFlags {
            sim: matches::flag(matches, "sim"),
            profile: matches::text(matches, "profile"),
            url: matches::text(matches, "url"),
            client_id: matches::text(matches, "client-id"),
            secret: SecretFlags::of_client(matches),
            ca_file: matches::text(matches, "ca-file"),
            allow_http: matches::flag(matches, "allow-http"),
            api: api(matches)?,
            times: Times::of(matches)?,
            no_proxy: matches::flag(matches, "no-proxy"),
        })
    }
}

/// `--api`
pub fn api(matches: &ArgMatches) -> Result<Option<Span>, Error> {
    matches::text(matches, "api").map(|text| release(&text)).transpose()
}

/// A release as `--api` names it.
fn release(text: &str) -> Result<Span, Error> {
    Span::parse(text).ok_or_else(|| {
        let mut versions: Vec<&str> = Release::all().map(Release::version).collect();
        versions.dedup();
        let known: Vec<String> = Release::all().map(|release| release.to_string()).collect();
        let expected = format!("a release of the API ({})", versions.join(", "));
        let hint = format!("A version means all its descriptions; single ones are {}.", known.join(", "));
        InputError::of("--api", expected, format!("`{text}`")).with_hint(hint).into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_taken_as_people_write_them() {
        for (text, millis) in [
            ("30s", 30_000),
            ("2m", 120_000),
            (" 1m30s ", 90_000),
            ("1m 30s", 90_000),
            ("45", 45_000),
            ("0.5", 500),
            ("250ms", 250),
            ("1h", 3_600_000),
            ("10 seconds", 10_000),
        ] {
            assert_eq!(time("--timeout", text).map(|time| time.as_millis()), Ok(millis), "{text}");
        }
        for text in ["", "0", "0s", "-5s", "-1", "soon", "30x", "NaN", "inf", "1e99", "8d", "200h", "30s;"] {
            let error = time("--timeout", text).expect_err(text).to_string();
            assert!(error.starts_with("--timeout: expected a time"), "{error}");
        }
    }
}
