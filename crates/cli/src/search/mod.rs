//! `threecx search`: the operations and commands that do what you want, the best first.

mod rank;
mod synonyms;
mod words;

use std::ffi::OsString;

use serde_json::json;
use threecx::Span;
use threecx_catalog::Effect;

use crate::args::connection::api;
use crate::args::matches;
use crate::args::output::OutputFlags;
use crate::args::parse::parse;
use crate::args::plain::{READING, for_reading, plain};
use crate::args::wording::collection_words;
use crate::args::wording::warning;
use crate::failure::Failure;
use crate::output::shape::Shape;
use crate::output::style::note;
use crate::output::{Output, open, table};
use crate::tree::{self, Own};
use crate::{collections, edit};
use clap::{Arg, Command, value_parser};
use rank::{Hit, Index, What};

/// The number of results, unless --limit sets another.
const LIMIT: usize = 12;

/// What it does, for lists of commands.
pub const ABOUT: &str = "Find the operation for what you want to do";

/// `threecx search`
pub fn command() -> Command {
    let words =
        Arg::new("words").num_args(1..).required(true).value_name("WORD").help("What it is about, in your words");
    let limit = Arg::new("limit")
        .long("limit")
        .value_name("NUMBER")
        .value_parser(value_parser!(usize))
        .help(format!("Maximum number of results, 0 for all [default: {LIMIT}]"));
    let command = plain(
        format!("{ABOUT}, the best first: by title, resource, arguments and answer"),
        "threecx search <WORD>... [--limit NUMBER] [--api VERSION] [-o json]",
    );
    for_reading(command.arg(words).arg(limit), &READING).after_help(
        "Telephony terms are known: ivr finds receptionists, did finds DID numbers. Word endings and typos do not matter.\n\n\
         Examples:\n  threecx search reboot phone\n  threecx search voicemail pin\n  threecx search blocked ip -o json",
    )
}

/// Looks for operations.
pub fn run(rest: Vec<OsString>, own: &'static [Own]) -> Result<(), Failure> {
    let matches = parse(command(), rest)?;
    let output = Output::from(OutputFlags::of(&matches))?;
    let target = api(&matches)?.unwrap_or(Span::ALL);
    let limit = matches::number(&matches, "limit").unwrap_or(LIMIT);
    let asked = matches::many::<String>(&matches, "words").join(" ");
    let typed = words::typed(&asked);
    let index = Index::of(target, own);
    let (mut found, mut spelt) = (index.rank(&rank::things(&typed)), typed.clone());
    if !found.everything {
        spelt = spelling(&index, &typed);
        found = index.rank(&rank::things(&spelt));
    }
    let hits = found.hits;
    let shown = &hits[..if limit == 0 { hits.len() } else { hits.len().min(limit) }];
    print(shown, &output)?;
    if spelt != typed {
        note(&format!("Nothing matches `{}`; searched for `{}` instead.", typed.join(" "), spelt.join(" ")));
    }
    match shown.first() {
        Some(first) => {
            let more = match hits.len() - shown.len() {
                0 => String::new(),
                more => format!("{more} more match: --limit 0 shows all. "),
            };
            let next = match first.what {
                What::Operation(_) => format!("threecx describe {}", command_of(first.what)),
                What::Collection(_) | What::Edit(_) | What::Own(..) => {
                    format!("threecx {} --help", command_of(first.what))
                }
            };
            note(&format!("{more}More on one: {next}"));
        }
        None => note("No operation matches. `threecx operations` lists them all."),
    }
    Ok(())
}

/// The words, each that nothing is called by replaced by the one most like it.
fn spelling(index: &Index, typed: &[String]) -> Vec<String> {
    let vocabulary = rank::vocabulary();
    let vocabulary: Vec<&str> = vocabulary.iter().map(String::as_str).collect();
    let known = |word: &String| !index.rank(&rank::things(std::slice::from_ref(word))).hits.is_empty();
    let closest = |word: &String| threecx_core::closest(word, &vocabulary).unwrap_or(word).to_owned();
    typed.iter().map(|word| if known(word) { word.clone() } else { closest(word) }).collect()
}

fn print(hits: &[Hit], output: &Output) -> Result<(), Failure> {
    if output.is_for_programs() {
        let mut printed = open::rows(output, &Shape::unknown(), None)?;
        for hit in hits {
            printed.row(&row(hit).to_string())?;
        }
        output.remark(&printed.finish()?);
        return Ok(());
    }
    let mut sink = output.open()?;
    if !hits.is_empty() {
        let cells = |hit: &Hit| {
            let [since, until] = lifetime(hit.what);
            vec![format!("threecx {}", command_of(hit.what)), since, until, title_of(hit.what)]
        };
        let rows = hits.iter().map(cells).collect();
        // What is there to be typed is never cut.
        sink.painted(&table::table(&["COMMAND", "SINCE", "UNTIL", "TITLE"], rows, None))?;
    }
    sink.finish()
}

fn command_of(what: What) -> String {
    match what {
        What::Operation(operation) => format!("{} {}", operation.resource.command, operation.command),
        What::Collection(collection) => collection_words(collection),
        What::Edit(resource) => format!("{} {}", resource.command, tree::EDIT),
        What::Own(own) => own.name.to_owned(),
    }
}

fn title_of(what: What) -> String {
    match what {
        What::Operation(operation) => operation.title.to_owned(),
        What::Collection(collection) => collections::command::about(collection),
        What::Edit(_) => edit::command::ABOUT.to_owned(),
        What::Own(own) => own.about.to_owned(),
    }
}

/// Since and until when there is an operation in any form.
fn lifetime(what: What) -> [String; 2] {
    let What::Operation(operation) = what else { return [String::new(), String::new()] };
    let edges = |form: Option<&threecx_catalog::Form>, edge: fn(Span) -> Option<String>| {
        form.and_then(|form| edge(form.span)).unwrap_or_default()
    };
    [edges(operation.forms.first(), Span::since), edges(operation.forms.last(), Span::until)]
}

/// For programs. What is not an operation has no id, method and path.
fn row(hit: &Hit) -> serde_json::Value {
    let [since, until] = lifetime(hit.what);
    let operation = match hit.what {
        What::Operation(operation) => Some(operation),
        What::Collection(_) | What::Edit(_) | What::Own(..) => None,
    };
    let form = operation.map(|operation| operation.newest_form());
    let effect = operation.map(|operation| match operation.effect {
        Effect::Reads => "reads",
        Effect::Writes => "writes",
        Effect::Interrupts(_) => "interrupts",
        Effect::Destroys(_) => "destroys",
    });
    json!({
        "id": operation.map(|operation| operation.id),
        "command": command_of(hit.what),
        "title": title_of(hit.what),
        "resource": operation.map(|operation| operation.resource.title),
        "method": form.map(|form| form.method.as_str()),
        "path": form.map(|form| form.path),
        "effect": effect,
        "warning": operation.and_then(warning),
        "since": Some(since).filter(|since| !since.is_empty()),
        "until": Some(until).filter(|until| !until.is_empty()),
        "score": (hit.score * 10.0).round() / 10.0,
    })
}
