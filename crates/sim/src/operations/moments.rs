//! Moments and lengths of time, as the API writes them.

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};

use crate::state::Value;

const DAY: i64 = 86_400;

/// A moment as text: `2026-01-31T09:30:00Z`.
pub(super) fn instant(second: i64) -> Value {
    Value::text(Timestamp::from_second(second).unwrap_or_default().to_string())
}

/// The same with the offset of a time zone: `2026-01-31T03:30:00-06:00`.
pub(super) fn local_instant(second: i64, zone: &TimeZone) -> Value {
    let moment = Timestamp::from_second(second).unwrap_or_default();
    match zone.to_offset(moment) {
        Offset::UTC => instant(second),
        offset => Value::text(moment.display_with_offset(offset).to_string()),
    }
}

/// A length of time as text: `PT1M5S`, `P5DT13H43M24S`.
pub(super) fn duration(seconds: i64) -> Value {
    let part = |number: i64, unit: char| if number == 0 { String::new() } else { format!("{number}{unit}") };
    let (days, rest) = (part(seconds / DAY, 'D'), seconds % DAY);
    let time = [part(rest / 3600, 'H'), part(rest / 60 % 60, 'M'), part(rest % 60, 'S')].concat();
    Value::text(match (days.as_str(), time.as_str()) {
        ("", "") => "PT0S".to_owned(),
        (days, "") => format!("P{days}"),
        (days, time) => format!("P{days}T{time}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_count_days() {
        for (seconds, text) in [
            (0, "PT0S"),
            (65, "PT1M5S"),
            (64_800, "PT18H"),
            (86_400, "P1D"),
            (3 * 86_400 + 1, "P3DT1S"),
            (481_404, "P5DT13H43M24S"),
        ] {
            assert_eq!(duration(seconds).as_text(), Some(text));
        }
    }
}
