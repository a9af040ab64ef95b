//! Rows with numbers that grow: event log, call history, recordings.
//!
//! A row may become visible after one with a higher number, and a recording has its number before
//! it is complete. So rows below the highest number are asked for again: the last [`OVERLAP`], and
//! as many more as are needed for those that are known to be incomplete.
//!
//! Numbers may also fall: a PBX is restored from a backup, or the newest rows are deleted. Then
//! watching goes on from the newest row that there is, and says so. A number that was given away
//! again meanwhile is known by the time at which its row began.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use threecx_core::instant;

use super::{Event, Outcome, SAMPLE, Watch, text, when};

/// How many numbers below the highest are looked at again.
const OVERLAP: i64 = 100;

/// The same at most, for what never becomes complete.
const FURTHEST: i64 = 2000;

/// What is watched.
#[derive(Clone, Copy)]
pub struct Source {
    /// Lists the rows.
    pub operation: &'static str,
    number: &'static str,
    /// When the row began; it never changes.
    began: &'static str,
    /// What is null until the row is complete.
    end: Option<&'static str>,
}

/// What an event is read from.
pub fn source(event: Event) -> Source {
    let (operation, number, end) = match event {
        Event::Logged => ("EventLogs.ListEventLog", "Id", None),
        Event::Recording => ("Recordings.ListRecording", "Id", Some("EndTime")),
        _ => ("CallHistoryView.ListCallHistoryView", "SegmentId", Some("SegmentEndTime")),
    };
    Source { operation, number, began: when(operation).unwrap_or_default(), end }
}

/// Rows up to `floor` are done with; above it, those in `seen` are.
#[derive(Debug, Default, Deserialize, Serialize, PartialEq)]
pub struct State {
    floor: i64,
    /// When each began, in seconds since 1970; by number.
    seen: BTreeMap<i64, i64>,
    /// True if there was nothing above the floor: then the newest rows are asked for, whatever
    /// their numbers.
    #[serde(default)]
    unsure: bool,
}

