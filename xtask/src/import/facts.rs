//! Turns the schemas of one official description into the record's notation.

use super::openapi::{Document, Media, Operation, Schema};
use crate::record::{Spec, TypeExpr};

/// The namespace that official names carry and the record leaves out.
const NAMESPACE: &str = "Pbx.";

/// The name in a `$ref`, without the namespace.
pub fn name_of(reference: &str) -> &str {
    let name = reference.rsplit('/').next().unwrap_or(reference);
    name.strip_prefix(NAMESPACE).unwrap_or(name)
}

/// The record's name of a schema that is a type of the 3CX namespace; none for the
/// envelopes that OpenAPI needs around collections, errors and references.
pub fn type_name(schema: &str) -> Option<&str> {
    let name = schema.strip_prefix(NAMESPACE)?;
    let envelope = name.ends_with("CollectionResponse") || name.starts_with("ODataErrors.") || name == "IActionResult";
    (!envelope).then_some(name)
}

/// What a property, parameter or field takes.
pub fn spec(schema: &Schema) -> Result<Spec, String> {
    Ok(Spec {
        ty: type_expr(schema)?,
        max_length: schema.max_length,
        navigation: schema.navigation,
        default: schema.default.map(|value| value.to_string()),
    })
}

fn type_expr(schema: &Schema) -> Result<TypeExpr, String> {
    let nullable = schema.nullable;
    let plain = |name: &str| Ok(TypeExpr { name: name.to_owned(), collection: false, nullable });
    if let Some(reference) = &schema.reference {
        return plain(name_of(reference));
    }
    match (schema.all_of.as_slice(), schema.any_of.as_slice(), schema.one_of.as_slice()) {
        // A reference that may be null: `allOf: [ref]` in newer descriptions, `anyOf: [ref, {}]` before.
        ([only], [], []) => return Ok(TypeExpr { nullable, ..type_expr(only)? }),
        ([], [first, rest], []) if rest.reference.is_none() => {
            return Ok(TypeExpr { nullable: true, ..type_expr(first)? });
        }
        // A float, which JSON may also carry as "INF" or "NaN".
        ([], [], [number, ..]) => {
            let number = type_expr(number)?;
            return Ok(TypeExpr { nullable: nullable || number.nullable, ..number });
        }
        ([], [], []) => {}
        _ => return Err("a combination of schemas that the import does not know".into()),
    }
    match (schema.kind.as_deref(), schema.format.as_deref()) {
        (Some("array"), _) => {
            let items = schema.items.as_deref().ok_or("an array without items")?;
            // Whether a string in a list may be null changed in the descriptions without
            // meaning; what the list itself says is kept.
            Ok(TypeExpr { collection: true, nullable, ..type_expr(items)? })
        }
        (Some("boolean"), None) => plain("Boolean"),
        (Some("string"), None) => plain("String"),
        (Some("string"), Some("date-time")) => plain("DateTimeOffset"),
        (Some("string"), Some("date")) => plain("Date"),
        (Some("string"), Some("time")) => plain("TimeOfDay"),
        (Some("string"), Some("duration")) => plain("Duration"),
        (Some("string"), Some("uuid")) => plain("Guid"),
        (Some("integer" | "number"), Some("uint8")) => plain("Byte"),
        (Some("integer" | "number"), Some("int32")) => plain("Int32"),
        (Some("integer" | "number"), Some("int64")) => plain("Int64"),
        (Some("integer" | "number"), Some("decimal")) => plain("Decimal"),
        (Some("number"), Some("float")) => plain("Single"),
        (Some("number"), Some("double")) => plain("Double"),
        (kind, format) => Err(format!("a schema of type {kind:?}, format {format:?}, which the import does not know")),
    }
}

/// The status and type of success, as `200 User[]` or `204`.
pub fn answer(document: &Document, operation: &Operation) -> Result<String, String> {
    let mut successes = operation.responses.iter().filter(|(status, _)| status.starts_with('2'));
    let (Some((status, mut response)), None) = (successes.next(), successes.next()) else {
        return Err("not exactly one success response".into());
    };
    if let Some(reference) = &response.reference {
        let name = reference.rsplit('/').next().unwrap_or(reference);
        response = document.components.responses.get(name).ok_or(format!("no response {name}"))?;
    }
    match response.content.values().next() {
        None => Ok(status.clone()),
        Some(Media { schema }) => Ok(format!("{status} {}", payload(document, schema)?)),
    }
}

/// The type inside the `value` envelope of collections and scalars, or of the entity itself.
fn payload(document: &Document, schema: &Schema) -> Result<TypeExpr, String> {
    let named = schema.reference.as_deref().and_then(|reference| reference.rsplit('/').next());
    if let Some(name) = named.filter(|name| name.ends_with("CollectionResponse")) {
        let collection = document.components.schemas.get(name).ok_or(format!("no schema {name}"))?;
        return payload(document, collection);
    }
    let envelope = schema.all_of.last().filter(|last| last.properties.contains_key("value")).unwrap_or(schema);
    match envelope.properties.get("value") {
        Some(value) => type_expr(value),
        None => type_expr(schema),
    }
}

/// The query options, without `$`, in the order in which the record lists them.
pub fn options(operation: &Operation) -> Result<Option<String>, String> {
    const KNOWN: [&str; 9] = ["top", "skip", "search", "filter", "count", "orderby", "select", "expand", "if-match"];
    let found = operation.option_names();
    if let Some(unknown) = found.iter().find(|name| !KNOWN.contains(&name.as_str())) {
        return Err(format!("a query option `{unknown}`, which the import does not know"));
    }
    let names: Vec<_> = KNOWN.into_iter().filter(|known| found.contains(*known)).collect();
    Ok((!names.is_empty()).then(|| names.join(" ")))
}
