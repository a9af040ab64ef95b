//! Where to print and how: the flags of the output, understood.

use std::io::{self, IsTerminal};
use std::path::Path;
use std::rc::Rc;

use super::csv::CsvStyle;
use super::excel::Excel;
use super::format::Format;
use super::jq::Jq;
use super::shape::Shape;
use super::sink::Sink;
use super::style;
use super::terminal::{WIDTH, room, width};
use crate::args::output::OutputFlags;
use crate::atomic_file::{Readers, is_special};
use crate::failure::Failure;

/// Names of stdout. What is behind them may be a file, which is somebody else's to replace.
const STDOUT: [&str; 3] = ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"];

/// Where to print, and how.
#[derive(Clone, Debug)]
pub struct Output {
    pub format: Format,
    /// `--output-file`
    pub file: Option<String>,
    /// `--delimiter` and `--excel`: what CSV is like; a workbook is written with the same times.
    pub csv: CsvStyle,
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
        let OutputFlags { format: named, file, delimiter, excel, jq, raw, quiet } = flags;
        let file = file.map(|path| if STDOUT.contains(&path.as_str()) { "-".to_owned() } else { path });
        if let Some(path) = file.as_deref().filter(|_| named.is_none())
            && let Some((name, next_step)) = Format::unwritten(path)
        {
            return Err(Failure::usage(format!("{path}: this program does not write {name}")).next(next_step));
        }
        let jq = jq.map(|expression| Jq::compile(&expression)).transpose()?.map(Rc::new);
        let by_file = || file.as_deref().and_then(Format::of_file);
        // What comes out of a filter are values, as jq prints them.
        let usual = match (excel || delimiter.is_some(), &jq) {
            (true, _) => Format::Csv,
            (false, Some(_)) => Format::Ndjson,
            (false, None) => Format::Table,
        };
        let format = named.or_else(by_file).unwrap_or(usual);
        let misfit = |flag: &str, what: &str, next: &str| {
            Err(Failure::usage(format!("{flag} is for {what}, and this is written as {}", format.name())).next(next))
        };
        if delimiter.is_some() && format != Format::Csv {
            return misfit("--delimiter", "CSV", "Add -o csv, or leave it out.");
        }
        if excel && !matches!(format, Format::Csv | Format::Xlsx) {
            return misfit("--excel", "CSV and workbooks", "Add -o csv or -o xlsx, or leave it out.");
        }
        let excel = excel.then(|| Excel::here(delimiter));
        let delimiter = delimiter.or_else(|| excel.as_ref().map(Excel::delimiter)).unwrap_or_default();
        if raw && (jq.is_none() || format != Format::Ndjson) {
            return Err(Failure::usage("--raw-output is for the strings that --jq makes, one per line")
                .next("Add --jq, and leave out -o or use -o ndjson."));
        }
        let output =
            Output { format, file, csv: CsvStyle { delimiter, excel }, jq, implied: named.is_none(), raw, quiet };
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
        self.file.as_deref().is_some_and(|path| path == "-" || is_special(Path::new(path)))
    }

    /// The file that the answer takes the place of, once it is whole.
    pub fn replaced(&self) -> Option<&str> {
        self.file.as_deref().filter(|_| !self.is_stream())
    }

    fn on_stdout(&self) -> bool {
        matches!(self.file.as_deref(), None | Some("-"))
    }

    /// Where the answer goes: stdout, or the file that was named, which is replaced. For what holds no secrets.
    pub fn open(&self) -> Result<Sink, Failure> {
        self.create(Readers::Everybody)
    }

    /// The same for what may hold any: only its owner can read the file, whoever could read the one before.
    pub fn open_private(&self) -> Result<Sink, Failure> {
        self.create(Readers::Owner)
    }

    /// The same for what has this shape.
    pub fn open_for(&self, shape: &Shape) -> Result<Sink, Failure> {
        if let Some(path) = self.file.as_deref().filter(|_| self.implied && !self.on_stdout())
            && Path::new(path).extension().is_some()
            && Format::of_file(path).is_none()
        {
            let format = if self.format == Format::Table { "a table" } else { self.format.name() };
            self.remark(&[format!("{path} is written as {format}; -o sets another format.")]);
        }
        self.create(self.readers(shape))
    }

    /// Who may read a file with what has this shape. Tables and spreadsheets leave secrets out that nobody
    /// named; a filter can bring any.
    pub fn readers(&self, shape: &Shape) -> Readers {
        let named = || self.jq.is_some() || shape.select.is_some() || shape.expand.is_some();
        let comes = matches!(self.format, Format::Json | Format::Ndjson | Format::Yaml) || named();
        let may_hold = shape.structure.is_none() || shape.has_secrets();
        if comes && may_hold { Readers::Owner } else { Readers::Everybody }
    }

    fn create(&self, readers: Readers) -> Result<Sink, Failure> {
        match self.file.as_deref().filter(|_| !self.on_stdout()) {
            None => Ok(Sink::stdout()),
            Some(path) => Sink::create(path, readers),
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
            lines.iter().for_each(|line| style::note(line));
        }
    }

    /// True if a person sees stderr and wants to.
    pub fn shows_progress(&self) -> bool {
        !self.quiet && io::stderr().is_terminal()
    }
}
