//! Instants as people give them: `2026-01-31T09:30:00Z`, `2026-01-31`, `7d`, `yesterday`.
//!
//! What has no offset is in the time zone of this machine (`TZ` changes it). A date is the
//! beginning of that day, and `7d` is the same time of day seven days ago, also where a clock change
//! lies between.

use jiff::civil::{Date, DateTime};
use jiff::{SignedDuration, Span, Timestamp, ToSpan, Zoned};
use threecx::Error;
use threecx_core::InputError;

const EXPECTED: &str = "an instant (2026-01-31T09:30:00Z), a date (2026-01-31), a time ago (7d, 12h, 30m, 2w), \
                        now, today or yesterday";

/// The instant that is meant, in whole seconds.
pub fn parse(flag: &str, text: &str, now: &Zoned) -> Result<Timestamp, Error> {
    let meant = instant(text.trim(), now).ok_or_else(|| misfit(flag, EXPECTED, text))?;
    Timestamp::from_second(meant.as_second()).map_err(|_| misfit(flag, EXPECTED, text))
}

fn instant(text: &str, now: &Zoned) -> Option<Timestamp> {
    let zone = now.time_zone();
    let day = |date: Date| Some(date.to_zoned(zone.clone()).ok()?.timestamp());
    match text.to_ascii_lowercase().as_str() {
        "now" => return Some(now.timestamp()),
        "today" => return day(now.date()),
        "yesterday" => return day(now.date().yesterday().ok()?),
        _ => {}
    }
    // A week ago is `7d` to some and `-7d` to others.
    if let Some(ago) = ago(text.strip_prefix('-').unwrap_or(text)) {
        return Some(now.checked_sub(ago).ok()?.timestamp());
    }
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Some(instant);
    }
    if let Ok(date) = text.parse::<Date>()
        && !text.contains([':', 'T', 't'])
    {
        return day(date);
    }
    Some(text.parse::<DateTime>().ok()?.to_zoned(zone.clone()).ok()?.timestamp())
}

/// `7d`
fn ago(text: &str) -> Option<Span> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    if !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: i64 = number.parse().ok().filter(|number| *number <= 100_000)?;
    Some(match unit {
        "w" => number.weeks(),
        "d" => number.days(),
        "h" => number.hours(),
        "m" => number.minutes(),
        _ => return None,
    })
}

/// A length of time: `1d`, `6h`, `30m`, `2w`. A day has 24 hours here.
pub fn length(flag: &str, text: &str) -> Result<SignedDuration, Error> {
    let span = ago(text.trim()).and_then(|span| span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).ok());
    let span = span.filter(|span| *span >= SignedDuration::from_mins(1));
    span.ok_or_else(|| misfit(flag, "a length of time of a minute or more: 1d, 6h, 30m, 2w", text))
}

/// A complaint about a flag.
pub fn misfit(flag: &str, expected: &str, came: &str) -> Error {
    InputError::of(flag, expected, format!("`{came}`")).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_taken_as_people_write_them() {
        // In the night from 24 to 25 October 2026 clocks are set back in Berlin.
        let berlin = jiff::tz::TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").expect("a zone");
        let now: Timestamp = "2026-10-26T11:00:00.5Z".parse().expect("an instant");
        let now = now.to_zoned(berlin);
        for (text, meant) in [
            ("2026-01-31T09:30:00Z", Some("2026-01-31T09:30:00Z")),
            ("2026-01-31T09:30:00+02:00", Some("2026-01-31T07:30:00Z")),
            ("2026-01-31 09:30", Some("2026-01-31T08:30:00Z")),
            ("2026-07-31T09:30", Some("2026-07-31T07:30:00Z")),
            ("2026-07-31", Some("2026-07-30T22:00:00Z")),
            ("now", Some("2026-10-26T11:00:00Z")),
            ("Today", Some("2026-10-25T23:00:00Z")),
            ("yesterday", Some("2026-10-24T22:00:00Z")),
            ("2d", Some("2026-10-24T10:00:00Z")),
            ("48h", Some("2026-10-24T11:00:00Z")),
            ("", None),
            ("d", None),
            ("-1d", Some("2026-10-25T11:00:00Z")),
            ("--1d", None),
            ("2026-02-30", None),
            ("last week", None),
        ] {
            let found = parse("--since", text, &now).ok().map(|instant| instant.to_string());
            assert_eq!(found.as_deref(), meant, "{text}");
        }
        assert_eq!(length("--window", "1d").ok(), Some(SignedDuration::from_hours(24)));
        assert!(["0d", "59s", "1", "", "1.5d"].iter().all(|text| length("--window", text).is_err()));
    }
}
