//! The call log, which is asked for by a period and has keys without an order. A call appears there
//! when it is over, under the time at which it began: so the period reaches back as far as a call
//! may last, from the newest call that the PBX reported.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use threecx_core::{Error, InputError, instant};

use super::fingerprint::fingerprint;
use super::{Outcome, SAMPLE, Watch, text, when};
use crate::command::Reply;
use crate::error_reply::Failure;

/// The call log.
const OPERATION: &str = "ReportCallLogData.GetCallLogData";

const DAY: i64 = 24 * 60 * 60;

/// How far behind the PBX's clock may be when watching begins; later its own calls tell.
const BEHIND: i64 = DAY;

/// How far ahead the PBX's clock may be. A period without calls costs nothing.
const AHEAD: i64 = 366 * DAY;

/// How far back a trial looks.
const TRIAL: i64 = 7 * DAY;

/// The maximum number of rows that are remembered.
const MOST: usize = 50_000;

/// The rows that were seen, with the time at which each began.
#[derive(Debug, Deserialize, Serialize)]
pub struct State {
    /// When the newest call began, in seconds since 1970, by the PBX's clock.
    newest: Option<i64>,
    /// By the fingerprint of the key.
    seen: BTreeMap<u64, i64>,
}

/// The calls that began since the newest, less the time that a call may last.
pub fn ask(watch: &Watch) -> Reply {
    let from = match &watch.state {
        _ if watch.sample => watch.now - TRIAL,
        Some(super::State::Recent(State { newest: Some(newest), .. })) => newest.saturating_sub(watch.longest),
        _ => watch.now - watch.longest - BEHIND,
    };
    let instant = |second| {
        let failure = || Failure::command(format!("{second} is not a time"));
        instant::of_second(second).ok_or_else(failure)
    };
    Ok(json!({
        "operation": OPERATION,
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
        "wanted": if watch.sample { json!(SAMPLE) } else { Value::Null },
    }))
}

/// What is there at the beginning is not an event.
pub fn first(rows: Vec<Map<String, Value>>, longest: i64) -> Result<Outcome, Failure> {
    let outcome = events(State { newest: None, seen: BTreeMap::new() }, rows, longest)?;
    Ok(Outcome { events: Vec::new(), ..outcome })
}

/// The rows that were not seen before, oldest first.
pub fn events(mut state: State, mut rows: Vec<Map<String, Value>>, longest: i64) -> Result<Outcome, Failure> {
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
    // Whatever were forgotten would come again.
    if state.seen.len() > MOST {
        return Err(too_many());
    }
    Ok(Outcome { events: rows, state: super::State::Recent(state), notice: None })
}

fn too_many() -> Failure {
    let expected = format!("a time of which the call log has {} rows at most", MOST / 2);
    Error::from(InputError::of("Longest Call", expected, "one with more").with_hint("Give fewer hours.")).into()
}

fn began(row: &Map<String, Value>) -> Option<i64> {
    instant::second_of(&text(row, when(OPERATION)?))
}

/// A call's rows share its history's id; segment and row tell them apart.
fn key(row: &Map<String, Value>) -> u64 {
    let parts = ["MainCallHistoryId", "CallHistoryId", "CdrId", "CallId", "SegmentId", "SubrowDescNumber"];
    let parts = parts.map(|name| text(row, name));
    fingerprint(parts.iter().map(String::as_str))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(id: i64, start: &str) -> Map<String, Value> {
        json!({ "CallId": id, "StartTime": start }).as_object().cloned().unwrap_or_default()
    }

    /// One poll: what it tells, and the state after it.
    fn poll(state: Option<State>, rows: &[Map<String, Value>]) -> (Vec<Map<String, Value>>, Option<State>) {
        let longest = 4 * 60 * 60;
        let outcome = match state {
            None => first(rows.to_vec(), longest),
            Some(state) => events(state, rows.to_vec(), longest),
        };
        let outcome = outcome.expect("not too many");
        let super::super::State::Recent(state) = outcome.state else { panic!("recent") };
        (outcome.events, Some(state))
    }

    #[test]
    fn a_long_call_that_ends_late_comes_once() {
        let mut rows = vec![call(2, "2026-01-31T10:00:00Z")];
        let (none, state) = poll(None, &rows);
        assert!(none.is_empty());
        rows.push(call(1, "2026-01-31T08:00:00Z"));
        let (told, state) = poll(state, &rows);
        assert_eq!(told, [call(1, "2026-01-31T08:00:00Z")]);
        let (told, _) = poll(state, &rows);
        assert!(told.is_empty());
    }

    #[test]
    fn more_than_can_be_kept_is_refused() {
        let rows = |count| (0..count).map(|id| call(id, "2026-01-31T10:00:00Z")).collect::<Vec<_>>();
        assert!(first(rows(MOST as i64), 1).is_ok());
        assert!(first(rows(MOST as i64 + 1), 1).is_err());
    }
}
