//! Instants as the API writes them, to and from seconds since 1970.

use jiff::civil::Time;
use jiff::{Span, SpanRelativeTo, Timestamp, Unit};

/// `2026-01-31T09:30:00Z`; nothing for what lies outside the calendar.
pub fn of_second(second: i64) -> Option<String> {
    Timestamp::from_second(second).ok().map(|instant| instant.to_string())
}

/// The second of an instant with an offset.
pub fn second_of(text: &str) -> Option<i64> {
    text.parse::<Timestamp>().ok().map(Timestamp::as_second)
}

/// True if two texts are the same time of day, duration or instant, written in different ways.
pub fn is_same_time(one: &str, other: &str) -> bool {
    fn same<T: PartialEq>(one: &str, other: &str, read: impl Fn(&str) -> Option<T>) -> bool {
        read(one).is_some_and(|one| read(other) == Some(one))
    }
    let clock = |text: &str| text.parse::<Time>().ok().filter(|_| text.contains(':') && !text.contains(['T', '-']));
    let duration = |text: &str| {
        let span = text.parse::<Span>().ok().filter(|_| text.trim_start_matches('-').starts_with('P'))?;
        span.total((Unit::Nanosecond, SpanRelativeTo::days_are_24_hours())).ok()
    };
    same(one, other, clock) || same(one, other, duration) || same(one, other, |text| text.parse::<Timestamp>().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_and_texts_are_the_same_instants() {
        assert_eq!(of_second(1_769_851_800).as_deref(), Some("2026-01-31T09:30:00Z"));
        assert_eq!(second_of("2026-01-31T10:30:00+01:00"), Some(1_769_851_800));
        assert_eq!(of_second(i64::MAX), None);
    }

    #[test]
    fn times_are_the_same_however_they_are_written() {
        for (one, other, same) in [
            ("07:30", "07:30:00", true),
            ("07:30:00.0000000", "07:30:00", true),
            ("07:30", "7:30", false),
            ("PT7H30M", "PT7H30M0S", true),
            ("PT90M", "PT1H30M", true),
            ("P1D", "PT24H", true),
            ("PT1H", "PT2H", false),
            ("2026-01-31T09:30:00Z", "2026-01-31T10:30:00+01:00", true),
            ("2026-01-31T09:30:00Z", "2026-01-31T09:30:00.000Z", true),
            ("100", "0100", false),
            ("Anna", "anna", false),
            ("P", "P", false),
        ] {
            assert_eq!(is_same_time(one, other), same, "{one} {other}");
        }
    }
}
