//! Entities as JSON under a selection: what was selected, and what was expanded.

use std::fmt::Write as _;

use super::selection::{Expand, Selection};
use crate::state::{self, Entity, Value, write_members, write_name};

/// Appends the members of an entity, without braces.
pub(crate) fn write_entity(entity: &Entity, selection: &Selection, out: &mut String) {
    if selection.is_all() {
        return write_members(entity, out);
    }
    let start = out.len();
    write_selected(entity, selection, out);
    if out.len() > start {
        // The comma after the last member.
        out.pop();
    }
}

/// The same with a comma after each member.
fn write_selected(entity: &Entity, selection: &Selection, out: &mut String) {
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

fn write_value(value: &Value, selection: &Selection, out: &mut String) {
    match value {
        Value::List(items) if !selection.is_all() => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_value(item, selection, out);
            }
            out.push(']');
        }
        Value::Object(entity) if !selection.is_all() => {
            out.push('{');
            write_entity(entity, selection, out);
            out.push('}');
        }
        whole => state::write_value(whole, out),
    }
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
