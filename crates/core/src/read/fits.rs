//! Whether JSON is of the kind that an operation gives. What lies in between answers with JSON too: a health
//! check's `{"status":"ok"}`, an empty list for everything, a text.

use serde_json::value::RawValue;
use threecx_catalog::{Operation, Structure, Type, TypeRef, Verb};

use super::{Answer, Envelope};
use crate::members::Members;

/// What is wrong with an answer to this operation that was to give a value of this type; nothing if it may be one.
pub(super) fn misfit(operation: &Operation, ty: TypeRef, answer: &Answer<'_>) -> Option<String> {
    let Answer::Value(value) = answer else {
        // Rows where one thing is due are rows of something else.
        let rows = matches!(answer, Answer::Rows(_)) && !ty.collection && !matches!(ty.ty, Type::Opaque(_));
        return rows.then(|| "there is a list in it where one thing is due".to_owned());
    };
    if ty.collection {
        return (!has_rows(value)).then(|| "there are no rows in it".to_owned());
    }
    let Some(first) = value.get().bytes().next() else { return Some("it is empty".to_owned()) };
    // A function may find nothing; what is got by its key is there.
    if first == b'n' && operation.verb != Verb::Get {
        return None;
    }
    match ty.ty {
        Type::Structure(structure) => match first {
            b'{' => (!is_of(structure, value)).then(|| format!("nothing in it belongs to a {}", structure.name)),
            _ => Some(format!("a {} is due, and something else is in it", structure.name)),
        },
        Type::Opaque(_) => None,
        Type::Boolean => unless(matches!(first, b't' | b'f'), "true or false"),
        Type::Byte | Type::Int32 | Type::Int64 | Type::Single | Type::Double | Type::Decimal => {
            // Large numbers may come as text.
            unless(matches!(first, b'-' | b'"') || first.is_ascii_digit(), "a number")
        }
        Type::Enumeration(_) => unless(first == b'"' || first.is_ascii_digit(), "a word"),
        Type::String | Type::Guid | Type::Date | Type::TimeOfDay | Type::Duration | Type::DateTimeOffset => {
            unless(first == b'"', "text")
        }
    }
}

fn unless(fits: bool, due: &str) -> Option<String> {
    (!fits).then(|| format!("{due} is due, and something else is in it"))
}

/// False for a list that lacks even the member that holds its rows: `{}`, `{"value": null}`.
fn has_rows(value: &RawValue) -> bool {
    match value.get().as_bytes().first() {
        Some(b'{') => serde_json::from_str::<Envelope>(value.get()).is_ok_and(|envelope| envelope.value.is_some()),
        Some(b'[') => true,
        _ => false,
    }
}

/// False for an object that has members, and none of them is a property of the structure in any release.
fn is_of(structure: &'static Structure, value: &RawValue) -> bool {
    let Ok(Members(members)) = serde_json::from_str::<Members>(value.get()) else { return false };
    let mut names = members.iter().map(|(name, _)| name.as_str()).filter(|name| !name.contains('@')).peekable();
    let is_known = |name: &str| structure.all_properties().any(|property| property.name == name);
    names.peek().is_none() || names.any(is_known)
}
