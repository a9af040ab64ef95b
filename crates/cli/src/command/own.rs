//! The clap commands of the program's own commands: operations, describe, api.

use clap::{Arg, Command};

use super::{globals, layout};
use crate::output;

pub(super) fn plain(about: &'static str, usage: &'static str) -> Command {
    Command::new("threecx").no_binary_name(true).disable_help_flag(true).about(about).override_usage(usage)
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
    for_reading(command.arg(words).arg(limit)).after_help(
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
    for_reading(command.arg(words)).after_help(
        "Without --api all releases are listed; an operation whose path changed stands there once for each way.\n\n\
         Examples:\n  threecx operations reboot\n  threecx operations --api 20.0.7 -o json",
    )
}

/// `threecx describe`
pub fn describe() -> Command {
    let words = Arg::new("words").num_args(1..=2).required(true).value_names(["RESOURCE", "OPERATION"]);
    let words = words.help("The words that call it, or its id: Users.ReprovisionAllPhones");
    let command = plain(
        "Explain an operation: what it takes, what it does and answers, in which releases, with an example",
        "threecx describe <RESOURCE> <OPERATION> [--api VERSION] [-o json]",
    );
    for_reading(command.arg(words)).after_help("Example:\n  threecx describe users reprovision-all-phones")
}

/// What reads only the catalogue takes the flags of a connection too, so that an alias with
/// an address in it works everywhere; its help does not show them.
fn for_reading(command: Command) -> Command {
    let shown = |name: &str| matches!(name, "api" | "limit" | "output" | "help");
    let command = globals::add(command, |_| true);
    let command = command.mut_args(move |arg| {
        let hide = arg.get_id() != "words" && !shown(arg.get_id().as_str());
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
        "Nothing is checked, quoted or asked before it is sent. Put the path in quotes: a shell takes $ and ( for itself.\n\n\
         Examples:\n  threecx api GET '/Users?$top=1'\n  threecx api POST /Users/Pbx.ReprovisionAllPhones --body '{\"ids\": [123]}'",
    )
}
