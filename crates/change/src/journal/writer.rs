//! The thread that writes: whatever is waiting goes into one transaction.
//!
//! An intent has to be on disk before its request leaves, and waiting for a disk takes longer than
//! a request. So intents are recorded a window ahead and waited for once. That a step really leaves
//! is recorded step by step without waiting for the disk: if this process is killed, the system
//! writes it all the same. Only a machine that loses power loses such marks; then all steps of the
//! window count as sent.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use rusqlite::{Connection, params};
use tokio::sync::oneshot;

use super::{JournalError, columns_of, connect, now};
use crate::keys::Keys;
use crate::state::State;

/// How many steps are intended ahead.
const WINDOW: usize = 256;

/// How large the stack of the thread is.
const STACK: usize = 256 << 10;

type Answer = oneshot::Sender<Result<(), JournalError>>;

/// What there is to write.
pub(super) enum Note {
    /// The step at this position of the order is about to be sent.
    Sending(usize, Answer),
    /// What became of the step with this number, and what was there after it.
    Outcome(u32, State, Option<String>),
    /// The run is over.
    End(bool, Answer),
}

/// The way to the thread.
#[derive(Debug)]
pub(super) struct Writer {
    folder: PathBuf,
    sender: Sender<Note>,
    thread: JoinHandle<()>,
}

impl Writer {
    pub fn start(folder: &Path, run: i64, order: Vec<u32>) -> Result<Writer, JournalError> {
        let db = connect(&folder.join("journal.db")).map_err(|error| JournalError::database(folder, &error))?;
        let keys = Keys::open(folder).map_err(|error| JournalError::folder(folder, &error))?;
        let (sender, receiver) = channel();
        let state = Thread { db, keys, run, order, intended: 0, unwritten: Vec::new(), folder: folder.to_owned() };
        let thread = std::thread::Builder::new()
            .name("journal".into())
            .stack_size(STACK)
            .spawn(move || state.write(&receiver))
            .map_err(|error| JournalError::folder(folder, &error))?;
        Ok(Writer { folder: folder.to_owned(), sender, thread })
    }

    /// Hands something over. If the thread is gone, a caller that waits for an answer is told.
    pub fn send(&self, note: Note) {
        let _ = self.sender.send(note);
    }

    /// Waits until all is written.
    pub fn join(self) {
        drop(self.sender);
        let _ = self.thread.join();
    }

    /// Why no answer came.
    pub fn lost(&self) -> JournalError {
        JournalError::damaged(&self.folder, &"the thread that writes it has ended")
    }
}

struct Thread {
    db: Connection,
    keys: Keys,
    run: i64,
    order: Vec<u32>,
    /// How many steps of the order are intended.
    intended: usize,
    /// Outcomes that could not be written yet: a disk may have room again later.
    unwritten: Vec<(u32, State, Option<String>)>,
    folder: PathBuf,
}

impl Thread {
    fn write(mut self, notes: &Receiver<Note>) {
        while let Ok(first) = notes.recv() {
            let mut answers = Vec::new();
            let (mut sending, mut end) = (Vec::new(), None);
            for note in std::iter::once(first).chain(notes.try_iter()) {
                match note {
                    Note::Sending(position, answer) => {
                        sending.push(position);
                        answers.push(answer);
                    }
                    Note::Outcome(seq, state, after) => self.unwritten.push((seq, state, after)),
                    Note::End(complete, answer) => {
                        end = Some(complete);
                        answers.push(answer);
                    }
                }
            }
            let written = self.commit(&sending, end).map_err(|error| JournalError::database(&self.folder, &error));
            if written.is_ok() {
                self.unwritten.clear();
            }
            for answer in answers {
                // The caller may have been stopped.
                let _ = answer.send(written.clone());
            }
        }
    }

    /// Writes all of it, or nothing.
    fn commit(&mut self, sending: &[usize], end: Option<bool>) -> rusqlite::Result<()> {
        let last = sending.iter().max().map_or(0, |last| last + 1);
        let until = if last > self.intended { (last + WINDOW).min(self.order.len()) } else { self.intended };
        let on_disk = until > self.intended || end.is_some();
        self.db.pragma_update(None, "synchronous", if on_disk { "FULL" } else { "NORMAL" })?;
        let transaction = self.db.unchecked_transaction()?;
        {
            let mut intend = transaction.prepare_cached(
                "UPDATE steps SET state = 'intended', detail = NULL WHERE run = ?1 AND seq = ?2 AND state = 'unsent'",
            )?;
            for seq in &self.order[self.intended..until] {
                intend.execute(params![self.run, seq])?;
            }
            let mut outcome = transaction.prepare_cached(
                "UPDATE steps SET state = ?3, detail = ?4, at = ?5, after = ?6 WHERE run = ?1 AND seq = ?2",
            )?;
            for (seq, state, after) in &self.unwritten {
                let (word, detail) = columns_of(state);
                let after = after.as_ref().map(|after| self.keys.hide(after.as_bytes()));
                // What was there after cannot be kept: then it cannot be taken back, which is reported there.
                let after = after.and_then(Result::ok);
                outcome.execute(params![self.run, seq, word, detail, now(), after])?;
            }
            let mut mark = transaction.prepare_cached(
                "UPDATE steps SET state = 'sent', detail = NULL, at = ?3 WHERE run = ?1 AND seq = ?2",
            )?;
            for position in sending {
                mark.execute(params![self.run, self.order[*position], now()])?;
            }
            if let Some(complete) = end {
                // What was intended and never left.
                transaction.execute(
                    "UPDATE steps SET state = 'unsent', detail = NULL WHERE run = ?1 AND state = 'intended'",
                    [self.run],
                )?;
                let ending = if complete { "complete" } else { "incomplete" };
                transaction.execute(
                    "UPDATE runs SET ended = ?2, ending = ?3 WHERE id = ?1",
                    params![self.run, now(), ending],
                )?;
            }
        }
        transaction.commit()?;
        self.intended = until;
        Ok(())
    }
}
