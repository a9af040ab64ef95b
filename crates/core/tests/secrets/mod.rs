//! A canary in every secret that an operation takes, and in every one that its answer has: for the tests of all
//! faces, which look for it where no secret may be.

#![allow(dead_code, reason = "no test uses all of it")]

use serde_json::{Map, Value, json};
use threecx_catalog::{Body, Content, Operation, Property, Span, Structure, Type, TypeRef, operation};
use threecx_core::{Arguments, Input};

/// The value of every secret. It occurs nowhere else, and is short enough for a PIN.
pub const CANARY: &str = "c4nary";

/// How deep structures lie in structures.
const DEPTH: usize = 3;

/// A call with secrets.
pub struct Sample {
    pub operation: &'static Operation,
    pub release: String,
    pub target: Span,
    pub arguments: Arguments,
    /// True if one of the arguments is a secret.
    pub takes_secrets: bool,
}

/// Every form of every operation, called as the golden file has it, with canaries.
pub fn samples() -> Vec<Sample> {
    let golden = include_str!("../golden/plans.jsonl");
    let samples: Vec<Sample> = golden.lines().map(sample).collect();
    assert!(samples.len() > 600, "{}", samples.len());
    samples
}

fn sample(line: &str) -> Sample {
    let line: Value = serde_json::from_str(line).expect("JSON");
    let text = |name: &str| line[name].as_str().expect("text").to_owned();
    let operation = operation(&text("operation")).expect("known");
    let release = text("release");
    let target = Span::parse(&release).expect("a release");
    let mut arguments: Arguments = serde_json::from_value(line["arguments"].clone()).expect("arguments");
    let before = arguments.clone();
    let form = operation.form(target).expect("a form");
    match form.body {
        Body::None => {}
        Body::Entity(structure) => {
            let given = arguments.body.as_ref().and_then(|body| serde_json::from_str(body.text()).ok());
            arguments.body = Some(given_json(with_secrets(structure, given, target, DEPTH)));
        }
        Body::Fields(fields) => {
            for field in fields.iter().filter(|field| field.span.overlaps(target)) {
                let given = arguments.fields.get(field.name);
                let given = given.and_then(|given| serde_json::from_str(given.text()).ok());
                if let Some(value) = secret_of(field, given, target, DEPTH) {
                    arguments.fields.insert(field.name.to_owned(), given_json(value));
                }
            }
        }
    }
    let takes_secrets = format!("{:?}", all(&arguments)).contains(CANARY) && arguments != before;
    Sample { operation, release, target, arguments, takes_secrets }
}

/// All that is given, secrets too.
fn all(arguments: &Arguments) -> Vec<&str> {
    arguments.iter().map(|(_, _, input)| input.text()).collect()
}

fn given_json(value: Value) -> Input {
    Input::from(value)
}

/// The entity with its secrets; nothing else is added.
fn with_secrets(structure: &'static Structure, given: Option<Value>, target: Span, depth: usize) -> Value {
    let mut members: Map<String, Value> = given.and_then(|given| given.as_object().cloned()).unwrap_or_default();
    for property in structure.properties_in(target) {
        let given = members.get(property.name).cloned();
        if let Some(value) = secret_of(property, given, target, depth) {
            members.insert(property.name.to_owned(), value);
        }
    }
    Value::Object(members)
}

/// What a property holds, if it is a secret or has some in it.
fn secret_of(property: &Property, given: Option<Value>, target: Span, depth: usize) -> Option<Value> {
    let TypeRef { ty, collection, .. } = property.ty;
    let listed = |value: Value| if collection { json!([value]) } else { value };
    if property.max_length.is_some_and(|most| (most as usize) < CANARY.len()) {
        return None;
    }
    let value = match ty {
        _ if property.secret => canary(ty, target),
        Type::Structure(inner) if depth > 0 && holds_secrets(inner, depth) => {
            let given = given.map(|given| if collection { given[0].clone() } else { given });
            with_secrets(inner, given, target, depth - 1)
        }
        _ => return None,
    };
    Some(listed(value))
}

