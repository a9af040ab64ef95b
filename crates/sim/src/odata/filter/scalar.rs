//! Values while they are compared.

use std::borrow::Cow;
use std::cmp::Ordering;

use jiff::civil::{Date, Time};
use jiff::{SignedDuration, Timestamp};
use threecx_catalog::{Enumeration, Type};

use crate::state::Value;

/// A value of an expression.
#[derive(Clone, Debug)]
pub(crate) enum Scalar<'v> {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(Cow<'v, str>),
    /// The place of a member among its enumeration's.
    Member(usize),
    Instant(Timestamp),
    Date(Date),
    Time(Time),
    Duration(SignedDuration),
    /// A collection; only `any`, `all` and `$count` look into it.
    List(&'v [Value]),
}

impl<'v> Scalar<'v> {
    /// A stored value of this type.
    pub fn of(value: &'v Value, ty: Type) -> Scalar<'v> {
        match value {
            Value::Bool(value) => Scalar::Bool(*value),
            Value::Int(number) => Scalar::Int(*number),
            Value::Number(json) => json.parse().map_or(Scalar::Null, Scalar::Float),
            Value::Text(text) => Scalar::of_text(text, ty),
            Value::List(items) => Scalar::List(items),
            Value::Null | Value::Object(_) | Value::Opaque(_) => Scalar::Null,
        }
    }

    fn of_text(text: &'v str, ty: Type) -> Scalar<'v> {
        match ty {
            Type::Enumeration(enumeration) => member(enumeration, text).map_or(Scalar::Null, Scalar::Member),
            Type::DateTimeOffset => text.parse().map_or(Scalar::Null, Scalar::Instant),
            Type::Date => text.parse().map_or(Scalar::Null, Scalar::Date),
            Type::TimeOfDay => text.parse().map_or(Scalar::Null, Scalar::Time),
            Type::Duration => duration(text).map_or(Scalar::Null, Scalar::Duration),
            Type::Single | Type::Double | Type::Decimal => text.parse().map_or(Scalar::Null, Scalar::Float),
            _ => Scalar::Text(Cow::Borrowed(text)),
        }
    }

    /// The same without a tie to where it came from; a collection has no order and is null.
    pub fn into_owned(self) -> Scalar<'static> {
        match self {
            Scalar::Null | Scalar::List(_) => Scalar::Null,
            Scalar::Bool(value) => Scalar::Bool(value),
            Scalar::Int(number) => Scalar::Int(number),
            Scalar::Float(number) => Scalar::Float(number),
            Scalar::Text(text) => Scalar::Text(Cow::Owned(text.into_owned())),
            Scalar::Member(index) => Scalar::Member(index),
            Scalar::Instant(instant) => Scalar::Instant(instant),
            Scalar::Date(date) => Scalar::Date(date),
            Scalar::Time(time) => Scalar::Time(time),
            Scalar::Duration(duration) => Scalar::Duration(duration),
        }
    }

    pub fn text(text: impl Into<Cow<'v, str>>) -> Scalar<'v> {
        Scalar::Text(text.into())
    }

    /// Compares two values; nothing if one is null or they are of different kinds.
    pub fn compare(&self, other: &Scalar<'_>) -> Option<Ordering> {
        use Scalar::{Bool, Date, Duration, Float, Instant, Int, Member, Text, Time};
        match (self, other) {
            (Bool(a), Bool(b)) => Some(a.cmp(b)),
            (Int(a), Int(b)) => Some(a.cmp(b)),
            (Int(a), Float(b)) => (*a as f64).partial_cmp(b),
            (Float(a), Int(b)) => a.partial_cmp(&(*b as f64)),
            (Float(a), Float(b)) => a.partial_cmp(b),
            (Text(a), Text(b)) => Some(a.cmp(b)),
            (Member(a), Member(b)) => Some(a.cmp(b)),
            (Instant(a), Instant(b)) => Some(a.cmp(b)),
            (Date(a), Date(b)) => Some(a.cmp(b)),
            (Time(a), Time(b)) => Some(a.cmp(b)),
            (Duration(a), Duration(b)) => Some(a.cmp(b)),
            _ => None,
        }
    }

    /// A total order for `$orderby`: nulls first, as OData has it.
    pub fn order(&self, other: &Scalar<'_>) -> Ordering {
        match (self, other) {
            (Scalar::Null, Scalar::Null) => Ordering::Equal,
            (Scalar::Null, _) => Ordering::Less,
            (_, Scalar::Null) => Ordering::Greater,
            _ => self.compare(other).unwrap_or(Ordering::Equal),
        }
    }
}

/// The place of a member among an enumeration's.
pub(super) fn member(enumeration: &Enumeration, name: &str) -> Option<usize> {
    enumeration.members.iter().position(|member| member.name == name)
}

/// An ISO 8601 duration of days and smaller; a day has 24 hours.
pub(super) fn duration(text: &str) -> Option<SignedDuration> {
    let span: jiff::Span = text.parse().ok()?;
    span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).ok()
}
