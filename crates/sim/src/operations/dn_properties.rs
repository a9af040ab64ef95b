//! Properties of things with a number: pairs of names and values that the PBX and its
//! extensions keep there.

use serde_json::Value as Json;

use super::{Behaviour, Call, peers};
use crate::http::{Problem, Response};
use crate::odata::Selection;
use crate::state::{DnProperty, Entity, Value};

pub(super) fn behaviour(operation: &str) -> Option<Behaviour> {
    Some(match operation {
        "DNProperties.CreateDNProperty" => |call| put(call, true),
        "DNProperties.UpdateDNProperty" => |call| put(call, false),
        "DNProperties.DeleteDNProperty" => delete,
        "DNProperties.GetDNPropertyByName" => by_name,
        "DNProperties.GetPropertiesByDn" => list,
        _ => return None,
    })
}

/// The number that is meant; somebody has to have it.
fn number(call: &Call<'_>) -> Result<String, Problem> {
    let argument = call.parameters.get("dnNumber").and_then(Value::as_text);
    let number = argument.or_else(|| call.field("dnNumber").and_then(Json::as_str)).unwrap_or_default();
    match peers::by_number(&call.read(), number) {
        Some(_) => Ok(number.to_owned()),
        None => Err(Problem::refused("dnNumber", "WARNINGS.XAPI.NOT_FOUND")),
    }
}

fn put(call: &Call<'_>, new: bool) -> Result<Response, Problem> {
    let number = number(call)?;
    let given = call.field("property").cloned().unwrap_or_default();
    let text = |name: &str| given[name].as_str().map(Box::<str>::from);
    let name =
        text("Name").filter(|name| !name.is_empty()).ok_or(Problem::refused("Name", "WARNINGS.XAPI.REQUIRED"))?;
    let ledger = &mut call.write().ledger;
    let id =
        ledger.dn_properties.values().flat_map(|of| of.values()).map(|property| property.id).max().unwrap_or(0) + 1;
    let properties = ledger.dn_properties.entry(number.into()).or_default();
    let known = properties.get(&name).cloned();
    match (&known, new) {
        (Some(_), true) => return Err(Problem::refused("Name", "WARNINGS.XAPI.ALREADY_IN_USE")),
        (None, false) => return Err(Problem::refused("Name", "WARNINGS.XAPI.NOT_FOUND")),
        _ => {}
    }
    let property = DnProperty {
        id: known.as_ref().map_or(id, |known| known.id),
        value: text("Value").unwrap_or_default(),
        description: text("Description").or_else(|| known.and_then(|known| known.description)),
    };
    properties.insert(name, property);
    Ok(Response::empty(204))
}

fn delete(call: &Call<'_>) -> Result<Response, Problem> {
    let (number, name) = (number(call)?, call.text_field("propertyName")?);
    let removed = call.write().ledger.dn_properties.get_mut(&*number).and_then(|of| of.remove(name));
    removed.map(|_| Response::empty(204)).ok_or(Problem::refused("propertyName", "WARNINGS.XAPI.NOT_FOUND"))
}

fn row(blank: Entity, name: &str, property: &DnProperty) -> Entity {
    let description = property.description.clone().map_or(Value::Null, Value::Text);
    blank
        .with("Id", Value::Int(property.id))
        .with("Name", Value::text(name))
        .with("Value", Value::Text(property.value.clone()))
        .with("Description", description)
}

fn by_name(call: &Call<'_>) -> Result<Response, Problem> {
    let number = number(call)?;
    let name = call.parameters.get("name").and_then(Value::as_text).unwrap_or_default();
    let store = call.read();
    let property = store.ledger.dn_properties.get(&*number).and_then(|of| of.get(name)).ok_or(Problem::NoSuchEntity)?;
    let row = row(call.shapes.entity("DNProperty").ok_or(Problem::NoSuchPath)?, name, property);
    Ok(call.entity(200, "Pbx.DNProperty", &row, Selection::all()))
}

fn list(call: &Call<'_>) -> Result<Response, Problem> {
    let number = number(call)?;
    let shape = call.shapes.get("DNProperty").ok_or(Problem::NoSuchPath)?;
    let options = call.options(Some(shape))?;
    let store = call.read();
    let properties = store.ledger.dn_properties.get(&*number).into_iter().flatten();
    let page = options.page(properties.map(|(name, property)| row(Entity::new(shape), name, property)), usize::MAX);
    Ok(call.rows("Collection(Pbx.DNProperty)", page.rows, page.count, &options.selection))
}
