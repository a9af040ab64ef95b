//! What was given, before it is planned: lists as the items of a workflow bring them, and what comes to nothing.

use serde::de::IgnoredAny;
use serde_json::{Value, json};
use threecx_catalog::{Effect, Operation, Verb};
use threecx_core::{Arguments, Error, Input, InputError, Place};

use crate::inputs::{Control, Inputs};
use crate::names;

/// Reads a single id as a list of one, and a record as its id: `29`, `{"Id": 29}` and `[{"Id": 29}]` are `[29]`.
pub(crate) fn flatten(found: &Inputs, arguments: &mut Arguments) {
    for input in found.inputs.iter().filter(|input| input.ty.collection) {
        let place = Place::from(input.place);
        let key = match &input.control {
            Control::Several(picker) => Some(picker.value),
            _ => None,
        };
        let listed = arguments.get(place, input.name).and_then(|given| ids(given, key));
        if let Some(listed) = listed {
            arguments.set(place, input.name, listed);
        }
    }
}

/// The list that is meant; nothing for what is one already, or cannot be read as one.
fn ids(given: &Input, key: Option<&str>) -> Option<Value> {
    let value: Value = match given {
        // Anything else that a person typed is a list to the core.
        Input::Text(text) if !text.trim_start().starts_with(['[', '{']) => return None,
        Input::Text(text) | Input::Json(text) => serde_json::from_str(text).ok()?,
    };
    let id = |value: &Value| match value {
        Value::Object(record) => record.get(key?).filter(|id| id.is_number() || id.is_string()).cloned(),
        Value::Array(_) | Value::Null => None,
        single => Some(single.clone()),
    };
    match &value {
        Value::Array(items) if items.iter().any(Value::is_object) => items.iter().map(id).collect(),
        Value::Array(_) => None,
        single => id(single).map(|id| json!([id])),
    }
}

/// Why there is nothing to send, if that is so: the list that the operation works through is empty.
pub(crate) fn nothing_to_do(operation: &Operation, found: &Inputs, arguments: &Arguments) -> Option<String> {
    let is_empty = |place, name: &str| {
        let list = arguments.get(place, name).map(|given| serde_json::from_str::<Vec<IgnoredAny>>(given.text()));
        list.is_some_and(|list| list.is_ok_and(|list| list.is_empty()))
    };
    let lists = found.inputs.iter().filter(|input| input.ty.collection);
    let empty = lists.map(|input| (Place::from(input.place), input.name)).chain(
        // An empty list that replaces another is refused instead.
        found
            .body
            .as_ref()
            .filter(|body| body.list && !destroys(operation))
            .and_then(|body| body.field)
            .map(|field| (Place::Field, field)),
    );
    empty
        .into_iter()
        .find(|(place, name)| is_empty(*place, name))
        .map(|(_, name)| format!("{} is empty: nothing was sent", names::label(name)))
}

/// Refuses a body in which nothing is filled in, where that creates something out of defaults, or deletes what nobody
/// named.
pub(crate) fn refuse_empty(operation: &Operation, found: &Inputs, arguments: &Arguments) -> Result<(), Error> {
    let Some(body) = found.body.as_ref().filter(|_| operation.verb == Verb::Create || destroys(operation)) else {
        return Ok(());
    };
    let given = match body.field {
        Some(field) => arguments.get(Place::Field, field),
        None if !arguments.fields.is_empty() => return Ok(()),
        None => arguments.get(Place::Body, ""),
    };
    // What is not JSON is for the core to refuse, which says where it stops being so.
    let is_blank = given.is_none_or(|given| serde_json::from_str(given.text()).is_ok_and(|value| blank(&value)));
    if !is_blank {
        return Ok(());
    }
    let hint = if destroys(operation) {
        "Say what it is about."
    } else {
        "Give the fields that matter, such as a name or number."
    };
    let expected = format!("at least one field of {}", body.structure.name);
    Err(InputError::missing(body.field.unwrap_or("body"), expected)
        .with_hint(format!("{hint} Nothing was sent."))
        .into())
}

fn destroys(operation: &Operation) -> bool {
    matches!(operation.effect, Effect::Destroys(_))
}

