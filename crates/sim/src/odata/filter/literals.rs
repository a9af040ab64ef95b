//! Literals: numbers, dates, members, and how they take on the type of what is next to them.

use threecx_catalog::{Enumeration, Type};

use super::super::enumeration;
use super::lexer::unquoted;
use super::parser::{Parsed, Parser, Typed};
use super::scalar::{Instant, Scalar, decimal, duration, guid};
use super::sort::Sort;
use super::tree::Node;

/// Words that are values.
pub(super) fn keyword(word: &str) -> Option<(Scalar<'static>, Sort<'static>)> {
    Some(match word {
        "null" => (Scalar::Null, Sort::Null),
        "true" | "false" => (Scalar::Bool(word == "true"), Sort::Bool),
        "INF" => (Scalar::Float(f64::INFINITY), Sort::Number(Type::Double)),
        "NaN" => (Scalar::Float(f64::NAN), Sort::Number(Type::Double)),
        _ => return None,
    })
}

/// A literal without quotes.
pub(super) fn bare<'t>(parser: &Parser<'t>, text: &'t str, place: usize) -> Parsed<'t> {
    let number = || {
        let whole = |number: i64| {
            let ty = if i32::try_from(number).is_ok() { Type::Int32 } else { Type::Int64 };
            (Scalar::Int(number), Sort::Number(ty))
        };
        let plain = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'.'));
        let exact =
            || decimal(text).filter(|_| plain).map(|number| (Scalar::Decimal(number), Sort::Number(Type::Decimal)));
        let float = || text.parse().ok().map(|number| (Scalar::Float(number), Sort::Number(Type::Double)));
        let numeric = text.starts_with(|c: char| c.is_ascii_digit() || c == '-') && !text.ends_with('.');
        text.parse().ok().map(whole).or_else(exact).or_else(float).filter(|_| numeric)
    };
    let found = guid(text)
        .map(|guid| (Scalar::Guid(guid), Sort::Guid))
        .or_else(number)
        .or_else(|| Instant::parse(text).map(|instant| (Scalar::Instant(instant), Sort::Instant)))
        .or_else(|| text.parse().ok().filter(|_| text.len() == 10).map(|date| (Scalar::Date(date), Sort::Date)))
        .or_else(|| text.parse().ok().map(|time| (Scalar::Time(time), Sort::Time)));
    match found {
        Some((constant, sort)) => Ok(Typed::leaf(Node::Constant(constant), sort)),
        None => Err(parser.error(place, format!("Unrecognized literal '{text}'"))),
    }
}

/// A literal with a word before its quotes.
pub(super) fn prefixed<'t>(parser: &Parser<'t>, prefix: &'t str, text: &'t str, place: usize) -> Parsed<'t> {
    let text = unquoted(text);
    if prefix == "duration" {
        let read = duration(&text)
            .ok_or_else(|| parser.error(place, format!("Unrecognized 'Edm.Duration' literal 'duration'{text}''")))?;
        return Ok(Typed::leaf(Node::Constant(Scalar::Duration(read)), Sort::Duration));
    }
    // `Pbx.Type'Member'` is resolved by the property beside it.
    Ok(Typed::leaf(Node::Constant(Scalar::text(text.into_owned())), Sort::Typed(prefix)))
}

/// Gives a constant the sort of the value next to it, if it can have it: a text is
/// a member of an enumeration there, a duration or a GUID.
pub(super) fn fit<'t>(parser: &Parser<'t>, literal: Typed<'t>, beside: Sort<'t>) -> Parsed<'t> {
    let Node::Constant(constant) = &literal.node else { return Ok(literal) };
    let (constant, sort) = match (constant, literal.sort, beside) {
        (Scalar::Text(text), Sort::Text, Sort::Member(enumeration)) => (member(parser, enumeration, text)?, beside),
        (Scalar::Text(text), Sort::Typed(name), Sort::Member(enumeration)) if is_name_of(name, enumeration) => {
            (member(parser, enumeration, text)?, beside)
        }
        (Scalar::Text(text), Sort::Text, Sort::Duration) => match duration(text) {
            Some(duration) => (Scalar::Duration(duration), beside),
            None => return Err(last_error(parser, format!("Unrecognized 'Edm.Duration' literal '{text}'"))),
        },
        (Scalar::Text(text), Sort::Text, Sort::Guid) => match guid(text) {
            Some(guid) => (Scalar::Guid(guid), beside),
            None => return Err(last_error(parser, format!("Unrecognized 'Edm.Guid' literal '{text}'"))),
        },
        // A whole number that would be rounded stays what it is.
        (Scalar::Int(number), _, _) if beside.is_float() && number.unsigned_abs() <= 1 << 53 => {
            (Scalar::Float(*number as f64), beside)
        }
        (Scalar::Decimal(_), _, _) if beside.is_float() => match constant.float() {
            Some(number) => (Scalar::Float(number), beside),
            None => return Ok(literal),
        },
        _ => return Ok(literal),
    };
    Ok(Typed::leaf(Node::Constant(constant), sort))
}

/// The member of this name, if the release has it.
fn member(
    parser: &Parser<'_>,
    enumeration: &'static Enumeration,
    text: &str,
) -> Result<Scalar<'static>, super::super::QueryError> {
    let release = parser.context.release;
    let known = |name: &str| enumeration.members.iter().any(|m| m.name == name.trim() && m.span.overlaps(release));
    let value = enumeration::value(enumeration, text).filter(|_| known(text) || text.split(',').all(known));
    value.map(Scalar::Member).ok_or_else(|| {
        let name = enumeration.name;
        last_error(parser, format!("The string '{text}' is not a valid enumeration type constant of 'Pbx.{name}'"))
    })
}

fn is_name_of(name: &str, enumeration: &Enumeration) -> bool {
    name.strip_prefix("Pbx.") == Some(enumeration.name)
}

/// An error in the token that was read last.
fn last_error(parser: &Parser<'_>, message: String) -> super::super::QueryError {
    parser.error(parser.at.saturating_sub(1), message)
}
