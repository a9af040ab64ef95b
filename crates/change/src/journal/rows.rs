//! Which row of a file is which row of its journal, also where the file has changed in between:
//! rows are known by what they say, and rows that say the same by their number.

use std::collections::{HashMap, VecDeque};

use crate::identity::Identity;
use crate::state::State;

/// A row of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// Where it begins in the file, counted from 1.
    pub line: u64,
    /// What it says.
    pub identity: Identity,
    /// What it said to the text journals that earlier versions kept beside their inputs.
    pub old: u64,
}

/// A row as the journal knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its number in the run; `None` if it comes from a text journal.
    pub seq: Option<u32>,
    /// What it says.
    pub identity: Identity,
    /// Counted from 0 among those that say the same.
    pub twin: u32,
    /// Where it was.
    pub line: u64,
    /// What became of it.
    pub state: State,
}

/// A row of the file, and its place in the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub row: Row,
    /// Its number in the run, if it has one.
    pub seq: Option<u32>,
    pub twin: u32,
}

/// What is known of a file.
#[derive(Clone, Debug, Default)]
pub struct Known {
    pub(super) places: Vec<Place>,
    /// What is known of each row of the file.
    pub states: Vec<State>,
    /// What the file no longer has.
    pub gone: Vec<Entry>,
}

/// Finds the rows of a file among the entries of its journal. Where fewer say the same than before,
/// those that are left are those that need not be sent.
pub(super) fn find(entries: Vec<Entry>, rows: &[Row]) -> Known {
    let mut wanted: HashMap<Identity, usize> = HashMap::new();
    for row in rows {
        *wanted.entry(row.identity).or_default() += 1;
    }
    let mut left: HashMap<Identity, VecDeque<Entry>> = HashMap::new();
    let mut next: HashMap<Identity, u32> = HashMap::new();
    for entry in entries {
        let free = next.entry(entry.identity).or_default();
        *free = (*free).max(entry.twin + 1);
        left.entry(entry.identity).or_default().push_back(entry);
    }
    for (identity, entries) in &mut left {
        if entries.len() > wanted.get(identity).copied().unwrap_or_default() {
            entries.make_contiguous().sort_by_key(|entry| (!entry.state.is_settled(), !entry.state.is_unknown()));
        }
    }
    let mut known = Known::default();
    for row in rows {
        let (place, state) = match left.get_mut(&row.identity).and_then(VecDeque::pop_front) {
            Some(entry) => (Place { row: *row, seq: entry.seq, twin: entry.twin }, entry.state),
            None => {
                let free = next.entry(row.identity).or_default();
                *free += 1;
                (Place { row: *row, seq: None, twin: *free - 1 }, State::Unsent)
            }
        };
        known.places.push(place);
        known.states.push(state);
    }
    known.gone = left.into_values().flatten().collect();
    known.gone.sort_by_key(|entry| entry.line);
    known
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(number: u8) -> Identity {
        Identity([number; 16])
    }

    fn entry(number: u8, twin: u32, line: u64, state: State) -> Entry {
        Entry { seq: Some(line as u32), identity: identity(number), twin, line, state }
    }

    fn rows(rows: &[(u64, u8)]) -> Vec<Row> {
        rows.iter().map(|(line, number)| Row { line: *line, identity: identity(*number), old: 0 }).collect()
    }

    fn done() -> State {
        State::Done { status: 204, id: None, file: None }
    }

    #[test]
    fn rows_are_found_again_wherever_they_are() {
        let entries = vec![
            entry(1, 0, 2, done()),
            entry(2, 0, 3, State::Sent),
            entry(3, 0, 4, State::Unsent),
            // Twice the same; the first could not be sent.
            entry(4, 0, 5, State::Unsent),
            entry(4, 1, 6, done()),
        ];
        let known = find(entries.clone(), &rows(&[(2, 1), (3, 2), (4, 3), (5, 4), (6, 4)]));
        assert_eq!(known.states, [done(), State::Sent, State::Unsent, State::Unsent, done()]);
        assert!(known.gone.is_empty());
        // Another order, one of two left, one changed, one more of what is done.
        let known = find(entries, &rows(&[(2, 4), (3, 2), (4, 9), (5, 1), (6, 1)]));
        assert_eq!(known.states, [done(), State::Sent, State::Unsent, done(), State::Unsent]);
        assert_eq!((known.places[4].seq, known.places[4].twin), (None, 1));
        assert_eq!(known.gone.iter().map(|entry| entry.line).collect::<Vec<_>>(), [4, 5]);
    }
}
