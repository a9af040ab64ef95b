//! `threecx operations`: everything that a PBX can be asked, one row for each form.

use std::ffi::OsString;
use std::io::IsTerminal;

use clap::ArgMatches;
use serde_json::json;
use threecx::{Operation, Span};
use threecx_catalog::Form;

use crate::args::connection::api;
use crate::args::matches;
use crate::args::output::OutputFlags;
use crate::args::parse::parse;
use crate::args::plain::{READING, for_reading, plain};
use crate::failure::Failure;
use crate::output::shape::Shape;
use crate::output::style::note;
use crate::output::{self, Output, table};
use clap::{Arg, Command};

/// An operation and one of the ways in which it is sent.
type Row = (&'static Operation, &'static Form);

/// What it does, for lists of commands.
pub const ABOUT: &str = "List everything that a PBX can be asked";

/// `threecx operations`
pub fn command() -> Command {
    let words = Arg::new("words")
        .num_args(0..)
        .value_name("WORD")
        .help("Only operations with all these words in their id, title or path");
    let command = plain(
        format!("{ABOUT}: one line for each method and path"),
        "threecx operations [WORD]... [--api VERSION] [-o json]",
    );
    for_reading(command.arg(words), &READING).after_help(
        "Without --api all releases are listed; an operation whose path changed is listed once for each.\n\n\
         Examples:\n  threecx operations reboot\n  threecx operations --api 20.0.7 -o json",
    )
}

/// Lists the operations.
pub fn run(rest: Vec<OsString>) -> Result<(), Failure> {
    let matches = parse(command(), rest)?;
    let output = Output::from(OutputFlags::of(&matches))?;
    let target = api(&matches)?.unwrap_or(Span::ALL);
    let words = words(&matches);
    let rows: Vec<Row> = threecx::operations()
        .flat_map(|operation| operation.forms.iter().map(move |form| (operation, form)))
        .filter(|(_, form)| form.span.overlaps(target))
        .filter(|(operation, form)| words.iter().all(|word| occurs(word, operation, form)))
        .collect();
    if output.is_for_programs() {
        let mut printed = output::open::rows(&output, &Shape::unknown(), None)?;
        for (operation, form) in rows {
            printed.row(&row(operation, form).to_string())?;
        }
        output.remark(&printed.finish()?);
        return Ok(());
    }
    let mut sink = output.open()?;
    if !rows.is_empty() {
        let on_terminal = output.file.is_none() && std::io::stdout().is_terminal();
        sink.painted(&if on_terminal { for_terminal(&rows, output.width()) } else { for_searching(&rows) })?;
    }
    sink.finish()?;
    let first = rows.first().map(|(operation, _)| format!("{} {}", operation.resource.command, operation.command));
    match first {
        Some(command) => note(&format!("{} ways to call. More on one: threecx describe {command}", rows.len())),
        None => note("No operation matches."),
    }
    Ok(())
}

/// All there is, nothing cut: for `grep` and the like.
fn for_searching(rows: &[Row]) -> String {
    let cells = |(operation, form): &Row| {
        let texts = [operation.id, operation.title, form.method.as_str()].map(str::to_owned);
        texts.into_iter().chain(edges(form)).chain([form.path.to_owned()]).collect()
    };
    let heading = ["ID", "TITLE", "METHOD", "SINCE", "UNTIL", "PATH"];
    table::table(&heading, rows.iter().map(cells).collect(), None)
}

/// As much of it as a line has room for: the title follows from the id, and the path may be cut.
fn for_terminal(rows: &[Row], width: usize) -> String {
    const LEAST: usize = 16;
    let longest = |length: fn(&Row) -> usize| rows.iter().map(length).max().unwrap_or_default();
    let edge = longest(|(_, form)| edges(form).iter().map(|edge| edge.len().max(5) + 2).sum());
    let taken = longest(|(operation, _)| operation.id.len() + 2) + "DELETE  ".len() + edge;
    let room = width.saturating_sub(taken).max(LEAST);
    let cells = |(operation, form): &Row| {
        let [since, until] = edges(form);
        vec![operation.id.to_owned(), form.method.as_str().to_owned(), since, until, cut(form.path, room)]
    };
    table::table(&["ID", "METHOD", "SINCE", "UNTIL", "PATH"], rows.iter().map(cells).collect(), None)
}

fn edges(form: &Form) -> [String; 2] {
    [form.span.since().unwrap_or_default(), form.span.until().unwrap_or_default()]
}

fn cut(text: &str, width: usize) -> String {
    if text.len() <= width { text.to_owned() } else { format!("{}…", &text[..text.floor_char_boundary(width - 1)]) }
}

fn words(matches: &ArgMatches) -> Vec<String> {
    matches::many::<String>(matches, "words").iter().map(|word| word.to_lowercase()).collect()
}

fn occurs(word: &str, operation: &Operation, form: &Form) -> bool {
    let texts = [operation.id, operation.title, operation.command, operation.resource.command, form.path];
    texts.iter().any(|text| text.to_lowercase().contains(word))
}

fn row(operation: &Operation, form: &Form) -> serde_json::Value {
    json!({
        "id": operation.id,
        "resource": operation.resource.title,
        "title": operation.title,
        "command": format!("{} {}", operation.resource.command, operation.command),
        "method": form.method.as_str(),
        "path": form.path,
        "since": form.span.since(),
        "until": form.span.until(),
    })
}
