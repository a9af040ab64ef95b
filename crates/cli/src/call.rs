//! Calling an operation: arguments, the question, the call, the answer.

use clap::ArgMatches;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use threecx::{Answer, Arguments, Client, Error, Input, Operation, Span};
use threecx_catalog::Release;
use threecx_core::page::Pages;
use threecx_core::plan;

use crate::arguments::{Stdin, gather};
use crate::command;
use crate::command::flags::{self, Flag, Place};
use crate::connect::Settings;
use crate::failure::Failure;
use crate::output::answer::{self, List};
use crate::output::style::note;
use crate::output::{Output, flag};
use crate::report::Report;
use crate::{confirm, curl, dry_run, runtime};

/// Carries out what was typed after `threecx <resource> <operation>`.
pub fn run(operation: &'static Operation, rest: Vec<std::ffi::OsString>) -> Result<(), Failure> {
    let flags = flags::flags(operation);
    let matches = command::operation::command(operation, &flags).try_get_matches_from(rest);
    let matches = matches.map_err(|error| misplaced(&error, &flags).unwrap_or_else(|| error.into()))?;
    let output = Output::from(&matches);
    let settings = Settings::from(&matches)?;
    let mut stdin = Stdin::default();
    let arguments = gather(&flags, &matches, &mut stdin)?;
    let paging = paging(operation, &arguments, &matches);
    if flag(&matches, "curl") {
        let first = paging.map(|wanted| first_page(&arguments, wanted));
        return curl::operation(operation, first.as_ref().unwrap_or(&arguments), &settings, &output);
    }
    if flag(&matches, "dry-run") {
        let first = paging.map(|wanted| first_page(&arguments, wanted));
        dry_run::operation(operation, first.as_ref().unwrap_or(&arguments), &settings, &output)?;
        if paging.is_some() {
            note(&format!("This is the first page; further ones follow, {} rows at a time.", Pages::LARGEST));
        }
        return Ok(());
    }
    check(operation, &arguments, settings.release)?;
    runtime()?.block_on(async {
        let connection = settings.connect(&mut stdin).await?;
        confirm::confirm(operation, settings.sim || flag(&matches, "yes"))?;
        let client = &connection.client;
        match paging {
            Some(wanted) => pages(client, operation, arguments, wanted, &output).await,
            None => call(client, operation, &arguments, &output).await,
        }
    })
}

/// What to say about a value without its flag: `threecx users get 123`.
fn misplaced(error: &clap::Error, flags: &[Flag]) -> Option<Failure> {
    let Some(ContextValue::String(value)) = error.get(ContextKind::InvalidArg) else { return None };
    if error.kind() != ErrorKind::UnknownArgument || value.starts_with('-') {
        return None;
    }
    let flag = flags.iter().find(|flag| flag.required).or(flags.iter().find(|flag| flag.place == Place::Path))?;
    Some(Failure::Usage {
        message: format!("`{value}` has no flag before it"),
        next_step: Some(format!("Did you mean --{} {value}?", flag.long)),
    })
}

/// Refuses what fits no release, before anybody is asked anything. The complaint is that of
/// the newest release that has the operation.
fn check(operation: &'static Operation, arguments: &Arguments, release: Option<Span>) -> Result<(), Error> {
    if let Some(release) = release {
        return plan(operation, arguments, release).map(drop);
    }
    let mut complaint = None;
    for release in Release::all().rev() {
        match plan(operation, arguments, Span { first: release, last: release }) {
            Ok(_) => return Ok(()),
            Err(Error::NotInVersion(error)) if operation.form(error.target).is_none() => {}
            Err(error) => complaint = complaint.or(Some(error)),
        }
    }
    complaint.map_or(Ok(()), Err)
}

/// How many rows to read page by page: `Some(None)` for all; `None` for a single call.
fn paging(operation: &Operation, arguments: &Arguments, matches: &ArgMatches) -> Option<Option<u64>> {
    if !operation.is_paged() {
        return None;
    }
    let top = match arguments.options.get("top") {
        Some(Input::Text(top) | Input::Json(top)) => top.trim().parse::<u64>().ok(),
        None => None,
    };
    match top {
        _ if flag(matches, "all") => Some(top),
        Some(top) if top > Pages::LARGEST.into() => Some(Some(top)),
        _ => None,
    }
}

fn first_page(arguments: &Arguments, wanted: Option<u64>) -> Arguments {
    let mut first = arguments.clone();
    let top = wanted.map_or(Pages::LARGEST.into(), |wanted| wanted.min(Pages::LARGEST.into()));
    first.options.insert("top".into(), Input::Json(top.to_string()));
    first
}

async fn call(
    client: &Client,
    operation: &'static Operation,
    arguments: &Arguments,
    output: &Output,
) -> Result<(), Failure> {
    let request = client.plan(operation, arguments).await?;
    let report = Report::before(client, operation, &request, output).await;
    let reply = client.send(&request, Some(operation)).await?;
    match report {
        Some(report) => report.print(operation, reply.status(), output),
        None => answer::print(operation, &reply, &List::of(operation, arguments), output),
    }
}

async fn pages(
    client: &Client,
    operation: &'static Operation,
    arguments: Arguments,
    wanted: Option<u64>,
    output: &Output,
) -> Result<(), Failure> {
    let list = List::of(operation, &arguments).complete();
    let mut pages = client.pages(operation, arguments, wanted);
    let mut printer = answer::Printer::new(operation, list.clone(), output);
    while let Some(reply) = pages.next().await? {
        if !matches!(reply.answer()?, Answer::Rows(_)) {
            // A report that comes as a file, say.
            return answer::print(operation, &reply, &list, output);
        }
        printer.page(reply)?;
    }
    printer.finish()
}
