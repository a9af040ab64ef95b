//! What functions do. Nothing comes of a call with null.

use std::borrow::Cow;

use jiff::civil::DateTime;
use rust_decimal::{Decimal, RoundingStrategy};

use super::scalar::Scalar;
use super::tree::Function;

/// The most arguments that a function takes.
pub(super) const MOST: usize = 3;

/// Calls a function with the first `count` of the arguments.
pub(super) fn call<'e>(function: Function, given: [Scalar<'e>; MOST], count: usize) -> Option<Scalar<'e>> {
    let [first, second, third] = given;
    match first {
        Scalar::Text(text) => match second {
            _ if count == 1 => of_text(function, text),
            Scalar::Text(other) => of_texts(function, &text, &other),
            from => substring(text, &from, Some(&third).filter(|_| count == MOST)),
        },
        Scalar::Int(_) if is_rounding(function) => Some(first),
        Scalar::Decimal(number) => rounded(function, number).map(Scalar::Decimal),
        Scalar::Float(number) => Some(Scalar::Float(match function {
            Function::Round => number.round(),
            Function::Floor => number.floor(),
            Function::Ceiling => number.ceil(),
            _ => return None,
        })),
        Scalar::Duration(duration) => {
            // Nanoseconds, as a number with nine digits after its point.
            Decimal::try_from_i128_with_scale(duration.as_nanos(), 9).ok().map(Scalar::Decimal)
        }
        Scalar::Instant(instant) if function == Function::TotalOffsetMinutes => {
            Some(Scalar::Int(i64::from(instant.offset.seconds() / 60)))
        }
        Scalar::Instant(instant) => of_civil(function, instant.civil()),
        Scalar::Date(date) => of_civil(function, date.at(0, 0, 0, 0)),
        Scalar::Time(time) => of_civil(function, DateTime::from_parts(jiff::civil::Date::ZERO, time)),
        _ => None,
    }
}

fn is_rounding(function: Function) -> bool {
    matches!(function, Function::Round | Function::Floor | Function::Ceiling)
}

fn rounded(function: Function, number: Decimal) -> Option<Decimal> {
    match function {
        Function::Round => Some(number.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero)),
        Function::Floor => Some(number.floor()),
        Function::Ceiling => Some(number.ceil()),
        _ => None,
    }
}

fn of_text(function: Function, text: Cow<'_, str>) -> Option<Scalar<'_>> {
    Some(match function {
        Function::Length => Scalar::Int(text.chars().count() as i64),
        Function::ToLower if text.bytes().all(|b| b.is_ascii() && !b.is_ascii_uppercase()) => Scalar::Text(text),
        Function::ToLower => Scalar::text(text.to_lowercase()),
        Function::ToUpper if text.bytes().all(|b| b.is_ascii() && !b.is_ascii_lowercase()) => Scalar::Text(text),
        Function::ToUpper => Scalar::text(text.to_uppercase()),
        Function::Trim => match text {
            Cow::Borrowed(text) => Scalar::text(text.trim()),
            Cow::Owned(text) => Scalar::text(text.trim().to_owned()),
        },
        _ => return None,
    })
}

fn of_texts<'e>(function: Function, text: &str, other: &str) -> Option<Scalar<'e>> {
    Some(match function {
        Function::Contains => Scalar::Bool(text.contains(other)),
        Function::StartsWith => Scalar::Bool(text.starts_with(other)),
        Function::EndsWith => Scalar::Bool(text.ends_with(other)),
        Function::IndexOf => Scalar::Int(text.find(other).map_or(-1, |at| text[..at].chars().count() as i64)),
        Function::Concat => Scalar::text([text, other].concat()),
        _ => return None,
    })
}

/// The part of a text from a character on; a place before the first is the first.
fn substring<'e>(text: Cow<'e, str>, from: &Scalar<'_>, length: Option<&Scalar<'_>>) -> Option<Scalar<'e>> {
    let whole = |scalar: &Scalar<'_>| match scalar {
        Scalar::Null => None,
        number => number.float().map(|number| number as usize),
    };
    let length = length.map_or(Some(usize::MAX), whole)?;
    let start = place(&text, whole(from)?);
    let end = start + place(&text[start..], length);
    Some(match text {
        Cow::Borrowed(text) => Scalar::text(&text[start..end]),
        Cow::Owned(text) => Scalar::text(text[start..end].to_owned()),
    })
}

/// Where the character with this number begins, or the end.
fn place(text: &str, number: usize) -> usize {
    text.char_indices().nth(number).map_or(text.len(), |(place, _)| place)
}

fn of_civil<'e>(function: Function, civil: DateTime) -> Option<Scalar<'e>> {
    Some(match function {
        Function::Year => Scalar::Int(civil.year().into()),
        Function::Month => Scalar::Int(civil.month().into()),
        Function::Day => Scalar::Int(civil.day().into()),
        Function::Hour => Scalar::Int(civil.hour().into()),
        Function::Minute => Scalar::Int(civil.minute().into()),
        Function::Second => Scalar::Int(civil.second().into()),
        Function::FractionalSeconds => Scalar::Decimal(Decimal::new(civil.subsec_nanosecond().into(), 9)),
        Function::Date => Scalar::Date(civil.date()),
        Function::Time => Scalar::Time(civil.time()),
        _ => return None,
    })
}
