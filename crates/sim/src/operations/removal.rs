//! Deleting entities: what must stay is refused, and nothing goes on referring to what has gone.

use super::Call;
use super::behaviours::Answer;
use super::entities;
use super::nature::Nature;
use super::unlinking::{Gone, unlink};
use crate::http::{Problem, Response};
use crate::state::{Entity, Key, Store, Value};

/// Deletes the entity with the key in the path.
pub(super) fn delete(call: &Call<'_>, store: &mut Store) -> Answer {
    let key = call.parameters.get(entities::root(call, store)?.key).and_then(Key::of).ok_or(Problem::NoSuchEntity)?;
    remove(store, call.route.nature, call.route.root, &key)?;
    Ok(Response::empty(204))
}

/// Deletes an entity of a set.
pub(super) fn remove(store: &mut Store, nature: &Nature, set: &str, key: &Key) -> Result<(), Problem> {
    remove_all(store, nature, set, std::slice::from_ref(key)).pop().unwrap_or(Ok(()))
}

/// Deletes entities of a set, and returns what became of each. Looks through everything for
/// references only once.
pub(super) fn remove_all(store: &mut Store, nature: &Nature, set: &str, keys: &[Key]) -> Vec<Result<(), Problem>> {
    let mut gone = Gone::default();
    let results = keys.iter().map(|key| take(store, nature, set, key).map(|entity| gone.add(&entity))).collect();
    unlink(store, &gone);
    results
}

/// Takes an entity and what belongs to it out of their sets.
fn take(store: &mut Store, nature: &Nature, name: &str, key: &Key) -> Result<Entity, Problem> {
    let set = store.set(name).ok_or(Problem::NoSuchEntity)?;
    let entity = set.get(key).ok_or(Problem::NoSuchEntity)?;
    if let Some(code) = (nature.guard)(store, entity).or_else(|| is_fixed(entity)) {
        return Err(Problem::refused(set.key, code));
    }
    let mut dependants = Vec::new();
    for dependant in nature.dependants {
        let belonging = |row: &&Entity| (dependant.belongs)(row, entity);
        let keys = store.set(dependant.set).into_iter().flat_map(|set| set.keys_of(belonging));
        dependants.extend(keys.map(|key| (dependant.set, key)));
    }
    for (set, key) in dependants {
        store.set_mut(set).and_then(|set| set.remove(&key));
    }
    store.set_mut(name).and_then(|set| set.remove(key)).ok_or(Problem::NoSuchEntity)
}

/// The code for what the PBX came with, whatever it is.
fn is_fixed(entity: &Entity) -> Option<&'static str> {
    let says = |name: &str, value: bool| entity.get(name) == &Value::Bool(value);
    let fixed = says("IsSystem", true)
        || says("IsCustom", false)
        || says("CanBeDeleted", false)
        || entity.text("PromptSetType") == "System";
    fixed.then_some("WARNINGS.CANNOT_BE_DELETED")
}
