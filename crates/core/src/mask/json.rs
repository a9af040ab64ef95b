//! Secrets in JSON, by their names.

use std::ops::Range;

use serde_json::Value;
use serde_json::value::RawValue;
use threecx_catalog::Operation;

use super::MASK;
use super::named::without_named;
use super::names::{is_secret_name, is_secret_word, may_be_secret, own_names};
use crate::depth::DEEPEST;
use crate::members::Members;

/// The places of the secrets in a body of which nothing is known but that it is JSON: the values of members
/// that are called as secrets are. `None` if it is not JSON.
pub fn places(body: &str) -> Option<Vec<Range<usize>>> {
    places_of(body, &is_secret_name)
}

fn places_of(body: &str, is_secret: &dyn Fn(&str) -> bool) -> Option<Vec<Range<usize>>> {
    let raw: &RawValue = serde_json::from_str(body).ok()?;
    let mut found = Vec::new();
    look(body, raw, 0, is_secret, &mut found);
    Some(found)
}

/// The places of what must not be shown in a body of which nothing is known: of what is not JSON and names a
/// secret, all of it.
pub(crate) fn secrets_of(body: &str) -> Vec<Range<usize>> {
    places_or_all(body, &is_secret_name)
}

fn places_or_all(body: &str, is_secret: &dyn Fn(&str) -> bool) -> Vec<Range<usize>> {
    places_of(body, is_secret).unwrap_or_else(|| match hides_secrets(body, is_secret) {
        true => std::iter::once(0..body.len()).collect(),
        false => Vec::new(),
    })
}

/// The secrets in a body that was sent for an operation, to be taken out of what is said about it.
pub fn secrets_in(operation: &Operation, body: &str) -> Vec<String> {
    values(body, places_in(operation, body))
}

/// JSON that an operation takes or gives, as it may be shown: its secrets are masked.
pub fn json_about(operation: &Operation, body: &str) -> String {
    with_masks(body, &places_in(operation, body))
}

fn places_in(operation: &Operation, body: &str) -> Vec<Range<usize>> {
    let names = own_names(operation);
    let is_secret = |name: &str| names.iter().any(|own| own.eq_ignore_ascii_case(name)) || is_secret_name(name);
    places_or_all(body, &is_secret)
}

/// What stands at these places of a body, as a person would write it.
pub(crate) fn values(body: &str, places: Vec<Range<usize>>) -> Vec<String> {
    let mut values = Vec::new();
    for place in places {
        match serde_json::from_str(&body[place.clone()]) {
            Ok(value) => texts(&value, &mut values),
            Err(_) => values.push(body[place].to_owned()),
        }
    }
    values
}

/// The texts and numbers that a value consists of.
fn texts(value: &Value, out: &mut Vec<String>) {
    match value {
        Value::String(text) => out.push(text.clone()),
        Value::Number(number) => out.push(number.to_string()),
        Value::Array(items) => items.iter().for_each(|item| texts(item, out)),
        Value::Object(members) => members.values().for_each(|member| texts(member, out)),
        Value::Null | Value::Bool(_) => {}
    }
}

/// What is wrong with JSON that does not fit, without the value that does not: it may be a secret.
pub fn unfit(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let quotes_value = error.is_data() && ["invalid ", "unknown variant"].iter().any(|begin| text.starts_with(begin));
    let Some(quote) = text.find(['"', '`']).filter(|_| quotes_value) else { return text };
    let what = text[..quote].trim_end();
    match text.rfind(", expected ") {
        Some(expected) if expected > quote => format!("{what}{}", &text[expected..]),
        _ => format!("{what} (line {}, column {})", error.line(), error.column()),
    }
}

/// A body of which nothing is known, or any other value, as it may be shown: whatever may be a secret by its
/// name is masked.
pub fn shown_json(body: &str) -> String {
    with_masks(body, &places_or_all(body, &may_be_secret))
}

/// A body with these places masked; they are in order, and none is inside another.
pub(crate) fn with_masks(body: &str, places: &[Range<usize>]) -> String {
    let mut shown = String::with_capacity(body.len());
    let mut from = 0;
    for place in places {
        shown.push_str(&body[from..place.start]);
        shown.push('"');
        shown.push_str(MASK);
        shown.push('"');
        from = place.end;
    }
    shown.push_str(&body[from..]);
    shown
}

fn look(body: &str, value: &RawValue, depth: usize, is_secret: &dyn Fn(&str) -> bool, found: &mut Vec<Range<usize>>) {
    let place = |value: &RawValue| {
        let start = (value.get().as_ptr() as usize).saturating_sub(body.as_ptr() as usize);
        start..start + value.get().len()
    };
    if depth > DEEPEST {
        return found.push(place(value));
    }
    match value.get().as_bytes().first() {
        Some(b'{') => {
            let Ok(Members(members)) = serde_json::from_str::<Members<'_>>(value.get()) else {
                return found.push(place(value));
            };
            for (name, member) in members {
                // `DeskphonePassword: true` asks for a new one.
                let says_nothing = matches!(member.get(), "true" | "false" | "null");
                match is_secret(&name) && !says_nothing {
                    true => found.push(place(member)),
                    false => look(body, member, depth + 1, is_secret, found),
                }
            }
        }
        Some(b'[') => match serde_json::from_str::<Vec<&RawValue>>(value.get()) {
            Ok(items) => items.into_iter().for_each(|item| look(body, item, depth + 1, is_secret, found)),
            Err(_) => found.push(place(value)),
        },
        // JSON in a text, as forms and spreadsheets give it.
        Some(b'"') => {
            let text: String = serde_json::from_str(value.get()).unwrap_or_default();
            if text.trim_start().starts_with(['{', '[']) && hides_secrets(&text, is_secret) {
                found.push(place(value));
            }
        }
        _ => {}
    }
}

/// True for a text in which something stands behind the name of a secret.
fn hides_secrets(text: &str, is_secret: &dyn Fn(&str) -> bool) -> bool {
    without_named(text, |word| is_secret_word(word) || is_secret(word)).is_some()
}
