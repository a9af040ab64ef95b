//! From what was typed to the arguments of a call. A list, an object or the body may be
//! `@file` for a file's content or `-` for stdin; any other value is taken as it stands, so
//! that a text may begin with `@`.

use std::io::Read;

use clap::ArgMatches;
use threecx::Arguments;

use crate::command::flags::Flag;
use crate::failure::Failure;
use crate::output::text;

/// Stdin, which can be read for one thing only.
#[derive(Debug, Default)]
pub struct Stdin {
    read_for: Option<String>,
}

impl Stdin {
    /// Says what it is read for.
    pub fn take(&mut self, flag: &str) -> Result<(), Failure> {
        if let Some(other) = &self.read_for {
            return Err(Failure::Usage {
                message: format!("{flag}: stdin is read for {other} already"),
                next_step: Some(format!("Give one of the two as a file: {flag} @file.json")),
            });
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

/// What was given for an operation.
pub fn gather(flags: &[Flag], matches: &ArgMatches, stdin: &mut Stdin) -> Result<Arguments, Failure> {
    let mut arguments = Arguments::default();
    for flag in flags {
        let Some(value) = text(matches, &flag.long) else { continue };
        let value = match value.strip_prefix('@') {
            Some(path) if flag.is_content() => {
                let file = std::fs::read(path).map_err(|error| Failure::file(path, &error))?;
                threecx_core::content::encoded(file)
            }
            _ if flag.takes_files() => content(&format!("--{}", flag.long), value, stdin)?,
            _ => value,
        };
        arguments.set(flag.place, flag.name, value);
    }
    Ok(arguments)
}

/// The words that stand without a flag.
pub fn words(matches: &ArgMatches) -> Vec<String> {
    matches.try_get_many::<String>("words").ok().flatten().into_iter().flatten().cloned().collect()
}
