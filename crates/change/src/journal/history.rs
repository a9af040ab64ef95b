//! What the journal tells of runs: when, who, which PBX, what, how it ended.

use rusqlite::{OptionalExtension, Row, params};
use serde_json::Value;
use threecx_core::Arguments;

use super::trail::Outcome;
use super::{Head, Journal, JournalError, Kind, columns_of, state_of};
use crate::before::Before;
use crate::identity::Identity;
use crate::state::State;

/// How many steps of a run came to what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// All of them.
    pub steps: u64,
    /// Carried out.
    pub done: u64,
    /// Not carried out.
    pub failed: u64,
    /// It is not known which of the two.
    pub unknown: u64,
    /// Left for good.
    pub skipped: u64,
    /// Not sent.
    pub unsent: u64,
}

impl Counts {
    /// Adds so many steps in a state, by its word in the table.
    fn add(&mut self, word: &str, number: u64) {
        self.steps += number;
        match word {
            "done" => self.done += number,
            "failed" => self.failed += number,
            "skipped" => self.skipped += number,
            "unsent" | "intended" => self.unsent += number,
            _ => self.unknown += number,
        }
    }
}

/// A run as a line of the history.
#[derive(Clone, Debug)]
pub struct RunSummary {
    /// Its number.
    pub run: i64,
    /// What it was.
    pub head: Head,
    /// Who began it: `ada@workstation`.
    pub who: String,
    /// When, in milliseconds since 1970.
    pub begun: i64,
    /// When it ended; `None` if it has not, or was cut off.
    pub ended: Option<i64>,
    /// What became of its steps.
    pub counts: Counts,
    /// What its first step was done to.
    pub first: Option<String>,
    /// The run that took it back as a whole, if one did.
    pub undone_by: Option<i64>,
}

/// A step of a run as it was recorded.
#[derive(Clone, Debug)]
pub struct StepRecord {
    /// Its number in the run.
    pub seq: u32,
    /// The id of its operation.
    pub operation: String,
    /// What it was done to.
    pub label: String,
    /// The line in the file.
    pub line: Option<u64>,
    /// What was sent.
    pub arguments: Arguments,
    /// What was there before.
    pub before: Option<Before>,
    /// What the PBX answered to a create.
    pub after: Option<Value>,
    /// What became of it.
    pub state: State,
    /// When it was sent or ended, in milliseconds since 1970.
    pub at: Option<i64>,
}

/// A run with its steps.
#[derive(Clone, Debug)]
pub struct RunDetail {
    /// The run as a whole.
    pub summary: RunSummary,
    /// Its steps, in the order in which they were planned.
    pub steps: Vec<StepRecord>,
}

const SUMMARY: &str = "
    SELECT id, begun, ended, kind, pbx, identity, who, operation, source, constants, release, of_run,
        (SELECT label FROM steps WHERE run = id ORDER BY seq LIMIT 1),
        (SELECT max(other.id) FROM runs other WHERE other.of_run = runs.id AND other.kind = 'undo'
            AND other.ending = 'complete'
            AND (SELECT count(*) FROM steps WHERE run = other.id AND state = 'done')
                >= (SELECT count(*) FROM steps WHERE run = runs.id AND state = 'done'))
    FROM runs";

impl Journal {
    /// The newest runs, the newest first: of one PBX, or of all.
    ///
    /// # Errors
    /// That the journal cannot be read.
    pub fn runs(&self, pbx: Option<&str>, most: u32) -> Result<Vec<RunSummary>, JournalError> {
        let wrong = |error: rusqlite::Error| self.wrong(&error);
        let sql = format!("{SUMMARY} WHERE ?1 IS NULL OR pbx = ?1 ORDER BY id DESC LIMIT ?2");
        let mut statement = self.db.prepare(&sql).map_err(wrong)?;
        let runs: Result<Vec<RunSummary>, _> =
            statement.query_map(params![pbx, most], summary).map_err(wrong)?.collect();
        let mut runs = runs.map_err(wrong)?;
        for run in &mut runs {
            run.counts = self.counts(run.run)?;
        }
        Ok(runs)
    }

    /// The newest run of a PBX, or of all.
    ///
    /// # Errors
    /// That the journal cannot be read.
    pub fn last(&self, pbx: Option<&str>) -> Result<Option<i64>, JournalError> {
        Ok(self.runs(pbx, 1)?.first().map(|run| run.run))
    }

