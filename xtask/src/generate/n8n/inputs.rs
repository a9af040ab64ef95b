//! The inputs of operations, as parameters of the node.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use threecx_catalog::words::plural;
use threecx_catalog::{Content, Effect, Operation, Span, Type, TypeRef};
use threecx_node::inputs::{BodyInput, Control, Input};
use threecx_node::names;
use threecx_node::picker::Picker;

use super::{Shared, words};

/// All inputs of all operations: values, bodies, how much is wanted, files.
pub fn inputs() -> Value {
    let mut notices = Shared::default();
    let mut values = Shared::default();
    let mut bodies = Shared::default();
    let mut amounts = Shared::default();
    for operation in threecx_catalog::operations() {
        let found = threecx_node::inputs::of(operation);
        if let Effect::Interrupts(what) | Effect::Destroys(what) = operation.effect {
            notices.add(operation, notice(what), json!({}));
        }
        for input in &found.inputs {
            value(operation, input, &mut values);
        }
        if let Some(input) = &found.body {
            body(operation, input, &mut bodies);
        }
        amount(operation, &mut amounts);
    }
    let all = [notices, values, bodies, amounts].into_iter().flat_map(Shared::properties);
    all.collect()
}

/// What has to be known before it is run.
fn notice(what: &str) -> Value {
    json!({ "displayName": format!("This {what}."), "name": "notice", "type": "notice", "default": "" })
}

/// What can be picked: the name of the method that lists it, and what it is.
pub fn pickers() -> Value {
    let mut methods = BTreeMap::new();
    for operation in threecx_catalog::operations() {
        for input in threecx_node::inputs::of(operation).inputs {
            if let Control::Locator(picker) | Control::Several(picker) = input.control {
                methods.insert(method(&picker), picker.of);
            }
        }
    }
    json!(methods)
}

fn method(picker: &Picker) -> String {
    format!("search{}", picker.of.replace('.', "By"))
}

fn value(operation: &'static Operation, input: &Input, shared: &mut Shared) {
    let noun = match &input.control {
        Control::Locator(picker) | Control::Several(picker) => words::noun(picker.structure.name),
        _ => String::new(),
    };
    match &input.control {
        Control::Locator(picker) => shared.add(operation, locator(input, picker, &noun), json!({})),
        Control::Several(picker) => several(operation, input, picker, &noun, shared),
        _ => shared.add(operation, plain(operation, input), json!({})),
    }
}

/// One of something: searched for in a list, or named by its id or number.
fn locator(input: &Input, picker: &Picker, noun: &str) -> Value {
    let by = names::label(picker.value);
    let note = words::note(input.name).map(str::to_owned);
    let mut property = json!({
        // The key of an entity is called after what it is the key of.
        "displayName": if input.key { words::heading(noun) } else { names::label(input.name) },
        "name": input.parameter,
        "type": "resourceLocator",
        "default": { "mode": "list", "value": "" },
    });
    if input.required {
        property["required"] = json!(true);
    }
    property["description"] =
        json!(note.unwrap_or_else(|| format!("The {noun}: pick it from the list, or give its {}", words::lower(&by))));
    property["modes"] = json!([
        {
            "displayName": "From List",
            "name": "list",
            "type": "list",
            "typeOptions": { "searchListMethod": method(picker), "searchable": true },
        },
        {
            "displayName": format!("By {by}"),
            "name": "id",
            "type": "string",
            "placeholder": if matches!(input.ty.ty, Type::Int32) { "e.g. 123" } else { "e.g. 100" },
        },
    ]);
    property
}

/// Several of something: a list of ids, or picked by name.
fn several(operation: &'static Operation, input: &Input, picker: &Picker, noun: &str, shared: &mut Shared) {
    let (label, by) = (names::label(input.name), names::label(picker.value));
    let plural = plural(noun);
    let mode = format!("{}From", input.parameter);
    shared.add(
        operation,
        json!({
            "displayName": format!("{label} From"),
            "name": mode,
            "type": "options",
            "options": [
                { "name": "JSON or Expression", "value": "json", "description": format!("Give {label} as a list") },
                { "name": "Picked From List", "value": "list", "description": format!("Pick {plural} by name") },
            ],
            "default": "json",
            "description": format!("How the {plural} are given"),
        }),
        json!({}),
    );
    let example = if matches!(input.ty.ty, Type::String) { "[\"100\", \"101\"]" } else { "[123, 456]" };
    shared.add(
        operation,
        json!({
            "displayName": label,
            "name": input.parameter,
            "type": "string",
            "default": "",
            "required": true,
            "placeholder": example,
            "description": format!("The {plural}, each by its {}: a JSON array such as {example}, or an expression that yields an array", words::lower(&by)),
        }),
        json!({ mode.as_str(): ["json"] }),
    );
    shared.add(
        operation,
        json!({
            "displayName": format!("{} Names or IDs", words::heading(noun)),
            "name": format!("{}Picked", input.parameter),
            "type": "multiOptions",
            "typeOptions": { "loadOptionsMethod": method(picker) },
            "default": [],
            "required": true,
            "description": "Choose from the list, or specify IDs using an <a href=\"https://docs.n8n.io/code/expressions/\">expression</a>",
        }),
        json!({ mode.as_str(): ["list"] }),
    );
}

