//! Which things changed and in which order, so that those who look now and then get only what
//! is new to them.

use std::collections::HashMap;
use std::hash::Hash;

/// The maximum number of changed things that are told apart; with more, everything counts as changed.
const MOST: usize = 4096;

/// Counts changes. It begins at a number by chance, so that a revision that another process
/// or another company gave out does not pass for one of these.
#[derive(Clone, Debug)]
pub(crate) struct Revisions<K> {
    latest: u64,
    /// Those who have seen less have missed something that is no longer known.
    floor: u64,
    /// The revision that changed a thing last.
    at: HashMap<K, u64>,
}

impl<K> Default for Revisions<K> {
    fn default() -> Revisions<K> {
        // Far from the end, and with room between them.
        let first = fastrand::u64(..1 << 48);
        Revisions { latest: first, floor: first, at: HashMap::new() }
    }
}

impl<K: Hash + Eq> Revisions<K> {
    pub fn latest(&self) -> u64 {
        self.latest
    }

    /// Something has changed, come or gone.
    pub fn note(&mut self, thing: K) {
        self.latest += 1;
        self.at.insert(thing, self.latest);
        if self.at.len() > MOST {
            self.note_all();
        }
    }

    /// Everything has changed.
    pub fn note_all(&mut self) {
        self.latest += 1;
        self.floor = self.latest;
        self.at.clear();
    }

    /// What has changed since a revision; nothing if that can no longer be told.
    pub fn since(&self, revision: u64) -> Option<impl Iterator<Item = &K>> {
        let known = (self.floor..=self.latest).contains(&revision);
        known.then(|| self.at.iter().filter(move |(_, at)| **at > revision).map(|(thing, _)| thing))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn since(revisions: &Revisions<String>, revision: u64) -> Option<Vec<&str>> {
        let mut changed: Vec<&str> = revisions.since(revision)?.map(String::as_str).collect();
        changed.sort_unstable();
        Some(changed)
    }

    #[test]
    fn only_what_is_new_is_told() {
        let mut revisions = Revisions::<String>::default();
        let start = revisions.latest();
        assert_eq!(since(&revisions, start), Some(vec![]));
        revisions.note("a".into());
        let middle = revisions.latest();
        revisions.note("b".into());
        revisions.note("b".into());
        assert_eq!(since(&revisions, start), Some(vec!["a", "b"]));
        assert_eq!(since(&revisions, middle), Some(vec!["b"]));
        assert_eq!(since(&revisions, revisions.latest()), Some(vec![]));
        for foreign in [start - 1, revisions.latest() + 1] {
            assert_eq!(since(&revisions, foreign), None);
        }
        revisions.note_all();
        assert_eq!(since(&revisions, middle), None);
        assert_eq!(since(&revisions, revisions.latest()), Some(vec![]));
    }

    #[test]
    fn it_does_not_grow_without_end() {
        let mut revisions = Revisions::<String>::default();
        let start = revisions.latest();
        for number in 0..MOST {
            revisions.note(number.to_string());
        }
        assert_eq!(since(&revisions, start).map(|all| all.len()), Some(MOST));
        revisions.note("one more".into());
        assert_eq!(since(&revisions, start), None);
        assert_eq!(revisions.at.len(), 0);
    }
}
