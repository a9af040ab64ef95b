//! What was typed for an operation, by type: below this, nothing knows of clap.

pub mod command;
pub mod targets;

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use threecx::{Arguments, Operation};
use threecx_change::{About, Draft, Targets};

use crate::args::bulk::BulkFlags;
use crate::args::connection::ConnectionFlags;
use crate::args::flag::{self, Flag};
use crate::args::gather::gather;
use crate::args::output::OutputFlags;
use crate::args::parse::parse;
use crate::args::period::PeriodFlags;
use crate::args::run::RunFlags;
use crate::args::stdin::Stdin;
use crate::connect::Settings;
use crate::failure::Failure;
use crate::output::Output;

/// What was typed after `threecx <resource> <operation>`.
pub struct Typed {
    pub operation: &'static Operation,
    pub flags: Vec<Flag>,
    /// What the operation is done to, if that can be named.
    pub about: Option<About>,
    pub settings: Settings,
    pub output: Output,
    pub run: RunFlags,
    pub period: PeriodFlags,
    pub bulk: BulkFlags,
    pub arguments: Arguments,
    pub mode: Mode,
}

/// What is done with the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mode {
    /// It is carried out.
    Send,
    /// It is shown.
    Show(Show),
    /// It goes into this file.
    Keep(String),
}

/// How a plan is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Show {
    DryRun,
    Curl,
}

impl Typed {
    /// Reads the words and flags of an operation.
    pub fn parse(operation: &'static Operation, rest: Vec<OsString>, stdin: &mut Stdin) -> Result<Typed, Failure> {
        let flags = flag::flags(operation);
        let about = About::of(operation);
        let command = command::command(operation, &flags, about.as_ref());
        let matches = parse(command, rest);
        let matches = matches.map_err(|error| misplaced(&error, operation, &flags).unwrap_or_else(|| error.into()))?;
        let run = RunFlags::of_operation(operation, about.is_some(), &matches);
        let mode = match (run.curl, run.dry_run, &run.plan_out) {
            (true, ..) => Mode::Show(Show::Curl),
            (_, true, _) => Mode::Show(Show::DryRun),
            (.., Some(path)) => Mode::Keep(path.clone()),
            _ => Mode::Send,
        };
        let typed = Typed {
            operation,
            about,
            settings: Settings::from(ConnectionFlags::of(&matches)?)?,
            output: Output::from(OutputFlags::of(&matches))?,
            period: PeriodFlags::of(operation, &matches),
            bulk: BulkFlags::of(&matches),
            arguments: gather(&flags, &matches, stdin)?,
            flags,
            run,
            mode,
        };
        typed.refuse_both()?;
        Ok(typed)
    }

    /// What the operation is done to is given once.
    fn refuse_both(&self) -> Result<(), Failure> {
        let Some(about) = &self.about else { return Ok(()) };
        let words = !self.run.words.is_empty() || self.run.where_.is_some();
        if !words || self.arguments.get(about.place(), about.by.name).is_none() {
            return Ok(());
        }
        let flag = threecx_catalog::words::kebab(about.by.name);
        let nouns = about.set.nouns();
        Err(Failure::usage(format!("--{flag} cannot be combined with words or --where: both name the {nouns}"))
            .next(format!("Leave out --{flag}, or the words and --where.")))
    }

    /// What the operation is done to, as it was typed.
    pub fn targets(&self) -> Targets {
        match &self.run.where_ {
            Some(filter) => Targets::Where(filter.clone()),
            None if self.run.words.is_empty() => Targets::Given,
            None => Targets::Named(self.run.words.clone()),
        }
    }

    /// False where a plan can be shown without asking a PBX: nothing is named, or there is no PBX and the
    /// names could be sent unchanged.
    pub fn needs_pbx(&self, draft: &Draft) -> bool {
        let Mode::Show(_) = self.mode else { return true };
        let without_pbx = !self.settings.sim && self.settings.url.is_none();
        draft.looks_up() && !(without_pbx && draft.may_stay())
    }

    /// True if no one needs to be asked: it was agreed to beforehand, or nothing real is at stake.
    pub fn is_agreed(&self) -> bool {
        self.settings.sim || self.run.yes || self.mode != Mode::Send
    }
}

/// How to find what an argument of this name takes, where people have something else at hand.
const FOUND_BY: [(&str, &str); 1] = [("mac", "threecx users get 100 --expand Phones --jq '.Phones[].MacAddress' -r")];

/// What to say about a value without its flag, where the operation is done to nothing that could be
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
    Some(Failure::usage(format!("unexpected argument `{value}`: values need a flag")).next(next + &found))
}
