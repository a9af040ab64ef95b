//! What an operation and its flags do, and when they exist, in words.

use threecx_catalog::words::noun;
use threecx_catalog::{Collection, Effect, Operation, Span, Type};
use threecx_core::guard::{Finding, List};

use super::flag::{Flag, Place};

/// `Reprovision All Phones: POST /Users/Pbx.ReprovisionAllPhones`, and what it does.
pub fn about(operation: &Operation) -> String {
    let form = operation.newest_form();
    let mut about = format!("{}: {} {}", operation.title, form.method, form.path);
    if let Some(lifetime) = lifetime(form.span) {
        about.push_str(&format!(" ({lifetime})"));
    }
    if let Some(warning) = warning(operation) {
        about.push_str(&format!("\n{warning}"));
    }
    about
}

/// What makes an operation dangerous, as a sentence.
pub fn warning(operation: &Operation) -> Option<String> {
    match operation.effect {
        Effect::Reads | Effect::Writes => None,
        Effect::Interrupts(what) | Effect::Destroys(what) => Some(format!("This {what}.")),
    }
}

/// `since 20.0.7`, `until 20.0.8`; nothing for what every release has.
pub fn lifetime(span: Span) -> Option<String> {
    match (span.since(), span.until()) {
        (None, None) => None,
        (Some(since), None) => Some(format!("since {since}")),
        (None, Some(until)) => Some(format!("until {until}")),
        (Some(since), Some(until)) => Some(format!("{since} to {until}")),
    }
}

/// From the first release of its first form to the last of its last.
pub fn whole_lifetime(operation: &Operation) -> Option<String> {
    let first = operation.forms.first()?.span.first;
    let last = operation.forms.last()?.span.last;
    lifetime(Span { first, last })
}

/// What the type alone does not say.
pub fn help(flag: &Flag) -> String {
    if let Some(help) = fixed_help(flag) {
        return help.to_owned();
    }
    let mut facts: Vec<String> = Vec::new();
    if let Some(refers_to) = flag.refers_to {
        facts.push(refers_to.to_owned());
    }
    match (flag.ty.ty, flag.ty.collection) {
        (Type::Enumeration(enumeration), collection) => {
            let members: Vec<&str> = enumeration.members.iter().map(|member| member.name).collect();
            let several = if collection || enumeration.flags { "any of " } else { "one of " };
            facts.push(format!("{several}{}", members.join(", ")));
        }
        (Type::Structure(structure), true) => facts.push(format!("list of {}, as JSON, @file or -", structure.name)),
        (Type::Structure(structure), false) => facts.push(format!("{}, as JSON, @file or -", structure.name)),
        (Type::Opaque(_), _) => facts.push("JSON, @file or -".into()),
        (Type::Byte | Type::Int32 | Type::Int64, true) => facts.push("'[123, 456]', 123,456, @file or -".into()),
        (_, true) => facts.push("a list: '[\"A\", \"B\"]', A,B, @file or -".into()),
        _ => {}
    }
    if let Some(collection) = flag.replaces {
        let words = collection_words(collection);
        facts.push(format!("replaces all {}s; one by one: threecx {words} add|remove", collection.noun));
    }
    match &flag.asks {
        Some(Finding::ReplacesList(List { property, within: Some(_) })) => {
            facts.push(format!("replaces all its {}, which has to be confirmed", noun(property)))
        }
        Some(Finding::ReplacesList(_)) => facts.push("replaces the whole list, which has to be confirmed".into()),
        Some(Finding::LocksOut(_)) => facts.push("may lock you out, which has to be confirmed".into()),
        _ => {}
    }
    if let Some(max) = flag.max_length {
        facts.push(format!("at most {max} characters"));
    }
    if flag.is_content() {
        facts.push("or @file: the text of the file, in Base64 if it is not text".into());
    }
    if flag.secret {
        facts.push("secret: never shown".into());
    }
    facts.extend(lifetime(flag.span));
    if let Some(default) = flag.default {
        facts.push(format!("[default: {default}]"));
    }
    facts.join("; ")
}

fn fixed_help(flag: &Flag) -> Option<&'static str> {
    Some(match (flag.place, flag.name) {
        (Place::Body, _) => "The whole body, or the part of it that no flag gives",
        (Place::Option, "top") => "Maximum number of rows",
        (Place::Option, "skip") => "Number of rows to skip first",
        (Place::Option, "search") => "Only rows that contain these words",
        (Place::Option, "filter") => {
            "Only rows for which this is true: \"Number eq '100'\", \"contains(LastName,'ada')\""
        }
        (Place::Option, "count") => "Also print the total number of rows",
        (Place::Option, "orderby") => "Sort by these properties: LastName,Number desc",
        (Place::Option, "select") => "Only these properties: Id,Number,FirstName",
        (Place::Option, "expand") => "Include these related entities: Groups,Phones($select=Name)",
        (Place::Option, "if-match") => "Only if it still has this ETag",
        _ => return None,
    })
}

/// The words that call the command of a collection: `queues agents`.
pub fn collection_words(collection: &Collection) -> String {
    let resource = threecx_catalog::resource(collection.set.name).map_or("", |resource| resource.command);
    format!("{resource} {}", collection.word)
}
