//! Values while they are compared.

use std::borrow::Cow;
use std::cmp::Ordering;

use jiff::civil::{Date, DateTime, Time};
use jiff::fmt::temporal::{Pieces, SpanParser};
use jiff::tz::Offset;
use jiff::{SignedDuration, SpanRelativeTo, Timestamp};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use threecx_catalog::Type;

use super::super::enumeration;
use crate::state::Value;

/// A value of an expression.
#[derive(Clone, Debug)]
pub(crate) enum Scalar<'v> {
    Null,
    Bool(bool),
    Int(i64),
    Decimal(Decimal),
    Float(f64),
    Text(Cow<'v, str>),
    Guid(u128),
    /// The number behind a member, or behind several flags.
    Member(u64),
    Instant(Instant),
    Date(Date),
    Time(Time),
    Duration(SignedDuration),
    /// A collection; only `any`, `all`, `in` and `$count` look into it.
    List(&'v [Value]),
    /// An object: all that can be said of it is that it is not null.
    Object,
}

/// A moment, and the offset in which its date and time are meant.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Instant {
    pub at: Timestamp,
    pub offset: Offset,
}

impl Instant {
    pub fn utc(at: Timestamp) -> Instant {
        Instant { at, offset: Offset::UTC }
    }

    /// Reads `2026-01-31T09:30:00+01:00`. What lies beyond all time that can be reckoned with
    /// is the end of time: clients send 9999-12-31 for never.
    pub fn parse(text: &str) -> Option<Instant> {
        let pieces = Pieces::parse(text).ok()?;
        let civil = pieces.date().to_datetime(pieces.time()?);
        let offset = pieces.to_numeric_offset().filter(|_| pieces.time_zone_annotation().is_none())?;
        let end = if civil.year() > 0 { Timestamp::MAX } else { Timestamp::MIN };
        Some(Instant { at: offset.to_timestamp(civil).unwrap_or(end), offset })
    }

    /// Date and time where it was taken.
    pub fn civil(self) -> DateTime {
        self.offset.to_datetime(self.at)
    }
}

