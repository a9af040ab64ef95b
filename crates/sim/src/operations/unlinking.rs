//! What becomes of references when something with a number goes: members are left out, and
//! destinations lead nowhere.

use std::collections::HashSet;

use super::references::MEMBERS;
use crate::state::{Entity, Store, Value};

/// Where a digital receptionist forwards to by itself.
const FORWARDS: [&str; 2] = ["TimeoutForwardDN", "InvalidKeyForwardDN"];

/// The ids and numbers of what has gone.
#[derive(Default)]
pub(super) struct Gone {
    ids: HashSet<i64>,
    numbers: HashSet<String>,
}

impl Gone {
    /// Adds an entity; only what has a number is referred to.
    pub fn add(&mut self, entity: &Entity) {
        if !entity.text("Number").is_empty() {
            self.numbers.insert(entity.text("Number").to_owned());
            self.ids.extend(entity.int("Id"));
        }
    }

    fn has_number(&self, number: &str) -> bool {
        !number.is_empty() && self.numbers.contains(number)
    }

    fn has_id(&self, id: Option<i64>) -> bool {
        id.is_some_and(|id| self.ids.contains(&id))
    }
}

/// Takes what has gone out of everything that refers to it.
pub(super) fn unlink(store: &mut Store, gone: &Gone) {
    if gone.numbers.is_empty() {
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
    // Whoever gets the number next must not log in with the key, nor find what was kept with it.
    store.ledger.app_keys.retain(|number, _| !gone.has_number(number));
    store.ledger.app_files.retain(|number, _| !gone.has_number(number));
    store.ledger.dn_properties.retain(|number, _| !gone.has_number(number));
}

/// What a value is to something that has gone.
enum Link {
    /// A member, a peer, a route over a trunk: it is left out of its list.
    Member,
    /// A destination or forward: it leads nowhere.
    Way,
}

fn link(entity: &Entity, gone: &Gone) -> Option<Link> {
    let numbered = |name: &str| gone.has_number(entity.text(name));
    match entity.shape.structure.name {
        ty if MEMBERS.contains(&ty) => numbered("Number").then_some(Link::Member),
        "Peer" => {
            let by_id = entity.text("Number").is_empty() && gone.has_id(entity.int("Id"));
            (by_id || numbered("Number")).then_some(Link::Member)
        }
        "OutboundRoute" => gone.has_id(entity.int("TrunkId")).then_some(Link::Member),
        "Destination" => numbered("Number").then_some(Link::Way),
        "ReceptionistForward" => numbered("ForwardDN").then_some(Link::Way),
        _ => None,
    }
}

fn refers(entity: &Entity, gone: &Gone) -> bool {
    FORWARDS.iter().any(|name| gone.has_number(entity.text(name)))
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
    if gone.has_number(entity.text("TimeoutForwardDN")) {
        entity.set("TimeoutForwardType", Value::text("EndCall"));
    }
    for name in FORWARDS {
        if gone.has_number(entity.text(name)) {
            entity.set(name, Value::text(""));
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
