//! The clap command of a collection.

use clap::{Arg, Command};

use crate::args::wording::collection_words;
use crate::args::{globals, layout};
use crate::entity_change::Kind;
use crate::output::width;
use threecx_catalog::Collection;

/// What a collection's command does, for lists of commands.
pub fn about(collection: &Collection) -> String {
    format!("List, add and remove single {} of a {}", collection.plural, owner(collection))
}

/// What has it: `queue`.
fn owner(collection: &Collection) -> String {
    let kind = threecx_catalog::resource(collection.set.name).and_then(Kind::of);
    kind.map(|kind| kind.noun()).unwrap_or_default()
}

/// `threecx queues agents`
pub fn command(collection: &'static Collection) -> Command {
    let words = collection_words(collection);
    let owner = owner(collection);
    let placeholder = owner.replace(' ', "-").to_uppercase();
    let noun = collection.noun.replace(' ', "-").to_uppercase();
    let action = Arg::new("action")
        .required(true)
        .value_name("ACTION")
        .value_parser(["list", "add", "remove"])
        .hide_possible_values(true)
        .help("list, add or remove");
    let which = Arg::new("which")
        .required(true)
        .value_name(placeholder.clone())
        .help(format!("Which {owner}: its number, name, or id:…"));
    let items = Arg::new("items")
        .num_args(0..)
        .allow_hyphen_values(false)
        .value_name(noun.clone())
        .help("Which ones, separated by spaces or commas; @file has one in each line, - reads them from stdin");
    let mut command = Command::new("threecx")
        .no_binary_name(true)
        .disable_help_flag(true)
        .about(format!(
            "{}.\nA PBX takes the collection only whole: it is read, changed, read again to check that no one \
             else\nchanged it, written, and read back. What stays is written back as it came.",
            about(collection)
        ))
        .override_usage(format!("threecx {words} <list|add|remove> <{placeholder}> [{noun}]... [OPTIONS]"))
        .arg(action)
        .arg(which)
        .arg(items);
    for also in collection.also {
        let default = also.default.filter(|default| !default.is_empty());
        let default = default.map(|default| format!(" [default: {default}]")).unwrap_or_default();
        let help = format!("{}{default}", also.help);
        command =
            command.arg(Arg::new(also.flag).long(also.flag).value_name(also.value).help(help).help_heading("New ones"));
    }
    layout::fit(globals::add(command, |global| global.name != "curl"), width()).after_help(format!(
        "Adding what is there already, or removing what is not, is reported and is not an error. --dry-run reads\n\
         from the PBX, shows the difference and the request, and changes nothing.\n\nExamples:\n{}",
        examples(collection)
    ))
}

fn examples(collection: &Collection) -> String {
    let words = collection_words(collection);
    let (which, items, also) = match collection.word {
        "dids" => ("10000", "+49301234567", ""),
        "forwards" => ("810", "0", " --forward-type Extension --forward-dn 100"),
        "departments" => ("100", "Sales", " --role managers"),
        _ if collection.set.name == "Groups" => ("DEFAULT", "100-105", " --role managers"),
        _ => ("800", "100-105", ""),
    };
    format!(
        "  threecx {words} list {which}\n  threecx {words} add {which} {items}{also}\n  threecx {words} remove {which} {items} --dry-run"
    )
}
