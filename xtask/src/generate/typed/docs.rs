//! Documentation, from facts alone.

use threecx_catalog::{Body, Effect, Enumeration, Operation, Property, Resource, Role, Span, Structure, Type};

use super::idents;
use super::types::{Merged, Types};

/// The line of a module.
pub fn resource(resource: &Resource) -> String {
    format!("{}: `{}` of the Configuration API.", resource.title, resource.name)
}

/// The lines of a method.
pub fn operation(operation: &Operation) -> Vec<String> {
    let newest = operation.newest_form();
    let mut lines = vec![format!("{}: `{} {}`.", operation.title, newest.method, newest.path), String::new()];
    match operation.effect {
        Effect::Reads => {}
        Effect::Writes => lines.push("Changes the configuration.".to_owned()),
        Effect::Interrupts(text) | Effect::Destroys(text) => lines.push(format!("This {text}.")),
    }
    lines.extend(operation.role.map(|role| {
        match role {
            Role::SystemOwners => "Needs the role System Owner.",
            Role::SystemAdmins => "Needs the role System Admin.",
            Role::User => "Answers to a logged-in user only.",
        }
        .to_owned()
    }));
    if !operation.repeatable {
        lines.push("Never sent twice: a call without an answer may have been carried out.".to_owned());
    }
    let last = operation.forms.iter().map(|form| form.span.last).max().unwrap_or(Span::ALL.last);
    let first = operation.forms.iter().map(|form| form.span.first).min().unwrap_or(Span::ALL.first);
    lines.extend(stretch(Span { first, last }).map(|when| format!("Exists {when}.")));
    if let Some(new) = operation.replaced_by {
        lines.push(format!("Replaced by `{new}`."));
    }
    lines.push(format!("(Source: swagger {}.)", last.version()));
    lines
}

/// The line of a structure.
pub fn structure(structure: &Structure) -> String {
    let when = stretch(structure.span).map(|when| format!(" Exists {when}.")).unwrap_or_default();
    format!("`Pbx.{}` of the API.{when}", structure.name)
}

/// The line of an enumeration.
pub fn enumeration(enumeration: &Enumeration) -> String {
    let when = stretch(enumeration.span).map(|when| format!(" Exists {when}.")).unwrap_or_default();
    format!("`Pbx.{}` of the API.{when}", enumeration.name)
}

/// The line of a property or field.
pub fn property(merged: &Merged, types: &Types, module: &str) -> String {
    let newest = merged.newest();
    let mut line = kind(newest, types, module);
    if newest.navigation {
        line.push_str("; empty unless expanded");
    }
    if newest.secret {
        line.push_str("; secret");
    }
    if let Some(default) = newest.default {
        line.push_str(&format!("; {default} where it is left out"));
    }
    line.push('.');
    let oldest = merged.variants[0];
    let whole = Span { first: oldest.span.first, last: newest.span.last };
    if let Some(when) = stretch(whole) {
        line.push_str(&format!(" Exists {when}."));
    }
    for pair in merged.variants.windows(2) {
        if pair[0].ty.ty != pair[1].ty.ty {
            let before = pair[0].span.until().unwrap_or_default();
            line.push_str(&format!(" Until {before}: {}.", kind(pair[0], types, module)));
        }
    }
    line
}

/// What a property holds.
fn kind(property: &Property, types: &Types, module: &str) -> String {
    let named = |name: &str| format!("[`{}`]({})", idents::structure(name), types.path(name, module));
    let longest = property.max_length.map(|longest| format!(" of at most {longest} characters")).unwrap_or_default();
    let (one, many) = match property.ty.ty {
        Type::Boolean => ("True or false".to_owned(), "true or false".to_owned()),
        Type::Byte => ("A whole number from 0 to 255".to_owned(), "whole numbers from 0 to 255".to_owned()),
        Type::Int32 => ("A whole number of 32 bits".to_owned(), "whole numbers of 32 bits".to_owned()),
        Type::Int64 => ("A whole number of 64 bits".to_owned(), "whole numbers of 64 bits".to_owned()),
        Type::Single => ("A float of 32 bits".to_owned(), "floats of 32 bits".to_owned()),
        Type::Double => ("A float of 64 bits".to_owned(), "floats of 64 bits".to_owned()),
        Type::Decimal => ("An exact decimal number".to_owned(), "exact decimal numbers".to_owned()),
        Type::String => (format!("Text{longest}"), format!("texts{longest}")),
        Type::Guid => ("A GUID".to_owned(), "GUIDs".to_owned()),
        Type::Date => ("A day".to_owned(), "days".to_owned()),
        Type::TimeOfDay => ("A time of day".to_owned(), "times of day".to_owned()),
        Type::Duration => ("A length of time".to_owned(), "lengths of time".to_owned()),
        Type::DateTimeOffset => ("An instant".to_owned(), "instants".to_owned()),
        Type::Enumeration(enumeration) if enumeration.flags => {
            (format!("Words of {}", named(enumeration.name)), format!("words of {}", named(enumeration.name)))
        }
        Type::Enumeration(enumeration) => {
            (format!("A word of {}", named(enumeration.name)), format!("words of {}", named(enumeration.name)))
        }
        Type::Structure(structure) => (format!("A {}", named(structure.name)), named(structure.name)),
        Type::Opaque(name) => (format!("A `{name}`, which the descriptions do not define"), format!("`{name}`")),
    };
    if property.ty.collection { format!("A list of {many}") } else { one }
}

/// Since when and until when, where that is not always.
pub fn stretch(span: Span) -> Option<String> {
    match (span.since(), span.until()) {
        (None, None) => None,
        (Some(since), None) => Some(format!("since {since}")),
        (None, Some(until)) => Some(format!("until {until}")),
        (Some(since), Some(until)) => Some(format!("from {since} until {until}")),
    }
}

/// The line of a struct of arguments.
pub fn arguments(operation: &Operation) -> String {
    let what = match operation.newest_form().body {
        Body::Fields(_) => "The body",
        _ => "The arguments",
    };
    format!("{what} of {}. What may be left out may stay empty.", operation.title)
}

/// Doc comments.
pub fn comment(indent: &str, lines: &[String]) -> String {
    let line = |line: &String| format!("{indent}/// {line}").trim_end().to_owned() + "\n";
    lines.iter().map(line).collect()
}
