//! Everything with a number as others refer to it: its kind and how it is called.

use super::entity::{Entity, Value};
use super::numbers::{NUMBERED, PeerKind};
use super::store::{Key, Store};

/// Who has the number, and what kind of peer that is.
pub(crate) fn peer_by_number<'s>(store: &'s Store, number: &str) -> Option<(&'s Entity, PeerKind)> {
    NUMBERED.iter().find_map(|numbered| Some((store.set(numbered.set)?.by_number(number)?, numbered.kind)))
}

/// Who has the id, which all of them share.
pub(crate) fn peer_by_id(store: &Store, id: i64) -> Option<(&Entity, PeerKind)> {
    let key = Key::Int(id);
    NUMBERED.iter().find_map(|numbered| Some((store.set(numbered.set)?.get(&key)?, numbered.kind)))
}

/// How a peer is called: `Lovelace, Ada`, `Support`; a trunk by its provider.
pub(crate) fn label(entity: &Entity) -> &str {
    let gateway = || entity.get("Gateway").as_object().map_or("", |gateway| gateway.text("Name"));
    ["DisplayName", "Name"].iter().map(|name| entity.text(name)).find(|name| !name.is_empty()).unwrap_or_else(gateway)
}

/// Lets the memberships of something with a number say who the member is.
pub(crate) fn name_memberships(entity: &mut Entity, kind: PeerKind) {
    let (id, number, name) = (entity.get("Id").clone(), entity.get("Number").clone(), Value::text(label(entity)));
    for (_, value) in entity.own_mut().filter(|(property, _)| *property == "Groups") {
        let Value::List(memberships) = value else { continue };
        for membership in memberships.iter_mut().filter_map(Value::as_object_mut) {
            membership.set("Id", id.clone());
            membership.set("Number", number.clone());
            membership.set("MemberName", name.clone());
            membership.set("Type", Value::text(kind.name()));
        }
    }
}
