//! Query options and the `If-Match` header.

use std::collections::BTreeMap;

use threecx_catalog::{Answer, Content, Form, Options, Property, Span, Structure, Type, TypeRef};

use crate::coerce::{self, Json, Wanted, unquoted as scalar};
use crate::error::{Error, InputError, NotInVersion};
use crate::input::{Input, lookup, refuse_unknown};
use crate::split::split;
use crate::{literal, mask, suggest};

/// Appends the options that were given to the path, in the order in which 3CX lists them.
pub(crate) fn append(
    form: &Form,
    answer: Answer,
    given: &BTreeMap<String, Input>,
    target: Span,
    path: &mut String,
    headers: &mut Vec<(&'static str, String)>,
) -> Result<(), Error> {
    let offered = form.options_in(target);
    refuse_unoffered(form, offered, given, target)?;
    let mut separator = if path.contains('?') { '&' } else { '?' };
    for name in offered.names() {
        let Some(input) = lookup(given, name) else { continue };
        let value = value(name, input, answer, target)?;
        if name == "if-match" {
            headers.push(("if-match", value));
            continue;
        }
        path.push(separator);
        path.push('$');
        path.push_str(name);
        path.push('=');
        literal::encode(&value, path);
        separator = '&';
    }
    Ok(())
}

fn refuse_unoffered(form: &Form, offered: Options, given: &BTreeMap<String, Input>, target: Span) -> Result<(), Error> {
    for name in given.keys() {
        let option = Options::named(&name.to_lowercase());
        let elsewhere = form.options.iter().filter(|dated| option.is_some_and(|option| dated.value.contains(option)));
        let exists: Vec<Span> = elsewhere.map(|dated| dated.span).collect();
        if !exists.is_empty() && !option.is_some_and(|option| offered.contains(option)) {
            let what = format!("the option {name} of this operation");
            return Err(Error::NotInVersion(Box::new(NotInVersion { what, exists, target, replaced_by: None })));
        }
    }
    let names: Vec<&str> = offered.names().collect();
    refuse_unknown(given, &names, "an option")
}

fn value(name: &str, input: &Input, answer: Answer, target: Span) -> Result<String, Error> {
    let number = Wanted::plain(TypeRef { ty: Type::Int32, collection: false, nullable: false });
    let text = Wanted::plain(TypeRef { ty: Type::String, ..number.ty });
    match name {
        "top" | "skip" => {
            let value = scalar(name, input, number, target)?;
            match value.starts_with('-') {
                true => Err(misfit(name, "a whole number from 0 up", &value).into()),
                false => Ok(value),
            }
        }
        "count" => scalar(name, input, Wanted::plain(TypeRef { ty: Type::Boolean, ..number.ty }), target),
        "search" => Ok(phrase(&scalar(name, input, text, target)?)),
        "select" | "orderby" | "expand" => {
            let mut list = list(name, input, target)?;
            if name == "select" {
                check_select(&mut list, answer, target)?;
            }
            Ok(list.join(","))
        }
        _ => {
            let value = scalar(name, input, text, target)?;
            match value.trim() {
                "" => Err(misfit(name, "a text that is not empty", "").into()),
                trimmed => Ok(trimmed.to_owned()),
            }
        }
    }
}

/// `Id,Number`, `["Id","Number"]` and `Groups($select=Id,Name),Phones` as a list: commas in
/// parentheses or quotes do not separate.
fn list(name: &str, input: &Input, target: Span) -> Result<Vec<String>, Error> {
    let text = match input {
        Input::Json(json) if json.trim_start().starts_with('[') => {
            let strings = TypeRef { ty: Type::String, collection: true, nullable: false };
            let json = {
                let mut out = Json::default();
                coerce::coerce(name, input, Wanted::plain(strings), target, &mut out)?;
                out.text
            };
            serde_json::from_str::<Vec<String>>(&json).unwrap_or_default().join(",")
        }
        _ => scalar(
            name,
            input,
            Wanted::plain(TypeRef { ty: Type::String, collection: false, nullable: false }),
            target,
        )?,
    };
    let Ok(items) = split(&text, ',') else {
        return Err(misfit(name, "every parenthesis and quote to be closed", &text).into());
    };
    let items: Vec<String> = items.into_iter().map(|item| item.trim().to_owned()).collect();
    if items.iter().any(String::is_empty) {
        return Err(misfit(name, "names separated by commas", &text).into());
    }
    Ok(items)
}

/// A search for several words is a phrase unless it is an expression already.
fn phrase(text: &str) -> String {
    let text = text.trim();
    let expression = text.starts_with('"') || text.split_whitespace().any(|word| matches!(word, "AND" | "OR" | "NOT"));
    if text.contains(char::is_whitespace) && !expression {
        format!("\"{}\"", text.replace('"', ""))
    } else {
        text.to_owned()
    }
}

/// Names the PBX does not know make it refuse the whole call, and so does a name in another case
/// than its own.
fn check_select(names: &mut [String], answer: Answer, target: Span) -> Result<(), Error> {
    let Content::Value(TypeRef { ty: Type::Structure(structure), .. }) = answer.content else { return Ok(()) };
    for name in names.iter_mut().filter(|name| *name != "*" && !name.contains('/')) {
        known_property(structure, name, target)?.name.clone_into(name);
    }
    Ok(())
}

fn known_property(structure: &'static Structure, name: &str, target: Span) -> Result<&'static Property, Error> {
    let known: Vec<&'static Property> = structure.all_properties().collect();
    coerce::find(&known, name, structure.name, target).map_err(|error| match error {
        Error::Input(mut error) => {
            let names: Vec<&str> = known.iter().map(|property| property.name).collect();
            error.argument = "select".into();
            error.hint = suggest::did_you_mean(name, &names);
            Error::Input(error)
        }
        other => other,
    })
}

fn misfit(argument: &str, expected: &str, came: &str) -> InputError {
    let came = if came.is_empty() { "an empty text".to_owned() } else { format!("`{}`", mask::shown_text(came)) };
    InputError::of(argument, expected, came)
}
