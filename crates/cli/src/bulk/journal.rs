//! The journal of a bulk run: what was sent, and what came of it. It lies beside the input, so
//! that a run that was cut off goes on where it ended and sends nothing twice.
//!
//! A row is `sent` before its request leaves, and `done`, `failed`, `unknown` or `unsent` after.
//! Lines are appended by plain writes: what was written is there when this program is killed. What
//! becomes of a line that was not written whole is told in [`super::torn`].
//! Of a row's content only a hash is in it, by which the row is known again where the file has
//! changed ([`super::known`]).

use std::fs::OpenOptions;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::known::{self, Entry, Identity, Known, Place};
use super::torn::{self, Medium, Named};
use crate::failure::Failure;

/// How a journal begins.
const START: &[u8] = b"{\"journal\":";

/// How it ends once there is nothing left to do.
const FINISHED: &[u8] = b"{\"finished\":true}";

/// What a journal belongs to; the first line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The format of what follows.
    pub journal: u32,
    pub operation: String,
    /// The address of the PBX.
    pub pbx: String,
    /// Of what is the same for every row.
    pub arguments: String,
}

/// What is known of a row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "lowercase")]
pub enum State {
    /// It has not been sent.
    #[default]
    Unsent,
    /// It has been sent, and nothing came back so far.
    Sent,
    /// It was carried out.
    Done {
        status: u16,
        /// What was made by it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<String>,
        /// Where the file is that came.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        file: Option<String>,
    },
    /// It was not carried out.
    Failed {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        status: Option<u16>,
        code: String,
        message: String,
    },
    /// Nobody knows whether it was carried out.
    Unknown {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        status: Option<u16>,
        message: String,
    },
    /// It was unknown, and somebody decided to leave it so.
    Skipped,
}

impl State {
    /// True if nobody knows whether it was carried out.
    pub fn is_unknown(&self) -> bool {
        matches!(self, State::Sent | State::Unknown { .. })
    }

    /// The HTTP status that came.
    pub fn status(&self) -> Option<u16> {
        match self {
            State::Done { status, .. } => Some(*status),
            State::Failed { status, .. } | State::Unknown { status, .. } => *status,
            State::Unsent | State::Sent | State::Skipped => None,
        }
    }

    /// The file that a row became.
    pub fn file(&self) -> Option<&str> {
        match self {
            State::Done { file, .. } => file.as_deref(),
            _ => None,
        }
    }

    /// For the results.
    pub fn outcome(&self) -> &'static str {
        match self {
            State::Unsent => "not sent",
            State::Sent | State::Unknown { .. } => "unknown",
            State::Done { .. } => "done",
            State::Failed { .. } => "failed",
            State::Skipped => "skipped",
        }
    }

    /// True if there is nothing left to do about it.
    pub fn is_settled(&self) -> bool {
        matches!(self, State::Done { .. } | State::Skipped)
    }
}

/// What a line tells of a row.
#[derive(Serialize, Deserialize)]
pub(super) struct Line<S> {
    /// Where it began in the file.
    pub line: u64,
    pub row: Identity,
    #[serde(flatten)]
    pub state: S,
}

/// A journal that belongs to this run alone.
#[derive(Debug)]
pub struct Journal {
    pub path: PathBuf,
    file: Box<dyn Medium>,
    /// How long it is, up to the end of its last whole line.
    whole: u64,
    /// True if more than that may be there, which was to be a line.
    is_torn: bool,
    line: Vec<u8>,
    /// Which row is which.
    rows: Vec<Place>,
}

/// A journal that was opened, and what it knows.
#[derive(Debug)]
pub struct Opened {
    pub journal: Journal,
    /// Row by row.
    pub states: Vec<State>,
    /// What is in the file no more.
    pub gone: Vec<Entry>,
}

/// `people.csv` → `people.csv.journal`
pub fn beside(input: &str) -> PathBuf {
    PathBuf::from(format!("{input}.journal"))
}

