//! The trail of a run in progress: which of its steps have left and what came of them, in a file beside the database.
//!
//! Both have to be kept before anything else happens: that a step leaves, before it does; what came of it, before
//! another one leaves in its place. Written into the database, each would cost more than the request itself. Here
//! each is one write at a known position, without waiting for another thread or for the disk. The database takes
//! outcomes over a window at a time (`writer.rs`), and the file is removed when the run has ended.
//!
//! ```text
//! head      a magic word, 16 random bytes that the run in the database names as well, the number of steps
//! marks     8 bytes for each step, in the order in which they are sent: 0, or the moment at which it left
//! outcomes  length, hash and content of each, one after the other
//! ```
//!
//! What is left when a run is cut off, and what it means:
//!
//! | cut off | left | the step counts as |
//! |---|---|---|
//! | before the intents of its window are on disk | the database intends less | not sent: nothing waits for less than that |
//! | before its mark is written | no mark | not sent, as long as the machine has not restarted |
//! | after the mark, before an outcome | a mark | sent, and in doubt, even if the request never left |
//! | while an outcome is written | half of one, whose hash is wrong | sent, and in doubt |
//! | after that | an outcome | what the outcome says |
//! | after the end is committed | a file that the run no longer names | what the database says |
//!
//! A process that is killed leaves every write that has returned to the system. A machine that loses power may lose
//! any of them: then a step that is intended counts as sent unless its outcome is there, which a hash vouches for.
//! The same holds where the system does not say whether the machine has restarted. A file that is missing, shorter
//! than its marks, or of another run tells nothing, so all that was intended counts as sent. A disk without room
//! fails the write: a step without a mark is not sent, and after an outcome that could not be written nothing is.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::hash::Hasher;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use fnv::FnvHasher;

use super::private_folder;
use crate::keys::fill;
use crate::state::State;

/// The folder of the files, in the state folder.
const FOLDER: &str = "trails";

const MAGIC: [u8; 8] = *b"3cxtrail";

/// Magic word, token, number of steps.
const HEAD: usize = 32;

const MARK: usize = size_of::<i64>();

/// Length and hash before an outcome.
const FRAME: usize = size_of::<u32>() + size_of::<u64>();

/// Tells the file of a run from all others.
pub(super) type Token = [u8; 16];

/// What came of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Outcome {
    /// When, in milliseconds since 1970, where that is known.
    pub at: Option<i64>,
    pub state: State,
    /// What was there after it, encrypted.
    pub after: Option<Vec<u8>>,
}

/// The file of a run that is at work.
#[derive(Debug)]
pub(super) struct Trail {
    file: File,
    path: PathBuf,
    token: Token,
    /// Where the next outcome goes. Only what is written whole moves it on.
    end: Mutex<u64>,
}

impl Trail {
    /// Makes the file for a run of so many steps, in the place of an earlier one.
    pub fn create(folder: &Path, run: i64, steps: usize) -> io::Result<Trail> {
        private_folder(&folder.join(FOLDER))?;
        let path = path_of(folder, run);
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&path)?;
        let mut token = Token::default();
        fill(&mut token)?;
        let end = marks_end(steps);
        file.set_len(end as u64)?;
        let head = [&MAGIC[..], &token, &(steps as u64).to_le_bytes()].concat();
        write_at(&file, &head, 0)?;
        Ok(Trail { file, path, token, end: Mutex::new(end as u64) })
    }

    /// One that every write fails on, as on a full disk.
    #[cfg(all(test, target_os = "linux"))]
    pub fn full(&self) -> Trail {
        let file = OpenOptions::new().write(true).open("/dev/full").expect("Linux has it");
        Trail { file, path: self.path.clone(), token: self.token, end: Mutex::default() }
    }

    pub fn token(&self) -> &Token {
        &self.token
    }

    /// Marks that the step at a position leaves. When this returns, a killed process does not lose it.
    pub fn leaves(&self, position: usize, at: i64) -> io::Result<()> {
        // A mark is never 0, whatever the clock says.
        write_at(&self.file, &at.max(1).to_le_bytes(), marks_end(position) as u64)
    }

    /// Writes what came of the step at a position.
    pub fn outcome(&self, position: usize, outcome: &Outcome) -> io::Result<()> {
        let frame = framed(&self.token, position, outcome)?;
        let mut end = self.end.lock().unwrap_or_else(PoisonError::into_inner);
        write_at(&self.file, &frame, *end)?;
        *end += frame.len() as u64;
        Ok(())
    }

    /// Removes the file: the database has everything.
    pub fn remove(self) {
        let Trail { file, path, .. } = self;
        drop(file);
        // What is left over is named by nothing, and overwritten or removed when the run is taken up again.
        let _ = fs::remove_file(path);
    }
}

