//! What the PBX remembers: entities of every kind, held compactly and driven by the catalogue.
//! Knows neither OData nor HTTP.

mod defaults;
mod entity;
mod from_json;
mod known;
mod ledger;
mod numbers;
mod peers;
mod phone_orders;
mod revisions;
mod row;
mod shape;
mod snapshot;
mod store;
mod to_json;

pub(crate) use entity::{Entity, Value};
pub(crate) use from_json::{Misfit, entity_from_json, value_from_json};
pub(crate) use known::known_entity;
pub(crate) use ledger::{DnProperty, ServiceOrder};
pub(crate) use numbers::{
    NUMBERED, Numbered, PeerKind, Range, SYSTEM_NUMBERS, TRUNK_NUMBERS, USER_NUMBERS, free_id, free_number, is_taken,
    next_id,
};
pub(crate) use peers::{label, name_memberships, peer_by_id, peer_by_number};
pub(crate) use phone_orders::Order;
pub use phone_orders::PhoneState;
pub(crate) use row::{Row, Rows};
pub(crate) use shape::{Shape, Shapes, default};
pub(crate) use store::{Key, Set, Store};
pub(crate) use to_json::{comparable, snapshot, write_members, write_name, write_text, write_value};
