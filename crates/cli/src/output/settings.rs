//! Where to print and how: the flags of the output, understood.

use std::io::{self, IsTerminal};
use std::path::Path;
use std::rc::Rc;

use super::format::Format;
use super::jq::Jq;
use super::shape::Shape;
use super::sink::Sink;
use super::style;
use super::terminal::{WIDTH, room, width};
use crate::args::output::OutputFlags;
use crate::failure::Failure;

/// Where to print, and how.
#[derive(Clone, Debug)]
pub struct Output {
    pub format: Format,
    /// `--output-file`
    pub file: Option<String>,
    /// `--jq`: what is made of a row or an answer.
    pub jq: Option<Rc<Jq>>,
    /// True if `-o` does not name the format.
    pub implied: bool,
    /// `--raw-output`: texts without their quotes.
    pub raw: bool,
    /// `--quiet`
    pub quiet: bool,
}

impl Output {
    /// From the flags. Refuses an invalid filter, and what a terminal cannot show.
    pub fn from(flags: OutputFlags) -> Result<Output, Failure> {
        let OutputFlags { format: named, file, jq, raw, quiet } = flags;
        let jq = jq.map(|expression| Jq::compile(&expression)).transpose()?.map(Rc::new);
        let by_file = || file.as_deref().and_then(Format::of_file);
        // What comes out of a filter are values, as jq prints them.
        let usual = if jq.is_some() { Format::Ndjson } else { Format::Table };
        let format = named.or_else(by_file).unwrap_or(usual);
        if raw && (jq.is_none() || format != Format::Ndjson) {
            return Err(Failure::usage("--raw-output is for the strings that --jq makes, one per line")
                .next("Add --jq, and leave out -o or use -o ndjson."));
        }
        let output = Output { format, file, jq, implied: named.is_none(), raw, quiet };
        if format.is_binary() && output.on_stdout() && io::stdout().is_terminal() {
            return Err(Failure::usage(format!("a terminal cannot show {}", format.name()))
                .next(format!("Name a file: --output-file list.{}", format.name())));
        }
        Ok(output)
    }

    /// The same, on stdout even if a file was named: for messages about that file.
    #[must_use]
    pub fn to_stdout(&self) -> Output {
        Output { file: None, ..self.clone() }
    }

    /// True for what programs read: anything but a table.
    pub fn is_for_programs(&self) -> bool {
        self.format != Format::Table
    }

    /// For what is printed beside an answer: no filter, and a format only if `-o` names it.
    #[must_use]
    pub fn unfiltered(&self) -> Output {
        let format = if self.implied { Format::Table } else { self.format };
        Output { jq: None, raw: false, format, ..self.clone() }
    }

    /// True if the answer would take the place of this file.
    pub fn replaces(&self, path: &Path) -> bool {
        let Some(file) = self.file.as_deref().filter(|_| !self.on_stdout()) else { return false };
        let whole = |path: &Path| path.canonicalize().or_else(|_| std::path::absolute(path)).ok();
        whole(Path::new(file)) == whole(path)
    }

    /// True where nothing that is written can be taken back, or be put in the place of what is there:
    /// stdout, a pipe, a device.
    pub fn is_stream(&self) -> bool {
        let special = |path: &str| std::fs::metadata(path).is_ok_and(|about| !about.is_file() && !about.is_dir());
        self.file.as_deref().is_some_and(|path| path == "-" || special(path))
    }

    fn on_stdout(&self) -> bool {
        matches!(self.file.as_deref(), None | Some("-"))
    }

    /// Where the answer goes: stdout, or the file that was named, which is replaced.
    pub fn open(&self) -> Result<Sink, Failure> {
        self.create(false)
    }

    /// The same for what has this shape: where secrets go into a new file, only its owner
    /// can read it.
    pub fn open_for(&self, shape: &Shape) -> Result<Sink, Failure> {
        if let Some(path) = self.file.as_deref().filter(|_| self.implied && !self.on_stdout())
            && Path::new(path).extension().is_some()
            && Format::of_file(path).is_none()
        {
            let format = if self.format == Format::Table { "a table" } else { self.format.name() };
            self.remark(&[format!("{path} is written as {format}; -o sets another format.")]);
        }
        self.create(self.is_secret(shape))
    }

    /// True if secrets of this shape are printed as they come.
    pub fn is_secret(&self, shape: &Shape) -> bool {
        matches!(self.format, Format::Json | Format::Ndjson | Format::Yaml) && shape.has_secrets()
    }

    fn create(&self, private: bool) -> Result<Sink, Failure> {
        match self.file.as_deref().filter(|_| !self.on_stdout()) {
            None => Ok(Sink::stdout()),
            Some(path) => Sink::create(path, private),
        }
    }

    /// How wide a line of text may be.
    pub fn width(&self) -> usize {
        if self.on_stdout() { width() } else { WIDTH }
    }

    /// How wide a table may be: programs and files take it whole.
    pub fn room(&self) -> Option<usize> {
        self.on_stdout().then(room).flatten()
    }

    /// Says something to the person at the terminal, unless they want it quiet.
    pub fn remark(&self, remarks: &[String]) {
        if !self.quiet && !remarks.is_empty() {
            style::note(&remarks.join(" "));
        }
    }

    /// The same, each on a line of its own.
    pub fn remark_lines(&self, lines: &[String]) {
        if !self.quiet {
            lines.iter().for_each(|line| style::painted(line));
        }
    }

    /// True if a person sees stderr and wants to.
    pub fn shows_progress(&self) -> bool {
        !self.quiet && io::stderr().is_terminal()
    }
}
