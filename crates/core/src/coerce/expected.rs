//! What a type takes, in words.

use threecx_catalog::{Span, Type, TypeRef};

use super::Wanted;

/// The end of "expected …" for a value.
pub(crate) fn expected(wanted: Wanted, target: Span) -> String {
    let TypeRef { ty, collection, nullable } = wanted.ty;
    let words = if collection { list(ty) } else { one(ty, wanted.max_length, target) };
    if nullable && !matches!(ty, Type::String) && !collection { format!("{words} or null") } else { words }
}

fn one(ty: Type, max_length: Option<u32>, target: Span) -> String {
    let words = match ty {
        Type::Boolean => "true or false",
        Type::Byte => "a whole number from 0 to 255",
        Type::Int32 => "a whole number from -2147483648 to 2147483647",
        Type::Int64 => "a whole number",
        Type::Single | Type::Double | Type::Decimal => "a number",
        Type::String => match max_length {
            Some(max) => return format!("text of at most {max} characters"),
            None => "text",
        },
        Type::Guid => "a GUID, such as 1e6ed594-af95-4bb4-af56-b957ac87d6d7",
        Type::Date => "a day, such as 2026-01-31",
        Type::TimeOfDay => "a time of day, such as 09:30 or 09:30:00",
        Type::Duration => "a duration, such as PT1H30M or 01:30:00",
        Type::DateTimeOffset => "an instant, such as 2026-01-31T09:30:00Z",
        Type::Enumeration(enumeration) => {
            let members = enumeration.members.iter().filter(|member| member.span.overlaps(target));
            let members: Vec<&str> = members.map(|member| member.name).collect();
            let several = if enumeration.flags { "one or more (with commas) of " } else { "one of " };
            return format!("{several}{}", members.join(", "));
        }
        Type::Structure(structure) => return format!("a JSON object ({})", structure.name),
        Type::Opaque(name) => return format!("JSON ({name})"),
    };
    words.to_owned()
}

fn list(ty: Type) -> String {
    match ty {
        Type::Byte | Type::Int32 | Type::Int64 => "a list of whole numbers, such as [123, 456]".to_owned(),
        Type::String => "a list of texts, such as [\"100\", \"101\"]".to_owned(),
        Type::Structure(structure) => format!("a JSON list of objects ({})", structure.name),
        other => format!("a list of values ({}), such as [..., ...]", other.name()),
    }
}
