//! Recording one run: begun whole, or continued; then step by step; then ended.

use std::path::PathBuf;

use rusqlite::{Connection, params};
use serde_json::Value;
use threecx_core::Arguments;
use tokio::sync::oneshot;

use super::lock::Lock;
use super::rows::{Entry, Known, Place, Row};
use super::writer::{Note, Writer};
use super::{Head, Journal, JournalError, RunDetail, StepRecord, boot, columns_of, now, rows, state_of, text, who};
use crate::before::Before;
use crate::identity::Identity;
use crate::state::State;

/// A step as it is recorded when its run begins.
#[derive(Clone, Debug)]
pub struct NewStep<'a> {
    /// The id of its operation.
    pub operation: &'a str,
    /// What it is done to, for people: `user 100 Ada Lovelace`, `line 7`.
    pub label: String,
    /// What is sent.
    pub arguments: &'a Arguments,
    /// What was there before.
    pub before: Option<&'a Before>,
    /// What is known of it.
    pub state: State,
}

/// The record of a run in progress.
#[derive(Debug)]
pub struct Log {
    run: i64,
    writer: Writer,
    /// The number in the run of each step.
    seqs: Vec<u32>,
    /// Held until the run ends.
    _locks: Vec<Lock>,
}

/// What a text journal of this file would be known by: one that an earlier version kept beside it.
#[derive(Clone, Debug)]
pub struct OldRun {
    /// The address of the PBX, as it was given.
    pub pbx: String,
    /// The hash of what is the same for all rows: [`old_constants`](super::old_constants).
    pub constants: u64,
}

/// What an earlier run of a file left.
struct Earlier {
    run: Option<i64>,
    known: Known,
    /// True if nothing was left to do when it ended.
    ended: bool,
    /// True if what is the same for all rows has not changed.
    same_arguments: bool,
    text: Option<PathBuf>,
}

/// The rows of a file, and what is known of them, before a run of it goes on or begins.
#[derive(Debug)]
pub struct FileRun {
    head: Head,
    lock: Option<Lock>,
    /// The run that it continues.
    run: Option<i64>,
    /// The text journal that it takes over.
    text: Option<PathBuf>,
    known: Known,
}

