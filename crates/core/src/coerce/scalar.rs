//! Single values: from typed text or from JSON to the JSON that a type wants. Errors are the
//! end of "expected …".

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use threecx_catalog::{Enumeration, Span, Type};

use super::{Wanted, expected};

type Coerced = Result<String, String>;

/// A JSON scalar: text is taken as if it had been typed, numbers and booleans stand for
/// their text where text is wanted.
pub(super) fn from_json(json: &str, wanted: Wanted, target: Span) -> Coerced {
    match json.as_bytes().first() {
        Some(b'"') => {
            let text: String = serde_json::from_str(json).map_err(|_| expected(wanted, target))?;
            let trimmed = if matches!(wanted.ty.ty, Type::String) { text.as_str() } else { text.trim() };
            from_text(trimmed, wanted, target)
        }
        Some(b'{' | b'[') | None => Err(expected(wanted, target)),
        Some(_) => from_text(json, wanted, target),
    }
}

/// Text that was typed, without white space around it unless text is wanted.
pub(super) fn from_text(text: &str, wanted: Wanted, target: Span) -> Coerced {
    let misfit = || expected(wanted, target);
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    match wanted.ty.ty {
        Type::Boolean if text.eq_ignore_ascii_case("true") => Ok("true".into()),
        Type::Boolean if text.eq_ignore_ascii_case("false") => Ok("false".into()),
        Type::Boolean => Err(misfit()),
        Type::Byte => whole(text, 0, u8::MAX.into()).ok_or_else(misfit),
        Type::Int32 => whole(text, i32::MIN.into(), i32::MAX.into()).ok_or_else(misfit),
        Type::Int64 => whole(text, i64::MIN, i64::MAX).ok_or_else(misfit),
        Type::Single | Type::Double if matches!(text, "INF" | "-INF" | "NaN") => Ok(quoted(text)),
        Type::Single | Type::Double | Type::Decimal => number(text).ok_or_else(misfit),
        Type::String => match wanted.max_length {
            Some(max) if text.chars().count() > max as usize => Err(misfit()),
            _ => Ok(quoted(text)),
        },
        Type::Guid => guid(text).map(|guid| quoted(&guid)).ok_or_else(misfit),
        Type::Date => text
            .parse::<Date>()
            .ok()
            .filter(|_| text.len() == 10)
            .map(|date| quoted(&date.to_string()))
            .ok_or_else(misfit),
        Type::TimeOfDay => time_of_day(text).map(|time| quoted(&time)).ok_or_else(misfit),
        Type::Duration => duration(text).map(|duration| quoted(&duration)).ok_or_else(misfit),
        Type::DateTimeOffset => instant(text).map(|instant| quoted(&instant)).ok_or_else(misfit),
        Type::Enumeration(enumeration) => {
            members(text, enumeration, target).map(|members| quoted(&members)).ok_or_else(misfit)
        }
        Type::Structure(_) | Type::Opaque(_) => Err(misfit()),
    }
}

/// A whole number; `12.0` and `1e3` are whole too, as spreadsheets write them.
fn whole(text: &str, least: i64, most: i64) -> Option<String> {
    let exact = text.parse::<i64>().ok().filter(|_| !text.starts_with('+'));
    let value = exact.or_else(|| {
        let float: f64 = number(text)?.parse().ok()?;
        // Beyond 2^53 a float does not say which whole number it means.
        (float.fract() == 0.0 && float.abs() <= 9_007_199_254_740_992.0).then_some(float as i64)
    })?;
    (least..=most).contains(&value).then(|| value.to_string())
}

/// A number in JSON's notation, all digits kept.
fn number(text: &str) -> Option<String> {
    let number: &serde_json::value::RawValue = serde_json::from_str(text).ok()?;
    number.get().starts_with(|c: char| c == '-' || c.is_ascii_digit()).then(|| number.get().to_owned())
}

fn guid(text: &str) -> Option<String> {
    let bare = text.strip_prefix('{').and_then(|t| t.strip_suffix('}')).unwrap_or(text);
    let lengths = bare.split('-').map(str::len);
    let hex = bare.chars().all(|c| c.is_ascii_hexdigit() || c == '-');
    (hex && lengths.eq([8, 4, 4, 4, 12])).then(|| bare.to_owned())
}

fn time_of_day(text: &str) -> Option<String> {
    if !text.starts_with(|c: char| c.is_ascii_digit()) || text.contains(['T', ' ']) {
        return None;
    }
    text.parse::<Time>().ok().map(|time| time.to_string())
}

/// ISO 8601 without years and months, which have no fixed length, or `h:mm:ss`.
fn duration(text: &str) -> Option<String> {
    if text.trim_start_matches('-').starts_with('P') {
        let span: jiff::Span = text.parse().ok()?;
        let fixed = span.get_years() == 0 && span.get_months() == 0 && span.get_weeks() == 0;
        return (fixed && text.is_ascii()).then(|| text.to_owned());
    }
    let parts: Vec<u32> = text.split(':').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    match parts.as_slice() {
        [hours, minutes @ 0..60, seconds @ 0..60] => Some(format!("PT{hours}H{minutes}M{seconds}S")),
        _ => None,
    }
}

/// An instant in UTC without a zero fraction, which some builds misread (seen live). A day
/// is its first moment; a time without an offset is taken as UTC.
fn instant(text: &str) -> Option<String> {
    if let Ok(timestamp) = text.parse::<Timestamp>() {
        return Some(timestamp.to_string());
    }
    if text.ends_with(['Z', 'z']) || text.contains('[') {
        return None;
    }
    let civil: jiff::civil::DateTime = text.parse().ok()?;
    civil.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|zoned| zoned.timestamp().to_string())
}

/// Members of an enumeration in their own spelling, whatever the case they came in.
fn members(text: &str, enumeration: &Enumeration, target: Span) -> Option<String> {
    let member = |word: &str| {
        let known = || enumeration.members.iter().filter(|member| member.span.overlaps(target));
        let found = known().find(|member| member.name == word);
        found.or_else(|| known().find(|member| member.name.eq_ignore_ascii_case(word))).map(|member| member.name)
    };
    if !enumeration.flags {
        return member(text).map(str::to_owned);
    }
    let words: Option<Vec<&str>> = text.split(',').map(|word| member(word.trim())).collect();
    words.map(|words| words.join(","))
}
