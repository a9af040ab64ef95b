//! Entities to and from JSON.

use std::fmt::Write as _;

use serde_json::Value as Json;
use threecx_catalog::{Type, TypeRef};

use super::entity::{Entity, Value};
use super::shape::Shapes;
use crate::odata::{Expand, Selection};

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

pub(crate) fn write_value(value: &Value, selection: &Selection, out: &mut String) {
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
                write_value(item, selection, out);
            }
            out.push(']');
        }
        Value::Object(entity) => {
            out.push('{');
            write_entity(entity, selection, out);
            out.push('}');
        }
    }
}

/// Appends the members of an entity, without braces: what is selected and what is expanded.
pub(crate) fn write_entity(entity: &Entity, selection: &Selection, out: &mut String) {
    let start = out.len();
    if selection.is_all() {
        write_all(entity, out)
    } else {
        write_some(entity, selection, out)
    }
    if out.len() > start {
        // The comma after the last member.
        out.pop();
    }
}

/// Everything but navigation properties, with a comma after each member.
fn write_all(entity: &Entity, out: &mut String) {
    let shape = entity.shape;
    let mut written = 0;
    for (index, value) in entity.own() {
        out.push_str(shape.default_members(written..index));
        written = index + 1;
        let property = shape.properties[index];
        if !property.navigation && shape.shows(property, value) {
            write_name(property.name, out);
            write_value(value, Selection::all(), out);
            out.push(',');
        }
    }
    out.push_str(shape.default_members(written..shape.properties.len()));
}

fn write_some(entity: &Entity, selection: &Selection, out: &mut String) {
    for (index, property) in entity.shape.properties.iter().enumerate() {
        if let Some(expand) = selection.expand_of(property.name) {
            write_expanded(entity.at(index), expand, out);
        } else if let Some(shown) = selection.of(property.name).filter(|_| !property.navigation) {
            let value = entity.at(index);
            let chosen = selection.chooses();
            if entity.shape.leaves_out(property, value) || !(chosen || entity.shape.shows(property, value)) {
                continue;
            }
            write_name(property.name, out);
            write_value(value, shown, out);
        } else {
            continue;
        }
        out.push(',');
    }
}

fn write_name(name: &str, out: &mut String) {
    out.push('"');
    out.push_str(name);
    out.push_str("\":");
}

/// Everything that was set in an entity, also below.
pub(crate) fn snapshot(entity: &Entity) -> Json {
    fn kept(value: &Value) -> Json {
        match value {
            Value::List(items) => items.iter().map(kept).collect(),
            Value::Object(entity) => snapshot(entity),
            plain => {
                let mut json = String::new();
                write_value(plain, Selection::all(), &mut json);
                serde_json::from_str(&json).unwrap_or_default()
            }
        }
    }
    let members = entity.own().map(|(index, value)| (entity.shape.properties[index].name.to_owned(), kept(value)));
    Json::Object(members.collect())
}

/// A navigation property with the options of its own.
fn write_expanded(value: &Value, expand: &Expand, out: &mut String) {
    let Value::List(items) = value else {
        write_name(expand.name, out);
        return write_value(value, &expand.options.selection, out);
    };
    let page = expand.options.page(items.iter().filter_map(Value::as_object), usize::MAX);
    if let Some(count) = page.count {
        let _ = write!(out, "\"{}@odata.count\":{count},", expand.name);
    }
    write_name(expand.name, out);
    out.push('[');
    for (index, row) in page.rows.into_iter().enumerate() {
        out.push_str(if index > 0 { ",{" } else { "{" });
        write_entity(row, &expand.options.selection, out);
        out.push('}');
    }
    out.push(']');
}

/// A body that does not fit its type.
#[derive(Debug)]
pub(crate) struct Misfit {
    /// The property, with dots for the way to it.
    pub target: String,
    pub message: String,
    /// Where it is a text that is too long: how long it may be.
    pub too_long: Option<u32>,
}

impl Misfit {
    /// The same as part of something.
    pub fn below(self, name: &str) -> Misfit {
        let target = if self.target.is_empty() { name.to_owned() } else { format!("{name}.{}", self.target) };
        Misfit { target, ..self }
    }
}

