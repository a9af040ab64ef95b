//! The clap command of one operation.

use clap::{Arg, Command};
use threecx_catalog::{Effect, Operation, Span, Type};

use super::flags::{Flag, Place};
use super::{bulk, globals, layout};
use crate::names::{self, Subject};
use crate::output;

/// Builds the command of an operation. `subject` is what it is about, if that may be named.
pub fn command(operation: &'static Operation, flags: &[Flag], subject: Option<&Subject>) -> Command {
    let mut usage = format!("threecx {} {}", operation.resource.command, operation.command);
    let mut ordered: Vec<&Flag> = flags.iter().filter(|flag| flag.required).collect();
    if let Some(subject) = subject {
        usage.push_str(&format!(" <{}>...", subject.set.placeholder()));
    }
    let named = |flag: &&&Flag| subject.is_some_and(|subject| subject.name == flag.name);
    for flag in ordered.iter().filter(|flag| !named(flag)) {
        usage.push_str(&format!(" --{} <{}>", flag.long, flag.value_name()));
    }
    usage.push_str(" [OPTIONS]");
    ordered.extend(flags.iter().filter(|flag| !flag.required));
    let mut command = Command::new("threecx")
        .no_binary_name(true)
        .disable_help_flag(true)
        .about(about(operation))
        .override_usage(usage)
        .after_help(format!("More: threecx describe {} {}", operation.resource.command, operation.command));
    if let Some(subject) = subject {
        command = command.args(which(subject));
    }
    for flag in ordered {
        command = command.arg(arg(flag));
    }
    if operation.is_paged() {
        let all = "Read the whole list, page by page; --top above 100 reads page by page too";
        command = command.arg(Arg::new("all").long("all").num_args(0).help(all).help_heading("Query options"));
    }
    if operation.is_paged() && operation.period.is_some() {
        command = command.args(period());
    }
    layout::fit(globals::add(command.args(bulk::args()), |_| true), output::width())
}

/// The arguments that name what an operation is about.
fn which(subject: &Subject) -> [Arg; 2] {
    let heading = format!("Which {}", subject.set.nouns());
    let several = match subject.place {
        names::Place::Path => "one call for each",
        names::Place::List => "one call for all",
    };
    let words = Arg::new("words")
        .num_args(0..)
        .value_name(subject.set.placeholder())
        .display_order(0)
        .help_heading(heading.clone())
        .help(format!("By {}; {several}", subject.set.ways()));
    let example = if subject.set.has_numbers { "startswith(Number,'1')" } else { "contains(Name,'a')" };
    let filter = Arg::new("where")
        .long("where")
        .value_name("FILTER")
        .display_order(1)
        .help_heading(heading)
        .conflicts_with("words")
        .help(format!("Those for which this $filter is true: \"{example}\""));
    [words, filter]
}

/// The flags of lists of what happened.
fn period() -> [Arg; 4] {
    [
        ("since", "WHEN", "Only what happened from then on: 7d, 12h, yesterday, 2026-01-31, 2026-01-31T09:30:00Z"),
        ("until", "WHEN", "And before then; a date is its beginning, without an offset in this machine's time zone"),
        ("window", "LENGTH", "Read the period in windows of this length (1d, 6h); one that takes too long is halved"),
        (
            "cursor",
            "FILE",
            "Keep here how far the list was read: the next run goes on in the same --output-file. Windows of a day, \
             until 12 hours ago, unless --window and --until say otherwise",
        ),
    ]
    .map(|(name, value, help)| Arg::new(name).long(name).value_name(value).help(help).help_heading("Period"))
}

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

fn arg(flag: &Flag) -> Arg {
    let heading = match flag.place {
        Place::Path => "Path",
        Place::Field | Place::Body => "Body",
        Place::Option => "Query options",
    };
    let arg = Arg::new(flag.long.clone())
        .long(flag.long.clone())
        .value_name(flag.value_name())
        .allow_negative_numbers(true)
        .help_heading(heading)
        .help(help(flag));
    if flag.is_switch() { arg.num_args(0..=1).default_missing_value("true") } else { arg.num_args(1) }
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
        let words = super::change::words_of(collection);
        facts.push(format!("replaces all {}; one by one: threecx {words} add|remove", collection.plural));
    }
    if let Some(max) = flag.max_length {
        facts.push(format!("at most {max} characters"));
    }
    if flag.is_content() {
        facts.push("or @file: its text, or Base64 of what is no text".into());
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
        (Place::Body, _) => "The whole body, or what of it the flags do not give",
        (Place::Option, "top") => "So many rows at most",
        (Place::Option, "skip") => "Leave out so many rows first",
        (Place::Option, "search") => "Only rows in which these words occur",
        (Place::Option, "filter") => {
            "Only rows for which this is true: \"Number eq '100'\", \"contains(LastName,'ada')\""
        }
        (Place::Option, "count") => "Tell how many rows there are in all",
        (Place::Option, "orderby") => "Sort by these properties: LastName,Number desc",
        (Place::Option, "select") => "Only these properties: Id,Number,FirstName",
        (Place::Option, "expand") => "With these related things: Groups,Phones($select=Name)",
        (Place::Option, "if-match") => "Only if it still has this ETag",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// clap checks a command when it is built in debug mode: names that come twice and the like.
    #[test]
    fn every_operation_makes_a_sound_command() {
        for operation in threecx_catalog::operations() {
            let subject = names::subject(operation);
            command(operation, &super::super::flags::flags(operation), subject.as_ref()).debug_assert();
        }
    }
}
