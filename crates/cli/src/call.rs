//! Calling an operation: arguments, the question, the call, the answer.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use threecx::{Arguments, Client, Error, Opened, Operation, Span};
use threecx_catalog::Release;
use threecx_core::page::Pages;
use threecx_core::plan;

use crate::arguments::{Stdin, gather};
use crate::command;
use crate::command::flags::{self, Flag, Place};
use crate::connect::Settings;
use crate::failure::Failure;
use crate::list::List;
use crate::output::shape::Shape;
use crate::output::style::note;
use crate::output::{Output, answer, file, flag};
use crate::report::Report;
use crate::{confirm, curl, dry_run, runtime};

/// Carries out what was typed after `threecx <resource> <operation>`.
pub fn run(operation: &'static Operation, rest: Vec<std::ffi::OsString>) -> Result<(), Failure> {
    let flags = flags::flags(operation);
    let matches = command::operation::command(operation, &flags).try_get_matches_from(rest);
    let matches = matches.map_err(|error| misplaced(&error, &flags).unwrap_or_else(|| error.into()))?;
    let output = Output::from(&matches)?;
    let settings = Settings::from(&matches)?;
    let mut stdin = Stdin::default();
    let arguments = gather(&flags, &matches, &mut stdin)?;
    let list = List::from(operation, &arguments, &matches, &output)?;
    let first = list.as_ref().map(|list| list.first_page(&arguments));
    if flag(&matches, "curl") {
        return curl::operation(operation, first.as_ref().unwrap_or(&arguments), &settings, &output);
    }
    if flag(&matches, "dry-run") {
        dry_run::operation(operation, first.as_ref().unwrap_or(&arguments), &settings, &output)?;
        if list.is_some() {
            note(&format!("This is the first page; further ones follow, {} rows at a time.", Pages::LARGEST));
        }
        return Ok(());
    }
    check(operation, first.as_ref().unwrap_or(&arguments), settings.release)?;
    runtime()?.block_on(async {
        let connection = settings.connect(&mut stdin).await?;
        confirm::confirm(operation, settings.sim || flag(&matches, "yes"))?;
        let client = &connection.client;
        match list {
            Some(list) => list.run(client, operation, arguments, &output).await,
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

async fn call(
    client: &Client,
    operation: &'static Operation,
    arguments: &Arguments,
    output: &Output,
) -> Result<(), Failure> {
    let request = client.plan(operation, arguments).await?;
    let report = Report::before(client, operation, &request, output).await;
    let reply = match client.open(&request, Some(operation)).await? {
        Opened::Reply(reply) => reply,
        Opened::File(download) => return file::receive(Some(operation), *download, output).await,
    };
    match report {
        Some(report) => report.print(operation, reply.status(), output),
        None => answer::print(operation, &reply, &Shape::of(operation, arguments, client.target()), output),
    }
}
