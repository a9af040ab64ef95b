//! Recording one run: begun whole, or continued; then step by step; then ended.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Mutex, OnceLock, PoisonError};

use rusqlite::{Connection, params};
use threecx_core::Arguments;

use super::lock::Lock;
use super::rows::{Entry, Known, Place, Row};
use super::trail::{Outcome, Trail};
use super::writer::{WINDOW, Writer};
use super::{
    Head, Journal, JournalError, Kind, RunDetail, StepRecord, boot, columns_of, now, rows, state_of, text, who,
};
use crate::before::Before;
use crate::identity::Identity;
use crate::keys::Keys;
use crate::plan::Plan;
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
    folder: PathBuf,
    writer: Writer,
    trail: Trail,
    keys: Keys,
    /// The positions of the steps that have left and that nothing has come of.
    under_way: Mutex<BTreeSet<usize>>,
    /// Why an outcome could not be written into the trail.
    broken: OnceLock<JournalError>,
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
    /// The run and its lock, if it is one of this journal.
    run: Option<(i64, Lock)>,
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
    /// The run that it continues, and its lock.
    run: Option<(i64, Lock)>,
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
        self.start(head, Rows { run: None, places: &[] }, steps, order, |_, _| Ok(()))
    }

    /// Begins a run of all that there is to do in a plan. `identity` says as whom the PBX is called, `of_run` which run
    /// it takes back.
    ///
    /// # Errors
    /// That it cannot be recorded.
    pub fn begin_plan(
        &self,
        plan: &Plan,
        kind: Kind,
        identity: &str,
        of_run: Option<i64>,
    ) -> Result<Log, JournalError> {
        self.begin(&plan.head(kind, identity, of_run), &plan.new_steps(&plan.states()), &plan.order())
    }

    /// Keeps others from going on with a run or from taking it back. Take it before the run is read: what is known of
    /// a run that was cut off then goes into the database.
    ///
    /// # Errors
    /// That somebody is at work on it; that the journal cannot be read or written.
    pub fn lock(&self, run: i64) -> Result<Lock, JournalError> {
        let lock = Lock::of_run(&self.folder, run)?;
        self.take_over_trail(run)?;
        Ok(lock)
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
        let rows = Rows { run: Some((run.summary.run, lock)), places: &places };
        self.start(&run.summary.head, rows, steps, order, |_, _| Ok(()))
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
        let lock = self.lock(run)?;
        let (constants, ended): (Option<Vec<u8>>, Option<bool>) = self
            .db
            .query_row("SELECT constants, ending = 'complete' FROM runs WHERE id = ?1", [run], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .map_err(|error| self.wrong(&error))?;
        let expected = head.constants.as_ref().map(|constants| &constants.0[..]);
        Ok(Earlier {
            run: Some((run, lock)),
            known: rows::find(self.entries(run)?, rows),
            ended: ended.unwrap_or(false),
            same_arguments: constants.as_deref() == expected,
            text: None,
        })
    }

    /// The rows of a run as they were left, its trail taken over. What an earlier version has only intended did not
    /// leave as long as the machine has not restarted since.
    fn entries(&self, run: i64) -> Result<Vec<Entry>, JournalError> {
        let wrong = |error: rusqlite::Error| self.wrong(&error);
        let never_left = self.is_of_this_start(run)?;
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
        rows: Rows<'_>,
        steps: &[NewStep<'_>],
        order: &[usize],
        more: impl FnOnce(&Connection, i64) -> rusqlite::Result<()>,
    ) -> Result<Log, JournalError> {
        let wrong = |error: rusqlite::Error| self.wrong(&error);
        let unusable = |error: std::io::Error| JournalError::folder(&self.folder, &error);
        let transaction = self.db.unchecked_transaction().map_err(wrong)?;
        let Rows { run, places } = rows;
        let (run, lock) = match run {
            Some((run, lock)) => {
                transaction
                    .execute(
                        "UPDATE runs SET ended = NULL, ending = NULL, boot = ?2, who = ?3 WHERE id = ?1",
                        params![run, boot(), who()],
                    )
                    .map_err(wrong)?;
                // These were of the order before.
                transaction
                    .execute("UPDATE steps SET position = NULL WHERE run = ?1 AND position IS NOT NULL", [run])
                    .map_err(wrong)?;
                (run, lock)
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
                let run = transaction.last_insert_rowid();
                // Nobody else may take it up once it can be seen.
                (run, Lock::of_run(&self.folder, run)?)
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
                     arguments, before, position) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
                )
                .map_err(wrong)?;
            let mut update = transaction
                .prepare(
                    "UPDATE steps SET line = ?3, label = ?4, state = ?5, detail = ?6, arguments = ?7, before = ?8, \
                     position = ?9 WHERE run = ?1 AND seq = ?2",
                )
                .map_err(wrong)?;
            let mut settle = transaction
                .prepare(
                    "UPDATE steps SET line = ?3, state = ?4, detail = ?5 \
                     WHERE run = ?1 AND seq = ?2 AND state <> 'done'",
                )
                .map_err(wrong)?;
            let mut positions: Vec<Option<u32>> = vec![None; steps.len()];
            for (position, step) in (0..).zip(order) {
                positions[*step] = Some(position);
            }
            for (index, step) in steps.iter().enumerate() {
                let (place, position) = (places.get(index), positions[index]);
                let line = place.and_then(|place| i64::try_from(place.row.line).ok()).filter(|line| *line > 0);
                // What failed before is about to be sent again.
                let (state, detail) = columns_of(if position.is_some() { &State::Unsent } else { &step.state });
                let arguments = self.hidden(step.arguments)?;
                let before = step.before.map(|before| self.hidden(before)).transpose()?;
                match place.and_then(|place| place.seq) {
                    // What is not sent now stays as it was recorded, but what is known of it may be news.
                    Some(seq) if position.is_none() => {
                        settle.execute(params![run, seq, line, state, detail]).map_err(wrong)?;
                        seqs.push(seq);
                    }
                    Some(seq) => {
                        update
                            .execute(params![run, seq, line, step.label, state, detail, arguments, before, position])
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
                                before,
                                position
                            ])
                            .map_err(wrong)?;
                        seqs.push(next);
                        next += 1;
                    }
                }
            }
        }
        more(&transaction, run).map_err(wrong)?;
        let order: Vec<u32> = order.iter().map(|index| seqs[*index]).collect();
        let intended = order.len().min(WINDOW);
        let trail = Trail::create(&self.folder, run, order.len()).map_err(unusable)?;
        transaction
            .execute(
                "UPDATE runs SET trail = ?2, intended = ?3 WHERE id = ?1",
                params![run, trail.token(), intended as i64],
            )
            .map_err(wrong)?;
        transaction.commit().map_err(wrong)?;
        let writer = Writer::start(&self.folder, run, order, intended)?;
        let (under_way, broken) = (Mutex::default(), OnceLock::new());
        let (folder, keys) = (self.folder.clone(), self.keys.clone());
        Ok(Log { run, folder, writer, trail, keys, under_way, broken, _locks: vec![lock] })
    }
}

