//! `threecx undo RUN`: takes a run back. What that means is shown and asked about first; what cannot come
//! back, and what someone else has changed since, is reported.

use std::ffi::OsString;

use clap::{Arg, Command};
use threecx_catalog::words::counted;
use threecx_change::journal::Kind;
use threecx_change::{Undo, undo};

use super::{Asked, display, number};
use crate::args::parse::parse;
use crate::args::plain::plain;
use crate::args::{globals, layout};
use crate::consent::{Consent, agreed, is_interactive};
use crate::failure::Failure;
use crate::output::style::{note, one_line};
use crate::output::width;
use crate::runtime::runtime;
use crate::{dry_run, journal};

/// What it does, for lists of commands.
pub const ABOUT: &str = "Take back what a run changed";

/// Up to this many lines are shown of what would be done.
const SHOWN: usize = 40;

/// `threecx undo`
pub fn command() -> Command {
    let run = Arg::new("run").value_name("RUN").required(true).help("Number of the run, as `threecx history` lists it");
    let command = plain(
        format!(
            "{ABOUT}: properties get their old values, what was created is deleted, what was deleted is created again.\n\
             What someone else has changed since is left alone."
        ),
        "threecx undo <RUN> [OPTIONS]",
    );
    let command = globals::add(command.arg(run), |global| !matches!(global.name, "curl" | "plan-out"));
    layout::fit(command, width()).after_help(
        "What is created again gets a new id. An action, such as a reboot, cannot be undone; it is named.\n\
         Undoing is a run like any other: it is recorded, and can be undone. --dry-run shows it.",
    )
}

/// Shows the reverse of a run, asks, and carries it out.
pub fn run(rest: Vec<OsString>) -> Result<(), Failure> {
    let matches = parse(command(), rest)?;
    let asked = Asked::of(&matches)?;
    let run = number(&matches)?.unwrap_or_default();
    let journal = journal::open()?;
    // Held to the end: nobody else goes on with the run, or takes it back at the same time.
    let _lock = journal.lock(run)?;
    let detail = journal.run(run)?;
    if let Some(by) = detail.summary.undone_by {
        return Err(Failure::usage(format!("run {run} was undone already, by run {by}"))
            .next(format!("To do it again, undo that one: threecx undo {by}")));
    }
    runtime()?.block_on(async {
        let pbx = asked.connect(&detail.summary.head.pbx).await?;
        let reverse = undo(&pbx.client, &detail).await?;
        say(&asked, &reverse);
        let Undo { plan, left, .. } = reverse;
        if asked.run.dry_run {
            return dry_run::several(&plan.requests()?, &asked.settings, &asked.output);
        }
        if !plan.steps.is_empty() {
            let count = counted(plan.steps.len(), "step", "steps");
            let question = format!("Undo run {run}: {count} on {}?", one_line(&pbx.url));
            match asked.settings.sim || asked.run.yes {
                true => {}
                false if is_interactive() => agreed(&one_line(&question))?,
                false => {
                    let sentence = format!("This undoes run {run} ({count}).");
                    Consent::to_sentences(vec![sentence], false, || None, asked.settings.pbx())?.ask(None)?;
                }
            }
        }
        if plan.steps.is_empty() {
            return nothing(run, &left);
        }
        let log = asked.begin(&journal, &plan, Kind::Undo, Some(run), &pbx)?;
        asked.carry_out(&plan, log, &pbx).await?;
        if left.is_empty() { Ok(()) } else { Err(Failure::NotAllUndone { run, left: left.len() }) }
    })
}

fn nothing(run: i64, left: &[threecx_change::Left]) -> Result<(), Failure> {
    if left.is_empty() {
        note(&format!("Run {run} changed nothing."));
        return Ok(());
    }
    Err(Failure::NotAllUndone { run, left: left.len() })
}

/// What would be done, what stays, and what comes back with a new id.
fn say(asked: &Asked, undo: &Undo) {
    if asked.output.is_for_programs() {
        for left in &undo.left {
            note(&format!("{} stays: {}.", one_line(&left.label), one_line(&left.reason.to_string())));
        }
        return;
    }
    let mut lines = display::plan_lines(&undo.plan);
    let more = lines.len().saturating_sub(SHOWN);
    lines.truncate(SHOWN);
    if more > 0 {
        lines.push(format!("… and {more} more lines; --dry-run shows all requests."));
    }
    for left in &undo.left {
        lines.push(format!("{} stays: {}.", one_line(&left.label), one_line(&left.reason.to_string())));
    }
    if !undo.new_ids.is_empty() {
        lines.push(format!(
            "{} a new id.",
            match undo.new_ids.as_slice() {
                [one] => format!("{} gets", one_line(one)),
                several => format!("{} things get", several.len()),
            }
        ));
    }
    asked.output.remark_lines(&lines);
}
