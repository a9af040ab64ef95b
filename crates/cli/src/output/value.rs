//! Printing values: one, or the rows of a list.

use super::columns::{self, HIDDEN};
use super::format::Format;
use super::jq::halted;
use super::rows::more;
use super::settings::Output;
use super::shape::Shape;
use super::style::one_line;
use super::{json, open, table, yaml};
use crate::failure::Failure;

/// Prints one JSON value in whichever format.
pub fn print_value(value: &str, shape: &Shape, output: &Output) -> Result<(), Failure> {
    match output.format {
        Format::Table if output.jq.is_none() => {
            let mut sink = output.open_for(shape)?;
            sink.line(&entity(value, shape, output.room()))?;
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
            let code = match &output.jq {
                Some(jq) => jq.run(value, print)?,
                None => print(value).map(|()| None)?,
            };
            sink.finish()?;
            halted(code)
        }
        _ => print_rows(std::iter::once(value), None, shape, output),
    }
}

/// A single value or the properties of an entity that hold something.
fn entity(value: &str, shape: &Shape, room: Option<usize>) -> String {
    let Some(members) = columns::record(value) else { return one_line(&columns::cell(value)) };
    let mut pairs = Vec::new();
    for (name, value) in members {
        let text = columns::shown_cell(shape.structure, &name, value.get());
        if name.contains('@') || text.is_empty() {
            continue;
        }
        let text = if columns::is_secret(shape.structure, &name) { HIDDEN.to_owned() } else { text };
        pairs.push((name, text));
    }
    let hidden = pairs.iter().any(|(_, text)| text == HIDDEN);
    let mut text = table::pairs(pairs, room);
    if hidden {
        text.push_str("\n*** are secrets; -o json shows them.");
    }
    text
}

/// Prints a list. `count` is how many rows the PBX says there are in all.
pub fn print_rows<'a>(
    values: impl Iterator<Item = &'a str>,
    count: Option<u64>,
    shape: &Shape,
    output: &Output,
) -> Result<(), Failure> {
    let mut rows = open::rows(output, shape, count)?;
    let mut number = 0;
    for value in values {
        rows.row(value)?;
        number += 1;
    }
    let mut remarks: Vec<String> = more(number, count, shape).into_iter().collect();
    remarks.extend(rows.finish()?);
    output.remark(&remarks);
    Ok(())
}
