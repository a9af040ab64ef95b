//! The clap commands of the program's own commands: operations, describe, api.

use clap::{Arg, Command};

use super::{Chosen, globals, layout};
use crate::completion::SHELLS;
use crate::guarded::Kind;
use crate::output;

pub(super) fn plain(about: &'static str, usage: &'static str) -> Command {
    Command::new("threecx").no_binary_name(true).disable_help_flag(true).about(about).override_usage(usage)
}

/// The flags that the help of a command shows which reads only the catalogue, and of one that
/// prints something else than rows.
const READING: [&str; 3] = ["api", "output", "help"];
const PRINTING: [&str; 2] = ["output-file", "help"];

/// The command of what is no operation.
pub fn of(chosen: Chosen) -> Option<Command> {
    match chosen {
        Chosen::Search => Some(search()),
        Chosen::Operations => Some(operations()),
        Chosen::Describe => Some(describe()),
        Chosen::Api => Some(api()),
        Chosen::Login => Some(super::account::login()),
        Chosen::Logout => Some(super::account::logout()),
        Chosen::Profiles => Some(super::account::profiles()),
        Chosen::Doctor => Some(super::account::doctor()),
        Chosen::Sim => Some(super::sim::command()),
        Chosen::Completion => Some(completion()),
        Chosen::Man => Some(man()),
        Chosen::Collection(collection) => Some(super::change::collection(collection)),
        Chosen::Edit(resource) => Kind::of(resource).map(|kind| super::change::edit(resource, &kind)),
        Chosen::Nothing | Chosen::Resource(_) | Chosen::Operation(_) => None,
    }
}

/// `threecx completion`
pub fn completion() -> Command {
    let shell = Arg::new("shell")
        .required(true)
        .value_name("SHELL")
        .value_parser(SHELLS.map(|(shell, _)| shell))
        .hide_possible_values(true)
        .help("bash, zsh, fish or powershell");
    let command = plain(
        "Print a script that makes a shell complete commands, flags and values: enumerations, files, releases, and\n\
         ids and numbers of the PBX that the environment names (read at most every 5 minutes, never asked for long)",
        "threecx completion <SHELL>",
    );
    for_reading(command.arg(shell), &PRINTING).after_help(
        "Once and for all, for\n  \
         bash        echo 'source <(threecx completion bash)' >> ~/.bashrc\n  \
         zsh         mkdir -p ~/.zfunc && threecx completion zsh > ~/.zfunc/_threecx\n              \
         and in ~/.zshrc, before compinit: fpath+=(~/.zfunc)\n  \
         fish        threecx completion fish > ~/.config/fish/completions/threecx.fish\n  \
         powershell  threecx completion powershell >> $PROFILE   (not tested by machine, as the others are)",
    )
}

/// `threecx man`
pub fn man() -> Command {
    let words =
        Arg::new("words").num_args(0..=2).value_name("WORD").help("A command or a resource [default: the program]");
    let to =
        Arg::new("to").long("to").value_name("DIR").conflicts_with("words").help("Write all pages into this folder");
    let command = plain(
        "Print a manual page, or write all of them: one for the program, each of its commands and each resource",
        "threecx man [WORD]\n       threecx man --to <DIR>",
    );
    for_reading(command.arg(words).arg(to), &PRINTING)
        .after_help("Examples:\n  threecx man users | man -l -\n  threecx man --to ~/.local/share/man/man1")
}

/// So many operations are shown where nothing else is asked for.
pub const SEARCH_LIMIT: usize = 12;

/// `threecx search`
pub fn search() -> Command {
    let words =
        Arg::new("words").num_args(1..).required(true).value_name("WORD").help("What it is about, in your words");
    let limit = Arg::new("limit")
        .long("limit")
        .value_name("NUMBER")
        .value_parser(clap::value_parser!(usize))
        .help(format!("Show so many at most, 0 for all [default: {SEARCH_LIMIT}]"));
    let command = plain(
        "Find the operations for what you want to do, the best first: by title, resource, arguments and answer",
        "threecx search <WORD>... [--limit NUMBER] [--api VERSION] [-o json]",
    );
    for_reading(command.arg(words).arg(limit), &READING).after_help(
        "Words of the field are known: ivr finds receptionists, did finds DID numbers. Endings and small slips of the\n\
         keyboard do not matter.\n\n\
         Examples:\n  threecx search reboot phone\n  threecx search voicemail pin\n  threecx search blocked ip -o json",
    )
}

/// `threecx operations`
pub fn operations() -> Command {
    let words = Arg::new("words")
        .num_args(0..)
        .value_name("WORD")
        .help("Only operations in whose id, title or path all these words occur");
    let command = plain(
        "List everything that a PBX can be asked: one line for each way in which an operation is sent",
        "threecx operations [WORD]... [--api VERSION] [-o json]",
    );
    for_reading(command.arg(words), &READING).after_help(
        "Without --api all releases are listed; an operation whose path changed stands there once for each way.\n\n\
         Examples:\n  threecx operations reboot\n  threecx operations --api 20.0.7 -o json",
    )
}

/// `threecx describe`
pub fn describe() -> Command {
    let words = Arg::new("words").num_args(1..=3).required(true).value_names(["RESOURCE", "OPERATION"]);
    let words = words.help("The words that call it, or its id: Users.ReprovisionAllPhones");
    let command = plain(
        "Explain an operation: what it takes, what it does and answers, in which releases, with an example",
        "threecx describe <RESOURCE> <OPERATION> [--api VERSION] [-o json]",
    );
    for_reading(command.arg(words), &READING).after_help("Example:\n  threecx describe users reprovision-all-phones")
}

/// What reads only the catalogue takes the flags of a connection too, so that an alias with
/// an address in it works everywhere; its help does not show them.
fn for_reading(command: Command, shown: &'static [&str]) -> Command {
    let own: Vec<clap::Id> = command.get_arguments().map(|arg| arg.get_id().clone()).collect();
    let command = globals::add(command, |_| true);
    let command = command.mut_args(move |arg| {
        let hide = !own.contains(arg.get_id()) && !shown.contains(&arg.get_id().as_str());
        arg.hide(hide)
    });
    layout::fit(command, output::width())
}

/// `threecx api`
pub fn api() -> Command {
    let method = Arg::new("method").required(true).value_name("METHOD").help("GET, POST, PATCH, PUT or DELETE");
    let path =
        Arg::new("path").required(true).value_name("PATH").help("Below /xapi/v1, or from the root: /xapi/v1/Users");
    let body = Arg::new("body").long("body").value_name("JSON|@FILE|-").help("Sent as it is, as JSON");
    let command = plain(
        "Send any request, with the token of the client, and print the answer as it comes",
        "threecx api <METHOD> <PATH> [--body JSON|@FILE|-] [OPTIONS]",
    );
    let command = globals::add(command.arg(method).arg(path).arg(body), |_| true);
    layout::fit(command, output::width()).after_help(
        "Nothing is checked or quoted before it is sent. What its operation would ask about is asked about here too, and so\n\
         is a DELETE that the catalogue does not know. Put the path in quotes: a shell takes $ and ( for itself.\n\n\
         Examples:\n  threecx api GET '/Users?$top=1'\n  threecx api POST /Users/Pbx.ReprovisionAllPhones --body '{\"ids\": [123]}'",
    )
}
