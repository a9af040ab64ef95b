//! Colours, where a person sees them; and text from elsewhere, made safe for a terminal.

use std::io::{IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::env_vars;

/// Whether to use colours.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    on: bool,
}

impl Style {
    /// For what goes to stdout.
    pub fn for_stdout() -> Style {
        Style { on: std::io::stdout().is_terminal() && env_vars::NO_COLOR.get().is_none() }
    }

    /// For what goes to stderr.
    pub fn for_stderr() -> Style {
        Style { on: std::io::stderr().is_terminal() && env_vars::NO_COLOR.get().is_none() }
    }

    /// For files.
    pub fn plain() -> Style {
        Style { on: false }
    }

    /// For headings.
    pub fn bold(self, text: &str) -> String {
        self.paint("1", text)
    }

    /// For what is in order, or new.
    pub fn green(self, text: &str) -> String {
        self.paint("32", text)
    }

    /// For errors.
    pub fn red(self, text: &str) -> String {
        self.paint("1;31", text)
    }

    /// For warnings.
    pub fn yellow(self, text: &str) -> String {
        self.paint("1;33", text)
    }

    fn paint(self, code: &str, text: &str) -> String {
        if self.on { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

/// Text that came from elsewhere, without what would control a terminal. Lines stay.
pub fn plain_text(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' { ' ' } else { c }).collect()
}

/// The same on one line, as a cell of a table is.
pub fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// A warning for the person at the terminal.
pub fn warn(text: &str) {
    if is_quiet() {
        return;
    }
    say(&format!("{} {}", Style::for_stderr().yellow("warning:"), plain_text(text)));
}

/// True once `--quiet` was given: only errors and questions are said.
static QUIET: AtomicBool = AtomicBool::new(false);

/// Says nothing from now on but errors and questions.
pub fn be_quiet() {
    QUIET.store(true, Ordering::Relaxed);
}

/// A remark for the person at the terminal.
pub fn note(text: &str) {
    if is_quiet() {
        return;
    }
    say(&plain_text(text));
}

/// A line on stderr that is safe already, perhaps in colours.
pub fn painted(line: &str) {
    say(line);
}

fn is_quiet() -> bool {
    QUIET.load(Ordering::Relaxed)
}

fn say(line: &str) {
    // If stderr is closed, there is nowhere to say it.
    let _ = writeln!(std::io::stderr(), "{line}");
}
