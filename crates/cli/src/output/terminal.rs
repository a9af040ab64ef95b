//! How wide the terminal is.

use std::io;

use crate::env_vars::COLUMNS;

/// How wide text may be where nothing says so.
pub const WIDTH: usize = 120;

/// The least width that makes sense.
const LEAST: usize = 40;

/// How wide text may be on stdout.
pub fn width() -> usize {
    room().unwrap_or(WIDTH)
}

/// How wide stdout is: what `COLUMNS` says, or the terminal; nothing for a pipe or a file.
pub fn room() -> Option<usize> {
    let said = COLUMNS.get().and_then(|columns| columns.trim().parse().ok());
    let terminal = || terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| usize::from(width.0));
    said.filter(|columns| *columns > 0).or_else(terminal).map(|columns: usize| columns.max(LEAST))
}
