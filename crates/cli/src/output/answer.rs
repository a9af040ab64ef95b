//! Printing what an operation brought.

use std::borrow::Cow;

use indexmap::IndexMap;
use serde_json::json;
use serde_json::value::RawValue;
use threecx::{Answer, Operation, Reply};

use super::file;
use super::settings::Output;
use super::shape::Shape;
use super::value::{print_rows, print_value};
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
    if output.is_for_programs() {
        let done = json!({"operation": operation.id, "status": status}).to_string();
        return print_value(&done, &Shape::unknown(), output);
    }
    let mut sink = output.open()?;
    sink.line(&format!("Done: {}.", operation.title))?;
    sink.finish()
}
