//! Standard input and files that are read for a value.

use crate::failure::Failure;
use crate::text_file::{self, STDIN};

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
        text_file::read(STDIN)
    }
}

/// The content of a text file.
pub fn read_file(path: &str) -> Result<String, Failure> {
    text_file::read(path)
}

/// What a value that was typed says, where a file may be named: `@file` is the file, `@@text` is `@text`.
#[derive(Debug, PartialEq, Eq)]
pub enum Typed<'v> {
    File(&'v str),
    Text(&'v str),
}

impl<'v> Typed<'v> {
    pub fn of(value: &'v str) -> Typed<'v> {
        match value.strip_prefix('@') {
            Some(text) if text.starts_with('@') => Typed::Text(text),
            Some(path) => Typed::File(path),
            None => Typed::Text(value),
        }
    }
}

/// The value of a flag that may name a file or stdin.
pub fn content(flag: &str, value: String, stdin: &mut Stdin) -> Result<String, Failure> {
    match Typed::of(&value) {
        Typed::File(STDIN) => stdin.read(flag),
        Typed::File(path) => read_file(path),
        Typed::Text(STDIN) => stdin.read(flag),
        Typed::Text(text) => Ok(text.to_owned()),
    }
}
