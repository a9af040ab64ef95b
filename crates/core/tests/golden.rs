//! Golden vectors: every form of every operation, planned from sample arguments. One JSON
//! object a line, with the arguments, so that other faces can be held to the same file.
//!
//! `UPDATE_GOLDEN=1 cargo test -p threecx-core --test golden` writes it anew.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::{Map, Value, json};
use threecx_catalog::{Body, Form, Parameter, Property, Span, Structure, Type, TypeRef, operations};
use threecx_core::{Arguments, Input, plan};

/// Texts that have to be escaped in one way or another.
const TEXTS: [&str; 5] = ["O'Brien", "a/b", "Zürich 東", "", "50% + 1&2"];

#[test]
fn every_operation_is_planned_as_before() {
    let mut lines = String::new();
    for operation in operations() {
        for form in operation.forms {
            let target = Span { first: form.span.last, last: form.span.last };
            let arguments = arguments(form, target);
            let request =
                plan(operation, &arguments, target).unwrap_or_else(|error| panic!("{}: {error}", operation.id));
            let line = json!({
                "operation": operation.id,
                "release": form.span.last.to_string(),
                "arguments": shown(&arguments),
                "method": request.method.as_str(),
                "path": request.path_and_query,
                "headers": request.headers.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect::<Map<_, _>>(),
                "body": request.body.as_deref().map(|body| serde_json::from_str::<Value>(body).expect("JSON")),
            });
            lines.push_str(&format!("{line}\n"));
        }
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/plans.jsonl");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, &lines).expect("the golden file can be written");
    }
    let golden = fs::read_to_string(&path).expect("the golden file is there");
    for (new, old) in lines.lines().zip(golden.lines()) {
        assert_eq!(new, old, "a plan has changed; if that is meant, run with UPDATE_GOLDEN=1");
    }
    assert_eq!(lines.lines().count(), golden.lines().count(), "operations came or went; run with UPDATE_GOLDEN=1");
}

fn arguments(form: &Form, target: Span) -> Arguments {
    let mut arguments = Arguments::default();
    for (index, parameter) in form.parameters.iter().enumerate() {
        // Every third argument that may be null is left out.
        if parameter.key || !parameter.ty.nullable || !(form.path.len() + index).is_multiple_of(3) {
            arguments
                .parameters
                .insert(parameter.name.into(), input(parameter_value(parameter, form.path.len() + index)));
        }
    }
    match form.body {
        Body::None => {}
        Body::Entity(structure) => arguments.body = Some(input(structure_value(structure, target, 1))),
        Body::Fields(fields) => {
            for field in fields.iter().filter(|field| field.span.overlaps(target)) {
                arguments.fields.insert(field.name.into(), input(property_value(field, target, 1)));
            }
        }
    }
    let options = form.options_in(target);
    for (name, value) in [
        ("top", "10"),
        ("skip", "20"),
        ("search", "two words"),
        ("filter", "contains(Name,'O''Brien') and Id gt 5"),
        ("count", "true"),
        ("expand", "Groups($select=Id,Name)"),
        ("if-match", "W/\"1\""),
    ] {
        if options.names().any(|offered| offered == name) {
            arguments.options.insert(name.into(), Input::Text(value.into()));
        }
    }
    arguments
}

fn input(value: Value) -> Input {
    match value {
        Value::String(text) => Input::Text(text),
        other => Input::Json(other.to_string()),
    }
}

fn parameter_value(parameter: &Parameter, seed: usize) -> Value {
    let seed = if parameter.key && TEXTS[seed % TEXTS.len()].is_empty() { seed + 1 } else { seed };
    scalar(parameter.ty.ty, seed, parameter.max_length, Span::ALL)
}

fn property_value(property: &Property, target: Span, depth: usize) -> Value {
    let TypeRef { ty, collection, .. } = property.ty;
    let value = match ty {
        Type::Structure(structure) => structure_value(structure, target, depth + 1),
        _ => scalar(ty, property.name.len(), property.max_length, target),
    };
    if collection { json!([value]) } else { value }
}

/// A few properties of each kind of type; structures inside structures once.
fn structure_value(structure: &'static Structure, target: Span, depth: usize) -> Value {
    let mut kinds = BTreeMap::new();
    let mut object = Map::new();
    for property in structure.properties_in(target) {
        let nested = matches!(property.ty.ty, Type::Structure(_));
        let seen = kinds.entry((property.ty.ty.name(), property.ty.collection)).or_insert(0);
        *seen += 1;
        if *seen <= 2 && !(nested && depth > 2) {
            object.insert(property.name.into(), property_value(property, target, depth));
        }
    }
    Value::Object(object)
}

fn scalar(ty: Type, seed: usize, max_length: Option<u32>, target: Span) -> Value {
    match ty {
        Type::Boolean => json!(true),
        Type::Byte => json!(7),
        Type::Int32 | Type::Int64 => json!(29 + seed % 7),
        Type::Single | Type::Double | Type::Decimal => json!(1.5),
        Type::String => {
            let text = TEXTS[seed % TEXTS.len()];
            json!(text.chars().take(max_length.unwrap_or(u32::MAX) as usize).collect::<String>())
        }
        Type::Guid => json!("1e6ed594-af95-4bb4-af56-b957ac87d6d7"),
        Type::Date => json!("2026-01-31"),
        Type::TimeOfDay => json!("09:30:00"),
        Type::Duration => json!("PT1H30M"),
        Type::DateTimeOffset => json!("2026-01-31T09:30:00Z"),
        Type::Enumeration(enumeration) => {
            let mut members = enumeration.members.iter().filter(|member| member.span.overlaps(target));
            json!(members.next().map(|member| member.name))
        }
        Type::Structure(_) | Type::Opaque(_) => json!({}),
    }
}

fn shown(arguments: &Arguments) -> Value {
    let value = |input: &Input| match input {
        Input::Text(text) => json!({ "text": text }),
        Input::Json(text) => json!({ "json": serde_json::from_str::<Value>(text).expect("JSON") }),
    };
    let map =
        |inputs: &BTreeMap<String, Input>| inputs.iter().map(|(name, input)| (name.clone(), value(input))).collect();
    let mut object = Map::new();
    for (name, inputs) in
        [("parameters", &arguments.parameters), ("fields", &arguments.fields), ("options", &arguments.options)]
    {
        if !inputs.is_empty() {
            object.insert(name.into(), Value::Object(map(inputs)));
        }
    }
    if let Some(body) = &arguments.body {
        object.insert("body".into(), value(body));
    }
    Value::Object(object)
}
