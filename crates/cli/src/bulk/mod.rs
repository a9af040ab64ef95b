//! Bulk runs: an operation once for each row of a file (`--from`), or once for each of several
//! things that were named.
//!
//! ```text
//! table ──► columns ──► rows ──► run ──► summary
//! a file    what for    planned  sent    and results.csv
//!                                 │ ▲
//!                              journal
//! ```

mod before;
mod columns;
mod gate;
mod identity;
mod journal;
mod known;
mod progress;
mod results;
mod rows;
mod run;
mod summary;
mod table;
mod torn;

use std::path::PathBuf;

use clap::ArgMatches;
use threecx::{Answer, Arguments, Client, Operation, Reply, Request, Span};
use threecx_catalog::{Content, Effect};

use self::before::{Before, Unknown};
use self::columns::{Assignment, Columns};
use self::journal::State;
use self::rows::Rows;
use self::run::{Ended, Pace, Run};
use self::summary::Summary;
use self::table::Table;
use crate::arguments::Stdin;
use crate::call::Call;
use crate::command::bulk::CONCURRENCY;
use crate::command::flags::Flag;
use crate::confirm::{Consent, is_given, warning};
use crate::failure::Failure;
use crate::names::{self, Thing};
use crate::output::shape::Shape;
use crate::output::{Output, answer, file, flag, text};
use crate::{dry_run, runtime};

/// How fast a run may go.
pub fn pace(matches: &ArgMatches) -> Pace {
    let concurrency = matches.get_one::<u64>("concurrency").and_then(|number| usize::try_from(*number).ok());
    Pace {
        concurrency: concurrency.unwrap_or(CONCURRENCY),
        rate: matches.get_one::<f64>("rate").copied(),
        stop_on_error: flag(matches, "stop-on-error"),
    }
}

/// Refuses what goes with one call only.
pub fn refuse_unfit(page_by_page: bool, curl: bool) -> Result<(), Failure> {
    let (message, next_step) = match (page_by_page, curl) {
        (true, _) => (
            "several lists are not read page by page at once",
            "Leave out --all or the period, or read them one by one.",
        ),
        (_, true) => ("--curl shows single calls, and --from makes many", "Show them with --dry-run."),
        (false, false) => return Ok(()),
    };
    Err(Failure::Usage { message: message.into(), next_step: Some(next_step.into()) })
}

/// Runs an operation once for each row of the file at `path`. `constants` and `words` are the
/// same for each.
pub fn from_file(
    call: &Call,
    path: &str,
    flags: &[Flag],
    matches: &ArgMatches,
    (constants, words): (&Arguments, &[String]),
    stdin: &mut Stdin,
) -> Result<(), Failure> {
    let Call { operation, references, settings, output, .. } = call;
    if path == "-" {
        stdin.take("--from")?;
    } else if [PathBuf::from(path), results::beside(path), journal::beside(path)].iter().any(|own| output.replaces(own))
    {
        return Err(Failure::Usage {
            message: "--output-file would take the place of a file of this run".into(),
            next_step: Some(format!("Name another one: {path}, its results and its journal stay.")),
        });
    }
    if brings_files(operation) {
        file::refuse_one_name(output)?;
    }
    let table = table::read(path)?;
    let assignment = Assignment {
        map: matches.get_many::<(String, String)>("map").into_iter().flatten().cloned().collect(),
        ignore_unknown: flag(matches, "ignore-columns"),
        subject_is_given: !words.is_empty() || names_subject(call, constants),
    };
    let columns = Columns::assign(table.headers.clone(), operation, flags, references, &assignment)?;
    refuse_constants(flags, &columns, constants)?;
    let rows = Rows::check(operation, flags, references, (&table, &columns), (constants, words), settings.release)?;
    let all: Vec<usize> = (0..table.rows.len()).collect();
    let dry = flag(matches, "dry-run");
    if dry && (!rows.looks_up() || !settings.sim && settings.url.is_none() && rows.may_stay()) {
        let requests = rows.requests(settings.release.unwrap_or(Span::NEWEST), &all)?;
        return dry_run::several(&planned(requests), settings, output);
    }
    let place = |flag: &Flag| flags.iter().position(|other| other.long == flag.long);
    let in_a_row = |flag: &Flag| place(flag).is_some_and(|index| columns.gives(index));
    let warning = warning(operation, flags, |flag| is_given(constants, flag.name) || in_a_row(flag));
    let (said, pbx) = (settings.sim || dry || flag(matches, "yes"), settings.pbx());
    let concerned = || Some(format!("{} of {path}", counted(table.rows.len())));
    let consent = Consent::to(warning, said, concerned, pbx.as_deref())?;
    let file = File { call, path, table: &table, columns: &columns, flags, constants, words };
    let Before { mut journal, states, gone } = if dry { file.unsent() } else { file.journal(flag(matches, "again"))? };
    let unknown = match text(matches, "unknown").as_deref() {
        Some("repeat") => Some(Unknown::Repeat),
        Some(_) => Some(Unknown::Skip),
        None => None,
    };
    let given_up = text(matches, "failed").as_deref() == Some("skip");
    file.refuse_lost(&gone, unknown)?;
    file.say_what_is_known(&states, &gone);
    let (states, todo) = file.todo(states, unknown, given_up)?;
    let looks = rows.looks();
    runtime()?.block_on(async {
        let connection = settings.connect(stdin).await?;
        let client = connection.client.clone();
        let (requests, things) = rows.plan(&client, &todo).await?;
        if let Some(subject) = &references.subject {
            names::show(&subject.set, &things, output);
        }
        if dry {
            return dry_run::several(&planned(requests), settings, output);
        }
        if !todo.is_empty() {
            consent.ask(Some(&file.concerned(todo.len(), &things)), pbx.as_deref())?;
        }
        if let Some(journal) = &mut journal {
            // Rows that somebody has decided to leave alone stay so.
            for (row, _) in states.iter().enumerate().filter(|(_, state)| **state == State::Skipped) {
                journal.note(row, &State::Skipped)?;
            }
            for entry in gone.iter().filter(|entry| entry.state.is_unknown()) {
                journal.skip(entry)?;
            }
        }
        let (goes_on, target) = (journal.is_some(), client.target());
        let run = Run { client, operation, requests, states, todo, journal, pace: pace(matches) };
        file.finish(run.go(output).await, &looks, goes_on, target)
    })
}

