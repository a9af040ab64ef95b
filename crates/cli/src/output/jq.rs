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
        if nesting(expression) > DEEPEST {
            let expected = format!("a jq filter at most {DEEPEST} levels deep");
            return Err(threecx::Error::from(InputError::of("--jq", expected, "deeper nesting")).into());
        }
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

    fn complaint(&self, text: &str) -> String {
        complaint(text, &self.expression)
    }

    /// Runs it over a JSON value; what comes out goes to `emit`, one value after the other. Returns the exit
    /// code if the filter says `halt`, after which it runs no more.
    pub fn run(&self, json: &str, mut emit: impl FnMut(&str) -> Result<(), Failure>) -> Result<Option<u8>, Failure> {
        let failed = |message: String| Failure::Jq { message, row: None };
        let unreadable = |_| failed("the answer is not JSON that can be read".to_owned());
        let input = read::parse_single(json.as_bytes()).map_err(unreadable)?;
        let context = Ctx::<JustLut<Val>>::new(&self.filter.lut, Vars::new([]));
        let mut text = Vec::new();
        for value in self.filter.id.run((context, input)) {
            let value = match value.map_err(Exn::get_halt) {
                Ok(value) => value,
                Err(Ok(code)) => return Ok(Some(u8::try_from(code).unwrap_or(HALTED))),
                Err(Err(error)) => {
                    unwrap_valr(Err(error)).map_err(|error| failed(self.complaint(&error.to_string())))?
                }
            };
            text.clear();
            write::write(&mut text, &write::Pp::default(), 0, &value).map_err(|error| failed(error.to_string()))?;
            emit(&String::from_utf8_lossy(&text))?;
        }
        Ok(None)
    }
}

/// What a filter complains about, without the values that it complains about: they are what the PBX has sent,
/// secrets among it. `typed` is the filter: what stands in it is known already.
fn complaint(text: &str, typed: &str) -> String {
    let kind = |value: &str| match value.trim_start().bytes().next() {
        Some(b'{') => "an object",
        Some(b'[') => "a list",
        Some(b'"') => "a text",
        Some(b'0'..=b'9' | b'-') => "a number",
        _ if value.starts_with("null") => "null",
        _ if value.starts_with("true") || value.starts_with("false") => "true or false",
        _ => "a value",
    };
    let shown = |value: &str| match value.trim().trim_matches('"') {
        name if !name.is_empty() && typed.contains(name) => format!("`{name}`"),
        _ => kind(value).to_owned(),
    };
    if let Some((value, key)) = text.strip_prefix("cannot index ").and_then(|rest| rest.rsplit_once(" with ")) {
        return format!("cannot index {} with {}", kind(value), shown(key));
    }
    if let Some((value, wanted)) = text.strip_prefix("cannot use ").and_then(|rest| rest.rsplit_once(" as ")) {
        let is_word = wanted.chars().all(|c| c.is_ascii_alphanumeric() || " ()-".contains(c)) && wanted.len() < 40;
        return format!("cannot use {} as {}", kind(value), if is_word { wanted } else { "something else" });
    }
    if let Some(values) = text.strip_prefix("cannot calculate ") {
        let mut left = serde_json::Deserializer::from_str(values).into_iter::<serde::de::IgnoredAny>();
        let end = if matches!(left.next(), Some(Ok(_))) { left.byte_offset() } else { values.len() };
        return match values.get(end..).and_then(|rest| rest.trim_start().split_once(' ')) {
            Some((sign @ ("+" | "-" | "*" | "/" | "%"), right)) => {
                format!("cannot calculate {} {sign} {}", kind(values), shown(right))
            }
            _ => format!("cannot calculate with {}", kind(values)),
        };
    }
    if let Some(value) = text.strip_prefix("invalid path expression with input ") {
        return format!("invalid path expression with {}", kind(value));
    }
    // The filter's own words: `error("no such user")`.
    match text.trim_matches('"') {
        words if !words.is_empty() && typed.contains(words) => words.to_owned(),
        _ => format!("it fails with {}", kind(text)),
    }
}

/// The maximum depth of a filter: it is read by recursion.
const DEEPEST: usize = 200;

/// How deep brackets are nested at most. In texts they count too, which does no harm.
fn nesting(expression: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for byte in expression.bytes() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
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

#[cfg(test)]
mod tests {
    use super::*;

    const ROW: &str = r#"{"Number":"100","AuthPassword":"c4nary","VMPIN":74123,"Groups":["c4nary"],"Rights":{"a":"c4nary"},"Yes":true,"c4nary":1}"#;

    #[test]
    fn what_a_filter_complains_about_is_not_shown() {
        for expression in [
            ".[0]",
            ".AuthPassword.x",
            ".AuthPassword[0]",
            ".AuthPassword + 1",
            "1 - .AuthPassword",
            ".AuthPassword * {}",
            ".VMPIN | .x",
            ".VMPIN | ascii_downcase",
            ".VMPIN | explode",
            ".AuthPassword | tonumber",
            ".AuthPassword | fromjson",
            ".AuthPassword | implode",
            ".AuthPassword | error",
            ". | error",
            "error(.VMPIN)",
            ".AuthPassword | test(\"(\")",
            "test(.AuthPassword)",
            ".Groups | .a",
            ".Groups | add + 1",
            ".Rights | .[.a]|.x",
            ".AuthPassword | todate",
            ".AuthPassword | strptime(\"%Y\")",
            ".AuthPassword | fromdate",
            ".[.AuthPassword] | .x.y",
            ".Yes | keys",
            "(.AuthPassword | length) = 1",
            ". as [$a] | $a",
            "to_entries | from_entries | .[7]",
            "ltrimstr(1) | .[3]",
            ".AuthPassword | @base64d | .x",
            "[.[]] | sort_by(.x)",
            "{(.VMPIN): 1}",
            "limit(.AuthPassword; .)",
            "splits(.VMPIN)",
            "[.AuthPassword] | join(1; 2)",
            "has(.VMPIN)",
            "tojson | fromjson | .[.Groups]",
            "getpath([\"AuthPassword\", \"x\"])",
            "paths(.x)",
            ".AuthPassword as $x | {} | .[$x].y.z",
        ] {
            let Ok(jq) = Jq::compile(expression) else { continue };
            let Err(failure) = jq.run(ROW, |_| Ok(())) else { continue };
            let said = failure.to_string();
            assert!(!said.contains("c4nary") && !said.contains("74123"), "{expression}: {said}");
        }
    }

    #[test]
    fn what_a_filter_complains_about_is_named() {
        for (expression, said) in [
            (".Groups.x", "cannot index a list with `x`"),
            (".AuthPassword.x", "cannot index a text with `x`"),
            (".Number + 1", "cannot calculate a text + `1`"),
            ("{} - .AuthPassword", "cannot calculate an object - a text"),
            ("error(\"no such user\")", "no such user"),
        ] {
            let failure = Jq::compile(expression).expect(expression).run(ROW, |_| Ok(())).expect_err(expression);
            assert_eq!(failure.to_string(), format!("--jq: {said}"));
        }
    }
}
