//! Query options and `If-Match`, as one collection for each set of them.

use serde_json::{Value, json};
use threecx_catalog::Options;

use super::Shared;

const EXPRESSION: &str =
    "Choose from the list, or specify IDs using an <a href=\"https://docs.n8n.io/code/expressions/\">expression</a>";

/// All collections.
pub fn options() -> Value {
    let mut shared = Shared::default();
    for operation in threecx_catalog::operations() {
        let offered = threecx_node::inputs::of(operation).options;
        if offered != Options::NONE {
            shared.add(operation, collection(offered), json!({}));
        }
    }
    shared.properties().into_iter().collect()
}

fn collection(offered: Options) -> Value {
    let mut options: Vec<Value> = offered.names().map(option).collect();
    options.sort_by_key(|option| option["displayName"].as_str().unwrap_or_default().to_owned());
    json!({
        "displayName": "Options",
        "name": "options",
        "type": "collection",
        "placeholder": "Add Option",
        "default": {},
        "options": options,
    })
}

fn option(name: &str) -> Value {
    let property = |label: &str, name: &str, kind: &str, default: Value, about: &str| json!({ "displayName": label, "name": name, "type": kind, "default": default, "description": about });
    match name {
        "top" => property("Top", name, "number", json!(50), "How many rows at most; counts instead of Limit"),
        "skip" => property("Skip", name, "number", json!(0), "How many rows to leave out at the start"),
        "search" => {
            property("Search", name, "string", json!(""), "Words to search for; several are searched for as a phrase")
        }
        "filter" => {
            let mut filter = property("Filter", name, "string", json!(""), "An OData filter; text in single quotes");
            filter["placeholder"] = json!("e.g. contains(FirstName,'Ada') and Enabled eq true");
            filter
        }
        "count" => property(
            "Count",
            name,
            "boolean",
            json!(false),
            "Whether to add the number of all rows to each item, as @odata.count",
        ),
        "orderby" => {
            let mut order = property(
                "Order By",
                name,
                "string",
                json!(""),
                "Properties to sort by, with commas; desc after one for descending",
            );
            order["placeholder"] = json!("e.g. Number desc");
            order
        }
        "select" | "expand" => {
            let (label, method) = if name == "select" { ("Select", "getSelect") } else { ("Expand", "getExpand") };
            json!({
                "displayName": format!("{label} Names or IDs"),
                "name": name,
                "type": "multiOptions",
                "typeOptions": { "loadOptionsMethod": method, "loadOptionsDependsOn": ["operation"] },
                "default": [],
                "description": EXPRESSION,
            })
        }
        _ => property(
            "If Match",
            "ifMatch",
            "string",
            json!(""),
            "An ETag: the call is refused if the record has changed since",
        ),
    }
}
