//! What a new entity has without being asked for, by type: kept as data in `defaults.json`, and
//! in memory once for all entities of a type.

use std::sync::OnceLock;

use serde_json::Value as Json;
use threecx_catalog::Property;

use super::entity::Value;
use super::known::known_value;
use super::shape::Shapes;

const DEFAULTS: &str = include_str!("defaults.json");

/// The value that a property has in a new entity of a type, if it is another than that of every
/// property of its kind.
pub(super) fn initial(structure: &str, property: &Property, shapes: &'static Shapes) -> Option<Value> {
    static TABLE: OnceLock<Json> = OnceLock::new();
    let table = TABLE.get_or_init(|| serde_json::from_str(DEFAULTS).unwrap_or_default());
    known_value(table.get(structure)?.get(property.name)?, property, shapes)
}
