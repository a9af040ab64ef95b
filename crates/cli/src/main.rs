//! `threecx`: the command line for 3CX phone systems. Everything that the Configuration API
//! can do is a command; what they are stands in the catalogue.

mod about;
mod addressed;
mod api;
mod arguments;
mod bulk;
mod call;
mod collections;
mod command;
mod completion;
mod confirm;
mod connect;
mod curl;
mod describe;
mod doctor;
mod dry_run;
mod edit;
mod env_vars;
mod example;
mod failure;
mod folders;
mod guarded;
mod list;
mod login;
mod logout;
mod man;
mod names;
mod operations;
mod output;
mod profiles;
mod report;
mod search;
mod secrets;
mod shell;
mod simulate;
mod tokens;
mod whole_file;

use std::ffi::OsString;
use std::process::ExitCode;

use command::Chosen;
use failure::Failure;

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    if arguments.first().is_some_and(|first| first == completion::HIDDEN) {
        completion::complete(&arguments[1..]);
        return ExitCode::SUCCESS;
    }
    let json = wants_json(&arguments);
    let named = after(&arguments, "--profile");
    match run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let failure = failure.of_profile(|| profiles::in_use(named));
            failure.report(json);
            ExitCode::from(failure.exit_code())
        }
    }
}

fn run(arguments: Vec<OsString>) -> Result<(), Failure> {
    let nothing = arguments.is_empty();
    let (chosen, rest) = command::choose(arguments)?;
    match chosen {
        Chosen::Nothing => {
            let command = command::root::command(output::width());
            help(command, rest, nothing, "name a resource and an operation, or a command")
        }
        Chosen::Resource(resource) => {
            let alone = rest.is_empty();
            help(command::resource::command(resource), rest, alone, "name an operation")
        }
        Chosen::Operation(operation) => call::run(operation, rest),
        Chosen::Collection(collection) => collections::run(collection, rest),
        Chosen::Edit(resource) => edit::run(resource, rest),
        Chosen::Operations => operations::run(rest),
        Chosen::Search => search::run(rest),
        Chosen::Describe => describe::run(rest),
        Chosen::Api => api::run(rest),
        Chosen::Login => login::run(rest),
        Chosen::Logout => logout::run(rest),
        Chosen::Profiles => profiles::command::run(rest),
        Chosen::Doctor => doctor::run(rest),
        Chosen::Sim => simulate::run(rest),
        Chosen::Completion => completion::run(rest),
        Chosen::Man => man::run(rest),
    }
}

/// A command that is there for its help only: shows it, if that is what was asked for.
fn help(mut command: clap::Command, rest: Vec<OsString>, alone: bool, missing: &str) -> Result<(), Failure> {
    if alone {
        return Ok(command.print_help()?);
    }
    command.try_get_matches_from_mut(rest)?;
    Err(Failure::Usage { message: missing.to_owned(), next_step: Some("See `threecx --help`.".into()) })
}

/// True if errors are to be JSON too. Looked up by hand: the command line itself may be the error.
fn wants_json(arguments: &[OsString]) -> bool {
    let mut previous = "";
    let words: Vec<&str> = arguments.iter().filter_map(|argument| argument.to_str()).collect();
    words.iter().any(|word| {
        let json = *word == "json" && matches!(previous, "-o" | "--output");
        previous = word;
        json || matches!(*word, "-ojson" | "-o=json" | "--output=json")
    })
}

/// The value of a flag, looked up in the same way.
fn after(arguments: &[OsString], flag: &str) -> Option<String> {
    let mut words = arguments.iter().filter_map(|argument| argument.to_str());
    words
        .find_map(|word| match word.strip_prefix(flag)? {
            "" => Some(None),
            value => value.strip_prefix('=').map(|value| Some(value.to_owned())),
        })?
        .or_else(|| words.next().map(str::to_owned))
}

/// Where calls are carried out; made only when one is.
fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_all().build().map_err(|error| Failure::Internal(error.to_string()))
}