impl Journal {
    /// Opens or begins the journal of a run over `rows`, each with its line and hash, and reads
    /// what is known of them.
    pub fn open(path: &Path, header: &Header, rows: &[(u64, u64)], again: bool) -> Result<Opened, Failure> {
        let shown = path.display().to_string();
        let wrong = |error: io::Error| Failure::file(shown.clone(), &error);
        let refuse = |reason: String, next_step: String| Failure::Journal { path: shown.clone(), reason, next_step };
        let mut options = OpenOptions::new();
        // Not for appending only: on Windows such a file could not be cut. The lock keeps others away.
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path).map_err(wrong)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(std::fs::TryLockError::WouldBlock) => {
                return Err(refuse("another run is at work on it".into(), "Wait until it has ended.".into()));
            }
            Err(std::fs::TryLockError::Error(error)) => return Err(wrong(error)),
        }
        let mut text = Vec::new();
        file.read_to_end(&mut text).map_err(wrong)?;
        // What is no journal is somebody's, and stays as it is.
        let start = text.len().min(START.len());
        if text[..start] != START[..start] {
            let next_step = "Rename it: the journal of this file is to be called so.";
            return Err(refuse("it is no journal".into(), next_step.into()));
        }
        let end = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let (text, rest) = text.split_at(end);
        let rest = torn::pieces(rest);
        let (whole, file) = (end as u64, Box::new(file));
        // Nothing may be cut off before it is clear that it is the journal of this run.
        let mut journal =
            Journal { path: path.to_owned(), file, whole, is_torn: true, line: Vec::new(), rows: Vec::new() };
        let mut anew = || {
            journal.begin(header).map_err(wrong)?;
            let Known { rows, states, .. } = known::rows(Vec::new(), rows);
            Ok::<_, Failure>((rows, states, Vec::new()))
        };
        // One that tells of no row is of a run that was called off: it binds nobody.
        let tells = text.iter().filter(|byte| **byte == b'\n').count() > usize::from(rest.is_empty());
        let mut lost = Vec::new();
        let (places, states, gone) = if !tells {
            anew()?
        } else {
            let (found, entries) = read(text, &rest, header).map_err(|reason| refuse(reason, rename(&shown)))?;
            let Known { rows: places, mut states, mut gone } = known::rows(entries, rows);
            lost = torn::doubt(&rest, &places, &mut states, &mut gone);
            let settled = states.iter().all(State::is_settled) && !gone.iter().any(|entry| entry.state.is_unknown());
            let finished = settled || text.trim_ascii_end().ends_with(FINISHED);
            let differs = difference(&found, header);
            match (finished, again) {
                (true, true) => {
                    lost.clear();
                    anew()?
                }
                (false, true) if differs.is_none() => {
                    let next_step = "Leave out --again: the run then goes on where it ended.";
                    return Err(refuse("the run that it tells of is not finished".into(), next_step.into()));
                }
                (true, false) if settled || differs.is_some() => {
                    let reason = format!(
                        "{}{}",
                        all_settled(&states),
                        differs.map(|it| format!(", and {it}")).unwrap_or_default()
                    );
                    let next_step = "Add --again to send all rows of this file, also those that were sent before.";
                    return Err(refuse(reason, next_step.into()));
                }
                _ => {
                    if let Some(reason) = differs {
                        return Err(refuse(reason, rename(&shown)));
                    }
                    (places, states, gone)
                }
            }
        };
        journal.rows = places;
        // What the end that is cut off now said, or may have said, stays known.
        for entry in lost {
            journal.append(&Line { line: entry.line, row: entry.identity, state: &entry.state })?;
        }
        Ok(Opened { journal, states, gone })
    }

    fn begin(&mut self, header: &Header) -> io::Result<()> {
        self.line.clear();
        serde_json::to_writer(&mut self.line, header)?;
        (self.whole, self.is_torn) = (0, true);
        self.write_line()
    }

    /// Notes what has become of a row, counted from 0.
    pub fn note(&mut self, row: usize, state: &State) -> Result<(), Failure> {
        let Place { line, identity } = self.rows[row];
        self.append(&Line { line, row: identity, state })
    }

    /// Notes that a row which is in the file no more is left alone for good.
    pub fn skip(&mut self, gone: &Entry) -> Result<(), Failure> {
        self.append(&Line { line: gone.line, row: gone.identity, state: State::Skipped })
    }

    /// Notes that nothing is left to do.
    pub fn finish(&mut self) -> Result<(), Failure> {
        self.line.clear();
        self.line.extend_from_slice(FINISHED);
        self.write()
    }

    fn append(&mut self, line: &impl Serialize) -> Result<(), Failure> {
        self.line.clear();
        match serde_json::to_writer(&mut self.line, line) {
            Ok(()) => self.write(),
            Err(error) => Err(Failure::file(self.path.display().to_string(), &error.into())),
        }
    }

    fn write(&mut self) -> Result<(), Failure> {
        self.write_line().map_err(|error| Failure::file(self.path.display().to_string(), &error))
    }

    /// Writes a line whole, or leaves nothing of it: nothing may be written behind half a line.
    fn write_line(&mut self) -> io::Result<()> {
        self.line.push(b'\n');
        if self.is_torn {
            self.file.cut(self.whole)?;
        }
        let written = self.file.write_all(&self.line);
        self.is_torn = match &written {
            Ok(()) => {
                self.whole += self.line.len() as u64;
                false
            }
            // What cannot be cut off now is before the next line, or by whoever opens it.
            Err(_) => self.file.cut(self.whole).is_err(),
        };
        written
    }

    /// The same on something else than a file.
    #[cfg(test)]
    pub(super) fn on(self, file: Box<dyn Medium>) -> Journal {
        Journal { file, ..self }
    }
}

/// `all 61 rows of it are settled: 57 done, 4 skipped`
fn all_settled(states: &[State]) -> String {
    let skipped = states.iter().filter(|state| **state == State::Skipped).count();
    let (all, done) = (states.len(), states.len() - skipped);
    match skipped {
        0 => format!("all {all} rows that it tells of are done"),
        _ => format!("nothing is left of the {all} rows that it tells of: {done} done, {skipped} skipped"),
    }
}

