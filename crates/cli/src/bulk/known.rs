//! Which row of a file is which row of its journal, also where the file was changed in between:
//! rows are known by the hash of what they say, and rows that say the same by their number.

use std::collections::{HashMap, VecDeque};

use serde::{Deserialize, Serialize};

use super::journal::State;

/// What a row is known by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Identity {
    hash: u64,
    /// Counted from 0 among those that say the same.
    number: u32,
}

impl From<Identity> for String {
    fn from(Identity { hash, number }: Identity) -> String {
        if number == 0 { format!("{hash:016x}") } else { format!("{hash:016x}-{number}") }
    }
}

impl TryFrom<String> for Identity {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Identity, &'static str> {
        let (hash, number) = text.split_once('-').unwrap_or((&text, "0"));
        let parsed = u64::from_str_radix(hash, 16).ok().zip(number.parse().ok());
        parsed.map(|(hash, number)| Identity { hash, number }).ok_or("a row is a hash and a number")
    }
}

/// A row of the file.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    pub line: u64,
    pub identity: Identity,
}

/// A row as the journal knows it.
#[derive(Clone, Debug)]
pub struct Entry {
    pub identity: Identity,
    /// Where it was.
    pub line: u64,
    pub state: State,
}

/// What is known of a file.
#[derive(Debug)]
pub struct Known {
    pub rows: Vec<Place>,
    pub states: Vec<State>,
    /// What is in the file no more.
    pub gone: Vec<Entry>,
}

/// Finds the rows of a file, each given by line and hash, among the entries of its journal. Where
/// fewer say the same than before, those that are left are those that need not be sent.
pub fn rows(entries: Vec<Entry>, rows: &[(u64, u64)]) -> Known {
    let mut wanted: HashMap<u64, usize> = HashMap::new();
    for (_, hash) in rows {
        *wanted.entry(*hash).or_default() += 1;
    }
    let mut left: HashMap<u64, VecDeque<Entry>> = HashMap::new();
    let mut next: HashMap<u64, u32> = HashMap::new();
    for entry in entries {
        let Identity { hash, number } = entry.identity;
        let free = next.entry(hash).or_default();
        *free = (*free).max(number + 1);
        left.entry(hash).or_default().push_back(entry);
    }
    for (hash, entries) in &mut left {
        if entries.len() > wanted.get(hash).copied().unwrap_or_default() {
            entries.make_contiguous().sort_by_key(|entry| (!entry.state.is_settled(), !entry.state.is_unknown()));
        }
    }
    let mut known = Known { rows: Vec::new(), states: Vec::new(), gone: Vec::new() };
    for (line, hash) in rows.iter().copied() {
        let (identity, state) = match left.get_mut(&hash).and_then(VecDeque::pop_front) {
            Some(entry) => (entry.identity, entry.state),
            None => {
                let free = next.entry(hash).or_default();
                *free += 1;
                (Identity { hash, number: *free - 1 }, State::Unsent)
            }
        };
        known.rows.push(Place { line, identity });
        known.states.push(state);
    }
    known.gone = left.into_values().flatten().collect();
    known.gone.sort_by_key(|entry| entry.line);
    known
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(hash: u64, number: u32, line: u64, state: State) -> Entry {
        Entry { identity: Identity { hash, number }, line, state }
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
            // Twice the same; the first was sent in vain.
            entry(4, 0, 5, State::Unsent),
            entry(4, 1, 6, done()),
        ];
        let unchanged = [(2, 1), (3, 2), (4, 3), (5, 4), (6, 4)];
        let known = rows(entries.clone(), &unchanged);
        assert_eq!(known.states, [done(), State::Sent, State::Unsent, State::Unsent, done()]);
        assert!(known.gone.is_empty());
        // Another order, one of two left, one changed, one more of what is done.
        let known = rows(entries, &[(2, 4), (3, 2), (4, 9), (5, 1), (6, 1)]);
        assert_eq!(known.states, [done(), State::Sent, State::Unsent, done(), State::Unsent]);
        assert_eq!(known.rows[4].identity, Identity { hash: 1, number: 1 });
        assert_eq!(known.gone.iter().map(|entry| entry.line).collect::<Vec<_>>(), [4, 5]);
    }

    #[test]
    fn identities_are_read_back() {
        for identity in [Identity { hash: 0xAB, number: 0 }, Identity { hash: u64::MAX, number: 3 }] {
            assert_eq!(Identity::try_from(String::from(identity)), Ok(identity));
        }
        assert!(Identity::try_from("7-x".to_owned()).is_err());
    }
}
