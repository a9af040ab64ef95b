//! Printing what an operation brought.

use std::borrow::Cow;

use indexmap::IndexMap;
use serde_json::json;
use serde_json::value::RawValue;
use threecx::{Answer, Operation, Reply};

use super::columns::{self, HIDDEN};
use super::format::Format;
use super::shape::Shape;
use super::style::plain_text;
use super::{Output, file, json, rows, table, yaml};
use crate::failure::Failure;

/// Prints the answer to one call.
pub fn print(operation: &'static Operation, reply: &Reply, shape: &Shape, output: &Output) -> Result<(), Failure> {
    match reply.answer()? {
        Answer::Nothing => done(operation, reply.status(), output),
        Answer::File(found) => file::save(Some(operation), &found, reply.bytes(), output),
        Answer::Rows(found) => print_rows(found.rows.iter().map(|row| row.get()), found.count, shape, output),
        Answer::Value(value) if value.get().starts_with('[') => {
            let found: Vec<&RawValue> = serde_json::from_str(value.get()).unwrap_or_default();
            print_rows(found.iter().map(|row| row.get()), None, shape, output)
        }
        Answer::Value(value) => print_value(&without_context(value.get()), shape, output),
    }
}

/// An entity without what tells only programs of OData where its description is. What tells that it
/// is still the same one stays.
fn without_context(value: &str) -> Cow<'_, str> {
    const CONTEXT: &str = "@odata.context";
    let Ok(mut members) = serde_json::from_str::<IndexMap<Cow<'_, str>, &RawValue>>(value) else { return value.into() };
    match members.shift_remove(CONTEXT).and_then(|_| serde_json::to_string(&members).ok()) {
        Some(others) => others.into(),
        None => value.into(),
    }
}

/// For an operation that answers nothing.
fn done(operation: &Operation, status: u16, output: &Output) -> Result<(), Failure> {
    if output.is_json() {
        let done = json!({"operation": operation.id, "status": status}).to_string();
        return print_value(&done, &Shape::unknown(), output);
    }
    let mut sink = output.open()?;
    sink.line(&format!("Done: {}.", operation.title))?;
    sink.finish()
}

/// Prints one JSON value in whichever format.
pub fn print_value(value: &str, shape: &Shape, output: &Output) -> Result<(), Failure> {
    match output.format {
        Format::Table if output.jq.is_none() => {
            let mut sink = output.open_for(shape)?;
            sink.line(&entity(value, shape, output.width()))?;
            sink.finish()
        }
        Format::Json | Format::Yaml => {
            let mut sink = output.open_for(shape)?;
            let yaml = output.format == Format::Yaml;
            let mut print = |value: &str| match yaml {
                true if sink.is_empty() => sink.raw(yaml::document(value).as_bytes()),
                true => sink.raw(format!("---\n{}", yaml::document(value)).as_bytes()),
                false => sink.line(&json::pretty(value)),
            };
            match &output.jq {
                Some(jq) => jq.run(value, print)?,
                None => print(value)?,
            }
            sink.finish()
        }
        _ => print_rows(std::iter::once(value), None, shape, output),
    }
}

/// A single value or the properties of an entity that hold something.
fn entity(value: &str, shape: &Shape, width: usize) -> String {
    let Some(members) = columns::record(value) else { return plain_text(&columns::cell(value)) };
    let mut pairs = Vec::new();
    for (name, value) in members {
        let text = columns::cell(value.get());
        if name.contains('@') || text.is_empty() {
            continue;
        }
        let text = if columns::is_secret(shape.structure, &name) { HIDDEN.to_owned() } else { text };
        pairs.push((name, text));
    }
    let hidden = pairs.iter().any(|(_, text)| text == HIDDEN);
    let mut text = table::pairs(pairs, Some(width));
    if hidden {
        text.push_str("\n*** are secrets; -o json shows them.");
    }
    text
}

pub fn print_rows<'a>(
    values: impl Iterator<Item = &'a str>,
    count: Option<u64>,
    shape: &Shape,
    output: &Output,
) -> Result<(), Failure> {
    let mut rows = rows::open(output, shape, count)?;
    let mut number = 0;
    for value in values {
        rows.row(value)?;
        number += 1;
    }
    let mut remarks: Vec<String> = rows::more(number, count, shape).into_iter().collect();
    remarks.extend(rows.finish()?);
    output.remark(&remarks);
    Ok(())
}
