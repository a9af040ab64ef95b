//! Calling an operation: arguments, names, the question, the call, the answer.

use clap::ArgMatches;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use threecx::{Answer, Arguments, Client, Error, Input, Operation, Span};
use threecx_catalog::Release;
use threecx_core::page::Pages;
use threecx_core::plan;

use crate::arguments::{Stdin, gather, words};
use crate::command;
use crate::command::flags::{self, Flag, Place};
use crate::confirm::Consent;
use crate::connect::Settings;
use crate::failure::Failure;
use crate::names::References;
use crate::output::answer::{self, List};
use crate::output::style::note;
use crate::output::{Output, flag, text};
use crate::report::Report;
use crate::{about, bulk, dry_run, runtime};

/// Carries out what was typed after `threecx <resource> <operation>`.
pub fn run(operation: &'static Operation, rest: Vec<std::ffi::OsString>) -> Result<(), Failure> {
    let flags = flags::flags(operation);
    let references = References::of(operation, &flags);
    let command = command::operation::command(operation, &flags, references.subject.as_ref());
    let matches = command.try_get_matches_from(rest);
    let matches = matches.map_err(|error| misplaced(&error, &flags).unwrap_or_else(|| error.into()))?;
    let output = Output::from(&matches);
    let settings = Settings::from(&matches)?;
    let mut stdin = Stdin::default();
    let arguments = gather(&flags, &matches, &mut stdin)?;
    let call = Call { operation, references, settings, output };
    if let Some(path) = text(&matches, "from") {
        if text(&matches, "where").is_some() {
            return Err(Failure::Usage {
                message: "--from says what each row is about, and so does --where".into(),
                next_step: Some("Leave out --where.".into()),
            });
        }
        bulk::refuse_unfit(&call, flag(&matches, "all"))?;
        return bulk::from_file(&call, &path, &flags, &matches, (&arguments, &words(&matches)), &mut stdin);
    }
    let about = about::About::of(&call.references, &words(&matches), text(&matches, "where"), &arguments)?;
    let looks_up = !(about.is_known() || flag(&matches, "dry-run") && call.can_do_without(&about));
    let planned = if looks_up { about.with_placeholders(&call.references, &arguments) } else { arguments.clone() };
    let paging = paging(operation, &arguments, &matches);
    if flag(&matches, "dry-run") && !looks_up {
        return call.show(&[arguments], paging).map_err(|failure| call.naming(failure));
    }
    check(operation, &planned, call.settings.release).map_err(|error| call.naming(error.into()))?;
    let consent = Consent::of(operation, call.settings.sim || flag(&matches, "yes") || flag(&matches, "dry-run"))?;
    runtime()?.block_on(async {
        let connection = call.settings.connect(&mut stdin).await?;
        let client = &connection.client;
        let found = about.find(client, &call.references, arguments, &call.output).await?;
        if flag(&matches, "dry-run") {
            if !call.output.is_json() {
                note("Only what is named was looked up; nothing else was sent.");
            }
            return call.show(&found.calls, paging);
        }
        if found.calls.len() > 1 {
            bulk::refuse_unfit(&call, paging.is_some())?;
        }
        let concerned = match consent {
            Consent::ToBeAsked => found.concerned(client, &call.references).await,
            Consent::Given => None,
        };
        consent.ask(operation, concerned.as_deref())?;
        let [arguments] = match <[Arguments; 1]>::try_from(found.calls) {
            Ok(one) => one,
            Err(calls) => return bulk::each(&call, client, &calls, &found.things, bulk::pace(&matches)).await,
        };
        match paging {
            Some(wanted) => pages(client, operation, arguments, wanted, &call.output).await,
            None => one(client, operation, &arguments, &call.output).await,
        }
    })
}

/// What is the same for all calls of one command.
pub struct Call {
    pub operation: &'static Operation,
    pub references: References,
    pub settings: Settings,
    pub output: Output,
}

impl Call {
    /// True if names may stay in a dry run because there is no PBX to look them up on.
    fn can_do_without(&self, about: &about::About) -> bool {
        !self.settings.sim && self.settings.url.is_none() && about.may_stay(&self.references)
    }

    /// Says how a thing is named, where none was.
    fn naming(&self, failure: Failure) -> Failure {
        match (failure, &self.references.subject) {
            (Failure::Call(Error::Input(mut error)), Some(subject))
                if error.came.is_empty() && error.argument == subject.name =>
            {
                let Operation { resource, command, .. } = self.operation;
                let placeholder = subject.set.placeholder();
                error.argument.clone_from(&placeholder);
                error.expected = format!("{} by {}", subject.set.one(), subject.set.ways());
                error.hint = Some(format!("Name it: threecx {} {command} <{placeholder}>", resource.command));
                Error::Input(error).into()
            }
            (failure, _) => failure,
        }
    }

    /// `--dry-run`
    fn show(&self, calls: &[Arguments], paging: Option<Option<u64>>) -> Result<(), Failure> {
        if calls.len() > 1 {
            let target = self.settings.release.unwrap_or(Span::NEWEST);
            let requests: Result<Vec<_>, Error> =
                calls.iter().map(|arguments| plan(self.operation, arguments, target)).collect();
            return dry_run::several(&requests?, &self.settings, &self.output);
        }
        for arguments in calls {
            let first = paging.map(|wanted| first_page(arguments, wanted));
            dry_run::operation(self.operation, first.as_ref().unwrap_or(arguments), &self.settings, &self.output)?;
        }
        if paging.is_some() {
            note(&format!("This is the first page; further ones follow, {} rows at a time.", Pages::LARGEST));
        }
        Ok(())
    }
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
pub fn check(operation: &'static Operation, arguments: &Arguments, release: Option<Span>) -> Result<(), Error> {
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

async fn one(
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
