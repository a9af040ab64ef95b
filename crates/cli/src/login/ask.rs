//! Asking a person at the terminal.

use std::io::{self, BufRead, IsTerminal, Write};

use secrecy::SecretString;
#[cfg(unix)]
use secrecy::zeroize::Zeroizing;

use crate::failure::Failure;
use crate::output::style::one_line;

/// A line; where there is a default, Enter takes it. `flag` is what gives it without asking.
pub fn line(question: &str, default: Option<&str>, flag: &str) -> Result<String, Failure> {
    check_interactive(question, flag)?;
    let question = one_line(question);
    loop {
        let offer = default.map(|default| format!(" [{}]", one_line(default))).unwrap_or_default();
        write!(io::stderr(), "{question}{offer}: ").and_then(|()| io::stderr().flush()).map_err(|e| wrong(&e))?;
        let mut answer = String::new();
        if io::stdin().lock().read_line(&mut answer).map_err(|error| wrong(&error))? == 0 {
            // The end of the input, where no Enter has moved the cursor on.
            let _ = writeln!(io::stderr());
            return Err(Failure::Declined);
        }
        match (answer.trim(), default) {
            ("", Some(default)) => return Ok(default.to_owned()),
            ("", None) => {}
            (answer, _) => return Ok(answer.to_owned()),
        }
    }
}

/// A secret, which is not shown while it is typed.
pub fn secret(question: &str, flag: &str) -> Result<SecretString, Failure> {
    check_interactive(question, flag)?;
    loop {
        let answer = hidden(question).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof | io::ErrorKind::Interrupted => Failure::Declined,
            _ => wrong(&error),
        })?;
        if !answer.trim().is_empty() {
            return Ok(answer.into());
        }
    }
}

#[cfg(not(unix))]
fn hidden(question: &str) -> io::Result<String> {
    rpassword::prompt_password(format!("{question}: "))
}

/// A line that is not shown. Ctrl-C is a character during that time, one that ends the line: a signal would
/// end this program before the terminal shows again what is typed.
#[cfg(unix)]
fn hidden(question: &str) -> io::Result<String> {
    use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr};

    const CTRL_C: u8 = 3;

    /// The terminal as it was.
    struct Restored(Termios);

    impl Drop for Restored {
        fn drop(&mut self) {
            // If the terminal is gone, there is nothing to restore.
            let _ = tcsetattr(io::stdin(), OptionalActions::Now, &self.0);
        }
    }

    let restored = Restored(tcgetattr(io::stdin())?);
    let mut silent = restored.0.clone();
    silent.local_modes.remove(LocalModes::ECHO | LocalModes::ISIG);
    silent.local_modes.insert(LocalModes::ECHONL);
    silent.special_codes[SpecialCodeIndex::VEOL] = CTRL_C;
    tcsetattr(io::stdin(), OptionalActions::Now, &silent)?;
    write!(io::stderr(), "{question}: ").and_then(|()| io::stderr().flush())?;
    let mut stdin = io::stdin().lock();
    let mut answer = Zeroizing::new(Vec::new());
    let ended_by = loop {
        let typed = stdin.fill_buf()?;
        let end = typed.iter().position(|byte| matches!(*byte, b'\n' | CTRL_C)).unwrap_or(typed.len());
        answer.extend_from_slice(&typed[..end]);
        let (ended_by, length) = (typed.get(end).copied(), typed.len());
        stdin.consume(length.min(end + 1));
        if ended_by.is_some() || length == 0 {
            break ended_by;
        }
    };
    match ended_by {
        Some(b'\n') => String::from_utf8(answer.to_vec()).map_err(io::Error::other),
        ended_by => {
            writeln!(io::stderr())?;
            let kind = if ended_by.is_some() { io::ErrorKind::Interrupted } else { io::ErrorKind::UnexpectedEof };
            Err(kind.into())
        }
    }
}

/// Without a terminal there is no one to ask.
fn check_interactive(question: &str, flag: &str) -> Result<(), Failure> {
    if io::stdin().is_terminal() && io::stderr().is_terminal() {
        return Ok(());
    }
    Err(Failure::usage(format!("not running interactively, and not given: {question}"))
        .next(format!("Give it with {flag}.")))
}

fn wrong(error: &io::Error) -> Failure {
    Failure::file("stdin", error)
}
