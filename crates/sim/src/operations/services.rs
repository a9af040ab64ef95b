//! The services of the machine: they stop, start and restart.

use serde_json::Value as Json;

use super::{Behaviour, Call};
use crate::http::{Problem, Response};
use crate::state::{Key, Store, Value};

/// Name and display name of the services that a PBX has.
const SERVICES: [(&str, &str); 8] = [
    ("3CXPhoneSystem01", "3CX PhoneSystem 01"),
    ("3CXPhoneSystemMC01", "3CX PhoneSystem 01 Management Console"),
    ("3CXIVR", "3CX PhoneSystem IVR Server"),
    ("3CXQueueManager", "3CX PhoneSystem Queue Manager"),
    ("3CXMediaServer", "3CX PhoneSystem Media Server"),
    ("3CXCfgServ01", "3CX PhoneSystem Configuration Server 01"),
    ("3CXEventNotificationManager", "3CX Event Notification Manager"),
    ("3CXGatewayService", "3CX Gateway Service"),
];

/// The services of a new PBX: all are running.
pub(crate) fn install(store: &mut Store) {
    let Some(set) = store.set_mut("Services") else { return };
    let blank = crate::state::Entity::new(set.shape);
    for (name, display) in SERVICES {
        let service = blank
            .clone()
            .with("Name", Value::text(name))
            .with("DisplayName", Value::text(display))
            .with("Status", Value::text("Running"))
            .with("RestartEnabled", Value::Bool(true))
            .with("StartStopEnabled", Value::Bool(true))
            .with("MemoryUsed", Value::Int(64 << 20))
            .with("ThreadCount", Value::Int(24))
            .with("HandleCount", Value::Int(300));
        set.put(service);
    }
}

pub(super) fn behaviour(operation: &str) -> Option<Behaviour> {
    Some(match operation {
        "Services.Start" | "Services.Enable" | "Services.Restart" => |call| change(call, "Running"),
        "Services.Stop" | "Services.Disable" => |call| change(call, "Stopped"),
        "Services.RestartAll" | "Services.RestartOperatingSystem" => restart_all,
        _ => return None,
    })
}

/// Changes the named services, or none if one of them does not exist.
fn change(call: &Call<'_>, status: &str) -> Result<Response, Problem> {
    let refuse = |code| Problem::Refused { target: "ServiceNames".into(), code };
    let named = call.field("options").and_then(|options| options["ServiceNames"].as_array()).cloned();
    let named = named.filter(|named| !named.is_empty()).ok_or(refuse("WARNINGS.XAPI.REQUIRED"))?;
    let mut store = call.write();
    let set = store.set_mut("Services").ok_or(Problem::NoSuchPath)?;
    let keys: Vec<Key> = named.iter().filter_map(Json::as_str).map(|name| Key::Text(name.into())).collect();
    if keys.len() < named.len() || keys.iter().any(|key| set.get(key).is_none()) {
        return Err(refuse("WARNINGS.XAPI.NOT_FOUND"));
    }
    for key in keys {
        if let Some(service) = set.get(&key).cloned() {
            set.put(service.with("Status", Value::text(status)));
        }
    }
    Ok(Response::empty(204))
}

fn restart_all(call: &Call<'_>) -> Result<Response, Problem> {
    let mut store = call.write();
    let set = store.set_mut("Services").ok_or(Problem::NoSuchPath)?;
    for service in set.rows().cloned().collect::<Vec<_>>() {
        set.put(service.with("Status", Value::text("Running")));
    }
    Ok(Response::empty(204))
}
