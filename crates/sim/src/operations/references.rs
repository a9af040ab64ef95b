//! What an entity refers to: members, departments, destinations, peers, trunks. It has to be
//! there, and the PBX fills in how it is called. Driven by the types, wherever they stand.

use crate::auth::ROLES;
use crate::http::Problem;
use crate::state::{
    Entity, Key, Numbered, PeerKind, Set, Store, Value, label, name_memberships, peer_by_id, peer_by_number,
};

/// Types of members that are given by number.
pub(super) const MEMBERS: [&str; 3] = ["QueueAgent", "QueueManager", "RingGroupMember"];
/// Destinations and forwards that lead to a number of this PBX.
const INSIDE: [&str; 8] =
    ["Extension", "VoiceMail", "VoiceMailOfDestination", "Queue", "RingGroup", "IVR", "Fax", "RoutePoint"];

/// Fills in what an entity refers to; refuses what does not exist.
pub(super) fn settle(entity: &mut Entity, store: &Store) -> Result<(), Problem> {
    let missing = |target: &str| Problem::refused(target, "WARNINGS.XAPI.NOT_FOUND");
    for (name, value) in entity.own_mut() {
        below(value, store).map_err(|_| missing(name))?;
    }
    this(entity, store).map_err(missing)?;
    if let Some(numbered) = Numbered::of(entity, store).filter(|numbered| numbered.kind != PeerKind::Group) {
        name_memberships(entity, numbered.kind);
    }
    Ok(())
}

/// Settles what is in a value; fails with the name of the property that leads nowhere.
fn below(value: &mut Value, store: &Store) -> Result<(), &'static str> {
    match value {
        Value::List(items) => items.iter_mut().try_for_each(|item| below(item, store)),
        Value::Object(inner) => {
            inner.own_mut().try_for_each(|(_, value)| below(value, store))?;
            this(inner, store)
        }
        _ => Ok(()),
    }
}

/// Settles what an entity itself says, by its type.
fn this(entity: &mut Entity, store: &Store) -> Result<(), &'static str> {
    let ty = entity.shape.structure.name;
    match ty {
        _ if MEMBERS.contains(&ty) => {
            let (peer, _) = peer_by_number(store, entity.text("Number")).ok_or("Number")?;
            let (id, name) = (peer.get("Id").clone(), Value::text(label(peer)));
            entity.set("Id", id);
            entity.set("Name", name);
        }
        "UserGroup" => membership(entity, store)?,
        "Destination" => destination(entity, store)?,
        "Peer" => peer(entity, store)?,
        "ReceptionistForward" => forward(entity, store, "ForwardType", "ForwardDN")?,
        "Receptionist" => forward(entity, store, "TimeoutForwardType", "TimeoutForwardDN")?,
        "OutboundRoute" => {
            if let Some(id) = entity.int("TrunkId").filter(|id| *id != 0) {
                let trunk = by_key(store, "Trunks", id).ok_or("TrunkId")?;
                entity.set("TrunkName", Value::text(label(trunk)));
            }
        }
        "OutboundRule" => {
            let groups = entity.get("GroupIds").as_list().iter().filter_map(Value::as_int);
            let groups: Vec<&Entity> =
                groups.map(|id| by_key(store, "Groups", id)).collect::<Option<_>>().ok_or("GroupIds")?;
            if !groups.is_empty() {
                entity.set("GroupNames", Value::List(groups.iter().map(|group| group.get("Name").clone()).collect()));
            }
        }
        "InboundRule" => every_destination(entity),
        "User" => exists(entity, "PrimaryGroupId", "Groups", store)?,
        "Sbc" => {
            exists(entity, "PhoneUserId", "Users", store)?;
            department(entity, store)?;
        }
        "Weblink" | "Fxs" | "Holiday" => department(entity, store)?,
        _ => {}
    }
    Ok(())
}

