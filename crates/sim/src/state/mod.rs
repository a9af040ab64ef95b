//! What the PBX remembers: entities of every kind, held compactly and driven by the catalogue.

mod entity;
mod json;
mod ledger;
mod revisions;
mod row;
mod shape;
mod snapshot;
mod store;

pub(crate) use entity::{Entity, Value};
pub(crate) use json::{Misfit, entity_from_json, snapshot, value_from_json, write_entity, write_text, write_value};
pub(crate) use ledger::{DnProperty, ServiceOrder};
pub(crate) use revisions::Revisions;
pub(crate) use row::{Row, Rows};
pub(crate) use shape::{Shape, Shapes, default};
pub(crate) use store::{Key, Set, Store};
