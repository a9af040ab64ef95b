//! The services of the machine: they stop and start, which takes them a while.
//!
//! ```text
//!   Running ── stop ──► StopPending ──► Stopped ── start ──► StartPending ──► Running
//!      └────── restart ──► StopPending ──► StartPending ──► Running
//! ```

use jiff::Timestamp;
use serde_json::Value as Json;

use super::behaviours::Behaviour::Changes;
use super::behaviours::{Answer, Behaviours};
use super::nature::{Nature, View};
use super::{Call, audit};
use crate::assumptions::SERVICE_STEP_SECONDS;
use crate::http::{Problem, Response};
use crate::state::{Entity, Key, Row, ServiceOrder, Store, Value};

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

pub(super) const BEHAVIOURS: Behaviours = &[
    ("Services.Disable", Changes(|call, store| change(call, store, STOP))),
    ("Services.Enable", Changes(|call, store| change(call, store, START))),
    ("Services.Restart", Changes(|call, store| change(call, store, RESTART))),
    ("Services.RestartAll", Changes(restart_all)),
    ("Services.RestartOperatingSystem", Changes(restart_all)),
    ("Services.Start", Changes(|call, store| change(call, store, START))),
    ("Services.Stop", Changes(|call, store| change(call, store, STOP))),
];

pub(super) const NATURE: Nature = Nature {
    name: "Services",
    rows: |view| Box::new(view.set.rows().map(move |service| shown(view, service))),
    entity: shown,
    ..Nature::PLAIN
};

const START: ServiceOrder = ServiceOrder { stop: false, start: true, at: 0 };
const STOP: ServiceOrder = ServiceOrder { stop: true, start: false, at: 0 };
const RESTART: ServiceOrder = ServiceOrder { stop: true, start: true, at: 0 };

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

/// A service as it is now. What is stopped uses nothing.
fn shown<'s>(view: View<'s>, service: &'s Entity) -> Row<'s> {
    let second = view.now.as_second();
    let status = status(view.store, service.text("Name"), second);
    let row = service.clone().with("Status", Value::text(status)).with("SampleTime", Value::text(view.now.to_string()));
    let row = match status {
        "Stopped" => ["MemoryUsed", "ThreadCount", "HandleCount", "CpuUsage"]
            .into_iter()
            .fold(row, |row, name| row.with(name, Value::Int(0))),
        _ => row.with("CpuUsage", Value::Int(1)).with("TotalProcessorTime", Value::Int(second % 100_000)),
    };
    row.into()
}

/// Gives an order to the named services, or to none if one of them does not exist.
fn change(call: &Call<'_>, store: &mut Store, order: ServiceOrder) -> Answer {
    let refuse = |code| Problem::refused("ServiceNames", code);
    let named = call.field("options").and_then(|options| options["ServiceNames"].as_array()).cloned();
    let named = named.filter(|named| !named.is_empty()).ok_or(refuse("WARNINGS.XAPI.REQUIRED"))?;
    let set = store.set("Services").ok_or(Problem::NoSuchPath)?;
    let names: Vec<&str> = named.iter().filter_map(Json::as_str).collect();
    if names.len() < named.len() || names.iter().any(|name| set.get(&Key::Text((*name).into())).is_none()) {
        return Err(refuse("WARNINGS.XAPI.NOT_FOUND"));
    }
    for name in names {
        give(store, name, order, call.now);
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
    store.ledger.services.insert(name.into(), ServiceOrder { at: now.as_second(), ..order });
    let (kind, word) = if order.start { ("Info", "started") } else { ("Warning", "stopped") };
    audit::event(store, now, (kind, if order.start { 8193 } else { 8194 }), "Service %1$s was %2$s", &[name, word]);
}

fn restart_all(call: &Call<'_>, store: &mut Store) -> Answer {
    for (name, _) in SERVICES {
        give(store, name, RESTART, call.now);
    }
    Ok(Response::empty(204))
}
