//! Asking before something is interrupted, destroyed or replaced. What needs agreement is decided by
//! the guard in the core; here is who agrees, and how. Where no one can be asked, `--yes` is
//! required.

use std::io::{self, BufRead, IsTerminal, Write};

use threecx_core::guard::Finding;

use crate::failure::Failure;
use crate::output::style::{Style, one_line};

/// Who has agreed to what is interrupted, destroyed or replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Consent {
    /// There is nothing to agree to, or it was agreed to.
    Given,
    /// Someone at a terminal has to be asked, and told this.
    ToBeAsked { warning: String, pbx: Option<String> },
}

impl Consent {
    /// Whether someone has to be asked because of what was found; refused where that is not possible.
    /// `concerned` is what is known of that without asking the PBX, and `pbx` which one it is.
    pub fn to(
        findings: &[Finding],
        agreed: bool,
        concerned: impl FnOnce() -> Option<String>,
        pbx: Option<String>,
    ) -> Result<Consent, Failure> {
        let sentences: Vec<String> = findings.iter().map(Finding::sentence).collect();
        Consent::to_sentences(sentences, agreed, concerned, pbx)
    }

    /// The same, for sentences from elsewhere.
    pub fn to_sentences(
        sentences: Vec<String>,
        agreed: bool,
        concerned: impl FnOnce() -> Option<String>,
        pbx: Option<String>,
    ) -> Result<Consent, Failure> {
        if sentences.is_empty() || agreed {
            return Ok(Consent::Given);
        }
        let warning = sentences.join(" ");
        if !is_interactive() {
            return Err(Failure::Unconfirmed { warning: in_full(&warning, concerned().as_deref(), pbx.as_deref()) });
        }
        Ok(Consent::ToBeAsked { warning, pbx })
    }

    /// Asks, if that is needed. `concerned` is how many and which things, where that is known.
    pub fn ask(self, concerned: Option<&str>) -> Result<(), Failure> {
        let Consent::ToBeAsked { warning, pbx } = self else { return Ok(()) };
        let question = one_line(&in_full(&warning, concerned, pbx.as_deref()));
        agreed(&format!("{} Continue?", Style::for_stderr().yellow(&question)))
    }
}

/// `This deletes the queue. On pbx.example.com (profile acme) it affects 1 queue: 800 Sales.`
fn in_full(warning: &str, concerned: Option<&str>, pbx: Option<&str>) -> String {
    match (concerned, pbx) {
        (None, None) => warning.to_owned(),
        (Some(concerned), None) => format!("{warning} It affects {concerned}."),
        (None, Some(pbx)) => format!("{warning} It will be sent to {pbx}."),
        (Some(concerned), Some(pbx)) => format!("{warning} On {pbx} it affects {concerned}."),
    }
}

/// Asks before something that was shown is sent to a PBX, where there is someone to ask and it was not
/// agreed to beforehand.
pub fn ask_if_interactive(verb: &str, pbx: Option<&str>, agreed_already: bool) -> Result<(), Failure> {
    if agreed_already || !is_interactive() {
        return Ok(());
    }
    let to = pbx.map(|pbx| format!(" to {pbx}")).unwrap_or_default();
    agreed(&one_line(&format!("{verb} this{to}?")))
}

/// Asks a question that is answered with yes or no.
pub fn agreed(question: &str) -> Result<(), Failure> {
    let answer = answer_to(&format!("{question} [y/N] "))?;
    if matches!(answer.as_str(), "y" | "yes") { Ok(()) } else { Err(Failure::Declined) }
}

/// True if there is a terminal to ask at, and to answer.
pub fn is_interactive() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// The answer of the user, in lowercase.
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
