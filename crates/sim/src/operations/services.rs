//! The services of the machine: they stop and start, which takes them a while.
//!
//! ```text
//!   Running ── stop ──► StopPending ──► Stopped ── start ──► StartPending ──► Running
//!      └────── restart ──► StopPending ──► StartPending ──► Running
//! ```

use jiff::Timestamp;
use serde_json::Value as Json;

use super::{Behaviour, Call, audit};
use crate::assumptions::SERVICE_STEP_SECONDS;
use crate::http::{Problem, Response};
use crate::state::{Entity, Key, Row, ServiceOrder, Set, Store, Value};

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
    let blank = Entity::new(set.shape);
    for (place, (name, display)) in (0..).zip(SERVICES) {
        let service = blank
            .clone()
            .with("Name", Value::text(name))
            .with("DisplayName", Value::text(display))
            .with("Status", Value::text("Running"))
            .with("RestartEnabled", Value::Bool(true))
            .with("StartStopEnabled", Value::Bool(true))
            .with("MemoryUsed", Value::Int((64 + place * 9) << 20))
            .with("ThreadCount", Value::Int(24 + place))
            .with("HandleCount", Value::Int(300 + place * 17));
        set.put(service);
    }
}

pub(super) fn behaviour(operation: &str) -> Option<Behaviour> {
    Some(match operation {
        "Services.Start" | "Services.Enable" => |call| change(call, false, true),
        "Services.Stop" | "Services.Disable" => |call| change(call, true, false),
        "Services.Restart" => |call| change(call, true, true),
        "Services.RestartAll" | "Services.RestartOperatingSystem" => restart_all,
        _ => return None,
    })
}

/// What a service is doing.
fn status(store: &Store, name: &str, now: i64) -> &'static str {
    let Some(order) = store.ledger.services.get(name) else { return "Running" };
    let steps = (now - order.at) / SERVICE_STEP_SECONDS;
    match (order.stop, order.start, steps) {
        (true, _, 0) => "StopPending",
        (true, false, _) => "Stopped",
        (true, true, 1) | (false, true, 0) => "StartPending",
        _ => "Running",
    }
}

/// True if every service is running.
pub(super) fn all_run(store: &Store, now: Timestamp) -> bool {
    store.ledger.services.keys().all(|name| status(store, name, now.as_second()) == "Running")
}

/// The services as they are now. What is stopped uses nothing.
pub(super) fn rows<'s>(store: &'s Store, set: &'s Set, now: Timestamp) -> impl Iterator<Item = Row<'s>> {
    set.rows().map(move |service| {
        let status = status(store, service.text("Name"), now.as_second());
        let row = service.clone().with("Status", Value::text(status)).with("SampleTime", Value::text(now.to_string()));
        let row = match status {
            "Stopped" => ["MemoryUsed", "ThreadCount", "HandleCount", "CpuUsage"]
                .into_iter()
                .fold(row, |row, name| row.with(name, Value::Int(0))),
            _ => row.with("CpuUsage", Value::Int(1)).with("TotalProcessorTime", Value::Int(now.as_second() % 100_000)),
        };
        row.into()
    })
}

/// Gives an order to the named services, or to none if one of them does not exist.
fn change(call: &Call<'_>, stop: bool, start: bool) -> Result<Response, Problem> {
    let refuse = |code| Problem::refused("ServiceNames", code);
    let named = call.field("options").and_then(|options| options["ServiceNames"].as_array()).cloned();
    let named = named.filter(|named| !named.is_empty()).ok_or(refuse("WARNINGS.XAPI.REQUIRED"))?;
    let store = &mut *call.write();
    let set = store.set("Services").ok_or(Problem::NoSuchPath)?;
    let names: Vec<&str> = named.iter().filter_map(Json::as_str).collect();
    if names.len() < named.len() || names.iter().any(|name| set.get(&Key::Text((*name).into())).is_none()) {
        return Err(refuse("WARNINGS.XAPI.NOT_FOUND"));
    }
    for name in names {
        give(store, name, ServiceOrder { stop, start, at: call.now.as_second() }, call.now);
    }
    Ok(Response::empty(204))
}

fn give(store: &mut Store, name: &str, order: ServiceOrder, now: Timestamp) {
    // What runs need not be started, and what stands need not be stopped.
    let order = match status(store, name, now.as_second()) {
        "Running" | "StartPending" if !order.stop => return,
        "Stopped" if !order.start => return,
        "Stopped" => ServiceOrder { stop: false, ..order },
        _ => order,
    };
    store.ledger.services.insert(name.into(), order);
    let (kind, word) = if order.start { ("Info", "started") } else { ("Warning", "stopped") };
    audit::event(store, now, (kind, if order.start { 8193 } else { 8194 }), "Service %1$s was %2$s", &[name, word]);
}

fn restart_all(call: &Call<'_>) -> Result<Response, Problem> {
    let store = &mut *call.write();
    for (name, _) in SERVICES {
        give(store, name, ServiceOrder { stop: true, start: true, at: call.now.as_second() }, call.now);
    }
    Ok(Response::empty(204))
}