impl Journal {
    /// Begins a run. `order` says which steps are sent, and in which order.
    ///
    /// # Errors
    /// That it cannot be recorded.
    pub fn begin(&self, head: &Head, steps: &[NewStep<'_>], order: &[usize]) -> Result<Log, JournalError> {
        let log = self.start(head, None, steps, order, |_, _| Ok(()))?;
        Ok(Log { _locks: vec![self.lock(log.run)?], ..log })
    }

    /// Keeps others from going on with a run or from taking it back. Take it before the run is read.
    ///
    /// # Errors
    /// That somebody is at work on it.
    pub fn lock(&self, run: i64) -> Result<Lock, JournalError> {
        Lock::of_run(&self.folder, run)
    }

    /// Continues a run that has ended: `steps` are those of the run, each with the state that was decided
    /// for it.
    ///
    /// # Errors
    /// That it cannot be recorded.
    pub fn go_on(
        &self,
        lock: Lock,
        run: &RunDetail,
        steps: &[NewStep<'_>],
        order: &[usize],
    ) -> Result<Log, JournalError> {
        let place = |step: &StepRecord| Place {
            row: Row { line: step.line.unwrap_or_default(), identity: Identity([0; 16]), old: 0 },
            seq: Some(step.seq),
            twin: 0,
        };
        let places: Vec<Place> = run.steps.iter().map(place).collect();
        let before = Rows { run: Some(run.summary.run), places: &places };
        let log = self.start(&run.summary.head, Some(before), steps, order, |_, _| Ok(()))?;
        Ok(Log { _locks: vec![lock], ..log })
    }

    /// Looks up what is known of the rows of a file on this PBX. `again` begins anew where all is done.
    ///
    /// # Errors
    /// Why a run of this file cannot go on, or not begin.
    pub fn file_run(&self, head: Head, old: &OldRun, rows: &[Row], again: bool) -> Result<FileRun, JournalError> {
        let source = head.source.clone().unwrap_or_default();
        let lock = Lock::of_file(&self.folder, &self.keys, &head.pbx, &head.operation, &source)?;
        let before = match self.last_of_file(&head.pbx, &head.operation, &source)? {
            Some(run) => Some(self.recorded(run, &head, rows)?),
            None => text::read(&head.operation, &[&old.pbx, &head.pbx], &source)?.map(|text| {
                let constants = format!("{:016x}", old.constants);
                Earlier {
                    run: None,
                    known: rows::find(text.entries(rows), rows),
                    ended: text.finished,
                    same_arguments: text.constants == constants,
                    text: Some(text.path),
                }
            }),
        };
        let anew =
            |text| FileRun { head: head.clone(), run: None, text, known: rows::find(Vec::new(), rows), lock: None };
        let run = match before {
            None => anew(None),
            Some(Earlier { run, known, ended, same_arguments, text }) => {
                let settled = settled(&known);
                match (settled || ended, again) {
                    (true, true) => anew(text),
                    (false, true) => return Err(JournalError::Unfinished { what: source }),
                    (true, false) if settled || !same_arguments => return Err(finished(&known.states, source)),
                    _ if !same_arguments => return Err(JournalError::OtherArguments { what: source }),
                    _ => FileRun { head: head.clone(), run, text, known, lock: None },
                }
            }
        };
        Ok(FileRun { lock: Some(lock), ..run })
    }

    /// What the last run of a file left.
    fn recorded(&self, run: i64, head: &Head, rows: &[Row]) -> Result<Earlier, JournalError> {
        let (constants, ended): (Option<Vec<u8>>, Option<bool>) = self
            .db
            .query_row("SELECT constants, ending = 'complete' FROM runs WHERE id = ?1", [run], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .map_err(|error| self.wrong(&error))?;
        let expected = head.constants.as_ref().map(|constants| &constants.0[..]);
        Ok(Earlier {
            run: Some(run),
            known: rows::find(self.entries(run)?, rows),
            ended: ended.unwrap_or(false),
            same_arguments: constants.as_deref() == expected,
            text: None,
        })
    }

    /// The rows of a run as they were left. What was only intended did not leave as long as the
    /// machine has not restarted since.
    fn entries(&self, run: i64) -> Result<Vec<Entry>, JournalError> {
        let wrong = |error: rusqlite::Error| self.wrong(&error);
        let then: Option<String> =
            self.db.query_row("SELECT boot FROM runs WHERE id = ?1", [run], |row| row.get(0)).map_err(wrong)?;
        let never_left = then.is_some() && then == boot();
        let mut statement = self
            .db
            .prepare("SELECT seq, identity, twin, line, state, detail FROM steps WHERE run = ?1 ORDER BY seq")
            .map_err(wrong)?;
        let entries = statement.query_map([run], |row| {
            let identity: Option<Vec<u8>> = row.get(1)?;
            let word: String = row.get(4)?;
            let detail: Option<String> = row.get(5)?;
            let state = match word.as_str() {
                "intended" if never_left => State::Unsent,
                word => state_of(word, detail.as_deref()),
            };
            Ok(Entry {
                seq: row.get(0)?,
                identity: Identity(identity.and_then(|bytes| bytes.try_into().ok()).unwrap_or_default()),
                twin: row.get(2)?,
                line: row.get::<_, Option<i64>>(3)?.and_then(|line| u64::try_from(line).ok()).unwrap_or_default(),
                state,
            })
        });
        entries.and_then(Iterator::collect).map_err(wrong)
    }

    /// Records a run from its beginning, or from where it goes on, and opens its log.
    fn start(
        &self,
        head: &Head,
        before: Option<Rows<'_>>,
        steps: &[NewStep<'_>],
        order: &[usize],
        more: impl FnOnce(&Connection, i64) -> rusqlite::Result<()>,
    ) -> Result<Log, JournalError> {
        let wrong = |error: rusqlite::Error| self.wrong(&error);
        let transaction = self.db.unchecked_transaction().map_err(wrong)?;
        let run = match before.as_ref().and_then(|before| before.run) {
            Some(run) => {
                transaction
                    .execute(
                        "UPDATE runs SET ended = NULL, ending = NULL, boot = ?2, who = ?3 WHERE id = ?1",
                        params![run, boot(), who()],
                    )
                    .map_err(wrong)?;
                run
            }
            None => {
                let Head { kind, pbx, identity, operation, source, constants, release, of_run } = head;
                let constants = constants.as_ref().map(|constants| &constants.0[..]);
                transaction
                    .execute(
                        "INSERT INTO runs (begun, kind, pbx, identity, who, operation, source, constants, release, \
                         of_run, boot) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
                        params![
                            now(),
                            kind.word(),
                            pbx,
                            identity,
                            who(),
                            operation,
                            source,
                            constants,
                            release,
                            of_run,
                            boot()
                        ],
                    )
                    .map_err(wrong)?;
                transaction.last_insert_rowid()
            }
        };
        let mut next: u32 = transaction
            .query_row("SELECT coalesce(max(seq) + 1, 0) FROM steps WHERE run = ?1", [run], |row| row.get(0))
            .map_err(wrong)?;
        let mut seqs = Vec::with_capacity(steps.len());
        {
            let mut insert = transaction
                .prepare(
                    "INSERT INTO steps (run, seq, operation, identity, twin, line, label, state, detail, at, \
                     arguments, before) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
                )
                .map_err(wrong)?;
            let mut update = transaction
                .prepare(
                    "UPDATE steps SET line = ?3, label = ?4, state = ?5, detail = ?6, arguments = ?7, before = ?8 \
                     WHERE run = ?1 AND seq = ?2",
                )
                .map_err(wrong)?;
            let mut settle = transaction
                .prepare(
                    "UPDATE steps SET line = ?3, state = ?4, detail = ?5 \
                     WHERE run = ?1 AND seq = ?2 AND state <> 'done'",
                )
                .map_err(wrong)?;
            let mut sent = vec![false; steps.len()];
            for step in order {
                sent[*step] = true;
            }
            for (index, step) in steps.iter().enumerate() {
                let place = before.as_ref().and_then(|before| before.places.get(index));
                let line = place.and_then(|place| i64::try_from(place.row.line).ok()).filter(|line| *line > 0);
                // What failed before is about to be sent again.
                let (state, detail) = columns_of(if sent[index] { &State::Unsent } else { &step.state });
                let arguments = self.hidden(step.arguments)?;
                let before = step.before.map(|before| self.hidden(before)).transpose()?;
                match place.and_then(|place| place.seq) {
                    // What is not sent now stays as it was recorded, but what is known of it may be news.
                    Some(seq) if !sent[index] => {
                        settle.execute(params![run, seq, line, state, detail]).map_err(wrong)?;
                        seqs.push(seq);
                    }
                    Some(seq) => {
                        update
                            .execute(params![run, seq, line, step.label, state, detail, arguments, before])
                            .map_err(wrong)?;
                        seqs.push(seq);
                    }
                    None => {
                        let identity = place.map(|place| &place.row.identity.0[..]);
                        let twin = place.map_or(0, |place| place.twin);
                        insert
                            .execute(params![
                                run,
                                next,
                                step.operation,
                                identity,
                                twin,
                                line,
                                step.label,
                                state,
                                detail,
                                now(),
                                arguments,
                                before
                            ])
                            .map_err(wrong)?;
                        seqs.push(next);
                        next += 1;
                    }
                }
            }
        }
        more(&transaction, run).map_err(wrong)?;
        let order = order.iter().map(|index| seqs[*index]).collect();
        transaction.commit().map_err(wrong)?;
        let writer = Writer::start(&self.folder, run, order)?;
        Ok(Log { run, writer, seqs, _locks: Vec::new() })
    }
}

impl FileRun {
    /// What is known of the rows.
    pub fn known(&self) -> &Known {
        &self.known
    }

    /// The run that it continues, if it does.
    pub fn run(&self) -> Option<i64> {
        self.run
    }

    /// The number in that run of a row of the file.
    pub fn seq(&self, row: usize) -> Option<u32> {
        self.known.places.get(row)?.seq
    }

    /// Records that the run begins or goes on: `steps` are the rows of the file, each with the state
    /// that was decided for it. What is unknown and gone from the file is left for good.
    ///
    /// # Errors
    /// That it cannot be recorded.
    pub fn start(self, journal: &Journal, steps: &[NewStep<'_>], order: &[usize]) -> Result<Log, JournalError> {
        let gone: Vec<Entry> = self.known.gone.iter().filter(|entry| entry.state.is_unknown()).cloned().collect();
        let skip = |db: &Connection, run: i64| {
            // What is from a text journal has no place in a run.
            for seq in gone.iter().filter_map(|entry| entry.seq) {
                db.execute(
                    "UPDATE steps SET state = 'skipped', detail = NULL WHERE run = ?1 AND seq = ?2",
                    params![run, seq],
                )?;
            }
            Ok(())
        };
        let before = Rows { run: self.run, places: &self.known.places };
        let log = journal.start(&self.head, Some(before), steps, order, skip)?;
        if let Some(path) = &self.text {
            text::take_over(path)?;
        }
        let mut locks = vec![journal.lock(log.run)?];
        locks.extend(self.lock);
        Ok(Log { _locks: locks, ..log })
    }
}

/// The rows of a file, and the run that they belong to already.
struct Rows<'a> {
    run: Option<i64>,
    places: &'a [Place],
}

impl Log {
    /// The number of the run.
    pub fn run(&self) -> i64 {
        self.run
    }

    /// Records that the step at this position of the order is about to be sent. When this returns, the
    /// intent is on disk.
    ///
    /// # Errors
    /// That it cannot be recorded: then it must not be sent.
    pub async fn sending(&self, position: usize) -> Result<(), JournalError> {
        self.asked(|answer| Note::Sending(position, answer)).await
    }

    /// Records what has become of a step, and what was there after it. It is on disk a little later; what
    /// is lost with the power leaves a step in doubt.
    pub fn note(&self, step: usize, state: &State, after: Option<&Value>) {
        self.writer.send(Note::Outcome(self.seqs[step], state.clone(), after.map(Value::to_string)));
    }

    /// Records how the run ended. When this returns, everything is on disk.
    ///
    /// # Errors
    /// That it cannot be recorded. What was done then counts as unknown.
    pub async fn end(self, complete: bool) -> Result<(), JournalError> {
        let ended = self.asked(|answer| Note::End(complete, answer)).await;
        self.writer.join();
        ended
    }

    async fn asked(
        &self,
        note: impl FnOnce(oneshot::Sender<Result<(), JournalError>>) -> Note,
    ) -> Result<(), JournalError> {
        let (answer, answered) = oneshot::channel();
        self.writer.send(note(answer));
        answered.await.unwrap_or_else(|_| Err(self.writer.lost()))
    }
}

fn settled(known: &Known) -> bool {
    known.states.iter().all(State::is_settled) && !known.gone.iter().any(|entry| entry.state.is_unknown())
}

fn finished(states: &[State], what: String) -> JournalError {
    let count = |wanted: fn(&State) -> bool| states.iter().filter(|state| wanted(state)).count();
    let skipped = count(|state| *state == State::Skipped);
    JournalError::Finished { what, done: count(State::is_done), skipped }
}
