//! What a run came to: how many rows, which of them not, and how to go on.

use std::path::Path;

use serde_json::json;
use threecx::Operation;
use threecx_change::State;

use crate::failure::{Failure, Kind};
use crate::output::shape::Shape;
use crate::output::style::one_line;
use crate::output::{Output, value};

/// Up to this many rows that are not done are shown one by one.
const SHOWN: usize = 20;

/// A run that has ended.
pub struct Summary<'a> {
    pub operation: &'static Operation,
    pub states: &'a [State],
    /// What a row is called: `line 7`, `100 Ada Lovelace`.
    pub label: &'a dyn Fn(usize) -> String,
    /// How to check whether a row was carried out, where that is known.
    pub checks: &'a [Option<String>],
    /// Where the results lie.
    pub results: Option<&'a Path>,
    /// True if the same command continues where this run ended.
    pub resumable: bool,
    /// Its number in the journal.
    pub run: Option<i64>,
    /// Why it ended before its time.
    pub cause: Option<Failure>,
}

impl Summary<'_> {
    /// Says what happened; fails unless all is done.
    pub fn finish(self, output: &Output, quiet: bool) -> Result<(), Failure> {
        let count = |wanted: fn(&State) -> bool| self.states.iter().filter(|state| wanted(state)).count();
        let done = count(|state| matches!(state, State::Done { .. }));
        let failed = count(|state| matches!(state, State::Failed { .. }));
        let unknown = count(State::is_unknown);
        let skipped = count(|state| *state == State::Skipped);
        let not_sent = count(|state| *state == State::Unsent);
        let rows = self.states.len();
        if !quiet {
            if output.is_for_programs() {
                let mut summary = json!({
                    "operation": self.operation.id,
                    "rows": rows,
                    "done": done,
                    "failed": failed,
                    "unknown": unknown,
                    "skipped": skipped,
                    "not_sent": not_sent,
                    "results": self.results.map(|path| path.display().to_string()),
                    "run": self.run,
                    "ended_by": self.cause.as_ref().and_then(Failure::kind).map(Kind::name),
                });
                if self.states.iter().any(|state| state.file().is_some()) {
                    let named =
                        |(row, state): (usize, &State)| Some(json!({"row": (self.label)(row), "file": state.file()?}));
                    summary["files"] = self.states.iter().enumerate().filter_map(named).collect();
                }
                value::print_value(&summary.to_string(), &Shape::unknown(), output)?;
            } else {
                let mut sink = output.open()?;
                let skipped = if skipped > 0 { format!(", {skipped} skipped") } else { String::new() };
                sink.line(&format!("Done: {}, {done} of {rows}{skipped}.", self.operation.title))?;
                for line in self.files().into_iter().chain(self.not_done()) {
                    sink.line(&format!("  {line}"))?;
                }
                if let Some(path) = self.results {
                    sink.line(&one_line(&format!("Results: {}", path.display())))?;
                }
                sink.finish()?;
            }
        }
        if failed + unknown + not_sent == 0 {
            return Ok(());
        }
        let cause = self.cause.map(|cause| cause.to_string());
        Err(Failure::Incomplete { rows, failed, unknown, not_sent, resumable: self.resumable, cause })
    }

    /// Which file each row became; the first ones, where the results tell of the others.
    fn files(&self) -> Vec<String> {
        let named = |(row, state): (usize, &State)| Some(format!("{}: {}", (self.label)(row), state.file()?));
        let all: Vec<String> = self.states.iter().enumerate().filter_map(named).map(|line| one_line(&line)).collect();
        if self.results.is_some() { first(all) } else { all }
    }

    /// `; check with threecx users get 700`
    fn check(&self, row: usize) -> String {
        let check = self.checks.get(row).and_then(Option::as_ref);
        check.map(|check| format!("; check with `{check}`")).unwrap_or_default()
    }

    /// The first rows that are not done, each with the reason.
    fn not_done(&self) -> Vec<String> {
        let about = |(row, state): (usize, &State)| {
            let label = (self.label)(row);
            match state {
                State::Failed { message, .. } => Some(format!("{label}: failed: {message}")),
                State::Unknown { message, .. } => Some(format!("{label}: unknown: {message}{}", self.check(row))),
                State::Sent => Some(format!(
                    "{label}: unknown: it was sent, and the program ended before an answer came{}",
                    self.check(row)
                )),
                State::Skipped => Some(format!("{label}: skipped")),
                State::Done { .. } | State::Unsent => None,
            }
        };
        let all: Vec<String> = self.states.iter().enumerate().filter_map(about).map(|line| one_line(&line)).collect();
        first(all)
    }
}

fn first(mut lines: Vec<String>) -> Vec<String> {
    let more = lines.len().saturating_sub(SHOWN);
    lines.truncate(SHOWN);
    if more > 0 {
        lines.push(format!("and {more} more"));
    }
    lines
}
