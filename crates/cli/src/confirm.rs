//! Asking before something is interrupted or destroyed. Where nobody can be asked, `--yes` has
//! to have been said.

use std::io::{self, BufRead, IsTerminal, Write};

use threecx_core::guard::Finding;

use crate::failure::Failure;
use crate::output::style::{Style, plain_text};

/// Who has agreed to what an operation interrupts or destroys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Consent {
    /// Nothing is lost, or it was said that it may be.
    Given,
    /// Somebody at a terminal has to be asked, and told this.
    ToBeAsked(String),
}

impl Consent {
    /// Whether somebody has to be asked because of a warning; refused where that is not possible.
    /// `concerned` is what is known of that without asking the PBX, and `pbx` which one it is.
    pub fn to(
        warning: Option<String>,
        asked_not_to: bool,
        concerned: impl FnOnce() -> Option<String>,
        pbx: Option<&str>,
    ) -> Result<Consent, Failure> {
        match warning {
            Some(warning) if !asked_not_to && !somebody_is_there() => {
                Err(Failure::Unconfirmed { warning: told(&warning, concerned().as_deref(), pbx) })
            }
            Some(warning) if !asked_not_to => Ok(Consent::ToBeAsked(warning)),
            _ => Ok(Consent::Given),
        }
    }

    /// Asks, if that is needed. `concerned` is how many and which things, where that is known.
    pub fn ask(self, concerned: Option<&str>, pbx: Option<&str>) -> Result<(), Failure> {
        let Consent::ToBeAsked(warning) = self else { return Ok(()) };
        let question = plain_text(&told(&warning, concerned, pbx));
        agreed(&format!("{} Continue?", Style::for_stderr().yellow(&question)))
    }
}

/// `This deletes the queue. On pbx.example.com (profile acme) it concerns 1 queue: 800 Sales.`
fn told(warning: &str, concerned: Option<&str>, pbx: Option<&str>) -> String {
    match (concerned, pbx) {
        (None, None) => warning.to_owned(),
        (Some(concerned), None) => format!("{warning} It concerns {concerned}."),
        (None, Some(pbx)) => format!("{warning} It goes to {pbx}."),
        (Some(concerned), Some(pbx)) => format!("{warning} On {pbx} it concerns {concerned}."),
    }
}

/// What was found about a call, as sentences.
pub fn warning(findings: &[Finding]) -> Option<String> {
    let sentences: Vec<String> = findings.iter().map(Finding::sentence).collect();
    (!sentences.is_empty()).then(|| sentences.join(" "))
}

/// Asks before something that was shown is sent to a PBX, where somebody is there and it was not
/// said that it may be.
pub fn ask_where_somebody_is_there(verb: &str, pbx: Option<&str>, asked_not_to: bool) -> Result<(), Failure> {
    if asked_not_to || !somebody_is_there() {
        return Ok(());
    }
    let to = pbx.map(|pbx| format!(" to {pbx}")).unwrap_or_default();
    agreed(&plain_text(&format!("{verb} this{to}?")))
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
