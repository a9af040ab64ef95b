//! The flags of lists of what happened.

use clap::{Arg, ArgMatches};
use threecx_catalog::Operation;

use super::matches;

/// Their names, which fields cannot have.
pub const NAMES: [&str; 4] = ["since", "until", "window", "cursor"];

/// The period that was typed, each in its own words.
#[derive(Clone, Debug, Default)]
pub struct PeriodFlags {
    pub since: Option<String>,
    pub until: Option<String>,
    pub window: Option<String>,
    pub cursor: Option<String>,
}

impl PeriodFlags {
    /// Nothing for an operation that has none of them.
    pub fn of(operation: &Operation, matches: &ArgMatches) -> PeriodFlags {
        if !is_taken_by(operation) {
            return PeriodFlags::default();
        }
        let [since, until, window, cursor] = NAMES.map(|name| matches::text(matches, name));
        PeriodFlags { since, until, window, cursor }
    }

    /// True if any of them was given.
    pub fn is_given(&self) -> bool {
        [&self.since, &self.until, &self.window, &self.cursor].into_iter().any(Option::is_some)
    }
}

/// True for an operation that has these flags.
pub fn is_taken_by(operation: &Operation) -> bool {
    operation.is_paged() && operation.period.is_some()
}

/// The flags.
pub fn args() -> [Arg; 4] {
    [
        ("since", "WHEN", "Only what happened at or after this time: 7d, 12h, yesterday, 2026-01-31, 2026-01-31T09:30:00Z"),
        ("until", "WHEN", "Only what happened before this time. A date means its beginning; without an offset, the time zone is this machine's"),
        ("window", "LENGTH", "Fetch the period in windows of this length (1d, 6h); one that takes too long is halved"),
        (
            "cursor",
            "FILE",
            "Remember in this file how far the list was read: the next run continues in the same --output-file. By \
             default it reads windows of a day, up to 12 hours ago",
        ),
    ]
    .map(|(name, value, help)| Arg::new(name).long(name).value_name(value).help(help).help_heading("Period"))
}