/// The choice of no value.
fn left_out() -> Value {
    json!({ "name": "(Leave Out)", "value": "" })
}

fn plain(operation: &Operation, input: &Input) -> Value {
    let label = names::label(input.name);
    let mut property = json!({ "displayName": label, "name": input.parameter });
    let (kind, default, about) = match &input.control {
        Control::Switch if input.may_be_left_out() => {
            property["options"] =
                json!([left_out(), { "name": "No", "value": "false" }, { "name": "Yes", "value": "true" }]);
            ("options", json!(""), whether(&label))
        }
        Control::Switch => ("boolean", json!(input.default == Some("true")), whether(&label)),
        Control::Number => ("number", json!(0), format!("The {}, as a number", words::lower(&label))),
        Control::Instant => ("dateTime", json!(""), format!("The {}, a point in time", words::lower(&label))),
        Control::Choice(enumeration) => {
            let mut members: Vec<&str> = enumeration.members.iter().map(|member| member.name).collect();
            members.sort_by_key(|name| name.to_lowercase());
            let mut options: Vec<Value> =
                members.iter().map(|name| json!({ "name": names::label(name), "value": name })).collect();
            let mut first = json!(members.first());
            if input.may_be_left_out() {
                options.insert(0, left_out());
                first = json!("");
            }
            property["options"] = json!(options);
            ("options", first, format!("Which {}", words::lower(&names::label(enumeration.name))))
        }
        Control::List => ("string", json!(""), list(&label, input.ty)),
        _ => ("string", json!(""), text(&label, input.ty)),
    };
    property["type"] = json!(kind);
    // n8n's rules take whatever is called a token for one.
    if input.secret || input.name.contains("token") {
        property["typeOptions"] = json!({ "password": true });
    }
    property["default"] = default;
    if input.name == "email" {
        property["placeholder"] = json!("name@email.com");
    }
    if input.required && kind != "boolean" {
        property["required"] = json!(true);
    }
    let mut about = words::note(input.name).map_or(about, str::to_owned);
    if !input.required && kind == "string" && words::note(input.name).is_none() {
        about.push_str(". Empty to leave it out.");
    }
    if let Some(lifetime) = own_lifetime(operation, input) {
        about = format!("{}. {lifetime}.", about.trim_end_matches('.'));
    }
    property["description"] = json!(about);
    property
}

/// When an input exists, if that is not as long as its operation.
fn own_lifetime(operation: &Operation, input: &Input) -> Option<String> {
    let whole = Span { first: operation.forms[0].span.first, last: operation.newest_form().span.last };
    (!input.span.covers(whole)).then(|| words::lifetime(input.span))?
}

fn whether(label: &str) -> String {
    const VERBS: [&str; 5] = ["include", "hide", "send", "enable", "use"];
    let words = words::lower(label);
    let verb = words.split(' ').next().unwrap_or_default();
    if VERBS.contains(&verb) { format!("Whether to {words}") } else { format!("Whether to set {words}") }
}

fn list(label: &str, ty: TypeRef) -> String {
    let example = if matches!(ty.ty, Type::String) { "[\"a\", \"b\"]" } else { "[1, 2]" };
    format!("The {}: a JSON array such as {example}, or an expression that yields an array", words::lower(label))
}

fn text(label: &str, ty: TypeRef) -> String {
    let form = match ty.ty {
        Type::Byte | Type::Int32 | Type::Int64 => ", a whole number",
        Type::Single | Type::Double | Type::Decimal => ", a number",
        Type::Guid => ", a GUID such as 1e6ed594-af95-4bb4-af56-b957ac87d6d7",
        Type::Date => ", a day such as 2026-01-31",
        Type::TimeOfDay => ", a time of day such as 09:30",
        Type::Duration => ", a duration such as PT1H30M or 01:30:00",
        Type::Structure(_) | Type::Opaque(_) => ", as JSON",
        // n8n's rules want more than the label.
        _ => ", as text",
    };
    format!("The {}{form}", words::lower(label))
}

