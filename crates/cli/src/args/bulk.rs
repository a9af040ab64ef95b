//! The flags of bulk runs, which every operation takes.

use clap::{Arg, ArgAction, ArgMatches, value_parser};

use super::matches;

/// Their names, which fields cannot have.
pub const NAMES: [&str; 9] =
    ["from", "map", "ignore-columns", "concurrency", "rate", "stop-on-error", "unknown", "failed", "again"];

/// The maximum: a PBX has other work to do.
const MOST_AT_A_TIME: u64 = 32;

/// What was typed about a bulk run.
#[derive(Clone, Debug, Default)]
pub struct BulkFlags {
    /// `--from`: the file of rows, `-` for stdin.
    pub from: Option<String>,
    /// `--map`: columns and the arguments that they are.
    pub map: Vec<(String, String)>,
    pub ignore_columns: bool,
    /// `--again`: rows of a finished run too.
    pub again: bool,
    /// What to do about rows whose outcome is unknown.
    pub unknown: Option<RepeatOrSkip>,
    /// What to do with rows that failed before.
    pub failed: Option<RepeatOrSkip>,
    /// The number of requests at a time; of pages too.
    pub concurrency: Option<usize>,
    /// Requests per second.
    pub rate: Option<f64>,
    pub stop_on_error: bool,
}

/// What to do about a row that a run before has sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RepeatOrSkip {
    Repeat,
    Skip,
}

/// Both as they are typed.
const REPEAT: &str = "repeat";
const SKIP: &str = "skip";

impl RepeatOrSkip {
    /// As it was typed.
    pub fn of(matches: &ArgMatches, id: &str) -> Option<RepeatOrSkip> {
        let typed = matches::text(matches, id)?;
        Some(if typed == REPEAT { RepeatOrSkip::Repeat } else { RepeatOrSkip::Skip })
    }
}

impl BulkFlags {
    /// For operations, which have all of them.
    pub fn of(matches: &ArgMatches) -> BulkFlags {
        BulkFlags {
            from: matches::text(matches, "from"),
            map: matches::many(matches, "map"),
            ignore_columns: matches::flag(matches, "ignore-columns"),
            again: matches::flag(matches, "again"),
            unknown: RepeatOrSkip::of(matches, "unknown"),
            failed: RepeatOrSkip::of(matches, "failed"),
            concurrency: matches::value::<u64>(matches, "concurrency").and_then(|number| usize::try_from(number).ok()),
            rate: matches::value(matches, "rate"),
            stop_on_error: matches::flag(matches, "stop-on-error"),
        }
    }
}

/// The flags.
pub fn args() -> [Arg; 9] {
    let value = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).help(help)
    };
    let switch =
        |name: &'static str, help: &'static str| Arg::new(name).long(name).action(ArgAction::SetTrue).help(help);
    [
        value(
            "from",
            "FILE",
            "Run once for each row of this file (CSV, XLSX, or one JSON object per line), - for stdin",
        ),
        value("map", "COLUMN=ARGUMENT", "Use this column for an argument of another name; may be repeated")
            .action(ArgAction::Append)
            .value_parser(mapping)
            .requires("from"),
        switch("ignore-columns", "Ignore columns that are not arguments").requires("from"),
        value(
            "concurrency",
            "NUMBER",
            "Number of requests at a time, 1 to 32 [default: 4 for rows of a file, 10 for pages of a list]",
        )
        .value_parser(value_parser!(u64).range(1..=MOST_AT_A_TIME)),
        value("rate", "NUMBER", "Maximum requests per second").value_parser(rate),
        switch("stop-on-error", "Send no more rows after one has failed"),
        unknown().requires("from"),
        value("failed", "repeat|skip", "What to do with rows that failed before [default: repeat]")
            .value_parser([REPEAT, SKIP])
            .hide_possible_values(true)
            .requires("from"),
        switch("again", "Send the rows of a finished run once more").requires("from"),
    ]
    .map(|arg| arg.help_heading("Bulk"))
}

/// `--unknown`
pub fn unknown() -> Arg {
    Arg::new("unknown")
        .long("unknown")
        .value_name("repeat|skip")
        .help("What to do with rows whose outcome is unknown")
        .value_parser([REPEAT, SKIP])
        .hide_possible_values(true)
}

fn mapping(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((column, argument)) if !column.is_empty() && !argument.is_empty() => Ok((column.into(), argument.into())),
        _ => Err("expected COLUMN=ARGUMENT, such as 'Mail=email-address'".into()),
    }
}

fn rate(text: &str) -> Result<f64, String> {
    let rate: f64 = text.parse().map_err(|_| "expected a number, such as 5 or 0.5".to_owned())?;
    if rate.is_finite() && rate >= 0.001 { Ok(rate) } else { Err("expected a number of at least 0.001".into()) }
}
