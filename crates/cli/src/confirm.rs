//! Asking before something is interrupted or destroyed. Only where a person can answer:
//! scripts go ahead.

use std::io::{self, BufRead, IsTerminal, Write};

use threecx::Operation;

use crate::command::operation::warning;
use crate::failure::Failure;
use crate::output::style::Style;

/// Asks, if the operation is one that wants asking and there is somebody to ask.
pub fn confirm(operation: &Operation, asked_not_to: bool) -> Result<(), Failure> {
    let Some(warning) = warning(operation) else { return Ok(()) };
    if asked_not_to || !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Ok(());
    }
    let mut stderr = io::stderr().lock();
    let wrong = |error: io::Error| Failure::file("stdin", &error);
    write!(stderr, "{} Continue? [y/N] ", Style::for_stderr().yellow(&warning)).map_err(wrong)?;
    stderr.flush().map_err(wrong)?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer).map_err(wrong)?;
    if answer.is_empty() {
        // The end of the input, where no Enter has moved the cursor on.
        writeln!(stderr).map_err(wrong)?;
    }
    if matches!(answer.trim().to_lowercase().as_str(), "y" | "yes") { Ok(()) } else { Err(Failure::Declined) }
}
