//! The flags of bulk runs, which every operation takes.

use clap::{Arg, ArgAction, value_parser};

/// Their names, which fields cannot have.
pub const NAMES: [&str; 9] =
    ["from", "map", "ignore-columns", "concurrency", "rate", "stop-on-error", "unknown", "failed", "again"];

/// So many requests at a time, unless something else is said.
pub const CONCURRENCY: usize = 4;

/// And so many at most: a PBX has better things to do.
const MOST_AT_A_TIME: u64 = 32;

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
            "Run it once for each row of this file (CSV, XLSX, or a JSON object a line), - for stdin",
        ),
        value("map", "COLUMN=ARGUMENT", "What a column is that is not called like its argument; may be repeated")
            .action(ArgAction::Append)
            .value_parser(mapping)
            .requires("from"),
        switch("ignore-columns", "Leave out columns that are no arguments").requires("from"),
        value(
            "concurrency",
            "NUMBER",
            "So many requests at a time, 1 to 32 [default: 4 rows of a file, 10 pages of a list]",
        )
        .value_parser(value_parser!(u64).range(1..=MOST_AT_A_TIME)),
        value("rate", "NUMBER", "So many requests a second at most").value_parser(rate),
        switch("stop-on-error", "Send no more rows once one has failed"),
        value("unknown", "repeat|skip", "What to do about rows of which nobody knows whether they were carried out")
            .value_parser(["repeat", "skip"])
            .hide_possible_values(true)
            .requires("from"),
        value("failed", "repeat|skip", "What to do about rows that failed before [default: repeat]")
            .value_parser(["repeat", "skip"])
            .hide_possible_values(true)
            .requires("from"),
        switch("again", "Send the rows of a finished run once more").requires("from"),
    ]
    .map(|arg| arg.help_heading("Bulk"))
}

fn mapping(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((column, argument)) if !column.is_empty() && !argument.is_empty() => Ok((column.into(), argument.into())),
        _ => Err("expected COLUMN=ARGUMENT, such as 'Mail=email-address'".into()),
    }
}

fn rate(text: &str) -> Result<f64, String> {
    let rate: f64 = text.parse().map_err(|_| "expected a number, such as 5 or 0.5".to_owned())?;
    if rate.is_finite() && rate >= 0.001 { Ok(rate) } else { Err("expected a number from 0.001 up".into()) }
}
