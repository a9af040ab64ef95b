//! The journal of a bulk run: what was sent, and what came of it. It lies beside the input, so
//! that a run that was cut off goes on where it ended and sends nothing twice.
//!
//! A row is `sent` before its request leaves, and `done`, `failed`, `unknown` or `unsent` after.
//! Lines are appended by plain writes: what was written is there when this program is killed.
//! Nothing of a row's content is in it.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::failure::Failure;

/// How a journal begins.
const START: &[u8] = b"{\"journal\":";

/// What a journal belongs to; the first line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The format of what follows.
    pub journal: u32,
    pub operation: String,
    /// The address of the PBX.
    pub pbx: String,
    /// Of the input's content.
    pub input: String,
    /// Of what is the same for every row.
    pub arguments: String,
    pub rows: usize,
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

#[derive(Serialize, Deserialize)]
struct Line<S> {
    /// Counted from 1.
    row: usize,
    #[serde(flatten)]
    state: S,
}

/// A journal that belongs to this run alone.
#[derive(Debug)]
pub struct Journal {
    pub path: PathBuf,
    file: File,
    line: Vec<u8>,
}

/// `people.csv` → `people.csv.journal`
pub fn beside(input: &str) -> PathBuf {
    PathBuf::from(format!("{input}.journal"))
}

impl Journal {
    /// Opens or begins the journal of a run, and reads what is known of its rows.
    pub fn open(path: &Path, header: &Header, again: bool) -> Result<(Journal, Vec<State>), Failure> {
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
        // A line that was cut off says nothing; the next must not be written behind it.
        let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        text.truncate(whole);
        file.set_len(whole as u64).and_then(|()| file.seek(SeekFrom::End(0))).map_err(wrong)?;
        let mut journal = Journal { path: path.to_owned(), file, line: Vec::new() };
        // One that tells of no row is of a run that was called off: it binds nobody.
        if text.iter().filter(|byte| **byte == b'\n').count() <= 1 {
            journal.begin(header).map_err(wrong)?;
            return Ok((journal, vec![State::Unsent; header.rows]));
        }
        let (found, states) = read(&text).map_err(|reason| refuse(reason, rename(&shown)))?;
        let finished = states.iter().all(State::is_settled);
        match (finished, again, difference(&found, header)) {
            (false, false, None) => Ok((journal, states)),
            (false, _, Some(reason)) => Err(refuse(reason, rename(&shown))),
            (false, true, None) => {
                let next_step = "Leave out --again: the run then goes on where it ended.";
                Err(refuse("the run that it tells of is not finished".into(), next_step.into()))
            }
            (true, false, difference) => {
                let all = format!("all {} rows that it tells of are done", states.len());
                let reason = difference.map_or(all.clone(), |difference| format!("{all}, and {difference}"));
                Err(refuse(
                    reason,
                    "Add --again to send all rows of this file, also those that were sent before.".into(),
                ))
            }
            (true, true, _) => {
                journal.begin(header).map_err(wrong)?;
                Ok((journal, vec![State::Unsent; header.rows]))
            }
        }
    }

    fn begin(&mut self, header: &Header) -> io::Result<()> {
        self.line.clear();
        serde_json::to_writer(&mut self.line, header)?;
        self.line.push(b'\n');
        self.file.set_len(0)?;
        self.file.rewind()?;
        self.file.write_all(&self.line)
    }

    /// Notes what has become of a row, counted from 0.
    pub fn note(&mut self, row: usize, state: &State) -> Result<(), Failure> {
        self.line.clear();
        let line = serde_json::to_writer(&mut self.line, &Line { row: row + 1, state });
        self.line.push(b'\n');
        let written = line.map_err(io::Error::from).and_then(|()| self.file.write_all(&self.line));
        written.map_err(|error| Failure::file(self.path.display().to_string(), &error))
    }
}

fn rename(path: &str) -> String {
    format!("Rename or delete {path} to begin anew; rows that it calls done are then sent again.")
}

