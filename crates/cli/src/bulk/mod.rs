//! Bulk runs: an operation once for each row of a file (`--from`), or once for each of several things
//! that were named.
//!
//! ```text
//! table ──► columns ──► row_file ──► (plan) ──► (run) ──► summary
//! a file    what for    intents                           and results.csv
//!                          │
//!                        resume: what the journal knows, what the PBX shows, what the user decides
//! ```

mod columns;
mod results;
mod resume;
mod row_file;
mod spoilt;
mod summary;
pub mod table;

use std::path::PathBuf;

use threecx::{Answer, Arguments, Operation, Reply, Span};
use threecx_catalog::{Content, Effect};
use threecx_change::{CONCURRENCY, Ended, Pace, Plan};

use self::summary::Summary;
use crate::args::bulk::BulkFlags;
use crate::connect::Connection;
use crate::failure::Failure;
use crate::journal;
use crate::output::shape::Shape;
use crate::output::value::print_rows;
use crate::output::{Output, answer, file};
use crate::running::{of_cause, run_many};
use crate::typed::Typed;

pub use resume::Resumed;
pub use row_file::RowFile;

/// How fast a run may go.
pub fn pace(flags: &BulkFlags) -> Pace {
    Pace { concurrency: flags.concurrency.unwrap_or(CONCURRENCY), rate: flags.rate, stop_on_error: flags.stop_on_error }
}

/// Runs an operation once for each of several things.
pub async fn each(typed: &Typed, plan: &Plan, pbx: &Connection) -> Result<(), Failure> {
    if brings_files(typed.operation) {
        file::refuse_one_name(&typed.output)?;
    }
    let asks = typed.operation.effect == Effect::Reads;
    let log = match asks {
        true => None,
        false => journal::begin_call(&typed.settings, plan, &pbx.identity)?,
    };
    let states = plan.states();
    let ended = run_many(plan, states, plan.order(), log, pace(&typed.bulk), &pbx.client, &typed.output).await;
    let arguments = plan.steps.first().map(|step| &step.arguments);
    let printed = print_answers(typed.operation, &ended, arguments, pbx.client.target(), &typed.output)?;
    let label = |step: usize| match plan.things_of(&plan.steps[step]).next() {
        Some(thing) => thing.entity.short(),
        None => step.to_string(),
    };
    finish(typed.operation, ended, &label, &typed.output, printed)
}

/// Says what a run came to that is not of a file.
pub fn finish(
    operation: &'static Operation,
    ended: Ended<Failure>,
    label: &dyn Fn(usize) -> String,
    output: &Output,
    printed: bool,
) -> Result<(), Failure> {
    let Ended { states, cause, run, .. } = ended;
    let summary = Summary {
        operation,
        states: &states,
        label,
        checks: &[],
        results: None,
        resumable: false,
        run,
        cause: cause.map(of_cause),
    };
    summary.finish(&beside_files(operation, output), printed)
}

impl RowFile {
    /// Runs the rows that are left, and writes the results.
    pub async fn carry_out(
        self,
        typed: &Typed,
        resumed: Resumed,
        plan: &Plan,
        pbx: &Connection,
    ) -> Result<(), Failure> {
        let Resumed { states, todo, file } = resumed;
        let (resumable, checks) = (file.is_some(), self.checks(typed));
        let log = match file {
            Some((journal, file)) => Some(file.start(&journal, &plan.new_steps(&states), &todo)?),
            None => None,
        };
        let ended = run_many(plan, states, todo, log, pace(&typed.bulk), &pbx.client, &typed.output).await;
        let (operation, target) = (typed.operation, pbx.client.target());
        let printed = print_answers(operation, &ended, Some(&typed.arguments), target, &typed.output)?;
        let Ended { states, cause, run, .. } = ended;
        let results: Option<PathBuf> = (self.path != "-" && !printed).then(|| results::beside(&self.path));
        let write = |path: PathBuf| results::write(&path, &self.table, &self.columns, &typed.flags, &states);
        let written = results.map(write).transpose();
        let label = |row: usize| format!("line {}", self.table.rows[row].line);
        // What was sent is reported in any case.
        let results = written.as_ref().ok().and_then(Option::as_deref);
        let summary = Summary {
            operation,
            states: &states,
            label: &label,
            checks: &checks,
            results,
            resumable,
            run,
            cause: cause.map(of_cause),
        };
        summary.finish(&beside_files(operation, &typed.output), printed).and(written.map(drop))
    }
}

/// True if the answer is a file.
fn brings_files(operation: &Operation) -> bool {
    let form = operation.newest_form();
    matches!(form.answer_in(form.span).content, Content::File(..))
}

/// Where the summary goes: not to where the files go.
fn beside_files(operation: &Operation, output: &Output) -> Output {
    if brings_files(operation) { output.unfiltered().to_stdout() } else { output.clone() }
}

/// Prints the answers to questions in the order of the rows; false for what is not a question. A file is not replaced
/// by those that came before a run was ended.
fn print_answers(
    operation: &'static Operation,
    ended: &Ended<Failure>,
    arguments: Option<&Arguments>,
    target: Span,
    output: &Output,
) -> Result<bool, Failure> {
    if operation.effect != Effect::Reads || brings_files(operation) {
        return Ok(false);
    }
    if let Some(path) = output.replaced().filter(|_| ended.cause.is_some()) {
        output.remark(&[format!("{path} is left as it was.")]);
        return Ok(true);
    }
    let nothing = Arguments::default();
    let shape = Shape::of(operation, arguments.unwrap_or(&nothing), target).complete();
    let came: Vec<&Reply> = ended.replies.iter().flatten().collect();
    if let [one] = came.as_slice() {
        answer::print(operation, one, &shape, output)?;
        return Ok(true);
    }
    let mut values: Vec<&str> = Vec::new();
    for reply in came {
        match reply.answer()? {
            Answer::Value(value) => values.push(value.get()),
            Answer::Rows(rows) => values.extend(rows.rows.iter().map(|row| row.get())),
            Answer::Nothing | Answer::File(_) => {}
        }
    }
    print_rows(values.into_iter(), None, &shape, output)?;
    Ok(true)
}
