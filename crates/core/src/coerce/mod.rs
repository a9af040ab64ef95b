//! Coercion: what was given becomes the JSON that the catalogue's type wants, or an error
//! that says what was expected, what came, and where.
//!
//! `[123, 456]`, `"[123, 456]"` and `123,456` all become `[123,456]` where a list of whole
//! numbers is wanted; `"true"` becomes `true`; 100 becomes `"100"` where text is wanted.
//! JSON is never held as a tree: numbers keep all their digits, and every value keeps its
//! place in the text for the error.

mod broken;
mod expected;
mod scalar;
mod wanted;

use std::ops::Range;

use serde_json::value::RawValue;
use threecx_catalog::{Property, Span, Structure, TextKind, Type, TypeRef};

pub(crate) use expected::expected;
pub use scalar::truth;
pub(crate) use wanted::Wanted;

use crate::depth::{self, DEEPEST};
use crate::error::{Error, InputError, NotInVersion, Position};
use crate::input::Input;
use crate::mask::{self, MASK};
use crate::members::Members;
use crate::texts::{self, Unfit};
use broken::{broken_at, is_secret_at};

/// JSON text in the making, with the places of what must not be shown.
#[derive(Debug, Default)]
pub(crate) struct Json {
    pub text: String,
    pub secrets: Vec<Range<usize>>,
    /// What is wrong with texts that are not of their kind; they are in the JSON as they came.
    pub unfit: Vec<Error>,
}

impl Json {
    /// Appends a key and its colon, after a comma where one is needed.
    pub fn key(&mut self, name: &str) {
        if !self.text.ends_with(['{', '[']) {
            self.text.push(',');
        }
        self.string(name);
        self.text.push(':');
    }

    fn string(&mut self, text: &str) {
        // Most texts hold nothing that has to be escaped.
        if text.bytes().any(|byte| byte < b' ' || matches!(byte, b'"' | b'\\')) {
            self.text.push_str(&serde_json::Value::from(text).to_string());
        } else {
            self.text.push('"');
            self.text.push_str(text);
            self.text.push('"');
        }
    }
}

/// Appends `input` to `out` as the JSON of what is wanted.
pub(crate) fn coerce(argument: &str, input: &Input, wanted: Wanted, target: Span, out: &mut Json) -> Result<(), Error> {
    let start = out.text.len();
    let mut walk = Walk { secret: wanted.secret, ..Walk::new(argument, input.text(), target) };
    match input {
        Input::Text(_) => walk.text(wanted, out),
        Input::Json(_) => walk.json_text(wanted, out),
    }?;
    if wanted.secret {
        out.secrets.push(start..out.text.len());
    }
    Ok(())
}

/// The same as text without quotes, for what is not a part of JSON.
pub(crate) fn unquoted(argument: &str, input: &Input, wanted: Wanted, target: Span) -> Result<String, Error> {
    let mut json = Json::default();
    coerce(argument, input, wanted, target, &mut json)?;
    Ok(serde_json::from_str::<String>(&json.text).unwrap_or(json.text))
}

/// What a setting of a face's own means, by the rules for the arguments of operations: `"7"` is 7 where a whole
/// number is wanted, and `"false"` is false.
///
/// ```
/// use threecx_catalog::Type;
/// use threecx_core::{Input, setting};
///
/// assert_eq!(setting("Limit", &Input::from(" 7 "), Type::Int32)?, "7");
/// let error = setting("Limit", &Input::from("2.5"), Type::Int32).expect_err("not whole");
/// assert!(error.to_string().starts_with("Limit: expected a whole number"));
/// # Ok::<(), threecx_core::Error>(())
/// ```
///
/// # Errors
/// [`Error::Input`] for what does not fit.
pub fn setting(argument: &str, input: &Input, ty: Type) -> Result<String, Error> {
    unquoted(argument, input, Wanted::plain(TypeRef { ty, collection: false, nullable: false }), Span::NEWEST)
}

/// A way through one given text.
pub(crate) struct Walk<'a> {
    argument: &'a str,
    /// The whole text, for positions.
    text: &'a str,
    target: Span,
    /// Where in the value: `[1].Number`.
    path: String,
    depth: usize,
    /// True inside of a secret: nothing of it may be shown.
    secret: bool,
}

