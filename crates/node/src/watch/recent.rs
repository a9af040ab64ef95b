//! The call log, which is asked for by a period and has keys without an order. A call appears there
//! when it is over, under the time at which it began: so the period reaches back as far as a call
//! may last, from the newest call that the PBX told of.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use threecx_core::instant;

use super::{Outcome, Watch, text};
use crate::command::Reply;
use crate::failure::Failure;

/// The period ends so long after now: the PBX's clock may be ahead.
const AHEAD: i64 = 24 * 60 * 60;

/// So far back a trial looks.
const SAMPLE: i64 = 7 * 24 * 60 * 60;

/// The keys that were seen, with the time at which each began.
#[derive(Debug, Deserialize, Serialize)]
pub struct State {
    /// When the newest call began, in seconds since 1970, by the PBX's clock.
    newest: Option<i64>,
    seen: BTreeMap<String, i64>,
}

/// The calls that began since the newest, less the time that a call may last.
pub fn ask(watch: &Watch) -> Reply {
    let from = match &watch.state {
        _ if watch.sample => watch.now - SAMPLE,
        Some(super::State::Recent(State { newest: Some(newest), .. })) => newest.saturating_sub(watch.longest),
        _ => watch.now - watch.longest - AHEAD,
    };
    let instant = |second| {
        let failure = || Failure::command(format!("{second} is not a time"));
        instant::of_second(second).ok_or_else(failure)
    };
    Ok(json!({
        "operation": "ReportCallLogData.GetCallLogData",
        "parameters": {
            "periodFrom": instant(from)?,
            "periodTo": instant(watch.now + AHEAD)?,
            "sourceType": 0, "sourceFilter": "",
            "destinationType": 0, "destinationFilter": "",
            "callsType": 0,
            "callTimeFilterType": 0, "callTimeFilterFrom": "0:00:0", "callTimeFilterTo": "0:00:0",
            "hidePcalls": false,
        },
        "options": {},
        "wanted": if watch.sample { json!(3) } else { Value::Null },
    }))
}

/// What is there at the beginning is no event.
pub fn first(rows: Vec<Map<String, Value>>, longest: i64) -> Outcome {
    let (_, state) = events(State { newest: None, seen: BTreeMap::new() }, rows, longest);
    (Vec::new(), state)
}

/// The rows that were not seen before, oldest first.
pub fn events(mut state: State, mut rows: Vec<Map<String, Value>>, longest: i64) -> Outcome {
    rows.retain(|row| {
        let began = began(row);
        state.newest = state.newest.max(began);
        state.seen.insert(key(row), began.unwrap_or(i64::MAX)).is_none()
    });
    rows.sort_by_key(began);
    // What cannot come again need not be remembered; twice the time, for clocks that are set back.
    if let Some(newest) = state.newest {
        let oldest = newest.saturating_sub(longest.saturating_mul(2));
        state.seen.retain(|_, began| *began >= oldest);
    }
    (rows, super::State::Recent(state))
}

fn began(row: &Map<String, Value>) -> Option<i64> {
    instant::second_of(&text(row, "StartTime"))
}

/// A call's rows share its history's id; segment and row tell them apart.
fn key(row: &Map<String, Value>) -> String {
    let parts = ["MainCallHistoryId", "CallHistoryId", "CdrId", "CallId", "SegmentId", "SubrowDescNumber"];
    parts.map(|name| text(row, name)).join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(id: i64, start: &str) -> Map<String, Value> {
        json!({ "CallId": id, "StartTime": start }).as_object().cloned().unwrap_or_default()
    }

    fn recent(state: super::super::State) -> State {
        let super::super::State::Recent(state) = state else { panic!("recent") };
        state
    }

    #[test]
    fn a_long_call_that_ends_late_comes_once() {
        let hour = 3600;
        let before = vec![call(2, "2026-01-31T10:00:00Z")];
        let (none, state) = first(before.clone(), 4 * hour);
        assert!(none.is_empty());
        let mut rows = before;
        rows.push(call(1, "2026-01-31T08:00:00Z"));
        let (told, state) = events(recent(state), rows.clone(), 4 * hour);
        assert_eq!(told, [call(1, "2026-01-31T08:00:00Z")]);
        let (told, _) = events(recent(state), rows, 4 * hour);
        assert!(told.is_empty());
    }
}
