//! Whether to try again: a decision, not a loop. The caller passes in what happened and some
//! randomness, and sleeps itself.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use threecx_catalog::{Effect, Method, Operation};

/// What became of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It never left: no connection, or refused before the request was written.
    NotSent,
    /// It was refused with a 401 although its token was just fetched: the PBX did nothing, and
    /// another client of the same name or a faulty network may be behind it.
    NotLetIn,
    /// It may have been carried out: the connection broke, timed out, or the answer was cut short.
    Unknown,
    /// The same, after the PBX had been silent for as long as it may be.
    Silent,
    /// The same, after the time that was allowed for the call.
    OutOfTime,
    /// An answer came.
    Answered {
        /// Its HTTP status.
        status: u16,
        /// What its `Retry-After` header says.
        retry_after: Option<Duration>,
    },
}

impl Outcome {
    /// What an answer that is not a success says of the call. A 401 right after a fresh token says
    /// that the PBX did nothing.
    pub fn of_status(status: u16, retry_after: Option<Duration>) -> Outcome {
        match status {
            401 => Outcome::NotLetIn,
            status => Outcome::Answered { status, retry_after },
        }
    }

    /// True if the PBX may have carried it out all the same: a 5xx does not say how far it came, and what
    /// is called a success and makes no sense may be one. A 503 with `Retry-After` says that it did
    /// nothing.
    pub fn may_have_happened(self) -> bool {
        match self {
            Outcome::Unknown | Outcome::Silent | Outcome::OutOfTime => true,
            Outcome::Answered { status: 503, retry_after } => retry_after.is_none(),
            Outcome::Answered { status, .. } => status >= 500 || (200..300).contains(&status),
            Outcome::NotSent | Outcome::NotLetIn => false,
        }
    }

    /// True if the PBX has too much to do, so that others should wait too.
    pub fn asks_to_wait(self) -> bool {
        matches!(self, Outcome::Answered { status: 429 | 503, .. })
    }

    /// The status of the answer, if one came that says more than that the token is not known.
    pub fn status(self) -> Option<u16> {
        match self {
            Outcome::Answered { status, .. } => Some(status),
            _ => None,
        }
    }

    fn retry_after(self) -> Option<Duration> {
        match self {
            Outcome::Answered { retry_after, .. } => retry_after,
            _ => None,
        }
    }

    /// True if another attempt may succeed.
    fn may_pass(self) -> bool {
        match self {
            Outcome::NotSent | Outcome::NotLetIn | Outcome::Unknown | Outcome::Silent => true,
            Outcome::OutOfTime => false,
            Outcome::Answered { status, .. } => matches!(status, 429 | 500 | 502 | 503 | 504),
        }
    }
}

/// True if carrying it out changes nothing. Where the operation is not known, a `GET` counts as such.
pub fn only_reads(operation: Option<&Operation>, method: Method) -> bool {
    operation.map_or(method == Method::Get, |operation| operation.effect == Effect::Reads)
}

/// True if sending it twice is the same as sending it once. Where the operation is not known,
/// a `GET` counts as such.
pub fn is_repeatable(operation: Option<&Operation>, method: Method) -> bool {
    operation.map_or(method == Method::Get, |operation| operation.repeatable)
}

/// What to do now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Wait that long, then send it again.
    Wait(Duration),
    /// Give up.
    Stop,
}

/// How often a PBX is asked that says nothing: each attempt takes as long as it may be silent, and nobody waits
/// for many of them.
const SILENT: u32 = 2;

/// How often to try, and how long to wait in between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// The maximum number of attempts, the first included.
    pub attempts: u32,
    /// How long to wait after the first failure; it doubles each time.
    pub first_wait: Duration,
    /// The longest wait, also for `Retry-After`.
    pub longest_wait: Duration,
}

impl Default for Policy {
    fn default() -> Policy {
        Policy { attempts: 4, first_wait: Duration::from_millis(250), longest_wait: Duration::from_secs(30) }
    }
}