fn rename(path: &str) -> String {
    format!("Rename or delete {path} to begin anew; rows that it calls done are then sent again.")
}

/// What the lines say of each row, and what is left of a line behind them.
fn read(text: &[u8], rest: &[Named], expected: &Header) -> Result<(Header, Vec<Entry>), String> {
    let mut lines = text.split(|byte| *byte == b'\n');
    let header: Option<Header> = lines.next().and_then(|line| serde_json::from_slice(line).ok());
    let header = header.filter(|header| header.journal == expected.journal);
    let header = header.ok_or("it is no journal of this version of the program")?;
    let mut entries: IndexMap<Identity, Entry> = IndexMap::new();
    for line in lines.filter(|line| !line.is_empty() && *line != FINISHED) {
        match serde_json::from_slice::<Line<State>>(line) {
            Ok(Line { line, row: identity, state }) => drop(entries.insert(identity, Entry { identity, line, state })),
            // Earlier versions went on behind half a line.
            Err(error) => match torn::pieces(line).as_slice() {
                [] => return Err(format!("a line of it cannot be read: {error}")),
                pieces => torn::tell(pieces, &mut entries),
            },
        }
    }
    torn::tell(rest, &mut entries);
    Ok((header, entries.into_values().collect()))
}

/// Why a journal is not of this run.
fn difference(found: &Header, expected: &Header) -> Option<String> {
    let differs = [
        (
            found.operation != expected.operation,
            format!("it tells of {}, not of {}", found.operation, expected.operation),
        ),
        (found.pbx != expected.pbx, format!("it tells of another PBX, {}", found.pbx)),
        (found.arguments != expected.arguments, "the arguments beside the file have changed since".into()),
    ];
    differs.into_iter().find(|(differs, _)| *differs).map(|(_, reason)| reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROWS: [(u64, u64); 3] = [(2, 11), (3, 12), (4, 13)];

    fn header() -> Header {
        let text = |text: &str| text.to_owned();
        Header { journal: 2, operation: text("X.Y"), pbx: text("p"), arguments: text("2") }
    }

    fn open(path: &Path, header: &Header, again: bool) -> Result<Opened, Failure> {
        Journal::open(path, header, &ROWS, again)
    }

    #[test]
    fn a_journal_is_read_back_and_goes_on_behind_a_torn_line() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("x.journal");
        let done = State::Done { status: 201, id: Some("7".into()), file: None };
        {
            let Opened { mut journal, states, .. } = open(&path, &header(), false).expect("new");
            assert_eq!(states, [State::Unsent, State::Unsent, State::Unsent]);
            let locked = open(&path, &header(), false).expect_err("locked");
            assert!(locked.to_string().contains("another run"), "{locked}");
            journal.note(0, &State::Sent).expect("written");
            journal.note(0, &done).expect("written");
            journal.note(1, &State::Sent).expect("written");
            journal.file.write_all(b"{\"line\":3,\"is\":\"se").expect("written");
        }
        let Opened { mut journal, states, .. } = open(&path, &header(), false).expect("there");
        assert_eq!(states, [done, State::Sent, State::Unsent]);
        journal.note(2, &State::Skipped).expect("written");
        drop(journal);
        assert_eq!(open(&path, &header(), false).expect("there").states[2], State::Skipped);
    }

    #[test]
    fn what_is_no_journal_stays_as_it_is() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("x.journal");
        for text in ["Dear diary", "one\ntwo\nthree", "{\"a\": 1}\n"] {
            std::fs::write(&path, text).expect("written");
            open(&path, &header(), true).expect_err(text);
            assert_eq!(std::fs::read_to_string(&path).expect("a text"), text);
        }
        std::fs::write(&path, "{\"jour").expect("written");
        open(&path, &header(), false).expect("a first line that was cut off");
    }

    #[test]
    fn another_run_or_a_finished_one_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("x.journal");
        let Opened { mut journal, .. } = open(&path, &header(), false).expect("new");
        for row in 0..3 {
            journal.note(row, &State::Done { status: 204, id: None, file: None }).expect("written");
        }
        journal.finish().expect("written");
        drop(journal);
        for other in [
            Header { operation: "Z".into(), ..header() },
            Header { pbx: "q".into(), ..header() },
            Header { arguments: "3".into(), ..header() },
        ] {
            open(&path, &other, false).expect_err("another run");
        }
        open(&path, &header(), false).expect_err("finished");
        let more = [(2, 11), (3, 12), (4, 13), (5, 14)];
        let states = Journal::open(&path, &header(), &more, false).expect("a row more").states;
        assert_eq!(states.iter().filter(|state| state.is_settled()).count(), 3);
        let states = open(&path, &header(), true).expect("again").states;
        assert_eq!(states, [State::Unsent, State::Unsent, State::Unsent]);
    }
}
