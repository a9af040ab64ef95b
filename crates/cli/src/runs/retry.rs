//! `threecx retry RUN`: continues a run: what failed, was not sent, or is in doubt.

use std::ffi::OsString;

use clap::{Arg, Command};
use threecx_catalog::words::counted;
use threecx_change::{Pace, Retry, State, retry};

use super::{Asked, number};
use crate::args::bulk::{RepeatOrSkip, unknown};
use crate::args::parse::parse;
use crate::args::plain::plain;
use crate::args::{globals, layout};
use crate::consent::Consent;
use crate::failure::Failure;
use crate::output::style::note;
use crate::output::width;
use crate::running::run_many;
use crate::runtime::runtime;
use crate::{bulk, dry_run, journal};

/// What it does, for lists of commands.
pub const ABOUT: &str = "Continue a run: what failed, was not sent, or is unknown";

/// `threecx retry`
pub fn command() -> Command {
    let run = Arg::new("run").value_name("RUN").required(true).help("Number of the run, as `threecx history` lists it");
    let command = plain(
        format!(
            "{ABOUT}.\nWhat is unknown is looked up where the PBX shows it; the rest of it is left alone unless\n\
             --unknown says otherwise. What is done is not sent again."
        ),
        "threecx retry <RUN> [OPTIONS]",
    );
    let command = globals::add(command.arg(run).arg(unknown()), |global| !matches!(global.name, "curl" | "plan-out"));
    layout::fit(command, width())
}

/// Sends what is left of a run.
pub fn run(rest: Vec<OsString>) -> Result<(), Failure> {
    let matches = parse(command(), rest)?;
    let asked = Asked::of(&matches)?;
    let decision = RepeatOrSkip::of(&matches, "unknown");
    let number = number(&matches)?.unwrap_or_default();
    let journal = journal::open()?;
    // Before it is read: someone may be at work on it.
    let lock = journal.lock(number)?;
    let detail = journal.run(number)?;
    runtime()?.block_on(async {
        let pbx = asked.connect(&detail.summary.head.pbx).await?;
        let Retry { plan, mut states, mut order, in_doubt } = retry(&pbx.client, &detail).await?;
        for step in in_doubt {
            match decision {
                Some(RepeatOrSkip::Repeat) => {
                    states[step] = State::Unsent;
                    order.push(step);
                }
                Some(RepeatOrSkip::Skip) => states[step] = State::Skipped,
                None => {}
            }
        }
        order.sort_unstable();
        if asked.run.dry_run {
            let requests: Result<Vec<_>, _> =
                order.iter().map(|step| plan.steps[*step].request(plan.release)).collect();
            return dry_run::several(&requests?, &asked.settings, &asked.output);
        }
        let Some(operation) = plan.steps.first().map(|step| step.operation) else { return Ok(()) };
        if order.is_empty() && states.iter().all(State::is_settled) {
            journal.go_on(lock, &detail, &plan.new_steps_as(&states, &detail), &order)?.end(true).await?;
            note(&format!("Nothing is left to do in run {number}."));
            return Ok(());
        }
        let count = counted(order.len(), "step", "steps");
        let findings = if order.is_empty() { Vec::new() } else { plan.findings() };
        let agreed = asked.settings.sim || asked.run.yes;
        Consent::to(&findings, agreed, || Some(count.clone()), asked.settings.pbx())?.ask(Some(&count))?;
        let log = journal.go_on(lock, &detail, &plan.new_steps_as(&states, &detail), &order)?;
        let pace = Pace::of(&plan);
        let ended = run_many(&plan, states, order, Some(log), pace, &pbx.client, &asked.output).await;
        let label = |step: usize| detail.steps[step].label.clone();
        bulk::finish(operation, ended, &label, &asked.output, false)
    })
}
