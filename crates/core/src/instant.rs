//! Instants as the API writes them, to and from seconds since 1970.

use jiff::Timestamp;

/// `2026-01-31T09:30:00Z`; nothing for what lies outside the calendar.
pub fn of_second(second: i64) -> Option<String> {
    Timestamp::from_second(second).ok().map(|instant| instant.to_string())
}

/// The second of an instant with an offset.
pub fn second_of(text: &str) -> Option<i64> {
    text.parse::<Timestamp>().ok().map(Timestamp::as_second)
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
}
