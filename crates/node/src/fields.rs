//! `fields`: the fields of a body, one by one, with what each takes.

use serde_json::{Value, json};
use threecx_catalog::{Property, Span, Structure, Type, Verb};

use crate::command::{self, About, Reply};
use crate::{inputs, names};

/// `{fields: [{id, displayName, type, required, options?, description}]}`: what the PBX's release
/// has. The key comes last: a PBX gives new entities theirs.
pub(crate) fn command(about: About<'_>) -> Reply {
    let (operation, target) = (about.operation()?, about.target()?);
    let Some(body) = inputs::of(operation).body else { return command::reply("fields", Vec::<Value>::new()) };
    let mut properties: Vec<&Property> = body.structure.properties_in(target).collect();
    properties.sort_by_key(|property| (property.name == "Id", property.name));
    if operation.verb == Verb::Update {
        properties.retain(|property| property.name != "Id");
    }
    command::reply("fields", properties.into_iter().map(|property| field(property, target)).collect::<Vec<_>>())
}

fn field(property: &Property, target: Span) -> Value {
    let mut field = json!({
        "id": property.name,
        "displayName": names::label(property.name),
        "type": kind(property),
        "required": false,
    });
    if let Type::Enumeration(enumeration) = property.ty.ty
        && kind(property) == "options"
    {
        let members = enumeration.members.iter().filter(|member| member.span.overlaps(target));
        field["options"] = members.map(|member| json!({ "name": member.name, "value": member.name })).collect();
    }
    field
}

/// The mapper's word for a type.
fn kind(property: &Property) -> &'static str {
    match property.ty.ty {
        _ if property.ty.collection => "array",
        Type::Structure(_) | Type::Opaque(_) => "object",
        Type::Boolean => "boolean",
        Type::Byte | Type::Int32 | Type::Int64 | Type::Single | Type::Double | Type::Decimal => "number",
        Type::DateTimeOffset => "dateTime",
        Type::Enumeration(enumeration) if !enumeration.flags => "options",
        _ => "string",
    }
}

/// The fields of a body that hold the content of a file.
pub(crate) fn file_fields(structure: &'static Structure, target: Span) -> Vec<&'static str> {
    let text = |property: &&Property| matches!(property.ty.ty, Type::String) && !property.ty.collection;
    let files =
        structure.properties_in(target).filter(text).filter(|property| threecx_catalog::holds_file(property.name));
    files.map(|property| property.name).collect()
}
