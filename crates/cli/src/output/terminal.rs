//! How wide the terminal is.

use std::io;

/// How wide text may be where no terminal says so.
pub const WIDTH: usize = 120;

/// How wide the terminal is on which stdout is shown.
pub fn width() -> usize {
    terminal_size::terminal_size_of(io::stdout()).map_or(WIDTH, |(width, _)| usize::from(width.0).max(40))
}
