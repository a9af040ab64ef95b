//! Asking a person at the terminal.

use std::io::{self, BufRead, IsTerminal, Write};

use secrecy::SecretString;

use crate::failure::Failure;

/// A line; where there is a default, Enter takes it. `flag` is what gives it without asking.
pub fn line(question: &str, default: Option<&str>, flag: &str) -> Result<String, Failure> {
    somebody(question, flag)?;
    loop {
        let offer = default.map(|default| format!(" [{default}]")).unwrap_or_default();
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
    somebody(question, flag)?;
    loop {
        let answer = rpassword::prompt_password(format!("{question}: ")).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => Failure::Declined,
            _ => wrong(&error),
        })?;
        if !answer.trim().is_empty() {
            return Ok(answer.into());
        }
    }
}

/// Without a terminal there is nobody to ask.
fn somebody(question: &str, flag: &str) -> Result<(), Failure> {
    if io::stdin().is_terminal() && io::stderr().is_terminal() {
        return Ok(());
    }
    Err(Failure::Usage {
        message: format!("no terminal to ask at, and not given: {question}"),
        next_step: Some(format!("Give it with {flag}.")),
    })
}

fn wrong(error: &io::Error) -> Failure {
    Failure::file("stdin", error)
}