impl<'a> Walk<'a> {
    pub fn new(argument: &'a str, text: &'a str, target: Span) -> Walk<'a> {
        Walk { argument, text, target, path: String::new(), depth: 0, secret: false }
    }

    /// Text that a person typed.
    fn text(&mut self, wanted: Wanted, out: &mut Json) -> Result<(), Error> {
        let trimmed = self.text.trim();
        // Commas alone are not a list of nothing.
        let items =
            if wanted.kind.is_some() { trimmed.trim_matches(|c: char| c == ',' || c.is_whitespace()) } else { trimmed };
        let TypeRef { ty, collection, nullable } = wanted.ty;
        match ty {
            _ if collection && trimmed.starts_with('[') => self.json_text(wanted, out),
            Type::Structure(_) | Type::Opaque(_) if collection || trimmed.is_empty() => {
                Err(self.misfit(wanted, self.text))
            }
            Type::Structure(_) | Type::Opaque(_) => self.json_text(wanted, out),
            _ if collection && items.is_empty() => {
                let mut error = self.misfit_error(wanted, "nothing");
                error.hint = Some("Write [] for an empty list.".into());
                Err(error.into())
            }
            _ if collection => self.comma_list(wanted, out),
            Type::String => self.scalar(self.text, wanted, out),
            _ if nullable && trimmed == "null" => {
                out.text.push_str("null");
                Ok(())
            }
            _ => self.scalar(trimmed, wanted, out),
        }
    }

    /// `123, 456` without brackets.
    fn comma_list(&mut self, wanted: Wanted, out: &mut Json) -> Result<(), Error> {
        out.text.push('[');
        // A comma too many is not a number, or an address, that is missing.
        let is_item = |item: &&str| wanted.kind.is_none() || !item.is_empty();
        for (index, item) in self.text.split(',').map(str::trim).filter(is_item).enumerate() {
            self.path.clear();
            self.enter_item(index);
            if index > 0 {
                out.text.push(',');
            }
            self.scalar(item, wanted.element(), out)?;
        }
        self.path.clear();
        out.text.push(']');
        Ok(())
    }

    fn scalar(&self, text: &'a str, wanted: Wanted, out: &mut Json) -> Result<(), Error> {
        if let Some(kind) = wanted.kind {
            self.text_of(kind, text, text, wanted, out);
            return Ok(());
        }
        scalar::from_text(text, wanted, self.target, out)
            .map_err(|expected| self.unexpected(expected, self.shown(wanted, text)).into())
    }

    /// A text of a kind, which came as this: what a PBX keeps of it, or the text as it is and what is wrong with it.
    fn text_of(&self, kind: TextKind, text: &str, came: &'a str, wanted: Wanted, out: &mut Json) {
        let kept = match texts::kept(kind, text) {
            // Nothing takes away what was there.
            _ if text.is_empty() && !wanted.listed => Ok(vec![String::new()]),
            Ok(several) if several.len() != 1 && !wanted.listed => Err(Unfit::several()),
            kept => kept,
        };
        match kept {
            Ok(texts) => {
                for (index, text) in texts.iter().enumerate() {
                    if index > 0 {
                        out.text.push(',');
                    }
                    out.string(text);
                }
            }
            Err(Unfit { expected, hint }) => {
                out.string(text);
                if !texts::may_be_meant(kind, text) {
                    return;
                }
                out.unfit.push(InputError { hint, ..self.unexpected(expected, self.shown(wanted, came)) }.into());
            }
        }
    }

    /// Text that is JSON as a whole.
    pub fn json_text(&mut self, wanted: Wanted, out: &mut Json) -> Result<(), Error> {
        let raw = self.parse(|| expected(wanted, self.target))?;
        self.json(raw, wanted, out)
    }

    /// The text as one JSON value; the error says what was expected instead.
    pub fn parse(&self, expected: impl FnOnce() -> String) -> Result<&'a RawValue, Error> {
        self.check_whole()?;
        serde_json::from_str(self.text).map_err(|error| {
            let (came, offset) = broken_at(self.text, &error);
            let came = if came.is_empty() {
                "the end of the text, too early".to_owned()
            } else if self.secret || is_secret_at(self.text, offset) {
                format!("`{MASK}`")
            } else {
                format!("`{}`", excerpt(&mask::shown_text(came)))
            };
            InputError {
                argument: self.argument.to_owned(),
                path: String::new(),
                expected: expected(),
                came,
                position: Some(Position::of(self.text, offset)),
                hint: None,
            }
            .into()
        })
    }

    /// One JSON value.
    fn json(&mut self, raw: &'a RawValue, wanted: Wanted, out: &mut Json) -> Result<(), Error> {
        let text = raw.get();
        let TypeRef { ty, collection, nullable } = wanted.ty;
        if text == "null" {
            return if nullable {
                out.text.push_str("null");
                Ok(())
            } else {
                Err(self.misfit(wanted, text))
            };
        }
        // A list or object that came as text, as forms and spreadsheets give it.
        if (collection || matches!(ty, Type::Structure(_))) && text.starts_with('"') {
            let inner: String = serde_json::from_str(text).unwrap_or_default();
            let mut walk = Walk {
                argument: self.argument,
                text: &inner,
                target: self.target,
                path: self.path.clone(),
                depth: self.depth + 1,
                secret: self.secret || wanted.secret,
            };
            walk.check_depth()?;
            return walk.text(wanted, out);
        }
        if let Some(kind) = wanted.kind
            && !collection
            && let Some(given) = scalar::text_in(text)
        {
            self.text_of(kind, &given, text, wanted, out);
            return Ok(());
        }
        self.depth += 1;
        self.check_depth()?;
        match ty {
            _ if collection => self.list(raw, wanted, out),
            Type::Structure(structure) => self.object(raw, structure, wanted, out),
            Type::Opaque(_) => {
                let start = out.text.len();
                out.text.push_str(text);
                let places = mask::places(text).unwrap_or_default().into_iter();
                out.secrets.extend(places.map(|place| start + place.start..start + place.end));
                Ok(())
            }
            _ => scalar::from_json(text, wanted, self.target, out)
                .map_err(|expected| self.unexpected(expected, self.shown(wanted, text)).into()),
        }?;
        self.depth -= 1;
        Ok(())
    }

    fn list(&mut self, raw: &'a RawValue, wanted: Wanted, out: &mut Json) -> Result<(), Error> {
        let Ok(items) = serde_json::from_str::<Vec<&RawValue>>(raw.get()) else {
            return Err(self.misfit(wanted, raw.get()));
        };
        let path = self.path.len();
        out.text.push('[');
        for (index, item) in items.into_iter().enumerate() {
            self.enter_item(index);
            if index > 0 {
                out.text.push(',');
            }
            self.json(item, wanted.element(), out)?;
            self.path.truncate(path);
        }
        out.text.push(']');
        Ok(())
    }

    /// Adds the place of an item of a list to the path.
    fn enter_item(&mut self, index: usize) {
        self.path.push('[');
        self.path.push_str(&index.to_string());
        self.path.push(']');
    }

    fn object(
        &mut self,
        raw: &'a RawValue,
        structure: &'static Structure,
        wanted: Wanted,
        out: &mut Json,
    ) -> Result<(), Error> {
        let Ok(Members(members)) = serde_json::from_str::<Members>(raw.get()) else {
            return Err(self.misfit(wanted, raw.get()));
        };
        out.text.push('{');
        let known: Vec<&Property> = structure.all_properties().collect();
        self.members(members, structure.name, &known, out)?;
        out.text.push('}');
        Ok(())
    }

    /// The members of an object, of which `known` are allowed; gives the names of those that came.
    pub fn members(
        &mut self,
        members: Vec<(String, &'a RawValue)>,
        of: &str,
        known: &[&'static Property],
        out: &mut Json,
    ) -> Result<Vec<&'static str>, Error> {
        let path = self.path.len();
        let mut seen: Vec<&'static str> = Vec::with_capacity(members.len());
        for (name, value) in members {
            // Annotations such as @odata.type belong to the protocol, not to the type.
            if name.contains('@') {
                out.key(&name);
                out.text.push_str(value.get());
                continue;
            }
            let property = find(known, &name, of, self.target).map_err(|error| self.at(error, value))?;
            if seen.contains(&property.name) {
                let twice = InputError {
                    expected: format!("{} once", property.name),
                    ..self.misfit_error(Wanted::from(property), "it twice")
                };
                return Err(self.at(twice.into(), value));
            }
            seen.push(property.name);
            out.key(property.name);
            self.path.push('.');
            self.path.push_str(property.name);
            let start = out.text.len();
            let within = self.secret;
            self.secret |= property.secret;
            self.json(value, Wanted::from(property), out)?;
            self.secret = within;
            if property.secret {
                out.secrets.push(start..out.text.len());
            }
            self.path.truncate(path);
        }
        Ok(seen)
    }

    fn check_depth(&self) -> Result<(), Error> {
        if self.depth <= DEEPEST { Ok(()) } else { Err(self.too_deep()) }
    }

    /// Refuses a text that is nested too deep, whatever is wanted of it.
    pub fn check_whole(&self) -> Result<(), Error> {
        if depth::is_deeper(self.text) { Err(self.too_deep()) } else { Ok(()) }
    }

    fn too_deep(&self) -> Error {
        let expected = format!("JSON at most {DEEPEST} levels deep");
        InputError::of(self.argument, expected, "deeper nesting").into()
    }

    /// What came, as an error may show it.
    fn shown<'t>(&self, wanted: Wanted, came: &'t str) -> &'t str {
        if self.secret || wanted.secret { MASK } else { came }
    }

    fn misfit(&self, wanted: Wanted, came: &str) -> Error {
        self.unexpected(expected(wanted, self.target), self.shown(wanted, came)).into()
    }

    fn misfit_error(&self, wanted: Wanted, came: &str) -> InputError {
        InputError {
            argument: self.argument.to_owned(),
            path: self.path.clone(),
            expected: expected(wanted, self.target),
            came: came.to_owned(),
            position: None,
            hint: None,
        }
    }

    fn unexpected(&self, expected: String, came: &str) -> InputError {
        // A value that is the whole text needs no place in it.
        let part = came.len() < self.text.trim().len();
        let position = if part { self.position(came) } else { None };
        let came = match came {
            "" => "an empty text".to_owned(),
            came => format!("`{}`", excerpt(&mask::shown_text(came))),
        };
        InputError { argument: self.argument.to_owned(), path: self.path.clone(), expected, came, position, hint: None }
    }

    /// Where `part`, a piece of the whole text, is in it.
    fn position(&self, part: &str) -> Option<Position> {
        let offset = (part.as_ptr() as usize).checked_sub(self.text.as_ptr() as usize)?;
        (offset + part.len() <= self.text.len()).then(|| Position::of(self.text, offset))
    }

    /// Adds the place of a value to an error about its key.
    fn at(&self, error: Error, value: &RawValue) -> Error {
        match error {
            Error::Input(mut error) => {
                error.argument = self.argument.to_owned();
                error.path = self.path.clone();
                error.position = self.position(value.get());
                Error::Input(error)
            }
            other => other,
        }
    }
}