impl Policy {
    /// For a long-running client: many tries that begin soon, so that a bad line is survived and a
    /// PBX that is gone is noticed within seconds.
    pub const PERSISTENT: Policy =
        Policy { attempts: 6, first_wait: Duration::from_millis(100), longest_wait: Duration::from_secs(30) };

    /// For the rest of a list whose beginning came: the PBX is there and answers this question, so
    /// it pays to wait until it does again. For a persistent client that is about two minutes, which
    /// covers a restart of its services.
    #[must_use]
    pub fn for_more_of_a_list(self) -> Policy {
        Policy { attempts: self.attempts.saturating_mul(2), ..self }
    }

    /// Decides after attempt number `attempt` (the first is 1). `repeatable` says that doing
    /// it twice is the same as doing it once; `jitter` is random, from 0 to 1.
    ///
    /// A call that may have been carried out is never repeated unless it is repeatable.
    pub fn decide(&self, attempt: u32, repeatable: bool, outcome: Outcome, jitter: f64) -> Decision {
        let worth_it = outcome.may_pass() && (repeatable || !outcome.may_have_happened());
        let asked = outcome.retry_after();
        let attempts = if outcome == Outcome::Silent { self.attempts.min(SILENT) } else { self.attempts };
        if !worth_it || attempt >= attempts || asked.is_some_and(|asked| asked > self.longest_wait) {
            return Decision::Stop;
        }
        let backoff = self.first_wait.saturating_mul(1 << attempt.saturating_sub(1).min(16)).min(self.longest_wait);
        // Between half and the whole, so that many who failed together do not come back together.
        let jittered = backoff.mul_f64(0.5 + 0.5 * jitter.clamp(0.0, 1.0));
        Decision::Wait(asked.unwrap_or(Duration::ZERO).max(jittered))
    }
}

/// Reads a `Retry-After` header: seconds, or a date. A date counts from the answer's own `Date`, so that
/// the two clocks need not agree; where it has none, from `now`, in seconds since 1970. One that is past
/// asks for no wait.
pub fn retry_after(header: &str, date: Option<&str>, now: Option<u64>) -> Option<Duration> {
    let header = header.trim();
    if header.starts_with(|c: char| c.is_ascii_digit()) {
        // More seconds than a number holds are too many all the same.
        let digits = header.bytes().all(|byte| byte.is_ascii_digit());
        return digits.then(|| Duration::from_secs(header.parse().unwrap_or(u64::MAX)));
    }
    let until = http_date(header)?;
    let from = date.and_then(http_date).or_else(|| i64::try_from(now?).ok())?;
    Some(Duration::from_secs(u64::try_from(until.saturating_sub(from)).unwrap_or(0)))
}

