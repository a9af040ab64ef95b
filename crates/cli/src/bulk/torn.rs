//! Lines of a journal that were not written whole, and what they mean for their rows.
//!
//! A line can be cut off in three ways: the disk is full, this program is killed while it writes, or
//! the machine loses what was not on the disk yet. What was cut off can be one of two things:
//!
//! - The `sent` of a row. Its request leaves only after the line was written whole, so with a full
//!   disk or a killed program it never left. A machine that lost its power may have sent it.
//! - What came of a row: then its `sent` stands before it, in a line of its own, and the row is
//!   unknown because of that.
//!
//! So whatever is left of a line, nobody is advised to send a row again that may have been carried
//! out, as long as the lines before it are believed. To be safe where a machine went down, more is
//! done: a row that the rest of a line names is unknown, unless it is known to be settled; and where
//! the row's name is cut off but its line in the file is not, so is every row that began there. Of
//! what is shorter, nobody can tell which row it was about; there the lines before it have to do.

use std::fmt;
use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};

use indexmap::IndexMap;

use super::journal::{Line, State};
use super::known::{Entry, Identity, Place};

/// What the summary says of such a row.
const WHY: &str = "the journal breaks off where it tells of this row";

/// How a line begins.
const START: &str = "{\"line\":";

/// What a journal is written on.
pub trait Medium: Write + fmt::Debug {
    /// Cuts off what is behind this length; what is written next goes there.
    fn cut(&mut self, length: u64) -> io::Result<()>;
}

impl Medium for File {
    fn cut(&mut self, length: u64) -> io::Result<()> {
        self.set_len(length)?;
        self.seek(SeekFrom::Start(length)).map(drop)
    }
}

/// What a piece of a line says of its row.
#[derive(Debug)]
pub enum Named {
    /// The line lacks no more than its end.
    Whole(Entry),
    /// A row by its identity, which began there in the file.
    Row { line: u64, identity: Identity },
    /// Where the row began, and how its identity begins.
    Place { line: u64, begins: String },
}

/// What the rest of a line says, or several that ran into one another. Pieces that are too short to
/// name anybody are left out.
pub fn pieces(text: &[u8]) -> Vec<Named> {
    let text = String::from_utf8_lossy(text);
    let starts: Vec<usize> = text.match_indices(START).map(|(start, _)| start).collect();
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    starts.iter().zip(ends).filter_map(|(start, end)| named(&text[*start..end])).collect()
}

fn named(piece: &str) -> Option<Named> {
    if let Ok(Line { line, row: identity, state }) = serde_json::from_str::<Line<State>>(piece) {
        return Some(Named::Whole(Entry { identity, line, state }));
    }
    let (line, rest) = piece.strip_prefix(START)?.split_once(',')?;
    let line = line.parse().ok()?;
    let (begins, is_whole) = match rest.strip_prefix("\"row\":\"") {
        Some(row) => row.split_once('"').map_or((row, false), |(row, _)| (row, true)),
        None => ("", false),
    };
    match Identity::try_from(begins.to_owned()) {
        Ok(identity) if is_whole => Some(Named::Row { line, identity }),
        _ => Some(Named::Place { line, begins: begins.to_owned() }),
    }
}

/// Puts down what pieces say of rows that they name.
pub fn tell(pieces: &[Named], entries: &mut IndexMap<Identity, Entry>) {
    for piece in pieces {
        match piece {
            Named::Whole(entry) => drop(entries.insert(entry.identity, entry.clone())),
            Named::Row { line, identity } => {
                let unsent = Entry { identity: *identity, line: *line, state: State::Unsent };
                let entry = entries.entry(*identity).or_insert(unsent);
                if is_open(&entry.state) {
                    entry.state = in_doubt();
                }
            }
            Named::Place { line, begins } => {
                for entry in entries.values_mut().filter(|entry| is_at(*line, begins, entry.line, entry.identity)) {
                    if is_open(&entry.state) {
                        entry.state = in_doubt();
                    }
                }
            }
        }
    }
}

/// Does the same with rows of which no line tells, now that it is known where they are in the file.
/// Returns all that the pieces say: it has to be written down anew before they are cut off.
pub fn doubt(pieces: &[Named], places: &[Place], states: &mut [State], gone: &mut [Entry]) -> Vec<Entry> {
    let says = |line: u64, identity: Identity| {
        pieces.iter().any(|piece| match piece {
            Named::Whole(entry) => entry.identity == identity,
            Named::Row { identity: named, .. } => *named == identity,
            Named::Place { line: named, begins } => is_at(*named, begins, line, identity),
        })
    };
    let is_place = |line: u64, identity: Identity| {
        let is_it = |piece: &Named| matches!(piece, Named::Place { line: named, begins } if is_at(*named, begins, line, identity));
        pieces.iter().any(is_it)
    };
    let mut told = Vec::new();
    for (Place { line, identity }, state) in places.iter().zip(states) {
        if is_place(*line, *identity) && is_open(state) {
            *state = in_doubt();
        }
        if says(*line, *identity) {
            told.push(Entry { identity: *identity, line: *line, state: state.clone() });
        }
    }
    told.extend(gone.iter().filter(|entry| says(entry.line, entry.identity)).cloned());
    told
}

