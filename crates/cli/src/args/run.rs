//! The flags that say what a command acts on, and whether anything is sent at all.

use clap::{Arg, ArgMatches};
use threecx_catalog::Operation;

use super::matches;

/// Names of these flags, beside those of the program, which fields cannot have.
pub const NAMES: [&str; 2] = ["all", "where"];

/// What was typed about the run of a command.
#[derive(Clone, Debug, Default)]
pub struct RunFlags {
    /// `--dry-run`
    pub dry_run: bool,
    /// `--curl`
    pub curl: bool,
    /// `--plan-out`: the file that the plan goes into.
    pub plan_out: Option<String>,
    /// `--yes`
    pub yes: bool,
    /// `--all`: a list to its end.
    pub all: bool,
    /// The words that stand without a flag: what it is about.
    pub words: Vec<String>,
    /// `--where`: a filter that says the same.
    pub where_: Option<String>,
}

impl RunFlags {
    /// For commands that say in their own way what they act on.
    pub fn of(matches: &ArgMatches) -> RunFlags {
        RunFlags {
            dry_run: matches::flag(matches, "dry-run"),
            yes: matches::flag(matches, "yes"),
            ..RunFlags::default()
        }
    }

    /// For those that have `--curl` too.
    pub fn with_curl(matches: &ArgMatches) -> RunFlags {
        RunFlags { curl: matches::flag(matches, "curl"), ..RunFlags::of(matches) }
    }

    /// For those whose plan can be kept.
    pub fn with_plan(matches: &ArgMatches) -> RunFlags {
        RunFlags { plan_out: matches::text(matches, "plan-out"), ..RunFlags::of(matches) }
    }

    /// For an operation; `takes_words` if what it is about can be named.
    pub fn of_operation(operation: &Operation, takes_words: bool, matches: &ArgMatches) -> RunFlags {
        let mut flags =
            RunFlags { all: operation.is_paged() && matches::flag(matches, "all"), ..RunFlags::with_plan(matches) };
        flags.curl = matches::flag(matches, "curl");
        if takes_words {
            flags.words = matches::many(matches, "words");
            flags.where_ = matches::text(matches, "where");
        }
        flags
    }
}

/// `--all`
pub fn all() -> Arg {
    Arg::new("all")
        .long("all")
        .num_args(0)
        .help("Read the whole list, page by page; --top above 100 reads page by page too")
        .help_heading("Query options")
}
