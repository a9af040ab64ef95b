//! `threecx apply-plan FILE`: carries out a plan that `--plan-out` has written to a file, for work by two.

use std::ffi::OsString;

use clap::{Arg, Command};
use threecx_change::journal::Kind;
use threecx_change::sealed::{self, Opened};

use super::{Asked, display};
use crate::args::matches;
use crate::args::parse::parse;
use crate::args::plain::plain;
use crate::args::stdin::read_file;
use crate::args::{globals, layout};
use crate::consent::{Consent, agreed, is_interactive};
use crate::failure::Failure;
use crate::output::style::{one_line, painted, warn};
use crate::output::width;
use crate::runtime::runtime;
use crate::typed::targets::concerned;
use crate::{dry_run, journal};

/// What it does, for lists of commands.
pub const ABOUT: &str = "Carry out a plan that --plan-out has written to a file";

/// `threecx apply-plan`
pub fn command() -> Command {
    let file = Arg::new("file").value_name("FILE").required(true).help("The plan");
    let command = plain(
        format!(
            "{ABOUT}: one person makes it, another one reviews it and carries it out.\n\
             It is refused if it was altered, has expired or was used, or if the PBX has changed since."
        ),
        "threecx apply-plan <FILE> [OPTIONS]",
    );
    let command = globals::add(command.arg(file), |global| !matches!(global.name, "curl" | "plan-out"));
    layout::fit(command, width()).after_help(
        "--dry-run shows the requests. A plan made by someone else, or on another machine, cannot be told from a\n\
         forged one: it is shown in full, and has to be agreed to at a terminal; --yes is not enough.",
    )
}

/// Shows a plan, asks, and carries it out.
pub fn run(rest: Vec<OsString>) -> Result<(), Failure> {
    let matches = parse(command(), rest)?;
    let asked = Asked::of(&matches)?;
    let path = matches::text(&matches, "file").unwrap_or_default();
    let journal = journal::open()?;
    let mut opened = sealed::open(&read_file(&path)?, &journal)?;
    if asked.run.dry_run {
        say_who(&asked, &opened);
        return dry_run::several(&opened.plan.requests()?, &asked.settings, &asked.output);
    }
    if opened.foreign && !is_interactive() {
        return Err(Failure::ForeignPlan { path, by: opened.by });
    }
    let findings = opened.plan.findings();
    let pre_approved = asked.settings.sim || asked.run.yes || opened.foreign;
    let consent = Consent::to(&findings, pre_approved, || concerned(&opened.plan), asked.settings.pbx())?;
    runtime()?.block_on(async {
        let pbx = asked.connect(&opened.plan.pbx).await?;
        opened.is_still_true(&pbx.client, &pbx.url).await?;
        if opened.foreign {
            opened.name(&pbx.client).await?;
        }
        show(&asked, &opened)?;
        if opened.foreign {
            let by = one_line(&opened.by);
            agreed(&one_line(&format!("{by} made this plan, or says so. Carry it out on {}?", one_line(&pbx.url))))?;
        }
        consent.ask(concerned(&opened.plan).as_deref())?;
        let plan = &opened.plan;
        if plan.steps.is_empty() {
            return Ok(());
        }
        let log = asked.begin(&journal, plan, Kind::Plan, None, &pbx)?;
        // Recorded first: a plan that cannot be recorded is not used up.
        opened.use_up(&journal)?;
        asked.carry_out(plan, log, &pbx).await
    })
}

fn say_who(asked: &Asked, opened: &Opened) {
    if opened.foreign {
        warn("this plan was made with another key, so it cannot be checked whether it was altered");
    }
    let by = format!("Made by {} on {}, for {}.", opened.by, display::here(opened.made), opened.plan.pbx);
    if !asked.output.is_for_programs() {
        asked.output.remark(&[one_line(&by)]);
    }
}

/// What the plan would do. Of a foreign one every byte that would be sent, whatever else was said: someone
/// has to agree to it.
fn show(asked: &Asked, opened: &Opened) -> Result<(), Failure> {
    say_who(asked, opened);
    if !opened.foreign {
        if !asked.output.is_for_programs() {
            asked.output.remark_lines(&display::plan_lines(&opened.plan));
        }
        return Ok(());
    }
    for (index, step) in opened.plan.steps.iter().enumerate() {
        let request = step.request(opened.plan.release)?;
        painted(&one_line(&format!("{}: {}", step.operation.title, opened.plan.label(index))));
        painted(&one_line(&format!("  {} {}", request.method, request.masked_path())));
        if let Some(body) = request.masked_body() {
            painted(&one_line(&format!("  {body}")));
        }
    }
    Ok(())
}