fn by_key<'s>(store: &'s Store, set: &str, id: i64) -> Option<&'s Entity> {
    store.set(set)?.get(&Key::Int(id))
}

/// Refuses an id that nothing in a set has.
fn exists(entity: &Entity, name: &'static str, set: &str, store: &Store) -> Result<(), &'static str> {
    match entity.int(name).filter(|id| *id != 0) {
        Some(id) => by_key(store, set, id).map(|_| ()).ok_or(name),
        None => Ok(()),
    }
}

/// Refuses a department, given by its number or name, that does not exist.
fn department(entity: &Entity, store: &Store) -> Result<(), &'static str> {
    let (given, groups) = (entity.text("Group"), store.set("Groups"));
    let known =
        |groups: &Set| groups.by_number(given).is_some() || groups.rows().any(|group| group.text("Name") == given);
    if given.is_empty() || groups.is_none_or(known) { Ok(()) } else { Err("Group") }
}

/// A membership of a department: which one it is, and which role it gives.
fn membership(entity: &mut Entity, store: &Store) -> Result<(), &'static str> {
    // Those of a department's members name the member instead.
    if let Some(id) = entity.int("GroupId") {
        let group = by_key(store, "Groups", id).ok_or("GroupId")?;
        let name = group.get("Name").clone();
        entity.set("Name", name);
    } else if entity.text("Number").is_empty() {
        return Err("GroupId");
    }
    match entity.get("Rights").as_object().map(|rights| rights.text("RoleName")) {
        Some(role) if !ROLES.contains(&role) => return Err("RoleName"),
        Some(_) => {}
        None => {
            let rights = entity.shape.neighbour("Rights").map(Entity::new);
            let rights = rights.map(|rights| rights.with("RoleName", Value::text("users")));
            entity.set("Rights", rights.map_or(Value::Null, |rights| Value::Object(Box::new(rights))));
        }
    }
    if entity.get("CanDelete") == &Value::Null {
        entity.set("CanDelete", Value::Bool(true));
    }
    Ok(())
}

fn destination(entity: &mut Entity, store: &Store) -> Result<(), &'static str> {
    let number = entity.text("Number");
    if number.is_empty() || !INSIDE.contains(&entity.text("To")) {
        return Ok(());
    }
    let (peer, kind) = peer_by_number(store, number).ok_or("Number")?;
    let name = Value::text(label(peer));
    entity.set("Name", name);
    entity.set("Type", Value::text(kind.name()));
    Ok(())
}

/// Where calls go out of office hours and on holidays, if a rule never said so: where they go otherwise. (A live one
/// has all three.)
fn every_destination(rule: &mut Entity) {
    let to = rule.get("OfficeHoursDestination").clone();
    for name in ["OutOfOfficeHoursDestination", "HolidaysDestination"] {
        let said = rule.shape.index(name).is_none_or(|index| rule.own_indices().any(|own| own == index));
        if !said {
            rule.set(name, to.clone());
        }
    }
}

/// A peer is given by its number, or else by its id.
fn peer(entity: &mut Entity, store: &Store) -> Result<(), &'static str> {
    let found = match (entity.text("Number"), entity.int("Id")) {
        ("", None | Some(0)) => return Ok(()),
        ("", Some(id)) => peer_by_id(store, id),
        (number, _) => peer_by_number(store, number),
    };
    let (peer, kind) = found.ok_or("Number")?;
    let (id, number, name) = (peer.get("Id").clone(), peer.get("Number").clone(), Value::text(label(peer)));
    entity.set("Id", id);
    entity.set("Number", number);
    entity.set("Name", name);
    entity.set("Type", Value::text(kind.name()));
    Ok(())
}

fn forward(entity: &Entity, store: &Store, kind: &str, number: &'static str) -> Result<(), &'static str> {
    let to = entity.text(number);
    let inside = INSIDE.contains(&entity.text(kind)) && !to.is_empty();
    if inside && peer_by_number(store, to).is_none() { Err(number) } else { Ok(()) }
}