    /// A run in detail.
    ///
    /// # Errors
    /// That there is no run with this number, or that it cannot be read.
    pub fn run(&self, run: i64) -> Result<RunDetail, JournalError> {
        let wrong = |error: rusqlite::Error| self.wrong(&error);
        let sql = format!("{SUMMARY} WHERE id = ?1");
        let summary = self.db.query_row(&sql, [run], summary).optional().map_err(wrong)?;
        let mut summary = summary.ok_or(JournalError::NoSuchRun { run })?;
        let never_left = self.is_of_this_start(run)?;
        let mut traced = self.traced(run)?;
        let mut statement = self
            .db
            .prepare(
                "SELECT seq, operation, label, line, state, detail, at, arguments, before, after FROM steps \
                 WHERE run = ?1 ORDER BY seq",
            )
            .map_err(wrong)?;
        let mut rows = statement.query([run]).map_err(wrong)?;
        let mut steps = Vec::new();
        while let Some(row) = rows.next().map_err(wrong)? {
            let step = self.step(row, never_left)?;
            steps.push(match traced.remove(&step.seq).filter(|_| step.state == State::Unsent) {
                Some(Outcome { at, state, after }) => {
                    StepRecord { at: at.or(step.at), state, after: self.after(after)?, ..step }
                }
                None => step,
            });
        }
        for step in &steps {
            summary.counts.add(columns_of(&step.state).0, 1);
        }
        Ok(RunDetail { summary, steps })
    }

    fn step(&self, row: &Row<'_>, never_left: bool) -> Result<StepRecord, JournalError> {
        let wrong = |error: rusqlite::Error| self.wrong(&error);
        let word: String = row.get(4).map_err(wrong)?;
        let detail: Option<String> = row.get(5).map_err(wrong)?;
        let state = match word.as_str() {
            "intended" if never_left => State::Unsent,
            word => state_of(word, detail.as_deref()),
        };
        let line: Option<i64> = row.get(3).map_err(wrong)?;
        Ok(StepRecord {
            seq: row.get(0).map_err(wrong)?,
            operation: row.get(1).map_err(wrong)?,
            label: row.get(2).map_err(wrong)?,
            line: line.and_then(|line| u64::try_from(line).ok()),
            state,
            at: row.get(6).map_err(wrong)?,
            arguments: self.shown(row.get(7).map_err(wrong)?)?.unwrap_or_default(),
            before: self.shown(row.get(8).map_err(wrong)?)?,
            after: self.after(row.get(9).map_err(wrong)?)?,
        })
    }

    /// What the PBX answered. What cannot be read is as good as nothing: it came from outside.
    fn after(&self, hidden: Option<Vec<u8>>) -> Result<Option<Value>, JournalError> {
        let text = hidden.map(|hidden| self.uncovered(&hidden)).transpose()?;
        Ok(text.and_then(|text| serde_json::from_slice(&text).ok()))
    }

    fn counts(&self, run: i64) -> Result<Counts, JournalError> {
        let wrong = |error: rusqlite::Error| self.wrong(&error);
        let mut counts = Counts::default();
        let mut traced = self.traced(run)?;
        if traced.is_empty() {
            let mut statement = self
                .db
                .prepare_cached("SELECT state, count(*) FROM steps WHERE run = ?1 GROUP BY state")
                .map_err(wrong)?;
            let mut rows = statement.query([run]).map_err(wrong)?;
            while let Some(row) = rows.next().map_err(wrong)? {
                let (word, number): (String, i64) = (row.get(0).map_err(wrong)?, row.get(1).map_err(wrong)?);
                counts.add(&word, u64::try_from(number).unwrap_or_default());
            }
            return Ok(counts);
        }
        let mut statement = self.db.prepare_cached("SELECT seq, state FROM steps WHERE run = ?1").map_err(wrong)?;
        let mut rows = statement.query([run]).map_err(wrong)?;
        while let Some(row) = rows.next().map_err(wrong)? {
            let (seq, word): (u32, String) = (row.get(0).map_err(wrong)?, row.get(1).map_err(wrong)?);
            match traced.remove(&seq).filter(|_| word == "unsent") {
                Some(outcome) => counts.add(columns_of(&outcome.state).0, 1),
                None => counts.add(&word, 1),
            }
        }
        Ok(counts)
    }
}

fn summary(row: &Row<'_>) -> rusqlite::Result<RunSummary> {
    let constants: Option<Vec<u8>> = row.get(9)?;
    Ok(RunSummary {
        run: row.get(0)?,
        begun: row.get(1)?,
        ended: row.get(2)?,
        head: Head {
            kind: Kind::of(&row.get::<_, String>(3)?),
            pbx: row.get(4)?,
            identity: row.get(5)?,
            operation: row.get(7)?,
            source: row.get(8)?,
            constants: constants.and_then(|bytes| bytes.try_into().ok()).map(Identity),
            release: row.get(10)?,
            of_run: row.get(11)?,
        },
        who: row.get(6)?,
        counts: Counts::default(),
        first: row.get(12)?,
        undone_by: row.get(13)?,
    })
}
