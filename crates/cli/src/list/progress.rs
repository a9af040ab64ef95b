//! How far a list is, for the person at the terminal: rows, how fast they come and, where their
//! number is known, how long it takes.

use std::cell::Cell;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::output::Output;

/// Shown on stderr, if that is a terminal.
pub struct Progress {
    bar: Option<ProgressBar>,
    known: Cell<bool>,
}

const UNKNOWN: &str = "{spinner} {human_pos} rows, {per_sec:.0}";
const KNOWN: &str = "{spinner} {human_pos} of {human_len} rows, {per_sec:.0}, {eta} left";

impl Progress {
    /// For a list and the number of rows that are wanted of it; `None` for all.
    pub fn new(output: &Output, wanted: Option<u64>) -> Progress {
        let bar = output.shows_progress().then(|| {
            let bar = ProgressBar::with_draw_target(wanted, ProgressDrawTarget::stderr());
            bar.with_style(style(wanted.is_some()))
        });
        Progress { bar, known: Cell::new(wanted.is_some()) }
    }

    /// True if it is visible.
    pub fn is_shown(&self) -> bool {
        self.bar.is_some()
    }

    /// The number of rows that have come, of all if that is known.
    pub fn page(&self, rows: u64, count: Option<u64>) {
        let Some(bar) = &self.bar else { return };
        if let Some(count) = count.filter(|_| !self.known.replace(true)) {
            bar.set_length(count);
            bar.set_style(style(true));
        }
        bar.set_position(rows);
    }

    /// Takes it away.
    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn style(known: bool) -> ProgressStyle {
    let template = if known { KNOWN } else { UNKNOWN };
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
