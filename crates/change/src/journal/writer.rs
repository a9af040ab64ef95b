//! The thread that writes to the database, so that the thread that sends never waits for a disk.
//!
//! An intent has to be on disk before its request leaves, and waiting for a disk takes longer than many requests. So
//! intents are recorded a window at a time, and the next window is on its way to the disk while the one before is
//! being sent: only a step that gets to its end too early waits. What came of steps goes along with it. That a step really
//! leaves, and what came of it until then, is in the run's trail (`trail.rs`). Only a machine that loses power loses
//! that; then all steps of two windows at most count as sent.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::thread::JoinHandle;

use rusqlite::{Connection, params};
use tokio::sync::{oneshot, watch};

use super::trail::Outcome;
use super::{JournalError, columns_of, connect, now};

/// How many steps are intended at a time.
pub(super) const WINDOW: usize = 256;

/// How many steps before the end of what is intended the next window is asked for.
const AHEAD: usize = WINDOW / 2;

/// How large the stack of the thread is.
const STACK: usize = 256 << 10;

/// How many steps of the order are intended, or why no more can be.
type Intended = Result<usize, JournalError>;

/// Outcomes by the positions of their steps.
type Outcomes = Vec<(usize, Outcome)>;

/// What there is to write.
enum Note {
    /// Intends the steps up to this position of the order.
    Intend(usize, Outcomes),
    /// The run is over; these steps have left and nothing came of them.
    End { complete: bool, outcomes: Outcomes, in_doubt: Vec<usize>, answer: oneshot::Sender<Result<(), JournalError>> },
}

/// The way to the thread.
#[derive(Debug)]
pub(super) struct Writer {
    folder: PathBuf,
    steps: usize,
    /// What is not handed over yet.
    outcomes: Mutex<Outcomes>,
    /// How many steps the thread was told to intend.
    asked: AtomicUsize,
    intended: watch::Receiver<Intended>,
    sender: Sender<Note>,
    thread: JoinHandle<()>,
}

impl Writer {
    /// For a run that has been recorded, with so many steps intended. `order` has the numbers of the steps.
    pub fn start(folder: &Path, run: i64, order: Vec<u32>, intended: usize) -> Result<Writer, JournalError> {
        let db = connect(&folder.join("journal.db")).map_err(|error| JournalError::database(folder, &error))?;
        let (sender, receiver) = channel();
        let (progress, watched) = watch::channel(Ok(intended));
        let steps = order.len();
        let state = Thread { db, run, order, intended, progress, unwritten: Vec::new(), folder: folder.to_owned() };
        let thread = std::thread::Builder::new()
            .name("journal".into())
            .stack_size(STACK)
            .spawn(move || state.write(&receiver))
            .map_err(|error| JournalError::folder(folder, &error))?;
        let (folder, outcomes, asked) = (folder.to_owned(), Mutex::default(), AtomicUsize::new(intended));
        Ok(Writer { folder, steps, outcomes, asked, intended: watched, sender, thread })
    }

    /// Returns when the intent of the step at a position is on disk, which it usually is already.
    pub async fn intend(&self, position: usize) -> Result<(), JournalError> {
        let asked = self.asked.load(Ordering::Relaxed);
        if asked < self.steps && position + AHEAD >= asked {
            let until = (asked.max(position + 1) + WINDOW).min(self.steps);
            if self.asked.fetch_max(until, Ordering::Relaxed) < until {
                // If the thread is gone, who waits is told.
                let _ = self.sender.send(Note::Intend(until, self.take()));
            }
        }
        let is_enough = |intended: &Intended| intended.as_ref().map_or(true, |intended| position < *intended);
        let mut intended = self.intended.clone();
        match intended.wait_for(is_enough).await {
            Ok(intended) => intended.clone().map(drop),
            Err(_) => Err(self.lost()),
        }
    }

    /// Takes note of what came of the step at a position. It is in the database a little later.
    pub fn note(&self, position: usize, outcome: Outcome) {
        self.outcomes.lock().unwrap_or_else(PoisonError::into_inner).push((position, outcome));
    }

    /// Ends the run. When this returns, everything is on disk.
    pub async fn end(self, complete: bool, in_doubt: Vec<usize>) -> Result<(), JournalError> {
        let (answer, answered) = oneshot::channel();
        let _ = self.sender.send(Note::End { complete, outcomes: self.take(), in_doubt, answer });
        let ended = answered.await.unwrap_or_else(|_| Err(self.lost()));
        drop(self.sender);
        let _ = self.thread.join();
        ended
    }

    fn take(&self) -> Outcomes {
        std::mem::take(&mut self.outcomes.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Why no answer came.
    fn lost(&self) -> JournalError {
        JournalError::damaged(&self.folder, &"the thread that writes it has ended")
    }
}

struct Thread {
    db: Connection,
    run: i64,
    order: Vec<u32>,
    /// How many steps of the order are intended.
    intended: usize,
    progress: watch::Sender<Intended>,
    /// Outcomes that could not be written yet: a disk may have room again later.
    unwritten: Outcomes,
    folder: PathBuf,
}

impl Thread {
    fn write(mut self, notes: &Receiver<Note>) {
        while let Ok(note) = notes.recv() {
            match note {
                Note::Intend(until, outcomes) => {
                    self.unwritten.extend(outcomes);
                    let written = self.commit(until, None);
                    let _ = self.progress.send_replace(written.map(|()| until));
                }
                Note::End { complete, outcomes, in_doubt, answer } => {
                    self.unwritten.extend(outcomes);
                    // The caller may have been stopped.
                    let _ = answer.send(self.commit(self.intended, Some((complete, &in_doubt))));
                }
            }
        }
    }

    /// Writes all of it, or nothing.
    fn commit(&mut self, intended: usize, end: Option<(bool, &[usize])>) -> Result<(), JournalError> {
        self.try_commit(intended, end).map_err(|error| JournalError::database(&self.folder, &error))?;
        self.unwritten.clear();
        self.intended = intended;
        Ok(())
    }

    fn try_commit(&self, intended: usize, end: Option<(bool, &[usize])>) -> rusqlite::Result<()> {
        let transaction = self.db.unchecked_transaction()?;
        if intended > self.intended {
            transaction.execute("UPDATE runs SET intended = ?2 WHERE id = ?1", params![self.run, intended as i64])?;
        }
        {
            let mut update = transaction.prepare_cached(
                "UPDATE steps SET state = ?3, detail = ?4, at = ?5, after = ?6 WHERE run = ?1 AND seq = ?2",
            )?;
            for (position, Outcome { at, state, after }) in &self.unwritten {
                let (word, detail) = columns_of(state);
                update.execute(params![self.run, self.order[*position], word, detail, at, after])?;
            }
        }
        if let Some((complete, in_doubt)) = end {
            for position in in_doubt {
                transaction.execute(
                    "UPDATE steps SET state = 'sent', detail = NULL WHERE run = ?1 AND seq = ?2",
                    params![self.run, self.order[*position]],
                )?;
            }
            let ending = if complete { "complete" } else { "incomplete" };
            transaction.execute(
                "UPDATE runs SET ended = ?2, ending = ?3, trail = NULL WHERE id = ?1",
                params![self.run, now(), ending],
            )?;
        }
        transaction.commit()
    }
}