/// A date of HTTP, in seconds since 1970: `Sun, 06 Nov 1994 08:49:37 GMT`.
fn http_date(text: &str) -> Option<i64> {
    DateTimeParser::new().parse_timestamp(text.trim()).ok().map(Timestamp::as_second)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: fn(u16, Option<u64>) -> Outcome =
        |status, after| Outcome::Answered { status, retry_after: after.map(Duration::from_secs) };

    #[test]
    fn what_may_have_happened_is_repeated_only_where_that_is_harmless() {
        let policy = Policy::default();
        for (outcome, repeatable, again) in [
            (Outcome::NotSent, false, true),
            (Outcome::NotLetIn, false, true),
            (Outcome::Unknown, false, false),
            (Outcome::Unknown, true, true),
            (Outcome::Silent, false, false),
            (Outcome::Silent, true, true),
            (Outcome::OutOfTime, true, false),
            (ANSWER(429, None), false, true),
            (ANSWER(503, Some(1)), false, true),
            (ANSWER(503, None), false, false),
            (ANSWER(500, None), false, false),
            (ANSWER(500, None), true, true),
            (ANSWER(504, None), true, true),
            (ANSWER(400, None), true, false),
            (ANSWER(404, None), true, false),
        ] {
            let decision = policy.decide(1, repeatable, outcome, 0.5);
            assert_eq!(decision != Decision::Stop, again, "{outcome:?}, repeatable: {repeatable}");
        }
    }

    #[test]
    fn what_an_outcome_says_is_said_in_one_place() {
        for (outcome, may_have_happened, asks_to_wait) in [
            (Outcome::NotSent, false, false),
            (Outcome::of_status(401, None), false, false),
            (Outcome::Unknown, true, false),
            (Outcome::Silent, true, false),
            (Outcome::OutOfTime, true, false),
            (Outcome::of_status(400, None), false, false),
            (Outcome::of_status(429, None), false, true),
            (Outcome::of_status(500, Some(Duration::ZERO)), true, false),
            (Outcome::of_status(501, None), true, false),
            (Outcome::of_status(503, None), true, true),
            (Outcome::of_status(503, Some(Duration::ZERO)), false, true),
            (Outcome::of_status(504, None), true, false),
        ] {
            assert_eq!(outcome.may_have_happened(), may_have_happened, "{outcome:?}");
            assert_eq!(outcome.asks_to_wait(), asks_to_wait, "{outcome:?}");
        }
        assert_eq!(Outcome::of_status(401, None), Outcome::NotLetIn);
    }

    #[test]
    fn a_wait_is_asked_for_in_seconds_or_until_a_date() {
        const NOON: &str = "Fri, 30 Jan 2026 12:00:00 GMT";
        const NOW: u64 = 1_769_774_400;
        for (header, date, seconds) in [
            ("0", None, Some(0)),
            (" 7 ", None, Some(7)),
            ("99999999999999999999999", None, Some(u64::MAX)),
            // By the server's own clock, however far off it is.
            ("Fri, 30 Jan 2026 12:00:05 GMT", Some(NOON), Some(5)),
            ("Fri, 30 Jan 2026 11:00:05 GMT", Some("Fri, 30 Jan 2026 11:00:00 GMT"), Some(5)),
            ("Fri, 30 Jan 2026 12:01:00 GMT", None, Some(60)),
            ("Fri, 30 Jan 2026 12:01:00 GMT", Some("at noon"), Some(60)),
            ("Fri, 30 Jan 2026 11:59:00 GMT", Some(NOON), Some(0)),
            ("Thu, 01 Jan 1970 00:00:00 GMT", None, Some(0)),
            ("Fri, 30 Jan 2099 12:00:00 GMT", Some(NOON), Some(2_303_683_200)),
            ("", None, None),
            ("-1", None, None),
            ("1.5", None, None),
            ("soon", None, None),
            ("30 minutes", None, None),
            ("2026-01-30T12:00:05Z", None, None),
        ] {
            assert_eq!(retry_after(header, date, Some(NOW)), seconds.map(Duration::from_secs), "{header}");
        }
        assert_eq!(retry_after(NOON, None, None), None);
    }

    #[test]
    fn a_question_is_one_by_its_effect_and_not_by_its_method() {
        let operation = |id: &str| threecx_catalog::operation(id).expect(id);
        let asked_by_post = operation("Users.GetMultiEditGreetings");
        assert_eq!(asked_by_post.newest_form().method, Method::Post);
        assert!(only_reads(Some(asked_by_post), Method::Post));
        assert!(!only_reads(Some(operation("SystemStatus.GetRequestHelpLink")), Method::Get));
        assert!(only_reads(None, Method::Get) && !only_reads(None, Method::Post));
    }

    #[test]
    fn waits_grow_honour_the_server_and_end() {
        let policy = Policy::default();
        let wait = |attempt, outcome| policy.decide(attempt, true, outcome, 1.0);
        assert_eq!(wait(1, Outcome::NotSent), Decision::Wait(Duration::from_millis(250)));
        assert_eq!(wait(3, Outcome::NotSent), Decision::Wait(Duration::from_secs(1)));
        assert_eq!(wait(4, Outcome::NotSent), Decision::Stop);
        assert_eq!(wait(2, Outcome::Silent), Decision::Stop);
        assert_eq!(wait(1, ANSWER(429, Some(7))), Decision::Wait(Duration::from_secs(7)));
        assert_eq!(wait(1, ANSWER(429, Some(3600))), Decision::Stop);
        assert_eq!(wait(1, ANSWER(503, Some(u64::MAX))), Decision::Stop);
    }
}
