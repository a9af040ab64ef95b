//! Moments and lengths of time, as the API writes them.

use jiff::Timestamp;

use crate::state::Value;

/// A moment as text: `2026-01-31T09:30:00Z`.
pub(super) fn instant(second: i64) -> Value {
    Value::text(Timestamp::from_second(second).unwrap_or_default().to_string())
}

/// A length of time as text: `PT1M5S`.
pub(super) fn duration(seconds: i64) -> Value {
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let part = |number: i64, unit: char| if number == 0 { String::new() } else { format!("{number}{unit}") };
    match seconds {
        0 => Value::text("PT0S"),
        _ => Value::text(format!("PT{}{}{}", part(hours, 'H'), part(minutes, 'M'), part(rest, 'S'))),
    }
}
