//! Asking before something is interrupted or destroyed. Where nobody can be asked, `--yes` has
//! to have been said.

use std::io::{self, BufRead, IsTerminal, Write};

use threecx::Operation;

use crate::command::operation::warning;
use crate::failure::Failure;
use crate::output::style::{Style, plain_text};

/// Who has agreed to what an operation interrupts or destroys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consent {
    /// Nothing is lost, or it was said that it may be.
    Given,
    /// Somebody at a terminal has to be asked.
    ToBeAsked,
}

impl Consent {
    /// Whether somebody has to be asked; refused where that is not possible.
    pub fn of(operation: &Operation, asked_not_to: bool) -> Result<Consent, Failure> {
        match warning(operation) {
            Some(warning) if !asked_not_to && !somebody_is_there() => Err(Failure::Unconfirmed { warning }),
            Some(_) if !asked_not_to => Ok(Consent::ToBeAsked),
            _ => Ok(Consent::Given),
        }
    }

    /// Asks, if that is needed. `concerned` is how many and which things, where that is known.
    pub fn ask(self, operation: &Operation, concerned: Option<&str>) -> Result<(), Failure> {
        let (Consent::ToBeAsked, Some(warning)) = (self, warning(operation)) else { return Ok(()) };
        let concerned = concerned.map(|concerned| format!(" It concerns {concerned}.")).unwrap_or_default();
        let question = plain_text(&format!("{warning}{concerned}"));
        agreed(&format!("{} Continue?", Style::for_stderr().yellow(&question)))
    }
}

/// Asks before something that was shown is sent, where somebody is there and it was not said that
/// it may be.
pub fn ask_where_somebody_is_there(question: &str, asked_not_to: bool) -> Result<(), Failure> {
    if asked_not_to || !somebody_is_there() { Ok(()) } else { agreed(question) }
}

fn agreed(question: &str) -> Result<(), Failure> {
    let answer = answer_to(&format!("{question} [y/N] "))?;
    if matches!(answer.as_str(), "y" | "yes") { Ok(()) } else { Err(Failure::Declined) }
}

/// True if there is a terminal to ask at, and to answer.
pub fn somebody_is_there() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// What somebody answers, in small letters.
pub fn answer_to(question: &str) -> Result<String, Failure> {
    let mut stderr = io::stderr().lock();
    let wrong = |error: io::Error| Failure::file("stdin", &error);
    write!(stderr, "{question}").map_err(wrong)?;
    stderr.flush().map_err(wrong)?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer).map_err(wrong)?;
    if answer.is_empty() {
        // The end of the input, where no Enter has moved the cursor on.
        writeln!(stderr).map_err(wrong)?;
    }
    Ok(answer.trim().to_lowercase())
}
