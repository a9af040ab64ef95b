//! Service principals: the keys that they log in with.

use super::{Behaviour, Call, entities, numbers};
use crate::auth::random_secret;
use crate::http::{Problem, Response};
use crate::state::{Key, Value};

pub(super) fn behaviour(operation: &str) -> Option<Behaviour> {
    Some(match operation {
        "ServicePrincipals.GenerateAppToken" => generate_key,
        "ServicePrincipals.DeleteServicePrincipal" => delete,
        _ => return None,
    })
}

/// A new key; the one before no longer logs in. It is shown this once.
fn generate_key(call: &Call<'_>) -> Result<Response, Problem> {
    let mut store = call.write();
    let set = store.set("ServicePrincipals").ok_or(Problem::NoSuchPath)?;
    let id = entities::find(call, set)?.int("Id").ok_or(Problem::NoSuchEntity)?;
    let Ok(key) = random_secret() else { return Ok(Response::empty(500)) };
    store.app_keys.insert(id, key.clone());
    Ok(call.value("Edm.String", &Value::text(key)))
}

/// A key goes with its principal: whoever gets the id next must not log in with it.
fn delete(call: &Call<'_>) -> Result<Response, Problem> {
    let response = numbers::delete(call)?;
    if let Some(Key::Int(id)) = call.parameters.get("Id").and_then(Key::of) {
        call.write().app_keys.remove(&id);
    }
    Ok(response)
}
