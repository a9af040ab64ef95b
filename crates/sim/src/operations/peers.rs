//! Everything with a number as others refer to it: its kind and how it is called.

use crate::state::{Entity, Store};

/// The sets whose entities have numbers, and the kinds of peers that they are.
pub(super) const KINDS: [(&str, &str); 10] = [
    ("Users", "Extension"),
    ("Queues", "Queue"),
    ("RingGroups", "RingGroup"),
    ("Receptionists", "IVR"),
    ("Fax", "Fax"),
    ("Parkings", "Parking"),
    ("CallFlowApps", "RoutePoint"),
    ("ServicePrincipals", "RoutePoint"),
    ("Trunks", "ExternalLine"),
    ("Groups", "Group"),
];

/// Who has the number, and what kind of peer that is.
pub(super) fn by_number<'s>(store: &'s Store, number: &str) -> Option<(&'s Entity, &'static str)> {
    KINDS.iter().find_map(|(set, kind)| Some((store.set(set)?.by_number(number)?, *kind)))
}

/// Who has the id, which all of them share.
pub(super) fn by_id(store: &Store, id: i64) -> Option<(&Entity, &'static str)> {
    let key = crate::state::Key::Int(id);
    KINDS.iter().find_map(|(set, kind)| Some((store.set(set)?.get(&key)?, *kind)))
}

/// The kind of peer that the entities of a type are.
pub(super) fn kind_of_type(structure: &str) -> Option<&'static str> {
    // The sets are called by their types in the plural.
    let of_type = |set: &str| set == structure || set.strip_suffix('s') == Some(structure);
    KINDS.iter().find(|(set, _)| of_type(set)).map(|(_, kind)| *kind)
}

/// How a peer is called: `Lovelace, Ada`, `Support`; a trunk by its provider.
pub(crate) fn label(entity: &Entity) -> &str {
    let gateway = || entity.get("Gateway").as_object().map_or("", |gateway| gateway.text("Name"));
    ["DisplayName", "Name"].iter().map(|name| entity.text(name)).find(|name| !name.is_empty()).unwrap_or_else(gateway)
}
