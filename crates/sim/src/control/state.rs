//! `/sim/state`: all that the PBX remembers, so that a test can compare what is with what was.

use serde_json::{Map, Value as Json, json};

use crate::auth::hashed;
use crate::state::{Entity, Key, Store, Value, comparable};

/// Everything that was set, by set and key. Equal states are equal JSON. Of secrets there is only
/// a digest, which shows whether they changed.
pub(crate) fn export(store: &Store) -> Json {
    let sets = store.sets.iter().filter(|(_, set)| set.len() > 0).map(|(name, set)| {
        let rows = set.rows().map(|row| (key_of(row.get(set.key)), entity(row)));
        ((*name).to_owned(), rows.collect::<Map<_, _>>().into())
    });
    let singletons = store.singletons.iter().map(|(name, singleton)| ((*name).to_owned(), entity(singleton)));
    let settings = store.settings.iter().map(|((resource, ty), kept)| (format!("{resource}.{ty}"), entity(kept)));
    json!({
        "sets": sets.collect::<Map<_, _>>(),
        "singletons": singletons.collect::<Map<_, _>>(),
        "settings": settings.collect::<Map<_, _>>(),
        "phones": store.phones,
        "calls": store.calls.overrides(),
        "ledger": store.ledger,
    })
}

fn key_of(key: &Value) -> String {
    match Key::of(key) {
        Some(Key::Int(number)) => number.to_string(),
        Some(Key::Text(text)) => text.into(),
        None => String::new(),
    }
}

fn entity(entity: &Entity) -> Json {
    comparable(entity, &|secret| format!("sha256:{}", hashed(&secret.to_string())).into())
}
