//! A description's own word on answers: which status a success has, and what its body has to be.
//! Its schemas are made stricter than they are written: a property that a release does not know
//! is a mistake, since clients of that release would not find it described.

use jsonschema::{Registry, Validator};
use serde_json::{Map, Value, json};

use super::Description;

const DOCUMENT: &str = "urn:description";
const METHODS: [&str; 5] = ["get", "post", "patch", "put", "delete"];

/// A description whose schemas can be referred to.
pub struct Schemas {
    document: Value,
    registry: Registry<'static>,
}

/// An operation as a description has it.
pub struct Described<'d> {
    pub method: String,
    pub path: &'d str,
    /// The status of a success.
    pub status: u16,
    /// The type of its JSON body, if it has one.
    pub body: Option<BodyType>,
}

/// Where the schema of a body is, and what is known of it at first sight.
pub struct BodyType {
    pointer: String,
    /// True for the type that stands for whatever a controller sends: a file, or nothing.
    pub raw: bool,
}

impl Schemas {
    pub fn read(description: &Description) -> Result<Schemas, String> {
        let fails = |error: String| format!("{}: {error}", description.file.display());
        let text = std::fs::read_to_string(&description.file).map_err(|error| fails(error.to_string()))?;
        let mut document: Value = serde_saphyr::from_str(&text).map_err(|error| fails(error.to_string()))?;
        let components = document["components"]["schemas"].take();
        let open = open_components(strict(components.clone()));
        document["components"]["schemas"] = components;
        let mut document = strict(document);
        document["components"]["open"] = open;
        let registry = Registry::new().add(DOCUMENT, document.clone()).map_err(|error| fails(error.to_string()))?;
        let registry = registry.prepare().map_err(|error| fails(error.to_string()))?;
        Ok(Schemas { document, registry })
    }

    /// Every operation.
    pub fn operations(&self) -> Result<Vec<Described<'_>>, String> {
        let mut operations = Vec::new();
        for (path, item) in self.document["paths"].as_object().into_iter().flatten() {
            for method in METHODS.into_iter().filter(|method| item.get(method).is_some()) {
                let described = self.described(path, method, &item[method]);
                operations.push(described.ok_or(format!("{method} {path}: no success is described"))?);
            }
        }
        Ok(operations)
    }

    fn described<'d>(&self, path: &'d str, method: &str, operation: &Value) -> Option<Described<'d>> {
        let statuses = operation["responses"].as_object()?.keys();
        let status = statuses.filter_map(|status| status.parse::<u16>().ok()).find(|status| *status < 300)?;
        let escaped = path.replace('~', "~0").replace('/', "~1");
        let mut response = format!("/paths/{escaped}/{method}/responses/{status}");
        if let Some(shared) = self.document.pointer(&response)?["$ref"].as_str() {
            response = shared.trim_start_matches('#').to_owned();
        }
        let pointer = format!("{response}/content/application~1json/schema");
        let body = self
            .document
            .pointer(&pointer)
            .map(|schema| BodyType { raw: schema.to_string().contains("/Pbx.IActionResult\""), pointer });
        Some(Described { method: method.to_uppercase(), path, status, body })
    }

    /// What holds a body to its schema.
    pub fn validator(&self, body: &BodyType) -> Result<Validator, String> {
        let schema = json!({ "$ref": format!("{DOCUMENT}#{}", percent_encoded(&body.pointer)) });
        let options = jsonschema::options().with_registry(&self.registry).should_validate_formats(true);
        options.build(&schema).map_err(|error| error.to_string())
    }
}

/// A schema of OpenAPI 3.0 as strict JSON Schema, and all below it.
///
/// OpenAPI 3.0 has `nullable`, JSON Schema another type. Where a number may also be a text or
/// null, the descriptions say `oneOf`, which null could never satisfy. And a time of day has no
/// offset, as its pattern says; the format `time` asks for one.
fn strict(schema: Value) -> Value {
    let mut members: Map<String, Value> = match schema {
        Value::Array(items) => return items.into_iter().map(strict).collect(),
        Value::Object(members) => members.into_iter().map(|(name, value)| (name, strict(value))).collect(),
        other => return other,
    };
    if members.get("format") == Some(&json!("time")) && members.contains_key("pattern") {
        members.remove("format");
    }
    if let Some(choices) = members.remove("oneOf") {
        members.insert("anyOf".into(), choices);
    }
    match members.remove("allOf") {
        // A reference that had to be wrapped to stand beside `nullable`.
        Some(Value::Array(parts)) if parts.len() == 1 => {
            members.extend(parts.into_iter().filter_map(into_members).flatten())
        }
        Some(Value::Array(parts)) => {
            members.insert("allOf".into(), parts.into_iter().map(open_part).collect());
            close(&mut members);
        }
        _ => {}
    }
    if members.get("properties").is_some_and(Value::is_object) && !members.contains_key("additionalProperties") {
        close(&mut members);
    }
    match members.remove("nullable") {
        Some(Value::Bool(true)) => json!({ "anyOf": [members, { "type": "null" }] }),
        _ => Value::Object(members),
    }
}

/// Takes no properties but those that are described, and OData's own.
fn close(members: &mut Map<String, Value>) {
    members.insert("unevaluatedProperties".into(), json!(false));
    members.insert("patternProperties".into(), json!({ "@odata\\.": {} }));
}

/// A part of a larger type does not know the properties of the other parts.
fn open_part(part: Value) -> Value {
    let mut members = into_members(part).unwrap_or_default();
    members.remove("unevaluatedProperties");
    if let Some(Value::String(reference)) = members.get_mut("$ref") {
        *reference = reference.replace("/components/schemas/", "/components/open/");
    }
    Value::Object(members)
}

fn open_components(schemas: Value) -> Value {
    let schemas = into_members(schemas).unwrap_or_default();
    Value::Object(schemas.into_iter().map(|(name, schema)| (name, open_part(schema))).collect())
}

fn into_members(value: Value) -> Option<Map<String, Value>> {
    match value {
        Value::Object(members) => Some(members),
        _ => None,
    }
}

fn percent_encoded(pointer: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/~._-$:@!&'()*+,;=".contains(c);
    pointer.chars().map(|c| if plain(c) { c.to_string() } else { format!("%{:02X}", u32::from(c)) }).collect()
}