impl FileRun {
    /// What is known of the rows.
    pub fn known(&self) -> &Known {
        &self.known
    }

    /// The run that it continues, if it does.
    pub fn run(&self) -> Option<i64> {
        self.run.as_ref().map(|(run, _)| *run)
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
        let rows = Rows { run: self.run, places: &self.known.places };
        let mut log = journal.start(&self.head, rows, steps, order, skip)?;
        if let Some(path) = &self.text {
            text::take_over(path)?;
        }
        log._locks.extend(self.lock);
        Ok(log)
    }
}

/// The rows of a file, and the run that they belong to already.
struct Rows<'a> {
    /// The run, and its lock.
    run: Option<(i64, Lock)>,
    places: &'a [Place],
}

impl Log {
    /// The number of the run.
    pub fn run(&self) -> i64 {
        self.run
    }

    /// Records that the step at this position of the order is about to be sent. When this returns, the
    /// intent is on disk, and a process that is killed leaves a mark that it may have left.
    ///
    /// # Errors
    /// That it cannot be recorded: then it must not be sent.
    pub async fn sending(&self, position: usize) -> Result<(), JournalError> {
        if let Some(error) = self.broken.get() {
            return Err(error.clone());
        }
        self.writer.intend(position).await?;
        self.trail.leaves(position, now()).map_err(|error| JournalError::folder(&self.folder, &error))?;
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner).insert(position);
        Ok(())
    }

    /// Records what has become of the step at this position of the order, and what was there after it, as JSON. A
    /// process that is killed does not lose it; it is on disk a little later. What is lost with the power leaves a
    /// step in doubt.
    pub fn note(&self, position: usize, state: &State, after: Option<&str>) {
        // What was there after cannot be kept: then it cannot be taken back, which is reported there.
        let after = after.and_then(|after| self.keys.hide(after.as_bytes()).ok());
        let outcome = Outcome { at: Some(now()), state: state.clone(), after };
        if let Err(error) = self.trail.outcome(position, &outcome) {
            // It may still go into the database. Nothing more is sent whose outcome would be lost too.
            let _ = self.broken.set(JournalError::folder(&self.folder, &error));
        }
        self.writer.note(position, outcome);
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner).remove(&position);
    }

    /// Records how the run ended. When this returns, everything is on disk.
    ///
    /// # Errors
    /// That it cannot be recorded. What was done is then read from its trail.
    pub async fn end(self, complete: bool) -> Result<(), JournalError> {
        let in_doubt = self.under_way.into_inner().unwrap_or_else(PoisonError::into_inner);
        self.writer.end(complete, in_doubt.into_iter().collect()).await?;
        self.trail.remove();
        Ok(())
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

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use crate::journal::Kind;

    fn begun(folder: &std::path::Path) -> (Journal, Log) {
        let journal = Journal::open(folder).expect("it opens");
        let head = Head {
            kind: Kind::Call,
            pbx: String::new(),
            identity: String::new(),
            operation: "Contacts.CreateContact".into(),
            source: None,
            constants: None,
            release: None,
            of_run: None,
        };
        let (arguments, order) = (Arguments::default(), [0, 1, 2]);
        let steps = order.map(|_| NewStep {
            operation: "Contacts.CreateContact",
            label: String::new(),
            arguments: &arguments,
            before: None,
            state: State::Unsent,
        });
        let log = journal.begin(&head, &steps, &order).expect("it begins");
        (journal, log)
    }

    fn states(journal: &Journal) -> Vec<State> {
        journal.run(1).expect("it is read").steps.into_iter().map(|step| step.state).collect()
    }

    #[tokio::test]
    async fn on_a_full_disk_no_step_leaves() {
        let folder = tempfile::tempdir().expect("a folder");
        let (journal, mut log) = begun(folder.path());
        log.sending(0).await.expect("there is room");
        log.trail = log.trail.full();
        assert!(matches!(log.sending(1).await, Err(JournalError::Folder { .. })));
        assert_eq!(states(&journal), [State::Sent, State::Unsent, State::Unsent]);
    }

    #[tokio::test]
    async fn after_an_outcome_without_room_no_step_leaves() {
        let folder = tempfile::tempdir().expect("a folder");
        let (journal, mut log) = begun(folder.path());
        log.sending(0).await.expect("there is room");
        log.sending(1).await.expect("there is room");
        let full = log.trail.full();
        let trail = std::mem::replace(&mut log.trail, full);
        let done = State::Done { status: 204, id: None, file: None };
        log.note(0, &done, None);
        log.trail = trail;
        // There is room again, but for how long?
        assert!(matches!(log.sending(2).await, Err(JournalError::Folder { .. })));
        log.note(1, &done, None);
        assert_eq!(states(&journal), [State::Sent, done.clone(), State::Unsent]);
        log.end(false).await.expect("recorded");
        assert_eq!(states(&journal), [done.clone(), done, State::Unsent]);
    }
}
