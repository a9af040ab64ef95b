//! The clap commands that change entities safely: collections item by item, and `edit`.

use clap::{Arg, Command};
use threecx_catalog::Resource;

use super::own::plain;
use super::{globals, layout};
use crate::collections::Collection;
use crate::guarded::Kind;
use crate::output;

/// The words that call a collection: `queues agents`.
pub fn words_of(collection: &Collection) -> String {
    let resource = threecx_catalog::resource(collection.set.name).map_or("", |resource| resource.command);
    format!("{resource} {}", collection.word)
}

/// What a collection's command does, for lists of commands.
pub fn about_collection(collection: &Collection) -> String {
    format!("List, add and remove single {} of a {}", collection.plural, owner(collection))
}

/// What has it: `queue`.
fn owner(collection: &Collection) -> String {
    let kind = threecx_catalog::resource(collection.set.name).and_then(Kind::of);
    kind.map(|kind| kind.noun()).unwrap_or_default()
}

/// `threecx queues agents`
pub fn collection(collection: &'static Collection) -> Command {
    let words = words_of(collection);
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
            "{}.\nA PBX takes the collection only whole: it is read, changed, read again to see that nobody \
             else\nchanged it, written, and read back. What stays is written back as it came.",
            about_collection(collection)
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
    layout::fit(globals::add(command, |global| global.name != "curl"), output::width()).after_help(format!(
        "To add what is there already and to remove what is not is said, and is no error. --dry-run reads from the\n\
         PBX, shows the difference and the request, and changes nothing.\n\nExamples:\n{}",
        examples(collection)
    ))
}

fn examples(collection: &Collection) -> String {
    let words = words_of(collection);
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

/// What `edit` does, for lists of commands.
pub const ABOUT_EDIT: &str = "Change it in an editor, as YAML";

/// `threecx users edit`
pub fn edit(resource: &'static Resource, kind: &Kind) -> Command {
    let mut usage = format!("threecx {} edit", resource.command);
    let mut command = plain(
        "Change it in an editor, as YAML. What was changed is shown, and sent if nobody else changed it meanwhile;\n\
         what was not changed is not sent. Secrets are left out of the text.",
        "",
    );
    if let Some((set, _)) = &kind.set {
        usage.push_str(&format!(" <{}>", set.placeholder()));
        let ways = if set.has_numbers { "number, name" } else { "name" };
        let which = Arg::new("which").required(true).value_name(set.placeholder());
        command = command.arg(which.help(format!("Which {}: its {ways}, or id:…", set.noun())));
    }
    let option = |name: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name("NAMES").help(help).help_heading("What of it")
    };
    let command = command
        .override_usage(format!("{usage} [OPTIONS]"))
        .arg(option("select", "Only these properties: FirstName,LastName"))
        .arg(option("expand", "With these collections, which are then sent whole if they are changed"));
    layout::fit(globals::add(command, |global| global.name != "curl"), output::width()).after_help(
        "The editor is that of VISUAL or EDITOR. If something goes wrong after you have written something, the text\n\
         is kept in a file that is named. --dry-run shows the request instead of sending it.",
    )
}
