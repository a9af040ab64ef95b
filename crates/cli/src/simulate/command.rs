//! The clap command `threecx sim`: everything that a simulated PBX can be set to.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Arg, ArgAction, Command, value_parser};
use threecx_sim::{Fault, Latency, LiveSwitch, Timestamp, parse_duration};

use crate::args::plain::plain;
use crate::args::{globals, layout};
use crate::output::width;

const CLIENTS: &str = "Clients";
const TLS: &str = "HTTPS";
const MISBEHAVIOUR: &str = "Misbehaviour";

/// What it does, for lists of commands.
pub const ABOUT: &str = "Run a simulated PBX until Ctrl-C";

/// `threecx sim`
pub fn command() -> Command {
    let command =
        plain(format!("{ABOUT}, with a demo company: to try things out, and for tests"), "threecx sim [OPTIONS]");
    let command = command.args(company()).args(clients()).args(tls()).args(misbehaviour()).after_help(
        "KIND is 401, expire, evict (401, and the token is no longer valid), 429, 500, 502, 503, 504, drop-before,\n\
         drop-after or truncate; PROBABILITY is from 0 to 1, TIMES the maximum number of times. TARGET is an operation\n\
         (Users.RebootPhone), a resource (Users), or token, login, logout or session. All of this can be changed while it runs,\n\
         over /sim/faults, /sim/latency, /sim/tokens, /sim/clock and /sim/reset; /sim/counts shows what arrived.\n\n\
         Examples:\n  threecx sim --fault drop-after:0.05 --fault 429:1:3:retry-after=2@Users.RebootPhone --fault 503:0.1@token\n  \
         threecx sim --latency 20ms+10ms --latency 2s@ReportCallLogData --token-life 5s\n  \
         threecx sim --tls --ca-out ca.pem\n  \
         curl -X PUT http://localhost:5004/sim/faults -d '[\"429:1:3\"]'\n  \
         curl http://localhost:5004/sim/counts/Users.RebootPhone",
    );
    layout::fit(globals::add(command, |global| matches!(global.name, "output" | "help")), width())
}

fn value(name: &'static str, value: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).value_name(value).help(help)
}

fn instant(name: &'static str, help: &'static str) -> Arg {
    let parse = |text: &str| text.parse::<Timestamp>().map_err(|_| "expected an instant, such as 2026-01-31T09:30:00Z");
    value(name, "INSTANT", help).value_parser(parse)
}

fn company() -> [Arg; 12] {
    [
        value("port", "PORT", "Port to listen on; 0 picks a free one")
            .default_value("5004")
            .value_parser(value_parser!(u16)),
        value("bind", "ADDRESS", "Address to listen on").default_value("127.0.0.1").value_parser(value_parser!(IpAddr)),
        value("users", "NUMBER", "Number of extensions").default_value("500").value_parser(value_parser!(u32)),
        value("seed", "NUMBER", "Seed: the same number gives the same company and the same faults")
            .default_value("7")
            .value_parser(value_parser!(u64)),
        value("calls", "NUMBER", "Number of call segments in its history; even a million take no memory")
            .default_value("1000")
            .value_parser(value_parser!(u64)),
        instant("calls-from", "Time of the first of them, such as 2026-01-01T00:00:00Z [default: 30 days ago]"),
        instant("calls-to", "Time of the last of them [default: now]"),
        value("live-calls", "on|off", "Whether people call each other while it runs")
            .default_value("on")
            .value_parser(["on", "off"])
            .hide_possible_values(true),
        instant("clock", "Current time on the PBX, until /sim/clock moves it on [default: the machine's clock]"),
        value("data", "FILE", "SQLite file to keep everything in; without it, everything is lost when it stops")
            .value_parser(value_parser!(PathBuf)),
        value("api", "VERSION", "API release to simulate, such as 20.0.8 [default: the newest]"),
        value(
            "live",
            "NAME=VALUE",
            "What to do where sources about live PBXs disagree, such as nulls=present; may be repeated",
        )
        .value_parser(|text: &str| text.parse::<LiveSwitch>())
        .action(ArgAction::Append),
    ]
}

fn clients() -> [Arg; 4] {
    [
        value("client-id", "ID", "Client ID that it accepts"),
        value("client-secret", "SECRET", "Client secret that it accepts"),
        value("role", "ROLE", "Role of the client; a lower one is refused what a real PBX refuses it")
            .default_value("system_owners")
            .value_parser(threecx_sim::ROLES)
            .hide_possible_values(true),
        value("token-life", "DURATION", "Lifetime of a token, in whole seconds [default: 1h]").value_parser(token_life),
    ]
    .map(|arg| arg.help_heading(CLIENTS))
}

fn tls() -> [Arg; 3] {
    [
        Arg::new("tls")
            .long("tls")
            .action(ArgAction::SetTrue)
            .help("Speak HTTPS, with a certificate of a new test authority"),
        value("ca-out", "FILE", "Write the authority's certificate (PEM) here, for THREECX_CA_FILE and the like")
            .value_parser(value_parser!(PathBuf))
            .requires("tls"),
        value("tls-name", "NAME", "Another name or address of this machine for the certificate; may be repeated")
            .action(ArgAction::Append)
            .requires("tls"),
    ]
    .map(|arg| arg.help_heading(TLS))
}

fn misbehaviour() -> [Arg; 2] {
    [
        value(
            "fault",
            "FAULT",
            "What goes wrong: KIND[:PROBABILITY[:TIMES]][:retry-after=SECONDS][@TARGET]; may be repeated",
        )
        .value_parser(|text: &str| text.parse::<Fault>()),
        value("latency", "LATENCY", "Response time: DURATION[+JITTER][@TARGET], such as 20ms; may be repeated")
            .value_parser(|text: &str| text.parse::<Latency>()),
    ]
    .map(|arg| arg.action(ArgAction::Append).help_heading(MISBEHAVIOUR))
}

fn token_life(text: &str) -> Result<Duration, String> {
    let life = parse_duration(text)?;
    if life.as_secs() == 0 || life.subsec_nanos() > 0 {
        return Err(format!("expected whole seconds; got `{text}`"));
    }
    Ok(life)
}
