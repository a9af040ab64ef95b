//! Arguments that a later release takes inside of another one: `--sip-auth` has become a part of `--opts`.

use serde_json::value::RawValue;
use threecx_catalog::{Body, Property, Span, Type};

use crate::shell::quoted;
use crate::typed::Typed;

/// How to give to a PBX of these releases what they do not take in the way in which it was typed, if there is a way
/// for all of it.
pub fn instead(typed: &Typed, target: Span) -> Option<String> {
    let Body::Fields(fields) = typed.operation.form(target)?.body else { return None };
    let is_there = |property: &&Property| property.span.overlaps(target);
    let mut parts = Vec::new();
    let mut into: Option<&Property> = None;
    for (name, input) in &typed.arguments.fields {
        if fields.iter().filter(is_there).any(|field| field.name.eq_ignore_ascii_case(name)) {
            continue;
        }
        let (field, part) =
            fields.iter().filter(is_there).find_map(|field| Some((field, part_of(field, name, target)?)))?;
        if into.is_some_and(|into| into.name != field.name) {
            return None;
        }
        into = Some(field);
        parts.push(format!("\"{}\": {}", part.name, value(part, input.text())));
    }
    let into = into?;
    let flag = typed.flags.iter().find(|flag| flag.name == into.name)?;
    let object = format!("{{{}}}", parts.join(", "));
    Some(format!("In this release it is a part of another argument: --{} {}", flag.long, quoted(&object)))
}

fn part_of(field: &Property, name: &str, target: Span) -> Option<&'static Property> {
    match field.ty.ty {
        Type::Structure(structure) if !field.ty.collection => {
            structure.properties_in(target).find(|property| property.name.eq_ignore_ascii_case(name))
        }
        _ => None,
    }
}

/// A value as JSON; not that of a secret.
fn value(property: &Property, given: &str) -> String {
    let is_json = !matches!(property.ty.ty, Type::String) && serde_json::from_str::<&RawValue>(given).is_ok();
    match (property.secret, is_json) {
        (true, _) => "\"…\"".into(),
        (false, true) => given.to_owned(),
        (false, false) => serde_json::Value::from(given).to_string(),
    }
}
