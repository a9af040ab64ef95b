//! JSON that was written with another release in mind: what the release at hand does not know of
//! it is left out.

use serde_json::{Map, Value as Json};
use threecx_catalog::{Property, Type};

use super::entity::{Entity, Value};
use super::from_json::{entity_from_json, value_from_json};
use super::shape::{Shape, Shapes};

/// An entity with what the release knows of the members of a JSON object.
pub(crate) fn known_entity(mut entity: Entity, json: &Json, shapes: &'static Shapes) -> Entity {
    let fitting = known(json, entity.shape, shapes);
    let read = entity_from_json(&mut entity, &fitting, shapes);
    debug_assert!(read.is_ok(), "{}: {read:?}", entity.shape.structure.name);
    entity
}

/// The value of a property, as far as the release knows what is in it.
pub(super) fn known_value(json: &Json, property: &Property, shapes: &'static Shapes) -> Option<Value> {
    value_from_json(&fitting(json, property, shapes)?, property.ty, shapes).ok()
}

/// The members that the release knows, also below.
fn known(json: &Json, shape: &'static Shape, shapes: &'static Shapes) -> Json {
    let members = json.as_object().into_iter().flatten().filter_map(|(name, value)| {
        let property = shape.properties[shape.index(name)?];
        Some((name.clone(), fitting(value, property, shapes)?))
    });
    Json::Object(members.collect::<Map<_, _>>())
}

/// What the release knows of a value.
fn fitting(value: &Json, property: &Property, shapes: &'static Shapes) -> Option<Json> {
    let inner = match property.ty.ty {
        Type::Structure(structure) => shapes.get(structure.name),
        _ => None,
    };
    if let (Type::Enumeration(enumeration), Json::String(member)) = (property.ty.ty, value)
        && !enumeration.flags
        && !shapes.has_member(enumeration, member)
    {
        return None;
    }
    Some(match (value, inner) {
        (Json::Null, _) if !property.ty.nullable => return None,
        (Json::Array(items), Some(inner)) => items.iter().map(|item| known(item, inner, shapes)).collect(),
        (Json::Object(_), Some(inner)) => known(value, inner, shapes),
        // A structure that was something else in this release.
        (Json::Object(_), None) => return None,
        _ => value.clone(),
    })
}
