//! `threecx`: the command line for 3CX phone systems. Everything that the Configuration API
//! can do is a command; the catalogue says what that is.
//!
//! A library only so that fuzz targets reach the readers: nothing here is for other programs.

mod api;
mod args;
mod atomic_file;
mod bulk;
mod collections;
mod completion;
mod connect;
mod consent;
mod curl;
mod describe;
mod dispatch;
mod doctor;
mod dry_run;
mod edit;
mod entity_change;
mod env_vars;
mod example;
mod failure;
mod folders;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod journal;
mod list;
mod login;
mod logout;
mod man;
mod operation;
mod operations;
mod output;
mod profiles;
mod raw_target;
mod remark;
mod report;
mod running;
mod runs;
mod runtime;
mod search;
mod secrets;
mod shell;
mod signals;
mod simulate;
mod text_file;
mod tokens;
mod tree;
mod typed;

use std::ffi::OsString;
use std::process::ExitCode;

/// The program.
pub fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    if arguments.first().is_some_and(|first| first == completion::HIDDEN) {
        remark::be_quiet();
        completion::complete(&dispatch::OWN, &arguments[1..]);
        return ExitCode::SUCCESS;
    }
    let json = wants_json(&arguments);
    if json {
        remark::be_quiet();
    }
    if arguments.iter().take_while(|argument| *argument != "--").any(|argument| argument == "--quiet") {
        output::style::be_quiet();
    }
    let named = after(&arguments, "--profile");
    match dispatch::run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let failure = failure.of_profile(|| profiles::in_use(named));
            failure.report(json);
            ExitCode::from(failure.exit_code())
        }
    }
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