/// A body with many fields: chosen one by one, or as JSON.
fn body(operation: &'static Operation, input: &BodyInput, shared: &mut Shared) {
    let noun = words::noun(input.structure.name);
    if input.list {
        let about = format!("The {}: a JSON array of objects", plural(&noun));
        shared.add(operation, json_property("[]", &about), json!({}));
        return;
    }
    shared.add(
        operation,
        json!({
            "displayName": "Body",
            "name": "bodyMode",
            "type": "options",
            "options": [
                { "name": "Fields", "value": "fields", "description": "Choose the fields one by one" },
                { "name": "JSON", "value": "json", "description": "Give all of them as one JSON object" },
            ],
            "default": "fields",
            "description": "How the fields are given",
        }),
        json!({}),
    );
    shared.add(
        operation,
        json!({
            "displayName": "Fields",
            "name": "body",
            "type": "resourceMapper",
            "noDataExpression": true,
            "default": { "mappingMode": "defineBelow", "value": null },
            "required": true,
            "description": "The fields to send; what is not named stays as it is or gets the PBX's default",
            "typeOptions": {
                "loadOptionsDependsOn": ["operation"],
                "resourceMapper": {
                    "resourceMapperMethod": "getFields",
                    "mode": "add",
                    "fieldWords": { "singular": "field", "plural": "fields" },
                    "addAllFields": false,
                    "multiKeyMatch": false,
                    "supportAutoMap": true,
                },
            },
        }),
        json!({ "bodyMode": ["fields"] }),
    );
    shared.add(operation, json_property("{}", "The fields as one JSON object"), json!({ "bodyMode": ["json"] }));
    let files = input.files();
    if !files.is_empty() {
        shared.add(operation, uploads(&files), json!({}));
    }
}

fn json_property(default: &str, about: &str) -> Value {
    json!({ "displayName": "JSON", "name": "bodyJson", "type": "json", "default": default, "required": true, "description": about })
}

/// Fields that are the content of a file.
fn uploads(fields: &[&str]) -> Value {
    let options: Vec<Value> = fields.iter().map(|name| json!({ "name": names::label(name), "value": name })).collect();
    json!({
        "displayName": "Fields From Files",
        "name": "bodyFiles",
        "type": "fixedCollection",
        "typeOptions": { "multipleValues": true },
        "placeholder": "Add File",
        "default": {},
        "description": "Fields whose content is a file of the input item",
        "options": [{
            "displayName": "File",
            "name": "file",
            "values": [
                {
                    "displayName": "Encoding",
                    "name": "encoding",
                    "type": "options",
                    "options": [
                        { "name": "Base64", "value": "base64", "description": "For files that are not text" },
                        { "name": "Text", "value": "utf8", "description": "For templates and other text, in UTF-8" },
                    ],
                    "default": "utf8",
                    "description": "How the file goes into the field",
                },
                {
                    "displayName": "Field",
                    "name": "field",
                    "type": "options",
                    "options": options,
                    "default": fields[0],
                    "description": "The field that takes the file",
                },
                {
                    "displayName": "Input Data Field Name",
                    "name": "input",
                    "type": "string",
                    "default": "data",
                    "description": "The name of the input field that holds the file",
                },
            ],
        }],
    })
}

/// How many rows, how much of each, and where a file goes.
fn amount(operation: &'static Operation, shared: &mut Shared) {
    if operation.is_paged() {
        let all = json!({
            "displayName": "Return All",
            "name": "returnAll",
            "type": "boolean",
            "default": false,
            "description": "Whether to return all results or only up to a given limit",
        });
        shared.add(operation, all, json!({}));
        let limit = json!({
            "displayName": "Limit",
            "name": "limit",
            "type": "number",
            "typeOptions": { "minValue": 1 },
            "default": 50,
            "description": "Max number of results to return",
        });
        shared.add(operation, limit, json!({ "returnAll": [false] }));
    }
    if threecx_node::simplified(operation, Span::NEWEST).is_some() {
        let simplify = json!({
            "displayName": "Simplify",
            "name": "simplify",
            "type": "boolean",
            "default": true,
            "description": "Whether to return a simplified version of the response instead of the raw data",
        });
        shared.add(operation, simplify, json!({}));
    }
    let file =
        operation.forms.iter().flat_map(|form| form.answers).any(|a| matches!(a.value.content, Content::File(..)));
    if file {
        let field = json!({
            "displayName": "Put Output File in Field",
            "name": "outputField",
            "type": "string",
            "default": "data",
            "required": true,
            "description": "The name of the output field that the file goes into",
            "hint": "The name of the output binary field to put the file in",
        });
        shared.add(operation, field, json!({}));
    }
}
