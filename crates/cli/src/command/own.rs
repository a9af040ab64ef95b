//! The clap commands of the program's own commands: operations, describe, api, sim.

use clap::{Arg, Command};
use threecx_sim::Timestamp;

use super::{globals, layout};
use crate::output;

fn plain(about: &'static str, usage: &'static str) -> Command {
    Command::new("threecx").no_binary_name(true).disable_help_flag(true).about(about).override_usage(usage)
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
    let shown = |name: &str| matches!(name, "api" | "output" | "help");
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

/// `threecx sim`
pub fn sim() -> Command {
    let value = |name: &'static str, value: &'static str, default: Option<&'static str>, help: &'static str| {
        let arg = Arg::new(name).long(name).value_name(value).help(help);
        match default {
            Some(default) => arg.default_value(default),
            None => arg,
        }
    };
    let instant = |name, help| {
        let parse =
            |text: &str| text.parse::<Timestamp>().map_err(|_| "expected an instant, such as 2026-01-31T09:30:00Z");
        value(name, "INSTANT", None, help).value_parser(parse)
    };
    let command = plain(
        "Run a simulated PBX with a demo company until Ctrl-C: to try things out, and for tests",
        "threecx sim [OPTIONS]",
    )
    .arg(
        value("port", "PORT", Some("5004"), "Port to listen on; 0 takes a free one")
            .value_parser(clap::value_parser!(u16)),
    )
    .arg(
        value("bind", "ADDRESS", Some("127.0.0.1"), "Address to listen on")
            .value_parser(clap::value_parser!(std::net::IpAddr)),
    )
    .arg(value("users", "NUMBER", Some("500"), "So many extensions").value_parser(clap::value_parser!(u32)))
    .arg(
        value("seed", "NUMBER", Some("7"), "The same number makes the same company")
            .value_parser(clap::value_parser!(u64)),
    )
    .arg(
        value("calls", "NUMBER", Some("1000"), "So many call segments in its history; a million take no memory")
            .value_parser(clap::value_parser!(u64)),
    )
    .arg(instant("calls-from", "When the first of them was, such as 2026-01-01T00:00:00Z [default: 30 days ago]"))
    .arg(instant("calls-to", "When the last of them was [default: now]"))
    .arg(
        value("data", "FILE", None, "SQLite file to keep everything in; without it, all is gone when it stops")
            .value_parser(clap::value_parser!(std::path::PathBuf)),
    )
    .arg(instant("clock", "Its clock stands still here until /sim/clock steps it [default: the machine's clock]"))
    .arg(value("client-id", "ID", None, "Client ID that it accepts"))
    .arg(value("client-secret", "SECRET", None, "Client secret that it accepts"))
    .arg(value("api", "VERSION", None, "API release that it has, such as 20.0.8 [default: the newest]"));
    layout::fit(globals::add(command, |global| matches!(global.name, "output" | "help")), output::width())
}
