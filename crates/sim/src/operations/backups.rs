//! Backups: made in the background, listed when they are done, restored and deleted by name.

use jiff::SignedDuration;

use super::{Behaviour, Call};
use crate::assumptions::BACKUP_SECONDS;
use crate::http::{Problem, Response};
use crate::state::{Entity, Key, Value};

pub(super) fn behaviour(operation: &str) -> Option<Behaviour> {
    Some(match operation {
        "Backups.Backup" => backup,
        "Backups.Restore" => restore,
        "Backups.PurgeLocalBackups" | "PurgeSettings.PurgeLocalBackups" => purge,
        _ => return None,
    })
}

/// Starts a backup. It is listed at once with the time at which it will be done; until then
/// its size is 0.
fn backup(call: &Call<'_>) -> Result<Response, Problem> {
    let name = call.field("description").and_then(|description| description["Name"].as_str()).unwrap_or_default();
    if name.is_empty() {
        return Err(Problem::Refused { target: "Name".into(), code: "WARNINGS.XAPI.REQUIRED" });
    }
    if name.contains(['/', '\\']) || name.contains("..") {
        return Err(Problem::Refused { target: "Name".into(), code: "WARNINGS.XAPI.INVALID_FILE_NAME" });
    }
    let mut store = call.write();
    let set = store.set_mut("Backups").ok_or(Problem::NoSuchPath)?;
    if set.get(&Key::Text(name.into())).is_some() {
        return Err(Problem::Refused { target: "Name".into(), code: "WARNINGS.XAPI.DUPLICATE" });
    }
    let done = call.now.checked_add(SignedDuration::from_secs(BACKUP_SECONDS)).unwrap_or(call.now);
    let backup = Entity::new(set.shape)
        .with("FileName", Value::text(name))
        .with("CreationTime", Value::text(done.to_string()))
        .with("Size", Value::Int(48_211_968))
        .with("DownloadLink", Value::text(format!("/api/download/backup/{name}")));
    set.put(backup);
    Ok(Response::empty(204))
}

fn restore(call: &Call<'_>) -> Result<Response, Problem> {
    let store = call.read();
    let set = store.set("Backups").ok_or(Problem::NoSuchPath)?;
    let key = call.parameters.get("FileName").and_then(Key::of);
    match key.and_then(|key| set.get(&key)) {
        Some(_) => Ok(Response::empty(204)),
        None => Err(Problem::Refused { target: "FileName".into(), code: "WARNINGS.BACKUP_NOT_FOUND_OR_INVALID" }),
    }
}

fn purge(call: &Call<'_>) -> Result<Response, Problem> {
    if let Some(set) = call.write().set_mut("Backups") {
        set.clear();
    }
    Ok(Response::empty(204))
}
