//! Bulk runs: an operation once for each row of a file (`--from`), or once for each of several
//! things that were named.
//!
//! ```text
//! table ──► columns ──► rows ──► run ──► summary
//! a file    what for    planned  sent    and results.csv
//!                                 │ ▲
//!                              journal
//! ```

mod columns;
mod gate;
mod journal;
mod progress;
mod results;
mod rows;
mod run;
mod summary;
mod table;

use std::hash::Hasher;
use std::path::PathBuf;

use clap::ArgMatches;
use threecx::{Answer, Arguments, Client, Operation, Reply, Request, Span};
use threecx_catalog::Effect;

use self::columns::{Assignment, Columns};
use self::journal::{Header, Journal, State};
use self::rows::Rows;
use self::run::{Ended, Pace, Run};
use self::summary::Summary;
use self::table::Table;
use crate::arguments::Stdin;
use crate::call::Call;
use crate::command::bulk::CONCURRENCY;
use crate::command::flags::Flag;
use crate::confirm::{Consent, answer_to, is_given, somebody_is_there, warning};
use crate::failure::Failure;
use crate::names::{self, Thing};
use crate::output::answer;
use crate::output::shape::Shape;
use crate::output::{Output, flag, text};
use crate::{dry_run, runtime};

/// What `--unknown` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unknown {
    Repeat,
    Skip,
}

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
    let consent = Consent::to(warning, settings.sim || dry || flag(matches, "yes"))?;
    let file = File { call, path, table: &table, columns: &columns, flags, constants, words };
    let (journal, states) = if dry { file.unsent() } else { file.journal(flag(matches, "again"))? };
    let unknown = match text(matches, "unknown").as_deref() {
        Some("repeat") => Some(Unknown::Repeat),
        Some(_) => Some(Unknown::Skip),
        None => None,
    };
    let (states, todo) = file.todo(states, unknown)?;
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
            consent.ask(Some(&file.concerned(todo.len(), &things)))?;
        }
        let mut journal = journal;
        if let Some(journal) = &mut journal {
            // Rows that somebody has decided to leave alone stay so.
            for (row, _) in states.iter().enumerate().filter(|(_, state)| **state == State::Skipped) {
                journal.note(row, &State::Skipped)?;
            }
        }
        let (goes_on, target) = (journal.is_some(), client.target());
        let run = Run { client, operation, requests, states, todo, journal, pace: pace(matches) };
        file.finish(run.go(output).await, goes_on, target)
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
    let summary = Summary { operation, states: &states, label: &label, results: None, goes_on: false, cause };
    summary.finish(&call.output, reads)
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
    /// What was sent before, if this run goes on with one. Questions, which may be asked twice,
    /// need no journal; stdin and a PBX that is gone afterwards can have none.
    fn journal(&self, again: bool) -> Result<(Option<Journal>, Vec<State>), Failure> {
        let Call { operation, settings, .. } = self.call;
        if self.path == "-" || settings.sim || operation.effect == Effect::Reads {
            return Ok(self.unsent());
        }
        let header = Header {
            journal: 1,
            operation: operation.id.to_owned(),
            pbx: settings.url.clone().unwrap_or_default(),
            input: format!("{:016x}", self.table.hash),
            arguments: format!("{:016x}", self.hash_of_constants()),
            rows: self.table.rows.len(),
        };
        let (journal, states) = Journal::open(&journal::beside(self.path), &header, again)?;
        Ok((Some(journal), states))
    }

    /// For a run that goes on with nothing.
    fn unsent(&self) -> (Option<Journal>, Vec<State>) {
        (None, vec![State::Unsent; self.table.rows.len()])
    }

    /// Tells one set of constant arguments and columns from another. Secrets are left out.
    fn hash_of_constants(&self) -> u64 {
        let Arguments { parameters, fields, body, options } = self.constants;
        let is_secret = |name: &str| self.flags.iter().any(|flag| flag.secret && flag.name == name);
        let fields: Vec<_> = fields.iter().filter(|(name, _)| !is_secret(name)).collect();
        let mut hasher = fnv::FnvHasher::default();
        let columns = &self.columns.columns;
        hasher.write(format!("{parameters:?}{fields:?}{body:?}{options:?}{:?}{columns:?}", self.words).as_bytes());
        hasher.finish()
    }

    /// The rows to be sent, and what is known of the others.
    fn todo(&self, mut states: Vec<State>, unknown: Option<Unknown>) -> Result<(Vec<State>, Vec<usize>), Failure> {
        let open: Vec<usize> = (0..states.len()).filter(|row| states[*row].is_unknown()).collect();
        let done = states.iter().filter(|state| state.is_settled()).count();
        if done > 0 && !self.call.output.is_json() {
            let done = format!("Going on: {done} of {} rows are done already.", states.len());
            self.call.output.remark(&[done]);
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
        const FEW: usize = 10;
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

    fn concerned(&self, rows: usize, things: &[Thing]) -> String {
        match &self.call.references.subject {
            Some(subject) if !things.is_empty() => {
                format!("{rows} rows, {}: {}", subject.set.counted(things.len()), names::some(things))
            }
            _ => format!("{rows} rows of {}", self.path),
        }
    }

    fn finish(&self, ended: Ended, goes_on: bool, target: Span) -> Result<(), Failure> {
        let Ended { states, replies, cause } = ended;
        let operation = self.call.operation;
        let reads = print_answers(operation, &replies, Some(self.constants), target, &self.call.output)?;
        let results: Option<PathBuf> = (self.path != "-" && !reads).then(|| results::beside(self.path));
        let write = |path: &PathBuf| results::write(path, self.table, self.columns, self.flags, &states);
        let written = results.as_ref().map_or(Ok(()), write);
        let label = |row: usize| format!("line {}", self.table.rows[row].line);
        // What was sent is said in any case.
        let results = results.as_deref().filter(|_| written.is_ok());
        let summary = Summary { operation, states: &states, label: &label, results, goes_on, cause };
        summary.finish(&self.call.output, reads).and(written)
    }
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
    if operation.effect != Effect::Reads {
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
