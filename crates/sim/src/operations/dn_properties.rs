//! Properties of things with a number: pairs of names and values that the PBX and its
//! extensions keep there.

use serde_json::Value as Json;

use super::Call;
use super::behaviours::Behaviour::{Changes, Reads};
use super::behaviours::{Answer, Behaviours};
use crate::http::{Problem, Response};
use crate::state::{DnProperty, Entity, Store, Value, next_id, peer_by_number};

pub(super) const BEHAVIOURS: Behaviours = &[
    ("DNProperties.CreateDNProperty", Changes(|call, store| put(call, store, true))),
    ("DNProperties.DeleteDNProperty", Changes(delete)),
    ("DNProperties.GetDNPropertyByName", Reads(by_name)),
    ("DNProperties.GetPropertiesByDn", Reads(list)),
    ("DNProperties.UpdateDNProperty", Changes(|call, store| put(call, store, false))),
];

/// The number that is meant; something has to have it.
fn number(call: &Call<'_>, store: &Store) -> Result<String, Problem> {
    let argument = call.parameters.get("dnNumber").and_then(Value::as_text);
    let number = argument.or_else(|| call.field("dnNumber").and_then(Json::as_str)).unwrap_or_default();
    match peer_by_number(store, number) {
        Some(_) => Ok(number.to_owned()),
        None => Err(Problem::refused("dnNumber", "WARNINGS.XAPI.NOT_FOUND")),
    }
}

fn put(call: &Call<'_>, store: &mut Store, new: bool) -> Answer {
    let number = number(call, store)?;
    let given = call.field("property").cloned().unwrap_or_default();
    let text = |name: &str| given[name].as_str().map(Box::<str>::from);
    let name =
        text("Name").filter(|name| !name.is_empty()).ok_or(Problem::refused("Name", "WARNINGS.XAPI.REQUIRED"))?;
    let ledger = &mut store.ledger;
    let id = next_id(ledger.dn_properties.values().flat_map(|of| of.values()).map(|property| property.id));
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

fn delete(call: &Call<'_>, store: &mut Store) -> Answer {
    let (number, name) = (number(call, store)?, call.text_field("propertyName")?);
    let removed = store.ledger.dn_properties.get_mut(&*number).and_then(|of| of.remove(name));
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

fn by_name(call: &Call<'_>, store: &Store) -> Answer {
    let number = number(call, store)?;
    let name = call.parameters.get("name").and_then(Value::as_text).unwrap_or_default();
    let property = store.ledger.dn_properties.get(&*number).and_then(|of| of.get(name)).ok_or(Problem::NoSuchEntity)?;
    let row = row(call.shapes.entity("DNProperty").ok_or(Problem::NoSuchPath)?, name, property);
    Ok(call.whole(&row))
}

fn list(call: &Call<'_>, store: &Store) -> Answer {
    let number = number(call, store)?;
    let shape = call.shapes.get("DNProperty").ok_or(Problem::NoSuchPath)?;
    let options = call.options(Some(shape))?;
    let properties = store.ledger.dn_properties.get(&*number).into_iter().flatten();
    let page = options.page(properties.map(|(name, property)| row(Entity::new(shape), name, property)), usize::MAX);
    Ok(call.rows("Collection(Pbx.DNProperty)", page.rows, page.count, &options.selection))
}