impl<'v> Scalar<'v> {
    /// A stored value of this type.
    pub fn of(value: &'v Value, ty: Type) -> Scalar<'v> {
        match (value, ty) {
            (Value::Bool(value), _) => Scalar::Bool(*value),
            (Value::Int(number), Type::Single | Type::Double) => Scalar::Float(*number as f64),
            (Value::Int(number), Type::Decimal) => Scalar::Decimal((*number).into()),
            (Value::Int(number), _) => Scalar::Int(*number),
            (Value::Number(json), Type::Decimal) => decimal(json).map_or(Scalar::Null, Scalar::Decimal),
            (Value::Number(text), _) => text.parse().map_or(Scalar::Null, Scalar::Float),
            (Value::Text(text), _) => Scalar::of_text(text, ty),
            (Value::List(items), _) => Scalar::List(items),
            (Value::Null, _) => Scalar::Null,
            (Value::Object(_) | Value::Opaque(_), _) => Scalar::Object,
        }
    }

    fn of_text(text: &'v str, ty: Type) -> Scalar<'v> {
        let read = match ty {
            Type::Enumeration(enumeration) => enumeration::value(enumeration, text).map(Scalar::Member),
            Type::DateTimeOffset => Instant::parse(text).map(Scalar::Instant),
            Type::Date => text.parse().ok().map(Scalar::Date),
            Type::TimeOfDay => text.parse().ok().map(Scalar::Time),
            Type::Duration => duration(text).map(Scalar::Duration),
            Type::Guid => guid(text).map(Scalar::Guid),
            Type::Single | Type::Double => text.parse().ok().map(Scalar::Float),
            _ => return Scalar::Text(Cow::Borrowed(text)),
        };
        read.unwrap_or(Scalar::Null)
    }

    /// The same, borrowed from this one.
    pub fn borrowed(&'v self) -> Scalar<'v> {
        match self {
            Scalar::Text(text) => Scalar::Text(Cow::Borrowed(text)),
            other => other.clone(),
        }
    }

    /// The same without a tie to where it came from; a collection has no order and is null.
    pub fn into_owned(self) -> Scalar<'static> {
        match self {
            Scalar::Null | Scalar::List(_) => Scalar::Null,
            Scalar::Bool(value) => Scalar::Bool(value),
            Scalar::Int(number) => Scalar::Int(number),
            Scalar::Decimal(number) => Scalar::Decimal(number),
            Scalar::Float(number) => Scalar::Float(number),
            Scalar::Text(text) => Scalar::Text(Cow::Owned(text.into_owned())),
            Scalar::Guid(guid) => Scalar::Guid(guid),
            Scalar::Member(member) => Scalar::Member(member),
            Scalar::Instant(instant) => Scalar::Instant(instant),
            Scalar::Date(date) => Scalar::Date(date),
            Scalar::Time(time) => Scalar::Time(time),
            Scalar::Duration(duration) => Scalar::Duration(duration),
            Scalar::Object => Scalar::Object,
        }
    }

    pub fn text(text: impl Into<Cow<'v, str>>) -> Scalar<'v> {
        Scalar::Text(text.into())
    }

    /// The truth, unless it is unknown.
    pub fn truth(&self) -> Option<bool> {
        match self {
            Scalar::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The number as a binary fraction.
    pub fn float(&self) -> Option<f64> {
        match self {
            Scalar::Int(number) => Some(*number as f64),
            Scalar::Decimal(number) => number.to_f64(),
            Scalar::Float(number) => Some(*number),
            _ => None,
        }
    }

    /// The number without a loss, unless it is a binary fraction.
    pub fn exact(&self) -> Option<Decimal> {
        match self {
            Scalar::Int(number) => Some((*number).into()),
            Scalar::Decimal(number) => Some(*number),
            _ => None,
        }
    }

    /// True as `eq` has it: null is equal to null alone.
    pub fn equals(&self, other: &Scalar<'_>) -> bool {
        matches!((self, other), (Scalar::Null, Scalar::Null)) || self.compare(other) == Some(Ordering::Equal)
    }

    /// Compares two values; nothing if one is null or they are of different kinds.
    pub fn compare(&self, other: &Scalar<'_>) -> Option<Ordering> {
        use Scalar::{Bool, Date, Decimal, Duration, Float, Guid, Instant, Int, Member, Text, Time};
        match (self, other) {
            (Bool(a), Bool(b)) => Some(a.cmp(b)),
            (Int(a), Int(b)) => Some(a.cmp(b)),
            (Int(a), Float(b)) => with_float(*a, *b),
            (Float(a), Int(b)) => with_float(*b, *a).map(Ordering::reverse),
            (Int(_) | Decimal(_), Int(_) | Decimal(_)) => Some(self.exact()?.cmp(&other.exact()?)),
            (Decimal(_) | Float(_), Decimal(_) | Float(_)) => self.float()?.partial_cmp(&other.float()?),
            (Text(a), Text(b)) => Some(a.cmp(b)),
            (Guid(a), Guid(b)) => Some(a.cmp(b)),
            (Member(a), Member(b)) => Some(a.cmp(b)),
            (Instant(a), Instant(b)) => Some(a.at.cmp(&b.at)),
            (Date(a), Date(b)) => Some(a.cmp(b)),
            (Time(a), Time(b)) => Some(a.cmp(b)),
            (Duration(a), Duration(b)) => Some(a.cmp(b)),
            _ => None,
        }
    }

    /// A total order among values of one sort, for `$orderby`: nulls first, as OData has it,
    /// then what is not a number.
    pub fn order(&self, other: &Scalar<'_>) -> Ordering {
        match (self, other) {
            (Scalar::Null, Scalar::Null) => Ordering::Equal,
            (Scalar::Null, _) => Ordering::Less,
            (_, Scalar::Null) => Ordering::Greater,
            (Scalar::Float(a), Scalar::Float(b)) => {
                b.is_nan().cmp(&a.is_nan()).then(a.partial_cmp(b).unwrap_or(Ordering::Equal))
            }
            _ => self.compare(other).unwrap_or(Ordering::Equal),
        }
    }
}

/// Compares a whole number with a binary fraction without rounding either.
fn with_float(whole: i64, fraction: f64) -> Option<Ordering> {
    const BEYOND: f64 = 9_223_372_036_854_775_808.0;
    if fraction.is_nan() {
        return None;
    }
    if fraction >= BEYOND {
        return Some(Ordering::Less);
    }
    if fraction < -BEYOND {
        return Some(Ordering::Greater);
    }
    let below = fraction.floor();
    Some(whole.cmp(&(below as i64)).then(if fraction > below { Ordering::Less } else { Ordering::Equal }))
}

/// A decimal number in JSON's notation, if it can be held exactly.
pub(super) fn decimal(text: &str) -> Option<Decimal> {
    Decimal::from_str_exact(text).or_else(|_| Decimal::from_scientific(text)).ok()
}

/// The number that a GUID is, whatever the case of its letters.
pub(super) fn guid(text: &str) -> Option<u128> {
    if !text.split('-').map(str::len).eq([8, 4, 4, 4, 12]) {
        return None;
    }
    let mut digits = text.chars().filter(|c| *c != '-').map(|c| c.to_digit(16));
    digits.try_fold(0, |number: u128, digit| Some(number << 4 | u128::from(digit?)))
}

/// An ISO 8601 duration of days and smaller; a day has 24 hours.
pub(super) fn duration(text: &str) -> Option<SignedDuration> {
    static PARSER: SpanParser = SpanParser::new();
    let span = PARSER.parse_span(text).ok()?;
    span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()
}
