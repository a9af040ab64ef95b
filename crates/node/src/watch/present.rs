//! What is there now: active calls. Compared with what was there before, it tells what began, what
//! changed and what ended.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use threecx_core::Error;

use super::{Outcome, as_event, text};
use crate::error_reply::Failure;

/// What tells that something changed. Times that run on with every answer are not among it.
const CHANGES: [&str; 4] = ["Status", "LastChangeStatus", "Caller", "Callee"];

/// What happens to calls.
pub const KINDS: [&str; 3] = ["started", "changed", "ended"];

/// The most that is kept of them, in bytes: ten thousand calls have less.
const LARGEST: usize = 5_000_000;

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
pub fn first(rows: Vec<Map<String, Value>>) -> Result<Outcome, Failure> {
    Ok(outcome(Vec::new(), by_id(rows)?))
}

/// Ends first, then what began or changed.
pub fn events(state: State, rows: Vec<Map<String, Value>>) -> Result<Outcome, Failure> {
    let now = by_id(rows)?;
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
    Ok(outcome(events, now))
}

fn outcome(events: Vec<Map<String, Value>>, rows: BTreeMap<String, Map<String, Value>>) -> Outcome {
    Outcome { events, state: super::State::Present(State { rows }), notice: None }
}

/// The rows by id, which n8n keeps: as many and as large as the calls of a PBX may be.
fn by_id(rows: Vec<Map<String, Value>>) -> Result<BTreeMap<String, Map<String, Value>>, Failure> {
    let size: usize = rows.iter().flatten().map(|(name, value)| name.len() + size_of(value)).sum();
    if size > LARGEST {
        return Err(
            Error::Answer { reason: format!("its active calls are larger than {} MB", LARGEST / 1_000_000) }.into()
        );
    }
    Ok(rows.into_iter().map(|row| (text(&row, "Id"), row)).collect())
}

/// About how much a value takes as JSON.
fn size_of(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(size_of).sum(),
        Value::Object(members) => members.iter().map(|(name, value)| name.len() + size_of(value)).sum(),
        _ => 8,
    }
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
        let begun = first(calls(&[(1, "Talking"), (2, "Routing")])).expect("small").state;
        let super::super::State::Present(state) = begun else { panic!("present") };
        let events = events(state, calls(&[(2, "Talking"), (3, "Routing")])).expect("small").events;
        let told: Vec<(String, String)> = events.iter().map(|row| (text(row, "event"), text(row, "Id"))).collect();
        let told: Vec<(&str, &str)> = told.iter().map(|(event, id)| (event.as_str(), id.as_str())).collect();
        assert_eq!(told, [("ended", "1"), ("changed", "2"), ("started", "3")]);
    }

    #[test]
    fn more_than_the_calls_of_a_pbx_is_not_kept() {
        let named =
            |length: usize| json!({ "Id": 1, "Caller": "x".repeat(length) }).as_object().cloned().unwrap_or_default();
        assert!(first(vec![named(1_000); 2_000]).is_ok());
        assert!(first(vec![named(1_000); 6_000]).is_err());
        assert!(first(vec![named(6_000_000)]).is_err());
    }
}