fn is_at(named: u64, begins: &str, line: u64, identity: Identity) -> bool {
    named == line && String::from(identity).starts_with(begins)
}

/// True for a row that would be sent.
fn is_open(state: &State) -> bool {
    !state.is_settled() && !state.is_unknown()
}

fn in_doubt() -> State {
    State::Unknown { status: None, message: WHY.to_owned() }
}

#[cfg(test)]
mod tests {
    use std::fs::OpenOptions;
    use std::path::Path;

    use super::super::journal::{Header, Journal, Opened};
    use super::*;

    /// Two rows say the same; all of them begin where another number begins, too.
    const ROWS: [(u64, u64); 5] = [(1, 0xA1), (12, 0xA2), (123, 0xA2), (1234, 0xA4), (12345, 0xA5)];

    fn header() -> Header {
        let text = |text: &str| text.to_owned();
        Header { journal: 2, operation: text("X.Y"), pbx: text("p"), arguments: text("2") }
    }

    fn open(path: &Path) -> Opened {
        Journal::open(path, &header(), &ROWS, false).expect("a journal")
    }

    fn done() -> State {
        State::Done { status: 201, id: Some("7".into()), file: None }
    }

    fn failed() -> State {
        State::Failed { status: Some(400), code: "rejected".into(), message: "\"no\", it said: {\"line\":12".into() }
    }

    fn unknown() -> State {
        State::Unknown { status: Some(502), message: "Zürich".into() }
    }

    /// What happens in a run: a row is about to be sent, or something has come of it.
    fn script() -> Vec<(usize, State)> {
        use State::{Sent, Unsent};
        vec![
            (0, Sent),
            (1, Sent),
            (0, done()),
            (2, Sent),
            (1, failed()),
            (1, Sent),
            (3, Sent),
            (2, Unsent),
            (2, Sent),
            (1, done()),
            (3, unknown()),
            (4, Sent),
            (4, failed()),
            (2, done()),
            (4, Sent),
        ]
    }

    /// A disk with room for so many bytes more.
    #[derive(Debug)]
    struct Full {
        file: File,
        room: usize,
        /// Whether something can be cut off.
        cuts: bool,
    }

    impl Write for Full {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let fits = bytes.len().min(self.room);
            if fits == 0 {
                return Err(io::ErrorKind::StorageFull.into());
            }
            self.room -= fits;
            self.file.write(&bytes[..fits])
        }