/// Removes the file of a run, if there is one.
pub(super) fn remove(folder: &Path, run: i64) {
    let _ = fs::remove_file(path_of(folder, run));
}

/// What is found in the file of a run that was cut off, or is at work.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// When the step at each position left; nothing where the file does not tell.
    marks: Option<Vec<i64>>,
    outcomes: HashMap<usize, Outcome>,
}

impl Found {
    /// Reads the file of a run. `None` if it is missing.
    pub fn read(folder: &Path, run: i64, token: &[u8]) -> io::Result<Option<Found>> {
        match fs::read(path_of(folder, run)) {
            Ok(bytes) => Ok(Some(Found::of(&bytes, token))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn of(bytes: &[u8], token: &[u8]) -> Found {
        let Some((head, rest)) = bytes.split_at_checked(HEAD) else { return Found::default() };
        let (magic, head) = head.split_at(MAGIC.len());
        let (named, steps) = head.split_at(size_of::<Token>());
        let steps = steps.try_into().map(u64::from_le_bytes).ok().and_then(|steps| usize::try_from(steps).ok());
        let marks = steps.and_then(|steps| rest.split_at_checked(steps.checked_mul(MARK)?));
        let Some((marks, mut rest)) = marks.filter(|_| magic == MAGIC && named == token) else {
            return Found::default();
        };
        let marks = marks.chunks_exact(MARK).map(|mark| mark.try_into().map_or(1, i64::from_le_bytes)).collect();
        let mut outcomes = HashMap::new();
        while let Some((position, outcome, left)) = unframed(token, rest) {
            outcomes.insert(position, outcome);
            rest = left;
        }
        Found { marks: Some(marks), outcomes }
    }

    /// What is known of the step at a position that the database has as not sent. `intended` says how many may have
    /// left; `same_start`, that the machine has not restarted since.
    pub fn outcome(&self, position: usize, intended: usize, same_start: bool) -> Outcome {
        let is = |state, at| Outcome { at, state, after: None };
        if let Some(outcome) = self.outcomes.get(&position) {
            return outcome.clone();
        }
        match self.marks.as_ref().and_then(|marks| marks.get(position)) {
            Some(left) if *left != 0 => is(State::Sent, Some(*left)),
            _ if position >= intended => is(State::Unsent, None),
            Some(_) if same_start => is(State::Unsent, None),
            _ => is(State::Sent, None),
        }
    }
}

fn path_of(folder: &Path, run: i64) -> PathBuf {
    folder.join(FOLDER).join(format!("run-{run}"))
}

/// Where the marks of so many steps end.
fn marks_end(steps: usize) -> usize {
    HEAD + MARK * steps
}

/// An outcome as it is written.
fn framed(token: &[u8], position: usize, outcome: &Outcome) -> io::Result<Vec<u8>> {
    let mut frame = Vec::with_capacity(128 + outcome.after.as_ref().map_or(0, Vec::len));
    frame.extend_from_slice(&[0; FRAME]);
    frame.extend_from_slice(&(position as u64).to_le_bytes());
    frame.extend_from_slice(&outcome.at.unwrap_or_default().to_le_bytes());
    frame.extend_from_slice(&[0; size_of::<u32>()]);
    let state = frame.len();
    serde_json::to_writer(&mut frame, &outcome.state)?;
    let length = |bytes: usize| u32::try_from(bytes).map_err(io::Error::other);
    let state_length = length(frame.len() - state)?;
    frame[state - size_of::<u32>()..state].copy_from_slice(&state_length.to_le_bytes());
    frame.extend_from_slice(outcome.after.as_deref().unwrap_or_default());
    let (content_length, hash) = (length(frame.len() - FRAME)?, hash(token, &frame[FRAME..]));
    frame[..size_of::<u32>()].copy_from_slice(&content_length.to_le_bytes());
    frame[size_of::<u32>()..FRAME].copy_from_slice(&hash.to_le_bytes());
    Ok(frame)
}

/// The outcome that comes next, and what follows it; `None` at the end, and where it is not whole.
fn unframed<'a>(token: &[u8], bytes: &'a [u8]) -> Option<(usize, Outcome, &'a [u8])> {
    let (length, rest) = bytes.split_first_chunk()?;
    let (hashed, rest) = rest.split_first_chunk()?;
    let (content, left) = rest.split_at_checked(usize::try_from(u32::from_le_bytes(*length)).ok()?)?;
    if hash(token, content) != u64::from_le_bytes(*hashed) {
        return None;
    }
    let (position, content) = content.split_first_chunk()?;
    let (at, content) = content.split_first_chunk()?;
    let (length, content) = content.split_first_chunk()?;
    let (state, after) = content.split_at_checked(usize::try_from(u32::from_le_bytes(*length)).ok()?)?;
    let outcome = Outcome {
        at: Some(i64::from_le_bytes(*at)).filter(|at| *at != 0),
        state: serde_json::from_slice(state).ok()?,
        after: Some(after.to_vec()).filter(|after| !after.is_empty()),
    };
    Some((usize::try_from(u64::from_le_bytes(*position)).ok()?, outcome, left))
}

fn hash(token: &[u8], content: &[u8]) -> u64 {
    let mut hasher = FnvHasher::default();
    hasher.write(token);
    hasher.write(content);
    hasher.finish()
}

#[cfg(unix)]
fn write_at(file: &File, bytes: &[u8], at: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, at)
}

#[cfg(windows)]
fn write_at(file: &File, mut bytes: &[u8], mut at: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        let written = std::os::windows::fs::FileExt::seek_write(file, bytes, at)?;
        if written == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        bytes = &bytes[written..];
        at += written as u64;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEPS: usize = 5;

    fn done(id: &str, after: Option<&[u8]>) -> Outcome {
        let state = State::Done { status: 201, id: Some(id.to_owned()), file: None };
        Outcome { at: Some(7), state, after: after.map(<[u8]>::to_vec) }
    }

    fn failed() -> Outcome {
        let state = State::Failed { status: Some(400), code: "refused".into(), message: "Überfüllt".into() };
        Outcome { at: Some(8), state, after: None }
    }

    /// What a run writes that sends four of five steps, two of which are answered.
    fn written() -> (tempfile::TempDir, Token, Vec<u8>) {
        let folder = tempfile::tempdir().expect("a folder");
        let trail = Trail::create(folder.path(), 3, STEPS).expect("made");
        for position in 0..4 {
            trail.leaves(position, 100 + position as i64).expect("marked");
        }
        trail.outcome(2, &done("29", Some(b"secret"))).expect("written");
        trail.outcome(0, &failed()).expect("written");
        let bytes = fs::read(path_of(folder.path(), 3)).expect("readable");
        (folder, trail.token, bytes)
    }

    fn states(found: &Found, intended: usize, same_start: bool) -> Vec<State> {
        (0..STEPS).map(|position| found.outcome(position, intended, same_start).state).collect()
    }

    #[test]
    fn what_was_written_is_read() {
        let (folder, token, bytes) = written();
        let found = Found::read(folder.path(), 3, &token).expect("readable").expect("there");
        assert_eq!(found.outcome(0, 5, true), failed());
        assert_eq!(found.outcome(1, 5, true), Outcome { at: Some(101), state: State::Sent, after: None });
        assert_eq!(found.outcome(2, 5, true), done("29", Some(b"secret")));
        assert_eq!(found.outcome(4, 5, true).state, State::Unsent);
        // After a restart, what has no mark may have left all the same, unless it was not even intended.
        assert_eq!(found.outcome(4, 5, false).state, State::Sent);
        assert_eq!(found.outcome(4, 4, false).state, State::Unsent);
        assert!(Found::read(folder.path(), 4, &token).expect("nothing").is_none());
        // The layout is a format: a run that is cut off may be taken up by a later version.
        assert_eq!(
            (&bytes[..8], &bytes[8..24], &bytes[24..32]),
            (&b"3cxtrail"[..], &token[..], &b"\x05\0\0\0\0\0\0\0"[..])
        );
        assert_eq!(&bytes[40..48], 101_i64.to_le_bytes());
        assert_eq!(
            bytes[marks_end(STEPS)..],
            [
                framed(&token, 2, &done("29", Some(b"secret"))).expect("small"),
                framed(&token, 0, &failed()).expect("small")
            ]
            .concat()
        );
        assert_eq!(hash(&[0; 16], b"3cx"), 0xf51d_e716_1218_2ab1);
    }

    /// Wherever a file is cut off, and whichever byte is another: what has left is never called unsent.
    #[test]
    fn what_has_left_is_never_called_unsent() {
        let (_folder, token, bytes) = written();
        for length in 0..bytes.len() {
            let found = Found::of(&bytes[..length], &token);
            for same_start in [true, false] {
                let states = states(&found, STEPS, same_start);
                assert!(states[..4].iter().all(|state| *state != State::Unsent), "{length}: {states:?}");
                let whole = length >= marks_end(STEPS);
                assert_eq!(states[4] == State::Unsent, whole && same_start, "{length}");
                assert!(matches!(states[0], State::Sent), "{length}: {states:?}");
            }
        }
        for index in (0..HEAD).chain(marks_end(STEPS)..bytes.len()) {
            let mut altered = bytes.clone();
            altered[index] ^= 0x10;
            let states = states(&Found::of(&altered, &token), STEPS, true);
            assert!(states[..4].iter().all(|state| *state != State::Unsent), "{index}: {states:?}");
        }
    }

    #[test]
    fn the_file_of_another_run_tells_nothing() {
        let (_folder, token, bytes) = written();
        let mut other = token;
        other[15] ^= 1;
        for found in [Found::of(&bytes, &other), Found::of(&bytes, b""), Found::of(b"", &token), Found::default()] {
            let (sent, unsent) = (vec![State::Sent; 3], vec![State::Unsent; 2]);
            assert_eq!(states(&found, 3, true), [sent, unsent].concat());
        }
    }

    #[test]
    fn an_outcome_that_was_cut_short_is_written_over() {
        let (folder, token, bytes) = written();
        let trail = Trail::create(folder.path(), 3, STEPS).expect("made");
        assert_ne!(trail.token, token, "each run has its own");
        // What a full disk leaves of a long one, under a short one.
        write_at(&trail.file, &bytes[marks_end(STEPS)..], *trail.end.lock().expect("free")).expect("written");
        trail.leaves(1, 5).expect("marked");
        trail.outcome(1, &Outcome { at: None, state: State::Unsent, after: None }).expect("written");
        let token = trail.token;
        let found = Found::read(folder.path(), 3, &token).expect("readable").expect("there");
        assert_eq!((found.outcomes.len(), found.outcome(1, 5, true).state), (1, State::Unsent));
        trail.remove();
        assert!(Found::read(folder.path(), 3, &token).expect("nothing").is_none());
    }
}
