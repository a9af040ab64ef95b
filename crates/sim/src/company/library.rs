//! What a PBX has from the start and a company adds to over the years: countries, templates,
//! prompts, contacts, holidays. Kept as data in `demo.json`; its settings, and what it answers
//! to questions about itself, in `settings.json`.

use std::sync::OnceLock;

use serde_json::{Map, Value as Json};
use threecx_catalog::{Property, Type};

use crate::state::{Entity, Shape, Shapes, Store, Value, entity_from_json, value_from_json};

const DEMO: &str = include_str!("demo.json");
const SETTINGS: &str = include_str!("settings.json");

fn settings() -> &'static Json {
    static PARSED: OnceLock<Json> = OnceLock::new();
    PARSED.get_or_init(|| serde_json::from_str(SETTINGS).unwrap_or_default())
}

/// What an operation answers as long as nobody has set anything else.
pub(crate) fn answer(operation: &str) -> Option<&'static Json> {
    settings()["answers"].get(operation)
}

/// Puts it into the store, as far as the release has it.
pub(super) fn install(store: &mut Store, shapes: &'static Shapes) {
    let demo: Json = serde_json::from_str(DEMO).unwrap_or_default();
    for (name, rows) in demo["sets"].as_object().into_iter().flatten() {
        let Some(set) = store.set_mut(name) else { continue };
        for row in rows.as_array().into_iter().flatten() {
            let entity = entity(Entity::new(set.shape), row, shapes);
            set.put(entity);
        }
    }
    let singletons = [&demo["singletons"], &settings()["singletons"]];
    for (name, settings) in singletons.into_iter().filter_map(Json::as_object).flatten() {
        if let Some(singleton) = store.singletons.get_mut(name.as_str()) {
            *singleton = entity(singleton.clone(), settings, shapes);
        }
    }
}

/// An entity with what the release knows of the members of a JSON object.
pub(crate) fn entity(mut entity: Entity, json: &Json, shapes: &'static Shapes) -> Entity {
    let fitting = known(json, entity.shape, shapes);
    let read = entity_from_json(&mut entity, &fitting, shapes);
    debug_assert!(read.is_ok(), "{}: {read:?}", entity.shape.structure.name);
    entity
}

/// The value of a property, as far as the release knows what stands in it.
pub(super) fn value(json: &Json, property: &Property, shapes: &'static Shapes) -> Option<Value> {
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
