//! What a PBX has from the start and a company adds to over the years: countries, templates,
//! prompts, contacts, holidays. Kept as data in `demo.json`; its settings, and what it answers
//! to questions about itself, in `settings.json`.

use std::sync::OnceLock;

use serde_json::Value as Json;

use crate::state::{Entity, Shapes, Store, known_entity};

const DEMO: &str = include_str!("demo.json");
const SETTINGS: &str = include_str!("settings.json");

fn settings() -> &'static Json {
    static PARSED: OnceLock<Json> = OnceLock::new();
    PARSED.get_or_init(|| serde_json::from_str(SETTINGS).unwrap_or_default())
}

/// What an operation answers until something else is set.
pub(crate) fn answer(operation: &str) -> Option<&'static Json> {
    settings()["answers"].get(operation)
}

/// Puts it into the store, as far as the release has it.
pub(super) fn install(store: &mut Store, shapes: &'static Shapes) {
    let demo: Json = serde_json::from_str(DEMO).unwrap_or_default();
    for (name, rows) in demo["sets"].as_object().into_iter().flatten() {
        let Some(set) = store.set_mut(name) else { continue };
        for row in rows.as_array().into_iter().flatten() {
            let entity = known_entity(Entity::new(set.shape), row, shapes);
            set.put(entity);
        }
    }
    let singletons = [&demo["singletons"], &settings()["singletons"]];
    for (name, settings) in singletons.into_iter().filter_map(Json::as_object).flatten() {
        if let Some(singleton) = store.singletons.get_mut(name.as_str()) {
            *singleton = known_entity(singleton.clone(), settings, shapes);
        }
    }
}