/// Whether a value says nothing.
fn blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.iter().all(blank),
        Value::Object(members) => members.values().all(blank),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inputs;

    fn plan(operation: &Operation, arguments: &Value) -> Value {
        let command = json!({ "do": "plan", "operation": operation.id, "asked": true, "arguments": arguments });
        serde_json::from_slice(&crate::call(command.to_string().as_bytes())).expect("JSON")
    }

    /// The place of an input among the arguments, as the face writes it.
    fn written(place: inputs::Place) -> &'static str {
        match place {
            inputs::Place::Parameters => "parameters",
            inputs::Place::Fields => "fields",
        }
    }

    #[test]
    fn an_id_and_records_are_lists_of_ids() {
        let reprovision = threecx_catalog::operation("Users.ReprovisionAllPhones").expect("known");
        for (ids, body) in [
            (json!({ "json": 29 }), r#"{"ids":[29]}"#),
            (json!({ "text": "29" }), r#"{"ids":[29]}"#),
            (json!({ "json": { "Id": 29, "Number": "100" } }), r#"{"ids":[29]}"#),
            (json!({ "json": [{ "Id": 29 }, 30, { "Id": "31" }] }), r#"{"ids":[29,30,31]}"#),
            (json!({ "text": "[{\"Id\": 29}]" }), r#"{"ids":[29]}"#),
        ] {
            let reply = plan(reprovision, &json!({ "fields": { "ids": ids } }));
            assert_eq!(reply["request"]["body"], body, "{ids}: {reply}");
        }
        for wrong in [json!({ "json": [{ "Number": "100" }] }), json!({ "json": true }), json!({ "json": [[29]] })] {
            let reply = plan(reprovision, &json!({ "fields": { "ids": wrong } }));
            assert_eq!(reply["error"]["code"], "input", "{wrong}: {reply}");
        }
    }

    #[test]
    fn no_operation_sends_an_empty_list() {
        let mut lists = 0;
        for operation in threecx_catalog::operations() {
            let found = inputs::of(operation);
            for input in found.inputs.iter().filter(|input| input.ty.collection) {
                lists += 1;
                for (empty, skips) in [
                    (json!({ "json": [] }), true),
                    (json!({ "text": " [ ] " }), true),
                    (json!({ "text": "" }), false),
                    (json!({ "json": null }), false),
                ] {
                    let mut arguments = json!({});
                    // The others need a value, so that this one decides.
                    for other in found.inputs.iter().filter(|other| other.required && other.name != input.name) {
                        let value = if other.ty.collection { "[1]" } else { "1" };
                        arguments[written(other.place)][other.name] = json!({ "text": value });
                    }
                    arguments[written(input.place)][input.name] = empty;
                    let reply = plan(operation, &arguments);
                    assert!(reply.get("request").is_none(), "{}: {reply}", operation.id);
                    if skips {
                        assert_eq!(reply["done"]["success"], true, "{}: {reply}", operation.id);
                        assert!(
                            reply["done"]["skipped"].as_str().is_some_and(|why| why.contains("is empty")),
                            "{reply}"
                        );
                    } else {
                        // Some exist in older releases only.
                        assert!(reply["error"].is_object(), "{}: {reply}", operation.id);
                    }
                }
            }
        }
        assert!(lists > 20, "{lists}");
    }

    #[test]
    fn nothing_is_created_from_an_empty_body_and_nothing_deleted_by_one() {
        let mut refused = 0;
        for operation in threecx_catalog::operations() {
            let found = inputs::of(operation);
            let Some(body) = found.body.as_ref().filter(|_| operation.verb == Verb::Create || destroys(operation))
            else {
                continue;
            };
            refused += 1;
            for empty in [json!({}), json!({ "Name": "" }), json!({ "Name": null, "Ids": [] }), json!([]), json!(null)]
            {
                let empty = json!({ "json": empty });
                let mut arguments = match body.field {
                    Some(field) => json!({ "fields": { field: empty } }),
                    None => json!({ "body": empty }),
                };
                for other in found.inputs.iter().filter(|other| other.required) {
                    arguments[written(other.place)][other.name] = json!({ "text": "1" });
                }
                let reply = plan(operation, &arguments);
                assert!(reply["error"].is_object(), "{} {empty}: {reply}", operation.id);
            }
        }
        assert!(refused > 20, "{refused}");
    }
}