fn holds_secrets(structure: &'static Structure, depth: usize) -> bool {
    let inside = |property: &Property| match property.ty.ty {
        Type::Structure(inner) => depth > 0 && holds_secrets(inner, depth - 1),
        _ => false,
    };
    structure.all_properties().any(|property| property.secret || inside(property))
}

/// A secret of this type.
fn canary(ty: Type, target: Span) -> Value {
    match ty {
        Type::Structure(structure) => {
            let members = structure.properties_in(target).map(|property| {
                let value = match property.ty.ty {
                    Type::String => json!(CANARY),
                    Type::Boolean => json!(false),
                    other => canary(other, target),
                };
                (property.name.to_owned(), value)
            });
            Value::Object(members.collect())
        }
        Type::Opaque(_) => json!({ "Password": CANARY }),
        Type::Boolean => json!(true),
        _ => json!(CANARY),
    }
}

/// The body of a successful answer, with a canary in every secret; of an operation that answers nothing, none.
pub fn answer(operation: &'static Operation, target: Span) -> Option<String> {
    let form = operation.form(target)?;
    let Content::Value(ty) = form.answer_in(target).content else { return None };
    let value = match ty.ty {
        Type::Structure(structure) => entity(structure, target, DEPTH),
        Type::String if operation.secret => json!(CANARY),
        _ => return None,
    };
    Some(match (ty.collection, value) {
        (true, value) => json!({ "value": [value.clone(), value] }).to_string(),
        (false, Value::Object(members)) => Value::Object(members).to_string(),
        (false, value) => json!({ "value": value }).to_string(),
    })
}

/// An entity as a PBX shows it, with everything that it has.
pub fn entity(structure: &'static Structure, target: Span, depth: usize) -> Value {
    let mut members = Map::new();
    for property in structure.properties_in(target) {
        let TypeRef { ty, collection, .. } = property.ty;
        let value = match ty {
            _ if property.secret => canary(ty, target),
            Type::Structure(inner) if depth > 0 => entity(inner, target, depth - 1),
            Type::String => json!("seen"),
            Type::Boolean => json!(true),
            Type::Int32 | Type::Int64 | Type::Byte => json!(29),
            _ => continue,
        };
        members.insert(property.name.to_owned(), if collection { json!([value]) } else { value });
    }
    Value::Object(members)
}

/// Bodies of failed answers in which somebody repeats what was sent, and more: status, media type, body.
pub fn echoes(sent: &str, authorization: &str, entity: &str) -> Vec<(u16, &'static str, String)> {
    let quoted = |text: &str| json!(text).to_string();
    let html = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    let message = format!("cannot take {sent} ({authorization})");
    vec![
        (400, "application/json", format!(r#"{{"error":{{"code":"","message":{}}}}}"#, quoted(&message))),
        (
            400,
            "application/json",
            format!(
                r#"{{"error":{{"message":"","details":[{{"message":{},"target":{}}}]}}}}"#,
                quoted(&message),
                quoted(&format!("AuthPassword={CANARY}"))
            ),
        ),
        (409, "text/plain", format!("refused: {sent} {authorization}")),
        (409, "application/json", entity.to_owned()),
        (403, "application/json", format!(r#"{{"error":{{"message":{}}}}}"#, quoted(entity))),
        (404, "text/html", format!("<html><body>{} {authorization}</body></html>", html(sent))),
        (500, "text/plain", format!("{} {}", html(sent), html(entity))),
        (500, "application/json", format!(r#"{{"error":{{"message":{}}}}}"#, quoted(&html(entity)))),
        (401, "application/json", format!(r#"{{"error":{{"message":{}}}}}"#, quoted(authorization))),
        (200, "application/json", format!(r#"{{"error":{{"message":{}}}}}"#, quoted(&message))),
        (200, "application/json", format!(r#"{{"value":[{entity},{{"VMPIN":"{CANARY}"#)),
    ]
}
