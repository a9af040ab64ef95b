//! Standard input and files that are read for a value. A list, an object or the body may be
//! `@file` for a file's content or `-` for stdin.

use std::io::Read;

use crate::failure::Failure;

/// Stdin, which can be read for one thing only.
#[derive(Debug, Default)]
pub struct Stdin {
    read_for: Option<String>,
}

impl Stdin {
    /// Says what it is read for.
    pub fn take(&mut self, flag: &str) -> Result<(), Failure> {
        if let Some(other) = &self.read_for {
            return Err(Failure::usage(format!("{flag}: stdin is already read for {other}"))
                .next(format!("Give one of the two as a file: {flag} @file.json")));
        }
        self.read_for = Some(flag.to_owned());
        Ok(())
    }

    /// All of it.
    pub fn read(&mut self, flag: &str) -> Result<String, Failure> {
        self.take(flag)?;
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).map_err(|error| Failure::file("stdin", &error))?;
        Ok(without_mark(text))
    }
}

/// The content of a text file.
pub fn read_file(path: &str) -> Result<String, Failure> {
    std::fs::read_to_string(path).map(without_mark).map_err(|error| Failure::file(path, &error))
}

/// Windows programs begin a UTF-8 file with a byte order mark.
fn without_mark(text: String) -> String {
    text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text)
}

/// The value of a flag that may name a file or stdin.
pub fn content(flag: &str, value: String, stdin: &mut Stdin) -> Result<String, Failure> {
    match value.strip_prefix('@') {
        Some(path) => read_file(path),
        None if value == "-" => stdin.read(flag),
        None => Ok(value),
    }
}
