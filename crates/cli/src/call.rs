//! Calling an operation: arguments, names, the question, the call, the answer.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use threecx::{Arguments, Client, Error, Opened, Operation, Span};
use threecx_catalog::{Body, Release, Verb};
use threecx_core::page::Pages;
use threecx_core::{InputError, guard, plan};

use crate::arguments::{Stdin, gather, words};
use crate::command;
use crate::command::flags::{self, Flag};
use crate::confirm::{Consent, warning};
use crate::connect::Settings;
use crate::failure::Failure;
use crate::list::List;
use crate::names::References;
use crate::output::shape::Shape;
use crate::output::{Output, answer, file, flag, text};
use crate::report::Report;
use crate::{about, bulk, curl, dry_run, runtime};

/// Carries out what was typed after `threecx <resource> <operation>`.
pub fn run(operation: &'static Operation, rest: Vec<std::ffi::OsString>) -> Result<(), Failure> {
    let flags = flags::flags(operation);
    let references = References::of(operation, &flags);
    let command = command::operation::command(operation, &flags, references.subject.as_ref());
    let matches = command.try_get_matches_from(rest);
    let matches = matches.map_err(|error| misplaced(&error, operation, &flags).unwrap_or_else(|| error.into()))?;
    let output = Output::from(&matches)?;
    let settings = Settings::from(&matches)?;
    let mut stdin = Stdin::default();
    let arguments = gather(&flags, &matches, &mut stdin)?;
    let (curl, shown) = (flag(&matches, "curl"), flag(&matches, "curl") || flag(&matches, "dry-run"));
    let call = Call { operation, references, settings, output, curl };
    if let Some(path) = text(&matches, "from") {
        if text(&matches, "where").is_some() {
            return Err(Failure::Usage {
                message: "--from says what each row is about, and so does --where".into(),
                next_step: Some("Leave out --where.".into()),
            });
        }
        let long = ["since", "until", "window", "cursor"].iter().any(|name| text(&matches, name).is_some());
        bulk::refuse_unfit(long || flag(&matches, "all"), curl)?;
        return bulk::from_file(&call, &path, &flags, &matches, (&arguments, &words(&matches)), &mut stdin);
    }
    let about = about::About::of(&call.references, &words(&matches), text(&matches, "where"), &arguments)?;
    let looks_up = !(about.is_known() || shown && call.can_do_without(&about));
    let planned = if looks_up { about.with_placeholders(&call.references, &arguments) } else { arguments.clone() };
    let list = List::from(operation, &arguments, &matches, &call.output)?;
    let first = list.as_ref().map(|list| list.first_page(&planned));
    if shown && !looks_up {
        return call.show(&[arguments], list.as_ref()).map_err(|failure| call.naming(failure));
    }
    check(operation, first.as_ref().unwrap_or(&planned), call.settings.release)
        .map_err(|error| call.naming(error.into()))?;
    let warning = warning(&guard::findings(operation, &planned));
    let (said, pbx) = (call.settings.sim || flag(&matches, "yes") || shown, call.settings.pbx());
    let consent = Consent::to(warning, said, || about.as_given(&call.references, &arguments), pbx.as_deref())?;
    runtime()?.block_on(async {
        let connection = call.settings.connect(&mut stdin).await?;
        let client = &connection.client;
        let found = about.find(client, &call.references, arguments, &call.output).await?;
        if shown {
            if !call.output.is_json() {
                call.output.remark(&["Only what is named was looked up; nothing else was sent.".to_owned()]);
            }
            return call.show(&found.calls, list.as_ref());
        }
        if found.calls.len() > 1 {
            bulk::refuse_unfit(list.is_some(), false)?;
        }
        let concerned = match consent {
            Consent::ToBeAsked(_) => found.concerned(client, &call.references).await,
            Consent::Given => None,
        };
        consent.ask(concerned.as_deref(), pbx.as_deref())?;
        let [arguments] = match <[Arguments; 1]>::try_from(found.calls) {
            Ok(one) => one,
            Err(calls) => return bulk::each(&call, client, &calls, &found.things, bulk::pace(&matches)).await,
        };
        match list {
            Some(list) => list.run(client, operation, arguments, &call.output).await,
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
    /// `--curl`
    curl: bool,
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

    /// `--dry-run` and `--curl`
    fn show(&self, calls: &[Arguments], list: Option<&List>) -> Result<(), Failure> {
        if calls.len() > 1 && !self.curl {
            let target = self.settings.release.unwrap_or(Span::NEWEST);
            let requests: Result<Vec<_>, Error> =
                calls.iter().map(|arguments| plan(self.operation, arguments, target)).collect();
            return dry_run::several(&requests?, &self.settings, &self.output);
        }
        for arguments in calls {
            refuse_nothing(self.operation, arguments)?;
            let first = list.map(|list| list.first_page(arguments));
            let print = if self.curl { curl::operation } else { dry_run::operation };
            print(self.operation, first.as_ref().unwrap_or(arguments), &self.settings, &self.output)?;
        }
        if list.is_some() {
            let rows = Pages::LARGEST;
            self.output.remark(&[format!("This is the first page; further ones follow, {rows} rows at a time.")]);
        }
        Ok(())
    }
}

/// How to find what an argument of this name takes, where people have something else at hand.
const FOUND_BY: [(&str, &str); 1] = [("mac", "threecx users get 100 --expand Phones --jq '.Phones[].MacAddress' -r")];

/// What to say about a value without its flag, of an operation that is about nothing that could be
/// named: which flags there are. What the value is meant for is not guessed.
fn misplaced(error: &clap::Error, operation: &Operation, flags: &[Flag]) -> Option<Failure> {
    let Some(ContextValue::String(value)) = error.get(ContextKind::InvalidArg) else { return None };
    if error.kind() != ErrorKind::UnknownArgument || value.starts_with('-') {
        return None;
    }
    let words = format!("threecx {} {}", operation.resource.command, operation.command);
    let required = flags.iter().filter(|flag| flag.required);
    let takes: String = required.clone().map(|flag| format!(" --{} <{}>", flag.long, flag.value_name())).collect();
    let next = if takes.is_empty() { format!("See `{words} --help`.") } else { format!("It takes: {words}{takes}") };
    let found = required.filter_map(|flag| FOUND_BY.iter().find(|(name, _)| *name == flag.name)).next();
    let digits = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    let extension = if digits { value } else { "100" };
    let found = found.map(|(name, by)| format!("; the {name} of {extension}: {}", by.replace("100", extension)));
    let found = found.unwrap_or_default();
    Some(Failure::Usage { message: format!("`{value}` has no flag before it"), next_step: Some(next + &found) })
}

/// Refuses what fits no release, before anybody is asked anything. The complaint is that of
/// the newest release that has the operation.
pub fn check(operation: &'static Operation, arguments: &Arguments, release: Option<Span>) -> Result<(), Error> {
    refuse_nothing(operation, arguments)?;
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

/// A PBX makes something blank of a create that says nothing: that has to be meant.
fn refuse_nothing(operation: &Operation, arguments: &Arguments) -> Result<(), Error> {
    let says = arguments.body.is_some() || !arguments.fields.is_empty();
    if says || operation.verb != Verb::Create || matches!(operation.newest_form().body, Body::None) {
        return Ok(());
    }
    let words = format!("{} {}", operation.resource.command, operation.command);
    let hint = format!("See `threecx {words} --help`; a blank one is made by --body '{{}}'.");
    Err(InputError::of(words, "at least one property", "").with_hint(hint).into())
}

async fn one(
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
