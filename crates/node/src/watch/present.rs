//! What is there now: active calls. Compared with what was there before, it tells what began, what
//! changed and what ended.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{Outcome, as_event, text};

/// What tells that something changed. Times that run on with every answer are not among it.
const CHANGES: [&str; 4] = ["Status", "LastChangeStatus", "Caller", "Callee"];

/// The rows that were there, by id.
#[derive(Debug, Default, Deserialize, Serialize)]
pub struct State {
    rows: BTreeMap<String, Map<String, Value>>,
}

/// Lists the calls that are on.
pub const OPERATION: &str = "ActiveCalls.ListActiveCall";

impl State {
    /// True if nothing was there.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

/// Everything that is there.
pub fn ask() -> Value {
    json!({ "operation": OPERATION, "options": { "orderby": "Id" }, "wanted": null })
}

/// What is there at the beginning is not an event.
pub fn first(rows: Vec<Map<String, Value>>) -> Outcome {
    outcome(Vec::new(), by_id(rows))
}

/// Ends first, then what began or changed.
pub fn events(state: State, rows: Vec<Map<String, Value>>) -> Outcome {
    let now = by_id(rows);
    let ended =
        state.rows.iter().filter(|(id, _)| !now.contains_key(*id)).map(|(_, row)| as_event("ended", row.clone()));
    let others = now.iter().filter_map(|(id, row)| match state.rows.get(id) {
        None => Some(as_event("started", row.clone())),
        Some(before) if CHANGES.iter().any(|name| text(before, name) != text(row, name)) => {
            Some(as_event("changed", row.clone()))
        }
        Some(_) => None,
    });
    let events = ended.chain(others).collect();
    outcome(events, now)
}

fn outcome(events: Vec<Map<String, Value>>, rows: BTreeMap<String, Map<String, Value>>) -> Outcome {
    Outcome { events, state: super::State::Present(State { rows }), notice: None }
}

fn by_id(rows: Vec<Map<String, Value>>) -> BTreeMap<String, Map<String, Value>> {
    rows.into_iter().map(|row| (text(&row, "Id"), row)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calls(calls: &[(i64, &str)]) -> Vec<Map<String, Value>> {
        let row = |(id, status): &(i64, &str)| {
            json!({ "Id": id, "Status": status, "ServerNow": id }).as_object().cloned().unwrap_or_default()
        };
        calls.iter().map(row).collect()
    }

    #[test]
    fn calls_start_change_and_end() {
        let super::super::State::Present(state) = first(calls(&[(1, "Talking"), (2, "Routing")])).state else {
            panic!("present")
        };
        let events = events(state, calls(&[(2, "Talking"), (3, "Routing")])).events;
        let told: Vec<(String, String)> = events.iter().map(|row| (text(row, "event"), text(row, "Id"))).collect();
        let told: Vec<(&str, &str)> = told.iter().map(|(event, id)| (event.as_str(), id.as_str())).collect();
        assert_eq!(told, [("ended", "1"), ("changed", "2"), ("started", "3")]);
    }
}