/// The newest rows to begin with, then everything above the floor.
pub fn ask(source: Source, watch: &Watch) -> Value {
    let floor = match &watch.state {
        Some(super::State::Numbered(state)) if !watch.sample && !state.unsure => Some(state.floor),
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
    let complete = rows.iter().filter(|row| source.is_complete(row));
    let seen = complete.filter_map(|row| Some((source.number(row)?, source.began(row)))).collect();
    let lowest = rows.iter().filter_map(|row| source.number(row)).min();
    let floor = lowest.map_or(0, |lowest| lowest - 1);
    let mut state = State { floor, seen, unsure: false };
    state.raise(rows.iter().filter(|row| !source.is_complete(row)).filter_map(|row| source.number(row)).min());
    Outcome { events: Vec::new(), state: super::State::Numbered(state), notice: None }
}

/// The rows that are complete and were not seen before.
pub fn events(source: Source, mut state: State, mut rows: Vec<Map<String, Value>>) -> Outcome {
    rows.sort_by_key(|row| source.number(row));
    let Some(newest) = rows.last().and_then(|row| source.number(row)) else {
        state.unsure = true;
        return Outcome { events: Vec::new(), state: super::State::Numbered(state), notice: None };
    };
    let (floor, highest) = (state.floor, state.highest());
    let notice = (newest < highest).then(|| source.fell(highest, newest));
    if newest <= floor {
        // All that was above is gone. What there is may be old or new; it counts as known.
        return Outcome { notice, ..first(source, &rows) };
    }
    let were_newest = std::mem::take(&mut state.unsure);
    let lowest = rows.first().and_then(|row| source.number(row)).unwrap_or(newest);
    if were_newest && rows.len() as i64 >= OVERLAP && lowest > floor + 1 {
        // There is more above the floor than was asked for.
        return Outcome { events: Vec::new(), state: super::State::Numbered(state), notice: None };
    }
    drop(state.seen.split_off(&(newest + 1)));
    let incomplete = rows.iter().filter(|row| !source.is_complete(row)).filter_map(|row| source.number(row));
    let incomplete = incomplete.filter(|number| *number > floor).min();
    rows.retain(|row| {
        let number = source.number(row).filter(|number| *number > floor && source.is_complete(row));
        number.is_some_and(|number| {
            let began = source.began(row);
            state.seen.insert(number, began) != Some(began)
        })
    });
    state.raise(incomplete);
    Outcome { events: rows, state: super::State::Numbered(state), notice }
}

impl State {
    /// The highest number that is done with.
    fn highest(&self) -> i64 {
        self.seen.last_key_value().map_or(self.floor, |(number, _)| *number)
    }

    /// Moves the floor up as far as nothing below it can still be missing.
    fn raise(&mut self, incomplete: Option<i64>) {
        let Some((&highest, _)) = self.seen.last_key_value() else { return };
        let wanted = (highest - OVERLAP).min(incomplete.map_or(i64::MAX, |number| number - 1));
        self.floor = wanted.max(highest - FURTHEST).max(self.floor);
        self.seen = self.seen.split_off(&(self.floor + 1));
    }
}

impl Source {
    fn fell(self, highest: i64, newest: i64) -> String {
        let Source { operation, number, .. } = self;
        format!(
            "{operation}: the newest {number} was {highest} and is {newest} now; a backup was restored, or rows were deleted. \
             What comes after {newest} starts the workflow."
        )
    }

    fn number(self, row: &Map<String, Value>) -> Option<i64> {
        row.get(self.number)?.as_i64()
    }

    fn began(self, row: &Map<String, Value>) -> i64 {
        instant::second_of(&text(row, self.began)).unwrap_or_default()
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

    /// A poll of a PBX that has these: what it tells, the state after it, and whether it says something.
    fn poll(state: super::super::State, numbers: &[(i64, bool)]) -> (Vec<i64>, super::super::State, bool) {
        let super::super::State::Numbered(state) = state else { panic!("numbered") };
        let source = source(Event::Recording);
        let mut asked: Vec<_> =
            numbers.iter().filter(|(number, _)| state.unsure || *number > state.floor).copied().collect();
        if state.unsure {
            asked.drain(..asked.len().saturating_sub(OVERLAP as usize));
        }
        let Outcome { events, state, notice } = events(source, state, rows(&asked));
        (events.iter().filter_map(|row| source.number(row)).collect(), state, notice.is_some())
    }

    #[test]
    fn a_number_that_was_given_away_again_is_another_event() {
        let row = |number: i64, began: &str| {
            json!({ "Id": number, "TimeGenerated": began }).as_object().cloned().unwrap_or_default()
        };
        let source = source(Event::Logged);
        let before = [row(1, "2026-01-31T09:00:00Z"), row(2, "2026-01-31T10:00:00Z"), row(3, "2026-01-31T11:00:00Z")];
        let super::super::State::Numbered(state) = first(source, &before).state else { panic!("numbered") };
        // Restored as it was at 9:30, and the numbers 2 and 3 were given away before the next poll.
        let after =
            [row(1, "2026-01-31T10:00:00+01:00"), row(2, "2026-01-31T12:00:00Z"), row(3, "2026-01-31T12:01:00Z")];
        let told = events(source, state, after.to_vec()).events;
        assert_eq!(told, after[1..]);
    }

    fn complete(numbers: impl IntoIterator<Item = i64>) -> Vec<(i64, bool)> {
        numbers.into_iter().map(|number| (number, true)).collect()
    }

    #[test]
    fn late_and_incomplete_rows_come_once_and_after_they_are_complete() {
        let state = first(source(Event::Recording), &rows(&[(12, true), (11, false), (10, true)])).state;
        let (events, state, _) = poll(state, &[(10, true), (11, false), (12, true), (14, true)]);
        assert_eq!(events, [14]);
        let (events, state, _) = poll(state, &complete(10..15));
        assert_eq!(events, [11, 13]);
        let (events, state, _) = poll(state, &complete(10..15));
        assert!(events.is_empty());
        let (events, state, told) = poll(state, &complete(10..3000));
        assert_eq!(events, (15..3000).collect::<Vec<_>>());
        assert!(!told);
        let super::super::State::Numbered(state) = state else { panic!("numbered") };
        assert_eq!((state.floor, state.seen.len() as i64), (2999 - OVERLAP, OVERLAP));
    }

    #[test]
    fn after_numbers_fell_watching_goes_on_from_the_newest() {
        for newest in [40, 950] {
            let state = first(source(Event::Recording), &rows(&complete(901..=1000))).state;
            let (mut state, mut told) = (state, false);
            // It takes a poll to find nothing, and one to look.
            for _ in 0..3 {
                let (events, after, said) = poll(state, &complete(1..=newest));
                assert!(events.is_empty());
                (state, told) = (after, told || said);
            }
            assert!(told, "{newest}");
            let (events, state, told) = poll(state, &complete(1..=newest + 200));
            assert_eq!(events, (newest + 1..=newest + 200).collect::<Vec<_>>());
            assert!(!told);
            assert!(poll(state, &complete(1..=newest + 200)).0.is_empty());
        }
    }

    #[test]
    fn after_all_was_deleted_nothing_is_lost() {
        let state = first(source(Event::Recording), &rows(&complete(1..=50))).state;
        let (_, state, _) = poll(state, &[]);
        let (_, state, _) = poll(state, &[]);
        // More than are asked for where nothing was.
        let (events, state, told) = poll(state, &complete(51..=400));
        assert!(events.is_empty() && !told);
        let (events, state, _) = poll(state, &complete(51..=400));
        assert_eq!(events, (51..=400).collect::<Vec<_>>());
        let (_, state, _) = poll(state, &[]);
        let (events, ..) = poll(state, &complete(401..=403));
        assert_eq!(events, [401, 402, 403]);
    }
}
