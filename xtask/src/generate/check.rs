//! Finds mistakes in `api/overrides.toml`: names that do not exist, and gaps.

use std::collections::BTreeSet;

use super::structures::Structures;
use crate::record::{Body, Operation, Overrides, Record, Shape};

/// Complains about every name that means nothing, and about what ought to be there and is not.
pub fn overrides(record: &Record, overrides: &Overrides) -> Result<(), String> {
    let mut known: BTreeSet<String> = record.resources.keys().cloned().collect();
    let mut last_seen = std::collections::BTreeMap::new();
    for (name, resource) in &record.resources {
        for operation in &resource.operations {
            let id = format!("{name}.{}", operation.id);
            let last = last_seen.entry(id.clone()).or_insert(0);
            *last = operation.span.last.max(*last);
            known.insert(id);
        }
    }
    let mut mistakes = Vec::new();
    for (table, name) in overrides.names() {
        if !known.contains(name) {
            mistakes.push(format!("[{table}] names {name}, which does not exist"));
        }
    }
    for (id, last) in last_seen {
        let successor = overrides.replaced.contains_key(&id) || overrides.renamed.contains_key(&id);
        if last < record.all().last && !successor {
            mistakes
                .push(format!("{id} no longer exists: [replaced] should say what to use instead (\"\" if nothing)"));
        }
    }
    for code in warning_codes(record) {
        if !overrides.warnings.contains_key(&code) {
            mistakes.push(format!("[warnings] lacks {code}"));
        }
    }
    let structures = Structures::of(record);
    for (list, path) in overrides.names.lists() {
        if !structures.any(path) {
            mistakes.push(format!("[names] {list}: nothing has a property {path}"));
        }
    }
    periods(record, overrides, &structures, &mut mistakes);
    for name in &overrides.content.names {
        let is_field =
            |operation: &Operation| matches!(&operation.body, Body::Fields(fields) if fields.contains_key(name));
        if !structures.any(name) && !operations(record).any(|(_, operation)| is_field(operation)) {
            mistakes.push(format!("[content] nothing has a property or a field {name}"));
        }
    }
    for name in overrides.texts.names() {
        let takes = |operation: &Operation| {
            operation.parameters.contains_key(name)
                || matches!(&operation.body, Body::Fields(fields) if fields.contains_key(name))
        };
        if !structures.any(name) && !operations(record).any(|(_, operation)| takes(operation)) {
            mistakes.push(format!("[texts] nothing has a property, a field or a parameter {name}"));
        }
    }
    columns(record, overrides, &structures, &mut mistakes);
    for name in overrides.item_flags.keys() {
        if !overrides.collections.values().any(|row| row.also.contains(name)) {
            mistakes.push(format!("[item-flags.{name}] belongs to no collection"));
        }
    }
    if mistakes.is_empty() { Ok(()) } else { Err(format!("api/overrides.toml:\n  {}", mistakes.join("\n  "))) }
}

/// A column is a property of the entities of its set, or says what to do instead.
fn columns(record: &Record, overrides: &Overrides, structures: &Structures<'_>, mistakes: &mut Vec<String>) {
    for (set, columns) in &overrides.columns {
        let path = format!("/{set}");
        let list = operations(record).find(|(_, operation)| operation.method == "GET" && operation.path == path);
        let entity = list.and_then(|(_, operation)| Structures::answered(operation));
        for (header, column) in columns {
            let known = |name: &String| {
                let found = entity.as_ref().and_then(|entity| structures.property(&entity.ty.name, name));
                found.is_some_and(|found| found.name == name)
            };
            if column.is.is_some() == column.instead.is_some() || column.is.as_ref().is_some_and(|name| !known(name)) {
                mistakes
                    .push(format!("[columns.{set}] {header}: `is` names a property of the set, or `instead` helps"));
            }
        }
    }
}

fn warning_codes(record: &Record) -> Vec<String> {
    let types = record.resources.values().flat_map(|resource| &resource.types).chain(&record.shared);
    let mut codes = Vec::new();
    for (name, def) in types {
        if let Shape::Enumeration { members, .. } = &def.shape
            && name == "Warnings"
        {
            codes.extend(members.iter().map(|(code, _)| code.clone()));
        }
    }
    codes
}

fn operations(record: &Record) -> impl Iterator<Item = (&str, &Operation)> {
    record.resources.iter().flat_map(|(name, resource)| resource.operations.iter().map(move |one| (name.as_str(), one)))
}

/// What says when a row happened has to be a time, and a pair of parameters one that something takes.
fn periods(record: &Record, overrides: &Overrides, structures: &Structures<'_>, mistakes: &mut Vec<String>) {
    let periods = &overrides.periods;
    for (from, to) in &periods.parameters {
        let takes = |operation: &Operation| [from, to].iter().all(|name| operation.parameters.contains_key(*name));
        if !operations(record).any(|(_, operation)| takes(operation)) {
            mistakes.push(format!("[periods] parameters: nothing takes {from} and {to}"));
        }
    }
    for (id, property) in &periods.when {
        let mut named = operations(record).filter(|(name, operation)| format!("{name}.{}", operation.id) == *id);
        let is_time = named.next().and_then(|(_, operation)| {
            let rows = Structures::answered(operation)?;
            structures.property(&rows.ty.name, property).filter(|found| found.name == property)
        });
        if is_time.is_none_or(|found| found.spec.ty.name != "DateTimeOffset") {
            mistakes.push(format!("[periods.when] {id}: {property} is not a time of its rows"));
        }
    }
    for id in periods.by_day.iter().filter(|id| !periods.when.contains_key(*id)) {
        mistakes.push(format!("[periods] by-day: [periods.when] lacks {id}"));
    }
}
