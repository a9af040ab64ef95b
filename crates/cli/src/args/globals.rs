//! The flags that belong to the command line itself and not to an operation, declared once.
//! Their names are taken: a parameter or field that is called like one gets a prefix (see
//! [`super::flag`]).

use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Arg, ArgAction, Command};

use super::{bulk, period, run};
use crate::output::delimiter::Delimiter;
use crate::output::format::Format;

/// One of the program's own flags.
pub struct Global {
    pub name: &'static str,
    pub short: Option<char>,
    /// The name of its value, for those that take one.
    pub value: Option<&'static str>,
    pub heading: &'static str,
    pub help: &'static str,
}

const CONNECTION: &str = "Connection";
const SAFETY: &str = "Safety";
const OUTPUT: &str = "Output";

const fn flag(heading: &'static str, name: &'static str, value: Option<&'static str>, help: &'static str) -> Global {
    Global { name, short: None, value, heading, help }
}

/// All of them, in the order of the help.
pub static GLOBALS: [Global; 24] = [
    flag(CONNECTION, "sim", None, "Use a simulated PBX that is started for this one command"),
    flag(
        CONNECTION,
        "profile",
        Some("NAME"),
        "Use this profile instead of the environment and the default profile; flags take precedence [env: THREECX_PROFILE]",
    ),
    flag(CONNECTION, "url", Some("URL"), "Address of the PBX [env: THREECX_URL]"),
    flag(CONNECTION, "client-id", Some("ID"), "Client ID [env: THREECX_CLIENT_ID]"),
    flag(
        CONNECTION,
        "client-secret",
        Some("SECRET"),
        "Client secret, - for stdin. Other users of this machine can see it here: prefer THREECX_CLIENT_SECRET or a file",
    ),
    flag(CONNECTION, "client-secret-file", Some("FILE"), "File that holds the client secret, - for stdin"),
    flag(
        CONNECTION,
        "ca-file",
        Some("PEM"),
        "Also trust the certificate authority in this file [env: THREECX_CA_FILE]",
    ),
    flag(
        CONNECTION,
        "allow-http",
        None,
        "Allow an http:// address of another machine: the secret crosses the network unencrypted",
    ),
    flag(
        CONNECTION,
        "no-proxy",
        None,
        "Use no proxy, whatever HTTPS_PROXY, HTTP_PROXY and ALL_PROXY say; this machine is never reached by one",
    ),
    flag(
        CONNECTION,
        "timeout",
        Some("TIME"),
        "End the whole command after this time, such as 30s or 2m [default: when the PBX says nothing for 60s, twice \
         where asking again does no harm] [env: THREECX_TIMEOUT]",
    ),
    flag(
        CONNECTION,
        "connect-timeout",
        Some("TIME"),
        "Give up connecting after this time [default: 10s] [env: THREECX_CONNECT_TIMEOUT]",
    ),
    flag(
        CONNECTION,
        "api",
        Some("VERSION"),
        "Plan requests for this API release, such as 20.0.7 or 20.0.7@2025-05-06 [default: the PBX's]",
    ),
    flag(SAFETY, "dry-run", None, "Print the request, secrets masked, and send nothing; needs no PBX"),
    flag(SAFETY, "curl", None, "Print the call as curl commands for a shell, without secrets, and send nothing"),
    flag(
        SAFETY,
        "plan-out",
        Some("FILE"),
        "Look everything up, write the plan to this file, and change nothing; threecx apply-plan carries it out",
    ),
    Global {
        name: "yes",
        short: Some('y'),
        value: None,
        heading: SAFETY,
        help: "Do not ask before something is interrupted or destroyed; required when not running interactively",
    },
    Global {
        name: "output",
        short: Some('o'),
        value: Some("FORMAT"),
        heading: OUTPUT,
        help: "table, csv or xlsx without secrets; json, ndjson or yaml with everything, unchanged [default: by the \
               extension of --output-file, else table]",
    },
    flag(OUTPUT, "output-file", Some("FILE"), "Write to this file instead, - for stdout; an existing file is replaced"),
    flag(
        OUTPUT,
        "excel",
        None,
        "CSV or a workbook as Excel reads it here: dates, times of day and durations that it can count with, in the \
         local time zone; CSV with a byte order mark, and with semicolons where numbers have a decimal comma",
    ),
    flag(
        OUTPUT,
        "delimiter",
        Some("SIGN"),
        "Separate the cells of CSV with comma, semicolon, tab or pipe [default: comma; --excel: that of the region]",
    ),
    flag(OUTPUT, "jq", Some("FILTER"), "Apply this jq filter to each row, or to the answer"),
    Global {
        name: "raw-output",
        short: Some('r'),
        value: None,
        heading: OUTPUT,
        help: "With --jq: print strings without quotes",
    },
    flag(OUTPUT, "quiet", None, "No remarks and no progress on stderr, only errors"),
    Global { name: "help", short: Some('h'), value: None, heading: OUTPUT, help: "Print help" },
];

/// Names that fields cannot have either: of the body as a whole, and of clap's own flag.
const ALSO_TAKEN: [&str; 2] = ["body", "version"];

/// True if the command line uses this name itself.
pub fn is_taken(name: &str) -> bool {
    GLOBALS.iter().any(|global| global.name == name)
        || ALSO_TAKEN.contains(&name)
        || bulk::NAMES.contains(&name)
        || period::NAMES.contains(&name)
        || run::NAMES.contains(&name)
        || threecx_catalog::Options::NAMES.contains(&name)
}

/// True if the word is a global flag whose value is the next word: `--url`, `-o`.
pub fn takes_next(word: &str) -> bool {
    GLOBALS.iter().filter(|global| global.value.is_some()).any(|global| match word.strip_prefix("--") {
        Some(long) => long == global.name,
        None => global.short.is_some_and(|short| word.strip_prefix('-') == Some(short.encode_utf8(&mut [0; 4]))),
    })
}

/// Adds the globals of these names to a command.
pub fn add(command: Command, wanted: impl Fn(&Global) -> bool) -> Command {
    let order = 1000;
    GLOBALS
        .iter()
        .filter(|global| wanted(global))
        .enumerate()
        .fold(command, |command, (index, global)| command.arg(arg(global).display_order(order + index)))
}

fn arg(global: &Global) -> Arg {
    let mut arg = Arg::new(global.name).long(global.name).help(global.help).help_heading(global.heading);
    if let Some(short) = global.short {
        arg = arg.short(short);
    }
    arg = match (global.name, global.value) {
        ("help", _) => arg.action(ArgAction::Help),
        (_, None) => arg.action(ArgAction::SetTrue),
        (_, Some(value)) => arg.value_name(value),
    };
    match global.name {
        "output" => {
            let names = PossibleValuesParser::new(Format::names());
            arg.value_parser(names).hide_possible_values(true)
        }
        "delimiter" => {
            let names =
                Delimiter::names().map(|(name, others)| PossibleValue::new(name).aliases(others.iter().copied()));
            arg.value_parser(PossibleValuesParser::new(names)).hide_possible_values(true)
        }
        "sim" => arg.conflicts_with_all(["profile", "url", "client-id", "client-secret", "client-secret-file"]),
        "client-secret" => arg.conflicts_with("client-secret-file"),
        _ => arg,
    }
}
