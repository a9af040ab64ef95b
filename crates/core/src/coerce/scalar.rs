//! Single values: from typed text or from JSON to the JSON that a type wants. Errors are the
//! end of "expected …"; nothing is appended then.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use threecx_catalog::{Enumeration, Span, Type};

use super::{Json, Wanted, expected};

/// Appends a JSON scalar: text is taken as if it had been typed, numbers and booleans stand for
/// their text where text is wanted.
pub(super) fn from_json(json: &str, wanted: Wanted, target: Span, out: &mut Json) -> Result<(), String> {
    let text = text_in(json).ok_or_else(|| expected(wanted, target))?;
    let trimmed = if matches!(wanted.ty.ty, Type::String) { &*text } else { text.trim() };
    from_text(trimmed, wanted, target, out)
}

/// The text that a JSON scalar stands for.
pub(super) fn text_in(json: &str) -> Option<Cow<'_, str>> {
    match json.as_bytes().first()? {
        // Without escapes, the text is in the JSON unchanged.
        b'"' => match serde_json::from_str::<&str>(json) {
            Ok(text) => Some(Cow::Borrowed(text)),
            Err(_) => serde_json::from_str::<String>(json).ok().map(Cow::Owned),
        },
        b'{' | b'[' => None,
        _ => Some(Cow::Borrowed(json)),
    }
}

/// Appends text that was typed, without white space around it unless text is wanted.
pub(super) fn from_text(text: &str, wanted: Wanted, target: Span, out: &mut Json) -> Result<(), String> {
    match read(text, wanted, target) {
        Some(Scalar::Bare(json)) => out.text.push_str(&json),
        Some(Scalar::Text(text)) => out.string(&text),
        None => return Err(expected(wanted, target)),
    }
    Ok(())
}

/// What a text means.
enum Scalar<'t> {
    /// JSON, unchanged.
    Bare(Cow<'t, str>),
    /// Still to be quoted.
    Text(Cow<'t, str>),
}

fn read<'t>(text: &'t str, wanted: Wanted, target: Span) -> Option<Scalar<'t>> {
    let bare = |json: String| Scalar::Bare(json.into());
    let quoted = |text: String| Scalar::Text(text.into());
    match wanted.ty.ty {
        Type::Boolean => truth(text).map(|value| Scalar::Bare(if value { "true" } else { "false" }.into())),
        Type::Byte => whole(text, 0, u8::MAX.into()).map(bare),
        Type::Int32 => whole(text, i32::MIN.into(), i32::MAX.into()).map(bare),
        Type::Int64 => whole(text, i64::MIN, i64::MAX).map(bare),
        Type::Single | Type::Double if matches!(text, "INF" | "-INF" | "NaN") => Some(Scalar::Text(text.into())),
        Type::Single | Type::Double | Type::Decimal => number(text).map(|number| Scalar::Bare(number.into())),
        Type::String => match wanted.max_length {
            Some(max) if text.chars().count() > max as usize => None,
            _ => Some(Scalar::Text(text.into())),
        },
        Type::Guid => guid(text).map(|guid| Scalar::Text(guid.into())),
        Type::Date => text.parse::<Date>().ok().filter(|_| text.len() == 10).map(|date| quoted(date.to_string())),
        Type::TimeOfDay => time_of_day(text).map(quoted),
        Type::Duration => duration(text).map(quoted),
        Type::DateTimeOffset => instant(text).map(quoted),
        Type::Enumeration(enumeration) => members(text, enumeration, target).map(Scalar::Text),
        Type::Structure(_) | Type::Opaque(_) => None,
    }
}

/// What people and spreadsheets write for true and false: 1, yes, on, and the words of Excel in other languages.
const TRUE: [&str; 12] = ["true", "1", "yes", "on", "y", "ja", "wahr", "vrai", "oui", "verdadero", "vero", "waar"];
const FALSE: [&str; 13] =
    ["false", "0", "no", "off", "n", "nein", "falsch", "faux", "non", "falso", "nee", "onwaar", "não"];

/// The truth that a text says, whatever its case.
pub fn truth(text: &str) -> Option<bool> {
    let lower = text.trim().to_lowercase();
    let is = |words: &[&str]| words.contains(&lower.as_str());
    match (is(&TRUE), is(&FALSE)) {
        (true, _) => Some(true),
        (_, true) => Some(false),
        _ => None,
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
fn number(text: &str) -> Option<&str> {
    let number: &serde_json::value::RawValue = serde_json::from_str(text).ok()?;
    number.get().starts_with(|c: char| c == '-' || c.is_ascii_digit()).then(|| number.get())
}

fn guid(text: &str) -> Option<&str> {
    let bare = text.strip_prefix('{').and_then(|t| t.strip_suffix('}')).unwrap_or(text);
    let lengths = bare.split('-').map(str::len);
    let hex = bare.chars().all(|c| c.is_ascii_hexdigit() || c == '-');
    (hex && lengths.eq([8, 4, 4, 4, 12])).then_some(bare)
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
        // As a time of day is written.
        [hours, minutes @ 0..60] if text.len() >= 4 => Some(format!("PT{hours}H{minutes}M")),
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
fn members(text: &str, enumeration: &'static Enumeration, target: Span) -> Option<Cow<'static, str>> {
    let member = |word: &str| {
        let known = || enumeration.members.iter().filter(|member| member.span.overlaps(target));
        let found = known().find(|member| member.name == word);
        found.or_else(|| known().find(|member| member.name.eq_ignore_ascii_case(word))).map(|member| member.name)
    };
    if !enumeration.flags {
        return member(text).map(Cow::Borrowed);
    }
    let words: Option<Vec<&str>> = text.split(',').map(|word| member(word.trim())).collect();
    words.map(|words| Cow::Owned(words.join(",")))
}
