//! Durations and exact decimal numbers.

use std::fmt;
use std::str::FromStr;

use jiff::SignedDuration;
use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::value::{Value, serde_by_value, text};

/// A length of time: `PT1H30M`, `P5DT13H` on the wire, where a day has 24 hours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Duration(pub SignedDuration);

impl From<SignedDuration> for Duration {
    fn from(duration: SignedDuration) -> Duration {
        Duration(duration)
    }
}

impl FromStr for Duration {
    type Err = jiff::Error;

    /// Reads ISO 8601, with weeks and days but without months and years, which have no fixed length.
    fn from_str(text: &str) -> Result<Duration, jiff::Error> {
        let span: jiff::Span = text.parse()?;
        span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).map(Duration)
    }
}

/// Days written separately, as 3CX does.
impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs().unsigned_abs();
        let nanoseconds = self.0.subsec_nanos().unsigned_abs();
        f.write_str(if self.0.is_negative() { "-P" } else { "P" })?;
        let (days, rest) = (seconds / 86_400, seconds % 86_400);
        if days > 0 {
            write!(f, "{days}D")?;
        }
        if days > 0 && rest == 0 && nanoseconds == 0 {
            return Ok(());
        }
        f.write_str("T")?;
        let (hours, minutes, seconds) = (rest / 3600, rest / 60 % 60, rest % 60);
        if hours > 0 {
            write!(f, "{hours}H")?;
        }
        if minutes > 0 {
            write!(f, "{minutes}M")?;
        }
        if nanoseconds > 0 {
            let fraction = format!("{nanoseconds:09}");
            write!(f, "{seconds}.{}S", fraction.trim_end_matches('0'))
        } else if seconds > 0 || rest == 0 {
            write!(f, "{seconds}S")
        } else {
            Ok(())
        }
    }
}

impl Value for Duration {
    fn decode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text(deserializer, "a duration, such as PT1H30M", |text| text.parse().ok())
    }

    fn encode<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

serde_by_value!(Duration);

/// An exact decimal number: all digits are kept as they came.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Decimal(Box<str>);

impl Decimal {
    /// The digits, in JSON's notation.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The nearest float.
    pub fn to_f64(&self) -> f64 {
        self.0.parse().unwrap_or(f64::NAN)
    }
}

impl Default for Decimal {
    fn default() -> Decimal {
        Decimal("0".into())
    }
}

impl From<i64> for Decimal {
    fn from(value: i64) -> Decimal {
        Decimal(value.to_string().into())
    }
}

/// A text is not a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a decimal number")]
pub struct NotADecimal;

impl FromStr for Decimal {
    type Err = NotADecimal;

    fn from_str(text: &str) -> Result<Decimal, NotADecimal> {
        let raw: &RawValue = serde_json::from_str(text).map_err(|_| NotADecimal)?;
        let number = raw.get().starts_with(|c: char| c == '-' || c.is_ascii_digit());
        if number { Ok(Decimal(raw.get().into())) } else { Err(NotADecimal) }
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// JSON from serde_json keeps its digits; a number that comes as text is taken too.
impl Value for Decimal {
    fn decode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <Box<RawValue>>::deserialize(deserializer)?;
        let number = raw.get().trim_matches('"').parse();
        number.map_err(|_| D::Error::custom(format_args!("expected a decimal number, got {raw}")))
    }

    fn encode<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let raw: &RawValue = serde_json::from_str(&self.0).map_err(serde::ser::Error::custom)?;
        raw.serialize(serializer)
    }
}

serde_by_value!(Decimal);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_written_as_a_pbx_writes_them() {
        for text in ["PT0S", "PT1H30M", "P5DT13H", "P1D", "PT0.5S", "PT1M0.25S", "-PT10S", "P1DT0.000001S", "PT59M59S"]
        {
            assert_eq!(text.parse::<Duration>().expect(text).to_string(), text);
        }
        assert_eq!("PT36H".parse::<Duration>().expect("hours").to_string(), "P1DT12H");
        assert!("P1M".parse::<Duration>().is_err(), "a month has no fixed length");
    }

    #[test]
    fn decimals_keep_their_digits() {
        for json in ["0.10", "12345678901234567890.123456789", "-1", "1e-7"] {
            let decimal: Decimal = serde_json::from_str(json).expect(json);
            assert_eq!(serde_json::to_string(&decimal).expect("JSON"), json);
        }
        assert_eq!(serde_json::from_str::<Decimal>("\"0.30\"").expect("text"), "0.30".parse().expect("a number"));
        assert!("\"1\"".parse::<Decimal>().is_err());
        assert!("one".parse::<Decimal>().is_err());
    }
}
