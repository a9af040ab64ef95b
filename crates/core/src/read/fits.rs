//! Whether JSON is of the kind that an operation gives. What lies in between answers with JSON too: a health
//! check's `{"status":"ok"}`, an empty list for everything, a text.

use serde_json::value::RawValue;
use threecx_catalog::{Operation, Structure, Type, TypeRef, Verb};

use super::{Answer, Envelope};
use crate::members::Members;

/// What is wrong with an answer to this operation that was to give a value of this type; nothing if it may be one.
pub(super) fn misfit(operation: &Operation, ty: TypeRef, answer: &Answer<'_>) -> Option<String> {
    let value = match answer {
        Answer::Value(value) => value,
        Answer::Rows(rows) if ty.collection => return no_record(ty.ty, &rows.rows),
        // Rows where one thing is due are rows of something else.
        Answer::Rows(_) if !matches!(ty.ty, Type::Opaque(_)) => {
            return Some("there is a list in it where one thing is due".to_owned());
        }
        _ => return None,
    };
    if ty.collection {
        return match rows_in(value) {
            Some(rows) => no_record(ty.ty, &rows),
            None => Some("there are no rows in it".to_owned()),
        };
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

/// What is wrong with rows of which some are not records, where records are due.
fn no_record(ty: Type, rows: &[&RawValue]) -> Option<String> {
    let Type::Structure(structure) = ty else { return None };
    let place = rows.iter().position(|row| !row.get().starts_with('{'))?;
    Some(format!("row {} in it is not a {}", place + 1, structure.name))
}

fn unless(fits: bool, due: &str) -> Option<String> {
    (!fits).then(|| format!("{due} is due, and something else is in it"))
}

/// The rows of a list; nothing where it lacks even the member that holds them: `{}`, `{"value": null}`.
fn rows_in(value: &RawValue) -> Option<Vec<&RawValue>> {
    let list = match value.get().as_bytes().first()? {
        b'{' => serde_json::from_str::<Envelope>(value.get()).ok()?.value?,
        _ => value,
    };
    serde_json::from_str(list.get()).ok()
}

/// False for an object that has members, and none of them is a property of the structure in any release.
fn is_of(structure: &'static Structure, value: &RawValue) -> bool {
    let Ok(Members(members)) = serde_json::from_str::<Members>(value.get()) else { return false };
    let mut names = members.iter().map(|(name, _)| name.as_str()).filter(|name| !name.contains('@')).peekable();
    let is_known = |name: &str| structure.all_properties().any(|property| property.name == name);
    names.peek().is_none() || names.any(is_known)
}
