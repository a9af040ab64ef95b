//! An example of a call, made up from the catalogue's types. It always fits.

use threecx::Operation;
use threecx_catalog::{Body, Member, Span, Type, TypeRef, examples};
use threecx_change::About;

use crate::args::flag::{Flag, Place};
use crate::shell::quoted;

/// The command line of an example: every required argument, and for entities the first
/// simple properties.
pub fn command_line(operation: &Operation, flags: &[Flag]) -> String {
    line(operation, None, values(operation, flags))
}

/// The same, with what it is about named as people name it.
pub fn by_name(operation: &Operation, flags: &[Flag], about: &About) -> String {
    let called = of(operation.id, "called").or_else(|| of(operation.resource.name, "called")).unwrap_or("Example");
    let mut values = values(operation, flags);
    values.retain(|(flag, _)| flag.name != about.by.name || flag.place != about.place());
    line(operation, Some(called), values)
}

fn line(operation: &Operation, called: Option<&str>, values: Vec<(&Flag, String)>) -> String {
    let mut line = format!("threecx {} {}", operation.resource.command, operation.command);
    if let Some(called) = called {
        line.push_str(&format!(" {}", quoted(called)));
    }
    for (flag, value) in values {
        line.push_str(&format!(" --{} {}", flag.long, quoted(&value)));
    }
    let last = operation.newest_form().span.last;
    if operation.form(Span::NEWEST).is_none() {
        line.push_str(&format!(" --api {last}"));
    }
    line
}

/// A value that is known for a name, of a resource or an operation.
fn of(owner: &str, name: &str) -> Option<&'static str> {
    examples(owner).iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
}

/// The flags of the example with their values.
pub fn values<'f>(operation: &Operation, flags: &'f [Flag]) -> Vec<(&'f Flag, String)> {
    let mut chosen: Vec<&Flag> = flags.iter().filter(|flag| flag.required).collect();
    let known = examples(operation.id);
    let more = flags.iter().filter(|flag| !flag.required && known.iter().any(|(name, _)| *name == flag.name));
    let more: Vec<&Flag> = more.filter(|flag| flag.place != Place::Option).collect();
    if !more.is_empty() {
        chosen.extend(more);
    } else if matches!(operation.newest_form().body, Body::Entity(_)) {
        let newest = operation.newest_form().span;
        let simple = |flag: &&Flag| {
            flag.place == Place::Field
                && flag.name != "Id"
                && flag.span.covers(Span { first: newest.last, last: newest.last })
                && !flag.secret
                && !flag.takes_files()
        };
        let telling = ["Name", "FirstName", "Number"];
        let telling = telling.iter().find_map(|name| flags.iter().filter(simple).find(|flag| flag.name == *name));
        let found = telling.or_else(|| flags.iter().find(simple));
        let any = |flag: &&Flag| flag.place == Place::Field && flag.name != "Id" && !flag.secret;
        let found = found.or_else(|| flags.iter().find(any));
        chosen.extend(found.or_else(|| flags.iter().find(|flag| flag.place == Place::Field)));
    }
    chosen.into_iter().map(|flag| (flag, value(operation, flag))).collect()
}

fn value(operation: &Operation, flag: &Flag) -> String {
    let of_resource = || of(operation.resource.name, flag.name).filter(|_| flag.required);
    if let Some(known) = of(operation.id, flag.name).or_else(of_resource) {
        return known.to_owned();
    }
    if flag.place == Place::Body {
        return "{}".into();
    }
    let TypeRef { ty, collection, .. } = flag.ty;
    if collection {
        return match ty {
            Type::Byte | Type::Int32 | Type::Int64 => "[123, 456]".into(),
            Type::Structure(_) | Type::Opaque(_) => "[]".into(),
            _ => format!("[{}]", serde_json::Value::from(scalar(flag, ty))),
        };
    }
    scalar(flag, ty)
}

fn scalar(flag: &Flag, ty: Type) -> String {
    let name = flag.name.to_lowercase();
    match ty {
        Type::Boolean => "true".into(),
        Type::Byte => "1".into(),
        Type::Int32 | Type::Int64 => "123".into(),
        Type::Single | Type::Double | Type::Decimal => "1.5".into(),
        Type::String => match name.as_str() {
            "number" | "dn" | "extension" | "callernumber" => "100".to_owned(),
            "mac" | "macaddress" => "0004f2000000".into(),
            "firstname" => "Ada".into(),
            "name" => "Example".into(),
            _ if name.contains("mail") => "ada@example.com".into(),
            _ => "text".into(),
        },
        Type::Guid => "1e6ed594-af95-4bb4-af56-b957ac87d6d7".into(),
        Type::Date => "2026-01-31".into(),
        Type::TimeOfDay => "09:30:00".into(),
        Type::Duration => "PT1H".into(),
        Type::DateTimeOffset => "2026-01-31T09:30:00Z".into(),
        Type::Enumeration(enumeration) => {
            let newest = |member: &&Member| member.span.overlaps(Span::NEWEST);
            enumeration
                .members
                .iter()
                .rfind(newest)
                .or(enumeration.members.last())
                .map(|member| member.name.to_owned())
                .unwrap_or_default()
        }
        Type::Structure(_) | Type::Opaque(_) => "{}".into(),
    }
}

#[cfg(test)]
mod tests {
    use threecx::Arguments;

    use super::*;
    use crate::args::flag::flags;

    #[test]
    fn every_example_can_be_planned() {
        for operation in threecx::operations() {
            let flags = flags(operation);
            let mut arguments = Arguments::default();
            for (flag, value) in values(operation, &flags) {
                let (name, value) = (flag.name.to_owned(), value.as_str().into());
                match flag.place {
                    Place::Path => drop(arguments.parameters.insert(name, value)),
                    Place::Field => drop(arguments.fields.insert(name, value)),
                    Place::Option => drop(arguments.options.insert(name, value)),
                    Place::Body => arguments.body = Some(value),
                }
            }
            let last = operation.newest_form().span.last;
            let planned = threecx_core::plan(operation, &arguments, Span { first: last, last });
            assert!(planned.is_ok(), "{}: {planned:?}", command_line(operation, &flags));
        }
    }
}
