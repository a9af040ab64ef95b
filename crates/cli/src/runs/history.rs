//! `threecx history`: what was changed, when, by whom, on which PBX, and how it ended.

use std::ffi::OsString;

use clap::{Arg, Command, value_parser};

use super::{display, number};
use crate::args::output::OutputFlags;
use crate::args::parse::parse;
use crate::args::plain::plain;
use crate::args::{globals, layout, matches};
use crate::failure::Failure;
use crate::journal;
use crate::output::shape::Shape;
use crate::output::style::{note, one_line};
use crate::output::{Output, table, value, width};
use threecx_change::journal::{RunDetail, RunSummary};

/// What it does, for lists of commands.
pub const ABOUT: &str = "List what was changed, or show one run in detail";

/// How many runs are listed.
const MOST: u32 = 20;

/// How many steps of a run are listed.
const STEPS: usize = 50;

/// `threecx history`
pub fn command() -> Command {
    let run = Arg::new("run").value_name("RUN").help("Number of the run to show in detail");
    let most = Arg::new("top").long("top").value_name("NUMBER").value_parser(value_parser!(u32).range(1..));
    let most = most.help(format!("Maximum number of runs [default: {MOST}]"));
    let command = plain(
        format!(
            "{ABOUT}.\nEverything that changes a PBX is recorded before it is sent, together with what was there before."
        ),
        "threecx history [RUN] [OPTIONS]",
    );
    let command = globals::add(command.arg(run).arg(most), |global| {
        matches!(global.name, "output" | "output-file" | "excel" | "delimiter" | "jq" | "raw-output" | "quiet" | "help")
    });
    layout::fit(command, width()).after_help(
        "A run can be undone (threecx undo RUN) and continued (threecx retry RUN). Secrets are shown masked;\n\
         in the journal they are encrypted. It is in the folder THREECX_STATE_DIR, or the system's usual one.",
    )
}

/// Lists runs, or shows one.
pub fn run(rest: Vec<OsString>) -> Result<(), Failure> {
    let matches = parse(command(), rest)?;
    let output = Output::from(OutputFlags::of(&matches))?;
    let journal = journal::open()?;
    match number(&matches)? {
        Some(run) => detail(&journal.run(run)?, &output),
        None => list(&journal.runs(None, matches::value(&matches, "top").unwrap_or(MOST))?, &output),
    }
}

fn list(runs: &[RunSummary], output: &Output) -> Result<(), Failure> {
    if output.is_for_programs() {
        let rows: Vec<String> = runs.iter().map(|run| display::json(run).to_string()).collect();
        return value::print_rows(rows.iter().map(String::as_str), None, &Shape::unknown(), output);
    }
    if runs.is_empty() {
        note("Nothing has been changed from here yet.");
        return Ok(());
    }
    let row = |run: &RunSummary| {
        vec![
            run.run.to_string(),
            display::here(run.begun),
            one_line(&run.who),
            one_line(host(&run.head.pbx)),
            display::what(run),
            display::ending(run),
        ]
    };
    let mut sink = output.open()?;
    let heading = ["RUN", "BEGUN", "WHO", "PBX", "WHAT", "ENDED"];
    sink.painted(&table::table(&heading, runs.iter().map(row).collect(), output.room()))?;
    sink.finish()
}

/// The address without its scheme.
fn host(address: &str) -> &str {
    address.split_once("://").map_or(address, |(_, host)| host)
}

fn detail(detail: &RunDetail, output: &Output) -> Result<(), Failure> {
    if output.is_for_programs() {
        return value::print_value(&display::json_in_full(detail).to_string(), &Shape::unknown(), output);
    }
    let run = &detail.summary;
    let mut sink = output.open()?;
    let mut pairs = vec![
        ("Run".to_owned(), run.run.to_string()),
        ("What".to_owned(), display::what(run)),
        ("PBX".to_owned(), format!("{} as {}", run.head.pbx, run.head.identity)),
        ("Who".to_owned(), run.who.clone()),
        ("Begun".to_owned(), display::here(run.begun)),
    ];
    if let Some(ended) = run.ended {
        pairs.push(("Ended".to_owned(), display::here(ended)));
    }
    pairs.push(("Outcome".to_owned(), display::ending(run)));
    sink.line(&table::pairs(pairs, output.room()))?;
    sink.line("")?;
    let row = |step: &threecx_change::journal::StepRecord| {
        vec![
            (step.seq + 1).to_string(),
            one_line(&step.label),
            step.state.outcome().to_owned(),
            one_line(display::why(step).or(step.state.made().map(|_| "")).unwrap_or_default()),
        ]
    };
    let rows = detail.steps.iter().take(STEPS).map(row).collect();
    sink.painted(&table::table(&["STEP", "WHAT", "OUTCOME", "WHY"], rows, output.room()))?;
    sink.finish()?;
    if detail.steps.len() > STEPS {
        note(&format!("{} more steps: -o json has them all.", detail.steps.len() - STEPS));
    }
    Ok(())
}
