//! `--jq`: a filter over each row of a list, or over the value that one answer is.

use std::rc::Rc;

use jaq_core::data::JustLut;
use jaq_core::load::{Arena, File, Loader};
use jaq_core::{Compiler, Ctx, Exn, Filter, Vars, load, unwrap_valr};
use jaq_json::{Val, read, write};
use threecx_core::{InputError, Position};

use super::rows::Rows;
use crate::failure::Failure;

/// The formats of jq that jaq lacks.
const FORMATS: &str = include_str!("formats.jq");

/// A filter, ready to run.
pub struct Jq {
    filter: Filter<JustLut<Val>>,
    expression: String,
}

impl std::fmt::Debug for Jq {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Jq").field(&self.expression).finish()
    }
}

impl Jq {
    /// Reads a filter.
    pub fn compile(expression: &str) -> Result<Jq, Failure> {
        let formats = load::parse(FORMATS, |parser| parser.defs()).into_iter().flatten();
        let defs = jaq_core::defs().chain(jaq_std::defs()).chain(jaq_json::defs()).chain(formats);
        let funs = jaq_core::funs().chain(jaq_std::funs()).chain(jaq_json::funs());
        let arena = Arena::default();
        let modules = Loader::new(defs)
            .load(&arena, File { code: expression, path: () })
            .map_err(|errors| refusal(expression, errors.into_iter().flat_map(|(_, error)| syntax(error)).next()))?;
        let filter = Compiler::default().with_funs(funs).compile(modules).map_err(|errors| {
            let mut undefined = errors.into_iter().flat_map(|(_, errors)| errors);
            refusal(
                expression,
                undefined.next().map(|(name, kind)| {
                    ("something that exists".into(), format!("the {} `{name}`", kind.as_str()), name)
                }),
            )
        })?;
        Ok(Jq { filter, expression: expression.to_owned() })
    }

    /// As it was typed.
    pub fn expression(&self) -> &str {
        &self.expression
    }

    /// Runs it over a JSON value; what comes out goes to `emit`, one value after the other. Returns the exit
    /// code if the filter says `halt`, after which it runs no more.
    pub fn run(&self, json: &str, mut emit: impl FnMut(&str) -> Result<(), Failure>) -> Result<Option<u8>, Failure> {
        let failed = |message: String| Failure::Jq { message, row: None };
        let input = read::parse_single(json.as_bytes()).map_err(|error| failed(error.to_string()))?;
        let context = Ctx::<JustLut<Val>>::new(&self.filter.lut, Vars::new([]));
        let mut text = Vec::new();
        for value in self.filter.id.run((context, input)) {
            let value = match value.map_err(Exn::get_halt) {
                Ok(value) => value,
                Err(Ok(code)) => return Ok(Some(u8::try_from(code).unwrap_or(HALTED))),
                Err(Err(error)) => unwrap_valr(Err(error)).map_err(|error| failed(error.to_string()))?,
            };
            text.clear();
            write::write(&mut text, &write::Pp::default(), 0, &value).map_err(|error| failed(error.to_string()))?;
            emit(&String::from_utf8_lossy(&text))?;
        }
        Ok(None)
    }
}

/// What a filter that halted comes to.
pub fn halted(code: Option<u8>) -> Result<(), Failure> {
    match code {
        None | Some(0) => Ok(()),
        Some(code) => Err(Failure::Halted { code }),
    }
}

/// The exit code of `halt_error`, for a code that is none.
const HALTED: u8 = 5;

/// What was expected, what came, and where.
type Complaint<'a> = (String, String, &'a str);

fn syntax(error: load::Error<&str>) -> Vec<Complaint<'_>> {
    let came = |text: &str| if text.is_empty() { "the end".to_owned() } else { format!("`{text}`") };
    match error {
        load::Error::Io(errors) => errors.into_iter().map(|(path, error)| ("no import".into(), error, path)).collect(),
        load::Error::Lex(errors) => {
            errors.into_iter().map(|(expected, at)| (expected.as_str().to_owned(), came(at), at)).collect()
        }
        load::Error::Parse(errors) => {
            errors.into_iter().map(|(expected, at)| (expected.as_str().to_owned(), came(at), at)).collect()
        }
    }
}

fn refusal(expression: &str, complaint: Option<Complaint<'_>>) -> Failure {
    let (expected, came, at) = complaint.unwrap_or(("a filter".into(), format!("`{expression}`"), expression));
    let start = load::span(expression, at).start.min(expression.len());
    let before = expression.get(..start).unwrap_or(expression);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    let error = InputError {
        argument: "--jq".into(),
        path: String::new(),
        expected,
        came,
        position: Some(Position { line, column }),
        hint: Some("The document is one row of a list, or the value of a single answer: --jq '.Number'".into()),
    };
    threecx::Error::from(error).into()
}

/// Rows on their way through a filter.
pub struct Filtered {
    jq: Rc<Jq>,
    rows: Box<dyn Rows>,
    number: u64,
    /// The exit code, once the filter has halted: rows after that are not its own.
    halted: Option<u8>,
}

impl Filtered {
    pub fn new(jq: Rc<Jq>, rows: Box<dyn Rows>) -> Filtered {
        Filtered { jq, rows, number: 0, halted: None }
    }
}

impl Rows for Filtered {
    fn row(&mut self, row: &str) -> Result<(), Failure> {
        let Filtered { jq, rows, number, halted } = self;
        if halted.is_some() {
            return Ok(());
        }
        *number += 1;
        // The row itself may hold secrets, its number does not.
        *halted = jq.run(row, |value| rows.row(value)).map_err(|failure| match failure {
            Failure::Jq { message, .. } => Failure::Jq { message, row: Some(*number) },
            other => other,
        })?;
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<Vec<String>, Failure> {
        let remarks = self.rows.finish()?;
        halted(self.halted)?;
        Ok(remarks)
    }

    fn checkpoint(&mut self) -> Result<u64, Failure> {
        self.rows.checkpoint()
    }
}
