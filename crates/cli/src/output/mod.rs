//! What goes to stdout: tables for people, JSON for programs, files.

pub mod answer;
pub mod columns;
pub mod file;
pub mod json;
pub mod style;
pub mod table;
pub mod wrap;

use std::fs::File;
use std::io::{self, BufWriter, Write};

use clap::ArgMatches;

use crate::failure::Failure;

/// How wide text may be where no terminal says so.
const WIDTH: usize = 120;

/// How to print.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Table,
    /// For programs.
    Json,
}

/// Where to print, and how.
#[derive(Clone, Debug)]
pub struct Output {
    pub format: Format,
    /// `--output-file`
    pub file: Option<String>,
}

impl Output {
    /// From `--output` and `--output-file`.
    pub fn from(matches: &ArgMatches) -> Output {
        let json = text(matches, "output").is_some_and(|format| format == "json");
        Output { format: if json { Format::Json } else { Format::Table }, file: text(matches, "output-file") }
    }

    /// True for `-o json`.
    pub fn is_json(&self) -> bool {
        self.format == Format::Json
    }

    /// Where the answer goes: stdout, or the file that was named.
    pub fn open(&self) -> Result<Sink, Failure> {
        let inner: Box<dyn Write> = match self.file.as_deref() {
            None | Some("-") => Box::new(io::stdout().lock()),
            Some(path) => Box::new(File::create(path).map_err(|error| Failure::file(path, &error))?),
        };
        Ok(Sink { inner: BufWriter::new(inner) })
    }

    /// How wide a line may be.
    pub fn width(&self) -> usize {
        match self.file.as_deref() {
            None | Some("-") => width(),
            Some(_) => WIDTH,
        }
    }
}

/// How wide the terminal is on which stdout is shown.
pub fn width() -> usize {
    terminal_size::terminal_size_of(io::stdout()).map_or(WIDTH, |(width, _)| usize::from(width.0).max(40))
}

/// Somewhere to print. What is printed arrives when it is finished.
pub struct Sink {
    inner: BufWriter<Box<dyn Write>>,
}

impl Sink {
    /// Prints a line.
    pub fn line(&mut self, text: &str) -> Result<(), Failure> {
        self.inner.write_all(text.as_bytes())?;
        self.inner.write_all(b"\n")?;
        Ok(())
    }

    /// Prints text as it is.
    pub fn raw(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        Ok(self.inner.write_all(bytes)?)
    }

    /// Makes sure that all of it has arrived.
    pub fn finish(mut self) -> Result<(), Failure> {
        Ok(self.inner.flush()?)
    }
}

/// The value of a flag, where the command has it and it was given.
pub fn text(matches: &ArgMatches, name: &str) -> Option<String> {
    matches.try_get_one::<String>(name).ok().flatten().cloned()
}

/// True if a flag without a value was given.
pub fn flag(matches: &ArgMatches, name: &str) -> bool {
    matches.try_get_one::<bool>(name).ok().flatten().copied().unwrap_or(false)
}
