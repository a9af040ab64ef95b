//! What becomes of references when something with a number goes: members are left out, and
//! destinations lead nowhere.

use super::references::MEMBERS;
use crate::state::{Entity, Store, Value};

/// The ids and numbers of what has gone.
pub(super) struct Gone {
    pub id: Option<i64>,
    pub number: String,
}

impl Gone {
    pub fn of(entity: &Entity) -> Gone {
        Gone { id: entity.int("Id"), number: entity.text("Number").to_owned() }
    }
}

/// Takes something that has gone out of everything that refers to it.
pub(super) fn forget(store: &mut Store, gone: &Gone) {
    if gone.number.is_empty() {
        return;
    }
    for set in store.sets.values_mut() {
        let affected: Vec<Entity> = set.rows().filter(|row| refers(row, gone)).cloned().collect();
        for mut row in affected {
            detach(&mut row, gone);
            set.put(row);
        }
    }
    for entity in store.singletons.values_mut().filter(|entity| refers(entity, gone)) {
        detach(entity, gone);
    }
    // Whoever gets the number next must not log in with the key.
    store.ledger.app_keys.remove(gone.number.as_str());
}

/// What a value is to something that has gone.
enum Link {
    /// A member, a peer, a route over a trunk: it is left out of its list.
    Member,
    /// A destination or forward: it leads nowhere.
    Way,
}

fn link(entity: &Entity, gone: &Gone) -> Option<Link> {
    let numbered = |name: &str| entity.text(name) == gone.number;
    match entity.shape.structure.name {
        ty if MEMBERS.contains(&ty) => numbered("Number").then_some(Link::Member),
        "Peer" => (numbered("Number")
            || gone.id.is_some() && entity.int("Id") == gone.id && entity.text("Number").is_empty())
        .then_some(Link::Member),
        "OutboundRoute" => (gone.id.is_some() && entity.int("TrunkId") == gone.id).then_some(Link::Member),
        "Destination" => numbered("Number").then_some(Link::Way),
        "ReceptionistForward" => numbered("ForwardDN").then_some(Link::Way),
        _ => None,
    }
}

fn refers(entity: &Entity, gone: &Gone) -> bool {
    entity.text("TimeoutForwardDN") == gone.number
        || entity.text("InvalidKeyForwardDN") == gone.number
        || entity.own().any(|(_, value)| refers_below(value, gone))
}

fn refers_below(value: &Value, gone: &Gone) -> bool {
    match value {
        Value::List(items) => items.iter().any(|item| refers_below(item, gone)),
        Value::Object(inner) => link(inner, gone).is_some() || refers(inner, gone),
        _ => false,
    }
}

fn detach(entity: &mut Entity, gone: &Gone) {
    for name in ["TimeoutForwardDN", "InvalidKeyForwardDN"] {
        if entity.text(name) == gone.number {
            entity.set(name, Value::text(""));
            entity.set("TimeoutForwardType", Value::text("EndCall"));
        }
    }
    for (_, value) in entity.own_mut() {
        match value {
            Value::List(items) => {
                items.retain(|item| {
                    !item.as_object().is_some_and(|inner| matches!(link(inner, gone), Some(Link::Member)))
                });
                items.iter_mut().filter_map(Value::as_object_mut).for_each(|inner| detach_one(inner, gone));
            }
            Value::Object(inner) if matches!(link(inner, gone), Some(Link::Member)) => *value = Value::Null,
            Value::Object(inner) => detach_one(inner, gone),
            _ => {}
        }
    }
}

/// Detaches a value that stays.
fn detach_one(inner: &mut Entity, gone: &Gone) {
    if link(inner, gone).is_none() {
        return detach(inner, gone);
    }
    let changes: &[(&str, Value)] = match inner.shape.structure.name {
        "Destination" => {
            &[("To", Value::text("None")), ("Number", Value::text("")), ("Name", Value::Null), ("Type", Value::Null)]
        }
        _ => &[("ForwardType", Value::text("EndCall")), ("ForwardDN", Value::text(""))],
    };
    for (name, value) in changes {
        inner.set(name, value.clone());
    }
}