        fn flush(&mut self) -> io::Result<()> {
            self.file.flush()
        }
    }

    impl Medium for Full {
        fn cut(&mut self, length: u64) -> io::Result<()> {
            if self.cuts { self.file.cut(length) } else { Err(io::ErrorKind::PermissionDenied.into()) }
        }
    }

    /// What is known of each row must not be less than what is true of it: its request has left or not,
    /// and this is the last that the journal has taken of it.
    fn assert_true(states: &[State], left: &[bool], taken: &[State], case: &str) {
        for row in 0..ROWS.len() {
            let (state, taken) = (&states[row], &taken[row]);
            let in_doubt = state.is_unknown();
            match taken {
                State::Sent => assert!(in_doubt, "{case}: row {row} was sent and is {state:?}"),
                _ if taken.is_settled() => assert_eq!(state, taken, "{case}: row {row}"),
                // It may be in doubt all the same.
                _ => assert!(in_doubt || state == taken, "{case}: row {row} was {taken:?} and is {state:?}"),
            }
            assert!(left[row] || !state.is_settled(), "{case}: row {row}");
        }
    }

    /// Each disk that is full in the middle of a run, wherever in a line that is.
    #[test]
    fn a_full_disk_never_has_a_row_sent_twice() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("x.journal");
        for cuts in [true, false] {
            for room in 0.. {
                let _ = std::fs::remove_file(&path);
                let journal = open(&path).journal;
                let file = OpenOptions::new().append(true).open(&path).expect("the journal");
                let mut journal = journal.on(Box::new(Full { file, room, cuts }));
                let (mut left, mut taken) = (vec![false; ROWS.len()], vec![State::Unsent; ROWS.len()]);
                let (mut stopped, mut called_off) = (false, vec![false; ROWS.len()]);
                let mut broken_off = None;
                for (row, state) in script() {
                    let sends = state == State::Sent;
                    // When a run has stopped, nothing more is sent; what is under way still ends.
                    called_off[row] |= sends && stopped;
                    if called_off[row] {
                        continue;
                    }
                    match journal.note(row, &state) {
                        Ok(()) => {
                            taken[row] = state;
                            left[row] |= sends;
                        }
                        Err(_) => {
                            stopped = true;
                            called_off[row] |= sends;
                            broken_off.get_or_insert((row, state));
                        }
                    }
                }
                drop(journal);
                let Opened { mut journal, states, gone } = open(&path);
                let case = format!("room for {room}, cuts: {cuts}");
                // All of that line may be there but for its end.
                if let Some((row, state)) = broken_off.filter(|(row, state)| states[*row] == *state) {
                    taken[row] = state;
                }
                assert_true(&states, &left, &taken, &case);
                assert!(gone.is_empty(), "{case}");
                // It goes on there, and stays so.
                journal.note(0, &State::Skipped).expect("there is room again");
                drop(journal);
                let again = open(&path).states;
                assert_eq!((&again[0], &again[1..]), (&State::Skipped, &states[1..]), "{case}");
                if !stopped {
                    break;
                }
            }
        }
    }

    /// A journal of which the end is lost, wherever in a line that is. Who names a row there leaves it in doubt.
    #[test]
    fn a_lost_end_leaves_the_row_in_doubt_that_it_names() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("x.journal");
        let mut ends = Vec::new();
        let mut journal = open(&path).journal;
        for (row, state) in script() {
            journal.note(row, &state).expect("written");
            ends.push((std::fs::metadata(&path).expect("a file").len() as usize, row, state));
        }
        drop(journal);
        let whole = std::fs::read(&path).expect("a file");
        let first = whole.iter().position(|byte| *byte == b'\n').expect("a header") + 1;
        for length in first..=whole.len() {
            std::fs::write(&path, &whole[..length]).expect("written");
            let (mut left, mut taken) = (vec![false; ROWS.len()], vec![State::Unsent; ROWS.len()]);
            for (_, row, state) in ends.iter().filter(|(end, ..)| *end <= length) {
                left[*row] |= *state == State::Sent;
                taken[*row] = state.clone();
            }
            let rest = &whole[..length];
            let rest =
                String::from_utf8_lossy(&rest[rest.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1)..]);
            let torn = ends.iter().find(|(end, ..)| *end > length).filter(|_| !rest.is_empty());
            let Opened { mut journal, states, .. } = open(&path);
            let case = format!("cut after {length}: {rest}");
            if let Some((_, row, state)) = torn {
                let is_all = rest.ends_with('}') && serde_json::from_str::<serde_json::Value>(&rest).is_ok();
                // All of it was there but for the end of the line.
                if is_all {
                    (left[*row], taken[*row]) = (true, state.clone());
                }
                if rest.contains(',') && !is_all {
                    assert!(states[*row].is_unknown() || taken[*row].is_settled(), "{case}: {:?}", states[*row]);
                }
            }
            assert_true(&states, &left, &taken, &case);
            journal.note(3, &State::Skipped).expect("written");
            drop(journal);
            let again = open(&path).states;
            assert_eq!((&again[..3], &again[4..]), (&states[..3], &states[4..]), "{case}");
        }
    }

    #[test]
    fn lines_that_ran_into_one_another_are_told_apart() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("x.journal");
        drop(open(&path));
        let header = std::fs::read_to_string(&path).expect("a journal");
        let (a, b) = ("00000000000000a1", "00000000000000a4");
        for (lines, first, fourth) in [
            // Half an outcome, and behind it a whole one, as earlier versions left them.
            (
                format!(
                    "{{\"line\":1,\"row\":\"{a}\",\"is\":\"do{{\"line\":1234,\"row\":\"{b}\",\"is\":\"done\",\"status\":204}}\n"
                ),
                true,
                false,
            ),
            (
                format!("{{\"line\":1234,\"row\":\"{b}\",\"is\":\"se{{\"line\":1,\"row\":\"{a}\",\"is\":\"sent\"}}\n"),
                true,
                true,
            ),
            (format!("{{\"line\":1234,\"row\":\"0000{{\"line\":1,\"row\":\"{a}\",\"is\":\"se"), true, true),
        ] {
            std::fs::write(&path, format!("{header}{lines}")).expect("written");
            for _ in 0..2 {
                let states = open(&path).states;
                assert_eq!((states[0].is_unknown(), states[3].is_unknown()), (first, fourth), "{lines}: {states:?}");
                assert!(states[1] == State::Unsent && states[3] != State::Unsent, "{lines}: {states:?}");
            }
        }
        for lines in ["nonsense\n", "{\"line\":7\n", "{}\n"] {
            let text = format!("{header}{lines}{{\"line\":1,\"row\":\"{a}\",\"is\":\"sent\"}}\n");
            std::fs::write(&path, &text).expect("written");
            Journal::open(&path, &super::tests::header(), &ROWS, false).expect_err(lines);
            assert_eq!(std::fs::read_to_string(&path).expect("a journal"), text);
        }
    }

    /// What belongs to another run is not cut.
    #[test]
    fn a_journal_that_is_refused_stays_as_it_is() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("x.journal");
        let mut journal = open(&path).journal;
        journal.note(0, &State::Sent).expect("written");
        drop(journal);
        let text = format!(
            "{}{{\"line\":12,\"row\":\"00000000000000a2\",\"is",
            std::fs::read_to_string(&path).expect("a journal")
        );
        std::fs::write(&path, &text).expect("written");
        let other = Header { pbx: "q".into(), ..header() };
        Journal::open(&path, &other, &ROWS, false).expect_err("another PBX");
        assert_eq!(std::fs::read_to_string(&path).expect("a journal"), text);
        assert!(open(&path).states[1].is_unknown());
    }
}
