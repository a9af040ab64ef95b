//! The text journals that earlier versions kept beside their inputs: read once, and taken over.
//!
//! Each line is a JSON object: first what the run was, then what became of a row, then again. A row
//! was `sent` in a line of its own before its request left. So what a line that was cut off would
//! have said is either that a row is about to be sent, which then it was not, or what became of a
//! row that an earlier line calls `sent`, which then is unknown. A line that is damaged otherwise
//! makes every row that it names unknown.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use indexmap::IndexMap;
use serde::Deserialize;

use super::JournalError;
use super::rows::{Entry, Row};
use crate::identity::Identity;
use crate::state::State;

/// How a line ends a journal with which nothing is left to do.
const FINISHED: &str = "{\"finished\":true}";

/// The version of the format that is read.
const VERSION: u32 = 2;

/// `people.csv` → `people.csv.journal`
pub fn beside(input: &str) -> PathBuf {
    PathBuf::from(format!("{input}.journal"))
}

/// What a text journal says.
#[derive(Debug)]
pub(super) struct Old {
    pub path: PathBuf,
    /// The hash of what was the same for all rows.
    pub constants: String,
    pub finished: bool,
    rows: IndexMap<OldIdentity, (u64, State)>,
}

#[derive(Deserialize)]
struct Header {
    journal: u32,
    operation: String,
    pbx: String,
    arguments: String,
}

#[derive(Deserialize)]
struct Line {
    line: u64,
    row: String,
    #[serde(flatten)]
    state: State,
}

/// A hash, and the number among those that say the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct OldIdentity {
    hash: u64,
    twin: u32,
}

impl OldIdentity {
    fn parse(text: &str) -> Option<OldIdentity> {
        let (hash, twin) = text.split_once('-').unwrap_or((text, "0"));
        Some(OldIdentity { hash: u64::from_str_radix(hash, 16).ok()?, twin: twin.parse().ok()? })
    }
}

/// The text journal of a file, if there is one and it is of this operation on this PBX.
pub(super) fn read(operation: &str, pbx: &[&str], source: &str) -> Result<Option<Old>, JournalError> {
    let path = beside(source);
    let refuse = |reason: String| JournalError::OldJournal { path: path.clone(), reason };
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(refuse(error.to_string())),
    };
    parse(path.clone(), &bytes, operation, pbx).map_err(refuse)
}

/// What the bytes of a text journal say, if it is of this operation on this PBX.
pub(super) fn parse(path: PathBuf, bytes: &[u8], operation: &str, pbx: &[&str]) -> Result<Option<Old>, String> {
    let text = String::from_utf8_lossy(bytes);
    let mut lines = text.split_inclusive('\n');
    let first = lines.next().unwrap_or_default();
    let Ok(header) = serde_json::from_str::<Header>(first) else {
        // Another file that happens to have this name, or a journal that never got to its first row.
        return Ok(None);
    };
    if header.journal != VERSION {
        return Err("it is a journal of another version of this program".into());
    }
    let same = |one: &str, other: &str| one.trim_end_matches('/').eq_ignore_ascii_case(other.trim_end_matches('/'));
    if header.operation != operation || !pbx.iter().any(|pbx| same(&header.pbx, pbx)) {
        return Ok(None);
    }
    let mut rows: IndexMap<OldIdentity, (u64, State)> = IndexMap::new();
    let mut finished = false;
    for line in lines {
        let whole = line.trim_end();
        finished = whole == FINISHED;
        if whole.is_empty() || finished {
            continue;
        }
        let read = serde_json::from_str::<Line>(whole).ok();
        match read.and_then(|read| Some((OldIdentity::parse(&read.row)?, read.line, read.state))) {
            Some((identity, at, state)) => {
                rows.insert(identity, (at, state));
            }
            None => {
                for identity in named(whole) {
                    let message = "a line of its journal is damaged".to_owned();
                    let entry = rows.entry(identity).or_insert((0, State::Unsent));
                    entry.1 = State::Unknown { status: None, message };
                }
            }
        }
    }
    Ok(Some(Old { path, constants: header.arguments, finished, rows }))
}

/// The rows that a damaged line names in full.
fn named(line: &str) -> Vec<OldIdentity> {
    let parts = line.split("\"row\":\"").skip(1);
    parts.filter_map(|part| OldIdentity::parse(part.split_once('"')?.0)).collect()
}

impl Old {
    /// Its entries, each known as a row of the file that says the same; what no row says any more is
    /// known by its old hash only.
    pub fn entries(&self, rows: &[Row]) -> Vec<Entry> {
        let by_old: HashMap<u64, Identity> = rows.iter().map(|row| (row.old, row.identity)).collect();
        let gone = |hash: u64| {
            let mut bytes = [0; 16];
            bytes[..8].copy_from_slice(&hash.to_le_bytes());
            Identity(bytes)
        };
        let entry = |(identity, (line, state)): (&OldIdentity, &(u64, State))| Entry {
            seq: None,
            identity: by_old.get(&identity.hash).copied().unwrap_or_else(|| gone(identity.hash)),
            twin: identity.twin,
            line: *line,
            state: state.clone(),
        };
        self.rows.iter().map(entry).collect()
    }
}

/// Says by its name that a text journal has been taken over.
pub(super) fn take_over(path: &Path) -> Result<(), JournalError> {
    let mut taken = path.as_os_str().to_owned();
    taken.push(".old");
    fs::rename(path, taken)
        .map_err(|error| JournalError::OldJournal { path: path.to_owned(), reason: error.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_line_makes_the_rows_that_it_names_unknown() {
        let folder = tempfile::tempdir().expect("a folder");
        let source = folder.path().join("x.csv").display().to_string();
        let lines = [
            r#"{"journal":2,"operation":"X.Y","pbx":"p","arguments":"0"}"#,
            r#"{"line":2,"row":"000000000000000b","is":"sent"}"#,
            r#"{"line":2,"row":"000000000000000b","is":"done","status":201,"id":"7"}"#,
            r#"{"line":3,"row":"000000000000000c","is":"sent"}"#,
            r#"{"line":3,"row":"000000000000000c","is":"do{"line":4,"row":"000000000000000d","is":"sent"}"#,
        ];
        let text = lines.join("\n") + "\n";
        // Cut off anywhere, nothing that was sent becomes unsent.
        for length in 0..=text.len() {
            fs::write(beside(&source), &text[..length]).expect("written");
            let Some(old) = read("X.Y", &["p"], &source).expect("readable") else { continue };
            let state = |hash: u64| old.rows.get(&OldIdentity { hash, twin: 0 }).map(|(_, state)| state.clone());
            let until = |line: usize| lines[..=line].iter().map(|line| line.len() + 1).sum::<usize>() - 1;
            for (hash, sent) in [(11, until(1)), (12, until(3)), (13, until(4))] {
                if length >= sent {
                    assert!(state(hash).is_some_and(|state| state != State::Unsent), "{length} {hash}");
                }
            }
            if length >= until(2) {
                assert_eq!(state(11), Some(State::Done { status: 201, id: Some("7".into()), file: None }));
            }
        }
    }
}