/// The property of this name, which some release of `target` has. Upper and lower case do
/// not matter: PBXs do not mind them either.
pub(crate) fn find<'p>(known: &[&'p Property], name: &str, of: &str, target: Span) -> Result<&'p Property, Error> {
    let similar = |property: &&&Property| property.name.eq_ignore_ascii_case(name);
    let now = || known.iter().rev().filter(|property| property.span.overlaps(target));
    // The name first: few have it, most are of the target.
    let same = known.iter().rev().find(|property| property.name == name && property.span.overlaps(target));
    if let Some(property) = same.or_else(|| now().find(similar)) {
        return Ok(property);
    }
    let elsewhere: Vec<Span> = known.iter().filter(similar).map(|property| property.span).collect();
    if !elsewhere.is_empty() {
        let what = format!("the property {name} of {of}");
        return Err(Error::NotInVersion(Box::new(NotInVersion { what, exists: elsewhere, target, replaced_by: None })));
    }
    let names: Vec<&str> = now().map(|property| property.name).collect();
    Err(InputError {
        argument: name.to_owned(),
        path: String::new(),
        expected: format!("a property of {of}"),
        came: format!("`{}`", excerpt(name)),
        position: None,
        hint: crate::suggest::did_you_mean(name, &names),
    }
    .into())
}

/// The start of a text, for a message.
fn excerpt(text: &str) -> String {
    const LONGEST: usize = 60;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