/// What the lines say of each row.
fn read(text: &[u8]) -> Result<(Header, Vec<State>), String> {
    let mut lines = text.split(|byte| *byte == b'\n');
    let header: Option<Header> = lines.next().and_then(|line| serde_json::from_slice(line).ok());
    let header = header.ok_or("it is no journal of this version of the program")?;
    let mut states = vec![State::Unsent; header.rows];
    for line in lines.filter(|line| !line.is_empty()) {
        let Line { row, state }: Line<State> =
            serde_json::from_slice(line).map_err(|error| format!("a line of it cannot be read: {error}"))?;
        let place = row.checked_sub(1).and_then(|row| states.get_mut(row));
        *place.ok_or_else(|| format!("it tells of a row {row}, of which its first line knows nothing"))? = state;
    }
    Ok((header, states))
}

/// Why a journal is not of this run.
fn difference(found: &Header, expected: &Header) -> Option<String> {
    let differs = [
        (found.journal != expected.journal, "it is of another version of this program".to_owned()),
        (
            found.operation != expected.operation,
            format!("it tells of {}, not of {}", found.operation, expected.operation),
        ),
        (found.pbx != expected.pbx, format!("it tells of another PBX, {}", found.pbx)),
        (found.input != expected.input || found.rows != expected.rows, "the input has changed since".into()),
        (found.arguments != expected.arguments, "the arguments or columns have changed since".into()),
    ];
    differs.into_iter().find(|(differs, _)| *differs).map(|(_, reason)| reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header() -> Header {
        let text = |text: &str| text.to_owned();
        Header { journal: 1, operation: text("X.Y"), pbx: text("p"), input: text("1"), arguments: text("2"), rows: 3 }
    }

    #[test]
    fn a_journal_is_read_back_and_goes_on_behind_a_torn_line() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("x.journal");
        let done = State::Done { status: 201, id: Some("7".into()) };
        {
            let (mut journal, states) = Journal::open(&path, &header(), false).expect("new");
            assert_eq!(states, [State::Unsent, State::Unsent, State::Unsent]);
            let locked = Journal::open(&path, &header(), false).expect_err("locked");
            assert!(locked.to_string().contains("another run"), "{locked}");
            journal.note(0, &State::Sent).expect("written");
            journal.note(0, &done).expect("written");
            journal.note(1, &State::Sent).expect("written");
            journal.file.write_all(b"{\"row\":3,\"is\":\"se").expect("written");
        }
        let (mut journal, states) = Journal::open(&path, &header(), false).expect("there");
        assert_eq!(states, [done, State::Sent, State::Unsent]);
        journal.note(2, &State::Skipped).expect("written");
        drop(journal);
        let (_, states) = Journal::open(&path, &header(), false).expect("there");
        assert_eq!(states[2], State::Skipped);
    }

    #[test]
    fn what_is_no_journal_stays_as_it_is() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("x.journal");
        for text in ["Dear diary", "one\ntwo\nthree", "{\"a\": 1}\n"] {
            std::fs::write(&path, text).expect("written");
            Journal::open(&path, &header(), true).expect_err(text);
            assert_eq!(std::fs::read_to_string(&path).expect("a text"), text);
        }
        std::fs::write(&path, "{\"jour").expect("written");
        Journal::open(&path, &header(), false).expect("a first line that was cut off");
    }

    #[test]
    fn another_run_or_a_finished_one_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("x.journal");
        let (mut journal, _) = Journal::open(&path, &header(), false).expect("new");
        for row in 0..3 {
            journal.note(row, &State::Done { status: 204, id: None }).expect("written");
        }
        drop(journal);
        for other in [
            Header { operation: "Z".into(), ..header() },
            Header { pbx: "q".into(), ..header() },
            Header { input: "3".into(), ..header() },
            Header { arguments: "3".into(), ..header() },
        ] {
            Journal::open(&path, &other, false).expect_err("another run");
        }
        Journal::open(&path, &header(), false).expect_err("finished");
        let (_, states) = Journal::open(&path, &header(), true).expect("again");
        assert_eq!(states, [State::Unsent, State::Unsent, State::Unsent]);
    }
}
