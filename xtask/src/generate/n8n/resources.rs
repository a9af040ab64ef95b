//! The two dropdowns that everybody starts from: resources, and the operations of each.

use serde_json::{Value, json};
use threecx_catalog::{Operation, Resource, Verb};
use threecx_node::records::{self, Records};

use super::words;

/// The resources, by title.
pub fn resources() -> Value {
    let mut resources: Vec<&Resource> = threecx_catalog::resources().to_vec();
    resources.sort_by_key(|resource| resource.title.to_lowercase());
    resources.iter().map(|resource| json!({ "name": resource.title, "value": resource.name })).collect()
}

/// The records that the trigger can watch, by title.
pub fn records() -> Value {
    let mut records: Vec<&Operation> = records::all().map(|Records { list, .. }| list).collect();
    records.sort_by_key(|list| list.resource.title.to_lowercase());
    records.iter().map(|list| json!({ "name": list.resource.title, "value": list.id })).collect()
}

/// One dropdown for each resource.
pub fn operations() -> Value {
    threecx_catalog::resources().iter().map(|resource| dropdown(resource)).collect()
}

fn dropdown(resource: &'static Resource) -> Value {
    let mut sorted: Vec<&'static Operation> = resource.operations.iter().collect();
    sorted.sort_by_key(|operation| operation.title.to_lowercase());
    let options: Vec<Value> = sorted.into_iter().map(option).collect();
    let first = resource.operations.iter().find(|operation| matches!(operation.verb, Verb::List | Verb::Get));
    let default = first.unwrap_or(&resource.operations[0]);
    json!({
        "displayName": "Operation",
        "name": "operation",
        "type": "options",
        "noDataExpression": true,
        "displayOptions": { "show": { "resource": [resource.name] } },
        "options": options,
        "default": default.id,
    })
}

fn option(operation: &'static Operation) -> Value {
    json!({
        "name": operation.title,
        "value": operation.id,
        "description": words::operation(operation),
        "action": words::sentence(operation.title),
    })
}
