//! The two dropdowns that everyone starts from: resources, and the operations of each.

use serde_json::{Value, json};
use threecx_catalog::{Effect, Operation, Resource, Verb};
use threecx_node::records::{self, Records};

use super::{labels, words};

/// The resources, by title.
pub fn resources() -> Value {
    let labels = threecx_catalog::resources().iter().map(|resource| (labels::resource(resource), resource.name));
    sorted(labels)
}

/// The records that the trigger can watch, by title.
pub fn records() -> Value {
    sorted(records::all().map(|Records { list, .. }| (labels::resource(list.resource), list.id)))
}

/// Choices by their labels.
fn sorted(labels: impl Iterator<Item = (String, &'static str)>) -> Value {
    let mut labels: Vec<(String, &str)> = labels.collect();
    labels.sort_by_key(|(label, _)| label.to_lowercase());
    labels.iter().map(|(label, value)| json!({ "name": label, "value": value })).collect()
}

/// One dropdown for each resource.
pub fn operations() -> Value {
    threecx_catalog::resources().iter().map(|resource| dropdown(resource)).collect()
}

fn dropdown(resource: &'static Resource) -> Value {
    let mut sorted: Vec<&'static Operation> = resource.operations.iter().collect();
    sorted.sort_by_key(|operation| labels::operation(operation).to_lowercase());
    let operations = sorted.into_iter().map(option);
    let untouched = untouched(resource);
    let options: Vec<Value> = untouched.is_none().then(choose).into_iter().chain(operations).collect();
    let mut dropdown = json!({
        "displayName": "Operation",
        "name": "operation",
        "type": "options",
        "noDataExpression": true,
        "displayOptions": { "show": { "resource": [resource.name] } },
        "options": options,
        "default": untouched.map_or("", |operation| operation.id),
    });
    // n8n runs no node that leaves out what is required.
    if untouched.is_none() {
        dropdown["required"] = json!(true);
    }
    dropdown
}

/// In the place of an operation: a list's default has to be in the list.
fn choose() -> Value {
    json!({
        "name": "(Choose One)",
        "value": "",
        "description": "Does nothing: each of the others changes or deletes something",
        "action": "Choose an operation",
    })
}

/// What runs if someone chooses a resource and nothing else: that must not change anything. The list
/// of what there is comes first, then one of its things, then another question; where all operations
/// change something there is none, and one has to be chosen.
fn untouched(resource: &'static Resource) -> Option<&'static Operation> {
    let reads = resource.operations.iter().filter(|operation| operation.effect == Effect::Reads);
    reads.min_by_key(|operation| !matches!(operation.verb, Verb::List | Verb::Get))
}

fn option(operation: &'static Operation) -> Value {
    json!({
        "name": labels::operation(operation),
        "value": operation.id,
        "description": words::operation(operation),
        "action": labels::action(operation),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_was_not_chosen_changes_anything() {
        for (resource, dropdown) in threecx_catalog::resources().iter().zip(operations().as_array().expect("a list")) {
            let default = dropdown["default"].as_str().expect("a text");
            let reads = |operation: &&Operation| operation.effect == Effect::Reads;
            match threecx_catalog::operation(default) {
                Some(operation) => assert!(reads(&operation), "{default} is not a read"),
                None => {
                    assert!(default.is_empty() && dropdown["required"] == true, "{}: {default}", resource.name);
                    assert!(!resource.operations.iter().any(|operation| reads(&operation)), "{}", resource.name);
                }
            }
        }
    }
}