fn planned(requests: Vec<Option<Request>>) -> Vec<Request> {
    requests.into_iter().flatten().collect()
}

/// Runs an operation once for each of several things.
pub async fn each(
    call: &Call,
    client: &Client,
    calls: &[Arguments],
    things: &[Thing],
    pace: Pace,
) -> Result<(), Failure> {
    if brings_files(call.operation) {
        file::refuse_one_name(&call.output)?;
    }
    let mut requests = Vec::with_capacity(calls.len());
    for arguments in calls {
        requests.push(Some(client.plan(call.operation, arguments).await?));
    }
    let states = vec![State::Unsent; requests.len()];
    let todo = (0..requests.len()).collect();
    let operation = call.operation;
    let run = Run { client: client.clone(), operation, requests, states, todo, journal: None, pace };
    let Ended { states, replies, cause } = run.go(&call.output).await;
    let reads = print_answers(operation, &replies, calls.first(), client.target(), &call.output)?;
    let label = |row: usize| things.get(row).map_or_else(|| row.to_string(), Thing::short);
    let looks = &[];
    let summary = Summary { operation, states: &states, label: &label, looks, results: None, goes_on: false, cause };
    summary.finish(&beside_files(operation, &call.output), reads)
}

/// A file that is being run.
struct File<'a> {
    call: &'a Call,
    path: &'a str,
    table: &'a Table,
    columns: &'a Columns,
    flags: &'a [Flag],
    constants: &'a Arguments,
    words: &'a [String],
}

impl File<'_> {
    fn concerned(&self, rows: usize, things: &[Thing]) -> String {
        match &self.call.references.subject {
            Some(subject) if !things.is_empty() => {
                format!("{}, {}: {}", counted(rows), subject.set.counted(things.len()), names::some(things))
            }
            _ => format!("{} of {}", counted(rows), self.path),
        }
    }

    fn finish(&self, ended: Ended, looks: &[Option<String>], goes_on: bool, target: Span) -> Result<(), Failure> {
        let Ended { states, replies, cause } = ended;
        let operation = self.call.operation;
        let reads = print_answers(operation, &replies, Some(self.constants), target, &self.call.output)?;
        let results: Option<PathBuf> = (self.path != "-" && !reads).then(|| results::beside(self.path));
        let write = |path: &PathBuf| results::write(path, self.table, self.columns, self.flags, &states);
        let written = results.as_ref().map_or(Ok(()), write);
        let label = |row: usize| format!("line {}", self.table.rows[row].line);
        // What was sent is said in any case.
        let results = results.as_deref().filter(|_| written.is_ok());
        let summary = Summary { operation, states: &states, label: &label, looks, results, goes_on, cause };
        summary.finish(&beside_files(operation, &self.call.output), reads).and(written)
    }
}

fn counted(rows: usize) -> String {
    if rows == 1 { "1 row".into() } else { format!("{rows} rows") }
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

/// True if the command line says what all rows are about.
fn names_subject(call: &Call, constants: &Arguments) -> bool {
    call.references.subject.as_ref().is_some_and(|subject| {
        constants.parameters.contains_key(subject.name) || constants.fields.contains_key(subject.name)
    })
}

/// What is the same for all rows cannot be in a column too.
fn refuse_constants(flags: &[Flag], columns: &Columns, constants: &Arguments) -> Result<(), Failure> {
    let given = |flag: &Flag| {
        let Arguments { parameters, fields, body, options } = constants;
        [parameters, fields, options].iter().any(|all| all.contains_key(flag.name))
            || (flag.name == "body" && body.is_some())
    };
    let twice = flags.iter().enumerate().find(|(index, flag)| columns.gives(*index) && given(flag));
    match twice {
        None => Ok(()),
        Some((_, flag)) => Err(Failure::Usage {
            message: format!("--{} is given, and a column of the file gives it too", flag.long),
            next_step: Some("Leave out the one or the other.".into()),
        }),
    }
}

/// Prints the answers to questions in the order of the rows; false for what is no question.
fn print_answers(
    operation: &'static Operation,
    replies: &[Option<Reply>],
    arguments: Option<&Arguments>,
    target: Span,
    output: &Output,
) -> Result<bool, Failure> {
    if operation.effect != Effect::Reads || brings_files(operation) {
        return Ok(false);
    }
    let nothing = Arguments::default();
    let shape = Shape::of(operation, arguments.unwrap_or(&nothing), target).complete();
    let came: Vec<&Reply> = replies.iter().flatten().collect();
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
    answer::print_rows(values.into_iter(), None, &shape, output)?;
    Ok(true)
}
