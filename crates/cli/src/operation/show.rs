//! Plans that are not carried out: `--dry-run`, `--curl` and `--plan-out`.

use std::collections::HashSet;

use threecx::{Error, Request};
use threecx_catalog::words::counted;
use threecx_change::{Draft, Plan, sealed};
use threecx_core::page::Pages;

use super::work::Work;
use crate::atomic_file::Readers;
use crate::bulk::Resumed;
use crate::failure::Failure;
use crate::output::style::{note, warn};
use crate::output::write_text;
use crate::typed::{Mode, Show, Typed};
use crate::{curl, dry_run, journal};

/// Shows intents as they would be sent without anything being looked up.
pub fn as_given(typed: &Typed, work: &Work, draft: &Draft) -> Result<(), Failure> {
    let mut requests = draft.requests().map_err(|problems| work.failure(typed, problems))?;
    if let Work::Rows(file) = work {
        let left: HashSet<usize> = file.left(typed)?.todo.into_iter().collect();
        let mut row = 0..;
        requests.retain(|_| row.next().is_some_and(|row| left.contains(&row)));
    }
    let how = if typed.mode == Mode::Show(Show::Curl) { Show::Curl } else { Show::DryRun };
    print(typed, work, &requests, how)
}

/// Shows a plan.
pub fn plan(typed: &Typed, work: &Work, resumed: &Resumed, plan: &Plan, how: Show) -> Result<(), Failure> {
    if !typed.output.is_for_programs() && !matches!(work, Work::Rows(_)) {
        typed.output.remark(&["Only what is named was looked up; nothing else was sent.".to_owned()]);
    }
    let left: HashSet<usize> = resumed.todo.iter().copied().collect();
    let steps = plan.steps.iter().enumerate().filter(|(index, _)| match work {
        Work::Rows(_) => left.contains(index),
        Work::Calls | Work::Pages(_) => true,
    });
    let release = typed.settings.release.unwrap_or(plan.release);
    let requests: Result<Vec<Request>, Error> = steps.map(|(_, step)| step.request(release)).collect();
    print(typed, work, &requests?, how)
}

fn print(typed: &Typed, work: &Work, requests: &[Request], how: Show) -> Result<(), Failure> {
    match (how, work, requests) {
        (Show::Curl, ..) => {
            for request in requests {
                curl::print(request, &typed.settings, &typed.output)?;
            }
        }
        (Show::DryRun, Work::Calls | Work::Pages(_), [one]) => dry_run::print(one, &typed.settings, &typed.output)?,
        (Show::DryRun, _, several) => dry_run::several(several, &typed.settings, &typed.output)?,
    }
    if matches!(work, Work::Pages(_)) {
        let rows = Pages::LARGEST;
        typed.output.remark(&[format!("This is the first page; further ones follow, {rows} rows at a time.")]);
    }
    Ok(())
}

/// Writes a plan into a file, sealed, for someone to look at and carry out. Of the rows of a file, those
/// that are left.
pub fn keep_left(typed: &Typed, resumed: &Resumed, plan: &Plan, path: &str) -> Result<(), Failure> {
    if typed.operation.effect == threecx_catalog::Effect::Reads {
        return Err(Failure::usage("--plan-out is for operations that change something, and this one only reads")
            .next("Leave it out, or use --dry-run."));
    }
    let mut left = plan.clone();
    left.steps = resumed.todo.iter().filter_map(|step| plan.steps.get(*step)).cloned().collect();
    keep(if resumed.todo.len() < plan.steps.len() && resumed.file.is_some() { &left } else { plan }, path)
}

/// Writes a plan into a file.
pub fn keep(plan: &Plan, path: &str) -> Result<(), Failure> {
    let journal = journal::open()?;
    let text = sealed::seal(plan, &journal, &journal::who(), sealed::LIFETIME)?;
    write_text(path, &text, Readers::Owner)?;
    let steps = counted(plan.steps.len(), "step", "steps");
    if plan.requests()?.iter().any(|request| !request.secret_places().is_empty()) {
        warn(&format!("{path} holds secrets as they are sent: hand it on as you would a password"));
    }
    note(&format!("{path} holds a plan of {steps}, good for 24 hours. To carry it out: threecx apply-plan {path}"));
    Ok(())
}
