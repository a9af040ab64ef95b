//! Rows with numbers that grow: event log, call history, recordings.
//!
//! A row may become visible after one with a higher number, and a recording has its number before
//! it is complete. So rows below the highest number are asked for again: the last [`OVERLAP`], and
//! as many more as are needed for those that are known to be incomplete.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{Event, Outcome, Watch, text};

/// So many numbers below the highest are looked at again.
const OVERLAP: i64 = 100;

/// So many numbers at most, for what never becomes complete.
const FURTHEST: i64 = 2000;

/// So many rows for a trial.
const SAMPLE: u64 = 3;

/// What is watched.
#[derive(Clone, Copy)]
pub struct Source {
    operation: &'static str,
    number: &'static str,
    /// What is null until the row is complete.
    end: Option<&'static str>,
}

/// What an event is read from.
pub fn source(event: Event) -> Source {
    match event {
        Event::Logged => Source { operation: "EventLogs.ListEventLog", number: "Id", end: None },
        Event::Recording => Source { operation: "Recordings.ListRecording", number: "Id", end: Some("EndTime") },
        _ => Source {
            operation: "CallHistoryView.ListCallHistoryView",
            number: "SegmentId",
            end: Some("SegmentEndTime"),
        },
    }
}

/// Rows up to `floor` are done with; above it, those in `seen` are.
#[derive(Debug, Default, Deserialize, Serialize, PartialEq)]
pub struct State {
    floor: i64,
    seen: BTreeSet<i64>,
}

/// The newest rows to begin with, then everything above the floor.
pub fn ask(source: Source, watch: &Watch) -> Value {
    let floor = match &watch.state {
        Some(super::State::Numbered(state)) if !watch.sample => Some(state.floor),
        _ => None,
    };
    let number = source.number;
    match floor {
        Some(floor) => json!({
            "operation": source.operation,
            "options": { "filter": format!("{number} gt {floor}"), "orderby": number },
            "wanted": null,
        }),
        None => json!({
            "operation": source.operation,
            "options": { "orderby": format!("{number} desc") },
            "wanted": if watch.sample { SAMPLE } else { OVERLAP as u64 },
        }),
    }
}

/// Everything there is at the beginning is known, except for what is not complete.
pub fn first(source: Source, rows: &[Map<String, Value>]) -> Outcome {
    let seen = rows.iter().filter(|row| source.is_complete(row)).filter_map(|row| source.number(row)).collect();
    let lowest = rows.iter().filter_map(|row| source.number(row)).min();
    let floor = lowest.map_or(0, |lowest| lowest - 1);
    let mut state = State { floor, seen };
    state.raise(rows.iter().filter(|row| !source.is_complete(row)).filter_map(|row| source.number(row)).min());
    (Vec::new(), super::State::Numbered(state))
}

/// The rows that are complete and were not seen before.
pub fn events(source: Source, mut state: State, mut rows: Vec<Map<String, Value>>) -> Outcome {
    rows.sort_by_key(|row| source.number(row));
    let incomplete = rows.iter().filter(|row| !source.is_complete(row)).filter_map(|row| source.number(row)).min();
    let floor = state.floor;
    let is_new = |row: &Map<String, Value>, seen: &mut BTreeSet<i64>| {
        source.number(row).is_some_and(|number| number > floor && source.is_complete(row) && seen.insert(number))
    };
    rows.retain(|row| is_new(row, &mut state.seen));
    state.raise(incomplete);
    (rows, super::State::Numbered(state))
}

impl State {
    /// Moves the floor up as far as nothing below it can still be missing.
    fn raise(&mut self, incomplete: Option<i64>) {
        let Some(&highest) = self.seen.last() else { return };
        let wanted = (highest - OVERLAP).min(incomplete.map_or(i64::MAX, |number| number - 1));
        self.floor = wanted.max(highest - FURTHEST).max(self.floor);
        self.seen = self.seen.split_off(&(self.floor + 1));
    }
}

impl Source {
    fn number(self, row: &Map<String, Value>) -> Option<i64> {
        row.get(self.number)?.as_i64()
    }

    fn is_complete(self, row: &Map<String, Value>) -> bool {
        self.end.is_none_or(|end| !text(row, end).is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(numbers: &[(i64, bool)]) -> Vec<Map<String, Value>> {
        let row = |(number, complete): &(i64, bool)| {
            let end = complete.then_some("2026-01-31T09:30:00Z");
            json!({ "Id": number, "EndTime": end }).as_object().cloned().unwrap_or_default()
        };
        numbers.iter().map(row).collect()
    }

    fn poll(state: super::super::State, numbers: &[(i64, bool)]) -> (Vec<i64>, super::super::State) {
        let super::super::State::Numbered(state) = state else { panic!("numbered") };
        let source = source(Event::Recording);
        let above: Vec<_> = numbers.iter().filter(|(number, _)| *number > state.floor).copied().collect();
        let (events, state) = events(source, state, rows(&above));
        (events.iter().filter_map(|row| source.number(row)).collect(), state)
    }

    #[test]
    fn late_and_incomplete_rows_come_once_and_after_they_are_complete() {
        let (_, state) = first(source(Event::Recording), &rows(&[(12, true), (11, false), (10, true)]));
        let (events, state) = poll(state, &[(10, true), (11, false), (12, true), (14, true)]);
        assert_eq!(events, [14]);
        let (events, state) = poll(state, &[(10, true), (11, true), (12, true), (13, true), (14, true)]);
        assert_eq!(events, [11, 13]);
        let (events, state) = poll(state, &[(10, true), (11, true), (12, true), (13, true), (14, true)]);
        assert!(events.is_empty());
        let many: Vec<(i64, bool)> = (10..3000).map(|number| (number, true)).collect();
        let (events, state) = poll(state, &many);
        assert_eq!(events, (15..3000).collect::<Vec<_>>());
        let super::super::State::Numbered(state) = state else { panic!("numbered") };
        assert_eq!((state.floor, state.seen.len() as i64), (2999 - OVERLAP, OVERLAP));
    }
}
