//! Whether a list goes on: a PBX that passes over `$skip`, or puts its rows in another order for each page,
//! would be read without end, or with rows that are missing and rows that come twice.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

use threecx_catalog::{Operation, Verb};

use crate::error::Error;
use crate::members::member;

/// The number of keys that are remembered: memory stays the same however long a list is.
const MOST: usize = 1 << 18;

/// What has come of a list.
#[derive(Debug, Default)]
pub struct Seen {
    /// The property that tells rows apart, where one does.
    key: Option<&'static str>,
    hash: RandomState,
    keys: HashSet<u64>,
    /// The first and the last row of the page before, and how many it had.
    before: Option<(String, String, usize)>,
    /// The addresses of next pages.
    links: HashSet<u64>,
}

impl Seen {
    /// Of the list that an operation gives.
    pub fn of(operation: &'static Operation) -> Seen {
        let set = operation.newest_form().target.set().filter(|set| set.addressed && operation.verb == Verb::List);
        Seen { key: set.and_then(|set| set.key).map(|key| key.name), ..Seen::default() }
    }

    /// True for a list of entities, each of which has a key.
    pub fn tells_rows_apart(&self) -> bool {
        self.key.is_some()
    }

    /// Notes the rows of the next page.
    ///
    /// # Errors
    /// [`Error::Answer`] if it is the page before once more, or has a row that has come.
    pub fn note<'r>(&mut self, rows: impl Iterator<Item = &'r str>) -> Result<(), Error> {
        let (mut first, mut last, mut count) = (None, "", 0);
        for row in rows {
            first.get_or_insert(row);
            (last, count) = (row, count + 1);
            self.note_key(row)?;
        }
        let Some(first) = first else { return Ok(()) };
        let is_same = |(one, other, rows): &(String, String, usize)| one == first && other == last && *rows == count;
        // A row alone may well be like the one before.
        if count > 1 && self.before.as_ref().is_some_and(is_same) {
            return Err(Error::Answer { reason: "the same page of the list comes again and again".into() });
        }
        self.before = Some((first.to_owned(), last.to_owned(), count));
        Ok(())
    }

    /// Notes the address that a page gives for the next one.
    ///
    /// # Errors
    /// [`Error::Answer`] if an earlier page gave it too: the list goes round in a circle.
    pub fn note_link(&mut self, link: Option<&str>) -> Result<(), Error> {
        if link.is_none_or(|link| self.links.insert(self.hash.hash_one(link))) {
            return Ok(());
        }
        Err(Error::Answer { reason: "its pages go round in a circle".into() })
    }

    fn note_key(&mut self, row: &str) -> Result<(), Error> {
        let Some((name, key)) = self.key.and_then(|name| Some((name, member(row, name)?))) else { return Ok(()) };
        let is_new = self.keys.len() >= MOST || self.keys.insert(self.hash.hash_one(key));
        if is_new {
            return Ok(());
        }
        let key: String = key.chars().take(60).collect();
        let reason = format!(
            "the row with {name} {key} comes twice: its pages do not fit together, perhaps because the list changed while \
             it was read, so other rows may be missing"
        );
        Err(Error::Answer { reason })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use threecx_catalog::operation;

    fn reads(id: &str, pages: &[&[&str]]) -> Result<(), String> {
        let mut seen = Seen::of(operation(id).expect(id));
        pages.iter().try_for_each(|page| seen.note(page.iter().copied())).map_err(|error| error.to_string())
    }

    #[test]
    fn a_row_that_comes_twice_is_noticed_wherever_its_key_stands() {
        let list = "Users.ListUser";
        for (pages, twice) in [
            (vec![vec![r#"{"Id":1,"Number":"1"}"#, r#"{"Id":2}"#], vec![r#"{"Id":3}"#]], None),
            (vec![vec![r#"{"Id":1}"#, r#"{"Id":2}"#], vec![r#"{"Id":3}"#, r#"{"Id":2,"Number":"x"}"#]], Some("Id 2 ")),
            (vec![vec![r#"{"Id":1,"Number":"1"}"#, r#" { "Number" : "2", "Id" : 1 } "#]], Some("Id 1 ")),
            (vec![vec![r#"{"Number":"1","\u0049d":7}"#], vec![r#"{"Id":7}"#]], Some("Id 7 ")),
            // Rows without their key are not told apart.
            (vec![vec![r#"{"Number":"1"}"#], vec![r#"{"Number":"1"}"#]], None),
            (vec![vec!["1", "null", "[]"], vec!["{}", "\"Id\""]], None),
        ] {
            let pages: Vec<&[&str]> = pages.iter().map(Vec::as_slice).collect();
            match (reads(list, &pages), twice) {
                (Ok(()), None) => {}
                (Err(error), Some(twice)) => assert!(error.contains(twice), "{error}"),
                (other, _) => panic!("{pages:?}: {other:?}"),
            }
        }
    }

    #[test]
    fn the_same_page_once_more_ends_a_list_without_a_key() {
        let report = "ReportCallLogData.GetCallLogData";
        let page = [r#"{"a":1}"#, r#"{"a":2}"#];
        assert!(reads(report, &[&page, &[r#"{"a":3}"#, r#"{"a":2}"#], &page]).is_ok());
        assert!(reads(report, &[&page, &page]).is_err());
        assert!(reads(report, &[&["1"], &["1"], &[], &[]]).is_ok());
        let mut seen = Seen::default();
        for (link, circle) in [(Some("a"), false), (None, false), (None, false), (Some("b"), false), (Some("a"), true)]
        {
            assert_eq!(seen.note_link(link).is_err(), circle, "{link:?}");
        }
    }
}
