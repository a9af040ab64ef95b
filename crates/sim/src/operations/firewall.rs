//! The check of the firewall: it takes a while, and finds nothing wrong.

use jiff::Timestamp;

use super::Call;
use super::behaviours::Behaviour::{Changes, Reads};
use super::behaviours::{Answer, Behaviours};
use super::nature::Nature;
use crate::assumptions::FIREWALL_CHECK_SECONDS;
use crate::http::Response;
use crate::state::{Store, Value};

pub(super) const BEHAVIOURS: Behaviours = &[
    (
        "Firewall.GetLastResult",
        Reads(|call, store| Ok(call.value("Edm.Boolean", &Value::Bool(is_checked(store, call.now))))),
    ),
    ("Firewall.StartCheck", Changes(|call, store| check(call, store, true))),
    ("Firewall.StopCheck", Changes(|call, store| check(call, store, false))),
];

pub(super) const NATURE: Nature = Nature {
    name: "Firewall",
    current: |call, store, firewall| {
        let running = progress(store, call.now) == Progress::Running;
        firewall
            .clone()
            .with("Id", Value::text("1"))
            .with("Running", Value::Bool(running))
            .with("Stopping", Value::Bool(false))
            .into()
    },
    ..Nature::PLAIN
};

/// How far the check is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Progress {
    Never,
    Running,
    Done,
}

fn progress(store: &Store, now: Timestamp) -> Progress {
    match store.ledger.firewall_check {
        None => Progress::Never,
        Some(begun) if now.as_second() - begun < FIREWALL_CHECK_SECONDS => Progress::Running,
        Some(_) => Progress::Done,
    }
}

/// True if the last check is done.
pub(super) fn is_checked(store: &Store, now: Timestamp) -> bool {
    progress(store, now) == Progress::Done
}

fn check(call: &Call<'_>, store: &mut Store, start: bool) -> Answer {
    store.ledger.firewall_check = start.then(|| call.now.as_second());
    Ok(Response::empty(204))
}
