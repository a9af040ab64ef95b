//! Values and entities as JSON, with everything that an answer shows unless it was asked for less.

use std::fmt::Write as _;

use serde_json::Value as Json;

use super::entity::{Entity, Value};

/// Appends JSON text with its quotes.
pub(crate) fn write_text(text: &str, out: &mut String) {
    out.push('"');
    let mut rest = text;
    while let Some(place) = rest.bytes().position(|byte| byte < b' ' || byte == b'"' || byte == b'\\') {
        out.push_str(&rest[..place]);
        match rest.as_bytes()[place] {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            byte => {
                let _ = write!(out, "\\u{byte:04x}");
            }
        }
        rest = &rest[place + 1..];
    }
    out.push_str(rest);
    out.push('"');
}

/// Appends a value.
pub(crate) fn write_value(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Int(number) => {
            let _ = write!(out, "{number}");
        }
        Value::Number(json) | Value::Opaque(json) => out.push_str(json),
        Value::Text(text) => write_text(text, out),
        Value::List(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_value(item, out);
            }
            out.push(']');
        }
        Value::Object(entity) => {
            out.push('{');
            write_members(entity, out);
            out.push('}');
        }
    }
}

/// Appends the members of an entity, without braces: all but navigation properties.
pub(crate) fn write_members(entity: &Entity, out: &mut String) {
    let shape = entity.shape;
    let start = out.len();
    let mut written = 0;
    for (index, value) in entity.own() {
        out.push_str(shape.default_members(written..index));
        written = index + 1;
        let property = shape.properties[index];
        if !property.navigation && shape.shows(property, value) {
            write_name(property.name, out);
            write_value(value, out);
            out.push(',');
        }
    }
    out.push_str(shape.default_members(written..shape.properties.len()));
    if out.len() > start {
        // The comma after the last member.
        out.pop();
    }
}

/// Appends the name of a member and its colon.
pub(crate) fn write_name(name: &str, out: &mut String) {
    out.push('"');
    out.push_str(name);
    out.push_str("\":");
}

/// Everything that was set in an entity, also below.
pub(crate) fn snapshot(entity: &Entity) -> Json {
    let members = entity.own().map(|(index, value)| (entity.shape.properties[index].name.to_owned(), kept(value)));
    Json::Object(members.collect())
}

/// The same for comparing: without what was set to what it is anyway, and with something else in the
/// place of secrets.
pub(crate) fn comparable(entity: &Entity, secret: &dyn Fn(Json) -> Json) -> Json {
    let told = entity.own().filter(|(index, value)| *value != entity.shape.default(*index));
    let members = told.map(|(index, value)| {
        let property = entity.shape.properties[index];
        let told = comparable_value(value, secret);
        let told = if property.secret && !told.is_null() { secret(told) } else { told };
        (property.name.to_owned(), told)
    });
    Json::Object(members.collect())
}

fn comparable_value(value: &Value, secret: &dyn Fn(Json) -> Json) -> Json {
    match value {
        Value::List(items) => items.iter().map(|item| comparable_value(item, secret)).collect(),
        Value::Object(entity) => comparable(entity, secret),
        plain => kept(plain),
    }
}

fn kept(value: &Value) -> Json {
    match value {
        Value::List(items) => items.iter().map(kept).collect(),
        Value::Object(entity) => snapshot(entity),
        plain => {
            let mut json = String::new();
            write_value(plain, &mut json);
            serde_json::from_str(&json).unwrap_or_default()
        }
    }
}
