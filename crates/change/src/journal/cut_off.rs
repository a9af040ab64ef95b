//! Runs that were cut off: what their trails tell goes into the database before anybody works with them.

use std::collections::HashMap;

use rusqlite::{OptionalExtension, params};

use super::trail::{self, Found, Outcome};
use super::{Journal, JournalError, columns_of, is_same_start};
use crate::state::State;

/// What the database says of a run that has a trail.
struct Traced {
    token: Vec<u8>,
    intended: usize,
    same_start: bool,
}

impl Journal {
    /// What is known of the steps of a run that the database has as not sent, by their numbers, because it is at work
    /// or was cut off. What was not sent is left out.
    pub(super) fn traced(&self, run: i64) -> Result<HashMap<u32, Outcome>, JournalError> {
        let wrong = |error: rusqlite::Error| self.wrong(&error);
        let Some(traced) = self.has_trail(run)? else { return Ok(HashMap::new()) };
        let found = Found::read(&self.folder, run, &traced.token);
        let found = match found.map_err(|error| JournalError::folder(&self.folder, &error))? {
            Some(found) => found,
            // It has ended while this was read, and its trail went after everything was in the database.
            None if self.has_trail(run)?.is_none() => return Ok(HashMap::new()),
            None => Found::default(),
        };
        let mut statement = self
            .db
            .prepare("SELECT seq, position FROM steps WHERE run = ?1 AND state = 'unsent' AND position IS NOT NULL")
            .map_err(wrong)?;
        let steps = statement.query_map([run], |row| Ok((row.get(0)?, row.get::<_, u32>(1)?))).map_err(wrong)?;
        let mut outcomes = HashMap::new();
        for step in steps {
            let (seq, position) = step.map_err(wrong)?;
            let outcome = found.outcome(position as usize, traced.intended, traced.same_start);
            if outcome.state != State::Unsent {
                outcomes.insert(seq, outcome);
            }
        }
        Ok(outcomes)
    }

    /// Takes the trail of a run that was cut off into the database. Only who holds the lock of the run may do so.
    pub(super) fn take_over_trail(&self, run: i64) -> Result<(), JournalError> {
        let wrong = |error: rusqlite::Error| self.wrong(&error);
        if self.has_trail(run)?.is_some() {
            let outcomes = self.traced(run)?;
            let transaction = self.db.unchecked_transaction().map_err(wrong)?;
            {
                let mut update = transaction
                    .prepare(
                        "UPDATE steps SET state = ?3, detail = ?4, at = coalesce(?5, at), after = ?6 \
                         WHERE run = ?1 AND seq = ?2",
                    )
                    .map_err(wrong)?;
                for (seq, Outcome { at, state, after }) in outcomes {
                    let (word, detail) = columns_of(&state);
                    update.execute(params![run, seq, word, detail, at, after]).map_err(wrong)?;
                }
            }
            transaction.execute("UPDATE runs SET trail = NULL WHERE id = ?1", [run]).map_err(wrong)?;
            transaction.commit().map_err(wrong)?;
        }
        trail::remove(&self.folder, run);
        Ok(())
    }

    fn has_trail(&self, run: i64) -> Result<Option<Traced>, JournalError> {
        let found = self.db.query_row("SELECT trail, intended, boot FROM runs WHERE id = ?1", [run], |row| {
            let (token, intended, then): (Option<Vec<u8>>, u32, Option<String>) =
                (row.get(0)?, row.get(1)?, row.get(2)?);
            let same_start = is_same_start(then.as_deref());
            Ok(token.map(|token| Traced { token, intended: intended as usize, same_start }))
        });
        Ok(found.optional().map_err(|error| self.wrong(&error))?.flatten())
    }
}