/// Writes the members of a JSON object into an entity. What it does not name stays.
pub(crate) fn entity_from_json(entity: &mut Entity, json: &Json, shapes: &'static Shapes) -> Result<(), Misfit> {
    let misfit = |target: &str, message: String| Misfit { target: target.to_owned(), message, too_long: None };
    let Json::Object(members) = json else {
        return Err(misfit("", format!("A JSON object of type {} was expected.", entity.shape.structure.name)));
    };
    for (name, json) in members.iter().filter(|(name, _)| !name.contains('@')) {
        let Some(index) = entity.shape.index_of_similar(name) else {
            let ty = entity.shape.structure.name;
            return Err(misfit(name, format!("The property '{name}' does not exist on type 'Pbx.{ty}'.")));
        };
        let property = entity.shape.properties[index];
        let too_long =
            property.max_length.filter(|max| json.as_str().is_some_and(|text| text.chars().count() > *max as usize));
        if let Some(max) = too_long {
            let message = format!("The field {name} must be a string with a maximum length of {max}.");
            return Err(Misfit { too_long: Some(max), ..misfit(name, message) });
        }
        let value = value_from_json(json, property.ty, shapes).map_err(|inner| inner.below(name))?;
        entity.set_at(index, value);
    }
    Ok(())
}

/// Reads a JSON value of a type.
pub(crate) fn value_from_json(json: &Json, ty: TypeRef, shapes: &'static Shapes) -> Result<Value, Misfit> {
    let misfit = || Misfit {
        target: String::new(),
        message: format!("Cannot convert the value to the expected type '{ty}'."),
        too_long: None,
    };
    if ty.collection {
        return match json {
            Json::Array(items) => {
                let element = ty.element();
                items
                    .iter()
                    .map(|item| value_from_json(item, element, shapes))
                    .collect::<Result<_, _>>()
                    .map(Value::List)
            }
            Json::Null if ty.nullable => Ok(Value::List(Vec::new())),
            _ => Err(misfit()),
        };
    }
    if json.is_null() {
        return if ty.nullable { Ok(Value::Null) } else { Err(misfit()) };
    }
    let whole = |least: i64, most: i64| json.as_i64().filter(|n| (least..=most).contains(n)).map(Value::Int);
    let text = |fits: fn(&str) -> bool| json.as_str().filter(|text| fits(text)).map(Value::text);
    let value = match ty.ty {
        Type::Boolean => json.as_bool().map(Value::Bool),
        Type::Byte => whole(0, u8::MAX.into()),
        Type::Int32 => whole(i32::MIN.into(), i32::MAX.into()),
        Type::Int64 => whole(i64::MIN, i64::MAX),
        Type::Single | Type::Double | Type::Decimal => match json {
            Json::Number(number) => {
                Some(number.as_i64().map_or_else(|| Value::Number(number.to_string().into()), Value::Int))
            }
            Json::String(text) if matches!(text.as_str(), "INF" | "-INF" | "NaN") => Some(Value::text(text.as_str())),
            _ => None,
        },
        Type::String => text(|_| true),
        Type::Guid => text(|text| text.len() == 36),
        Type::Date => text(|text| text.parse::<jiff::civil::Date>().is_ok()),
        Type::TimeOfDay => text(|text| text.parse::<jiff::civil::Time>().is_ok()),
        Type::Duration => text(|text| text.parse::<jiff::Span>().is_ok()),
        Type::DateTimeOffset => text(|text| text.parse::<jiff::Timestamp>().is_ok()),
        Type::Enumeration(enumeration) => json.as_str().and_then(|text| {
            let known = |word: &str| shapes.has_member(enumeration, word);
            let fits = known(text) || (enumeration.flags && text.split(',').all(|word| known(word.trim())));
            fits.then(|| Value::text(text))
        }),
        Type::Structure(structure) => {
            let mut entity = shapes.entity(structure.name).ok_or_else(misfit)?;
            entity_from_json(&mut entity, json, shapes)?;
            entity.shrink();
            Some(Value::Object(Box::new(entity)))
        }
        Type::Opaque(_) => Some(Value::Opaque(json.to_string().into())),
    };
    value.ok_or_else(misfit)
}
