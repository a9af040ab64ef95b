//! Deleting entities: what must stay is refused, and nothing goes on referring to what has gone.

use super::Call;
use super::forgetting::{Gone, forget};
use super::groups::members;
use crate::http::{Problem, Response};
use crate::state::{Entity, Key, Set, Store, Value};

/// Deletes the entity with the key in the path.
pub(super) fn delete(call: &Call<'_>, set: &str) -> Result<Response, Problem> {
    let mut store = call.write();
    let name = store.set(set).ok_or(Problem::NoSuchPath)?.key;
    let key = call.parameters.get(name).and_then(Key::of).ok_or(Problem::NoSuchEntity)?;
    remove(&mut store, set, &key)?;
    Ok(Response::empty(204))
}

/// Deletes an entity of a set.
pub(super) fn remove(store: &mut Store, set: &str, key: &Key) -> Result<(), Problem> {
    remove_all(store, set, std::slice::from_ref(key)).pop().unwrap_or(Ok(()))
}

/// Deletes entities of a set, and tells of each what became of it. Looks through everything for
/// references only once.
pub(super) fn remove_all(store: &mut Store, set: &str, keys: &[Key]) -> Vec<Result<(), Problem>> {
    let mut gone = Gone::default();
    let results = keys.iter().map(|key| take(store, set, key).map(|entity| gone.add(&entity))).collect();
    forget(store, &gone);
    results
}

/// Takes an entity and what belongs to it out of their sets.
fn take(store: &mut Store, set: &str, key: &Key) -> Result<Entity, Problem> {
    let entity = store.set(set).and_then(|set| set.get(key)).ok_or(Problem::NoSuchEntity)?;
    if let Some(code) = guard(store, set, entity) {
        return Err(Problem::refused(store.set(set).map_or("Id", |set| set.key), code));
    }
    // What belongs to it goes with it.
    let dependants: Vec<(&str, Key)> = match set {
        "Trunks" => keys(store, "InboundRules", |rule| {
            rule.get("TrunkDN").as_object().is_some_and(|trunk| trunk.get("Number") == entity.get("Number"))
        }),
        "Groups" => keys(store, "Holidays", |holiday| holiday.get("Group") == entity.get("Number")),
        _ => Vec::new(),
    };
    for (name, key) in dependants {
        store.set_mut(name).and_then(|set| set.remove(&key));
    }
    store.set_mut(set).and_then(|set| set.remove(key)).ok_or(Problem::NoSuchEntity)
}

/// The keys of the entities of a set that fit.
fn keys<'n>(store: &Store, name: &'n str, fits: impl Fn(&Entity) -> bool) -> Vec<(&'n str, Key)> {
    let Some(set) = store.set(name) else { return Vec::new() };
    set.rows().filter(|row| fits(row)).filter_map(|row| Some((name, Key::of(row.get(set.key))?))).collect()
}

/// Why an entity must stay, if it must.
fn guard(store: &Store, set: &str, entity: &Entity) -> Option<&'static str> {
    let says = |name: &str, value: bool| entity.get(name) == &Value::Bool(value);
    let number = entity.text("Number");
    let operator =
        || store.singletons.get("GeneralSettingsForPbx").is_some_and(|s| s.text("OperatorExtension") == number);
    match set {
        "Groups" if says("IsDefault", true) => Some("WARNINGS.GROUP_CANNOT_BE_DELETED"),
        "Groups" if members(store, entity).next().is_some() => Some("WARNINGS.GROUP_WITH_MEMBERS_CANNOT_BE_DELETED"),
        "Users" | "Queues" | "RingGroups" | "Receptionists" if operator() => {
            Some("WARNINGS.OPERATOR_CANNOT_BE_DELETED")
        }
        "Fax" if says("FaxServer", true) => Some("WARNINGS.FAX_SERVER_CANNOT_BE_DELETED"),
        "Playlists" if is_played(store, entity) => Some("WARNINGS.XAPI.PLAYLIST_IN_USE"),
        "Trunks" if is_last_for_emergencies(store, entity) => {
            Some("WARNINGS.CANNOT_DELETE_TRUNKS_BINDED_ERMERGENCY_NUMBER")
        }
        _ => {
            let fixed = says("IsSystem", true)
                || says("IsCustom", false)
                || says("CanBeDeleted", false)
                || entity.text("PromptSetType") == "System";
            fixed.then_some("WARNINGS.CANNOT_BE_DELETED")
        }
    }
}

/// True if callers somewhere hear a playlist while they wait.
fn is_played(store: &Store, playlist: &Entity) -> bool {
    let names = [playlist.text("Name"), playlist.text("PromptName")];
    let is_it = |file: &str| !file.is_empty() && names.contains(&file);
    let settings = store.singletons.get("MusicOnHoldSettings");
    let waiting =
        |set: &str, property: &str| store.set(set).into_iter().flat_map(Set::rows).any(|row| is_it(row.text(property)));
    settings.is_some_and(|settings| settings.own().any(|(_, value)| value.as_text().is_some_and(is_it)))
        || waiting("Queues", "OnHoldFile")
        || waiting("Groups", "MusicOnHold")
}

/// True if emergency calls have no other way out.
fn is_last_for_emergencies(store: &Store, trunk: &Entity) -> bool {
    let rules = store.set("OutboundRules").into_iter().flat_map(Set::rows);
    rules.filter(|rule| rule.get("EmergencyRule") == &Value::Bool(true)).any(|rule| {
        let routes = rule.get("Routes").as_list().iter().filter_map(Value::as_object);
        let trunks: Vec<i64> = routes.filter_map(|route| route.int("TrunkId")).filter(|id| *id != 0).collect();
        !trunks.is_empty() && trunks.iter().all(|id| Some(*id) == trunk.int("Id"))
    })
}
