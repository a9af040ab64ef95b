//! What is known of the rows of a file when a run begins, and what is to become of those of which
//! it is not known, or which are gone.

use threecx::Arguments;
use threecx_catalog::Effect;

use super::journal::{self, Header, Journal, Opened, State};
use super::known::Entry;
use super::table::Row;
use super::{File, brings_files, counted, identity};
use crate::call::Call;
use crate::confirm::{answer_to, somebody_is_there};
use crate::failure::Failure;

/// So many lines are named.
const FEW: usize = 10;

/// What `--unknown` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unknown {
    Repeat,
    Skip,
}

/// What is known of the rows of a file when a run begins.
pub struct Before {
    pub journal: Option<Journal>,
    pub states: Vec<State>,
    /// What the file no longer has.
    pub gone: Vec<Entry>,
}

impl File<'_> {
    /// What was sent before, if this run goes on with one. Questions, which may be asked twice,
    /// need no journal, unless their answers are files; stdin and a PBX that is gone afterwards can have none.
    pub(super) fn journal(&self, again: bool) -> Result<Before, Failure> {
        let Call { operation, settings, .. } = self.call;
        if self.path == "-" || settings.sim || operation.effect == Effect::Reads && !brings_files(operation) {
            return Ok(self.unsent());
        }
        let header = Header {
            journal: 2,
            operation: operation.id.to_owned(),
            pbx: settings.url.clone().unwrap_or_default(),
            arguments: format!("{:016x}", self.hash_of_constants()),
        };
        let row = |row: &Row| {
            let mut own = Arguments::default();
            let words = self.columns.fill(row, self.flags, &self.call.references, &mut own);
            (row.line, identity::of_row(&own, &words))
        };
        let rows: Vec<(u64, u64)> = self.table.rows.iter().map(row).collect();
        let Opened { journal, states, gone } = Journal::open(&journal::beside(self.path), &header, &rows, again)?;
        Ok(Before { journal: Some(journal), states, gone })
    }

    /// For a run that goes on with nothing.
    pub(super) fn unsent(&self) -> Before {
        Before { journal: None, states: vec![State::Unsent; self.table.rows.len()], gone: Vec::new() }
    }

    /// Tells one set of constant arguments from another. Secrets are left out.
    fn hash_of_constants(&self) -> u64 {
        let is_secret = |name: &str| self.flags.iter().any(|flag| flag.secret && flag.name == name);
        identity::of_constants(self.constants, self.words, is_secret)
    }

    /// Refuses to send what may be a row in doubt in other words.
    pub(super) fn refuse_lost(&self, gone: &[Entry], unknown: Option<Unknown>) -> Result<(), Failure> {
        let lost: Vec<&Entry> = gone.iter().filter(|entry| entry.state.is_unknown()).collect();
        if lost.is_empty() || unknown.is_some() || self.call.operation.repeatable {
            return Ok(());
        }
        let lines: Vec<String> = lost.iter().map(|entry| entry.line.to_string()).collect();
        Err(Failure::Journal {
            path: journal::beside(self.path).display().to_string(),
            reason: format!(
                "nobody knows whether {} of the rows that were sent were carried out, and the file no longer has them \
                 (lines {} of before)",
                lost.len(),
                lines.join(", ")
            ),
            next_step: "Put them back as they were; or look at the PBX, and add --unknown skip.".into(),
        })
    }

    /// Where a run goes on, and what of before is missing.
    pub(super) fn say_what_is_known(&self, states: &[State], gone: &[Entry]) {
        let count = |skipped: bool| {
            states.iter().filter(|state| state.is_settled() && (**state == State::Skipped) == skipped).count()
        };
        let (done, skipped) = (count(false), count(true));
        let mut remarks = Vec::new();
        if done + skipped > 0 {
            let skipped = if skipped > 0 { format!(", {skipped} skipped for good") } else { String::new() };
            remarks.push(format!("Going on: {done} of {} rows are done already{skipped}.", states.len()));
        }
        if !gone.is_empty() {
            let all: Vec<String> =
                gone.iter().map(|entry| format!("line {} ({})", entry.line, entry.state.outcome())).collect();
            let (some, more) = all.split_at(all.len().min(FEW));
            let more = if more.is_empty() { String::new() } else { format!(" and {} more", more.len()) };
            let rows = counted(gone.len());
            remarks.push(format!("The file no longer has {rows} of before as sent: {}{more}.", some.join(", ")));
        }
        if !self.call.output.is_json() {
            self.call.output.remark(&remarks);
        }
    }

    /// The rows to be sent, and what is known of the others.
    pub(super) fn todo(
        &self,
        mut states: Vec<State>,
        unknown: Option<Unknown>,
        given_up: bool,
    ) -> Result<(Vec<State>, Vec<usize>), Failure> {
        let open: Vec<usize> = (0..states.len()).filter(|row| states[*row].is_unknown()).collect();
        for state in states.iter_mut().filter(|state| given_up && matches!(state, State::Failed { .. })) {
            *state = State::Skipped;
        }
        let decision = match unknown {
            _ if open.is_empty() => None,
            _ if self.call.operation.repeatable => Some(Unknown::Repeat),
            None if somebody_is_there() => self.ask_about(&open)?,
            decided => decided,
        };
        for row in &open {
            match decision {
                Some(Unknown::Repeat) => states[*row] = State::Unsent,
                Some(Unknown::Skip) => states[*row] = State::Skipped,
                None => {}
            }
        }
        let sends = |state: &State| matches!(state, State::Unsent | State::Failed { .. });
        let todo = (0..states.len()).filter(|row| sends(&states[*row])).collect();
        Ok((states, todo))
    }

    fn ask_about(&self, open: &[usize]) -> Result<Option<Unknown>, Failure> {
        let mut lines: Vec<String> = open.iter().take(FEW).map(|row| self.table.rows[*row].line.to_string()).collect();
        if open.len() > FEW {
            lines.push("…".into());
        }
        let question = format!(
            "{} rows were sent, and nobody knows whether they were carried out (lines {}). \
             [r]epeat them, [s]kip them for good, or leave them for now? ",
            open.len(),
            lines.join(", ")
        );
        Ok(match answer_to(&question)?.as_str() {
            "r" | "repeat" => Some(Unknown::Repeat),
            "s" | "skip" => Some(Unknown::Skip),
            _ => None,
        })
    }
}
