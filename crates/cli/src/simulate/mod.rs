//! `threecx sim`: a simulated PBX on its own, until Ctrl-C, SIGTERM or SIGHUP.

mod command;

use std::any::Any;
use std::ffi::OsString;
use std::fmt::Debug;
use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};

use clap::ArgMatches;
use serde_json::json;
use threecx_sim::{Builder, Clock, Error, Fault, Latency, LiveSwitch, Pbx, Timestamp};

use crate::args::connection::api;
use crate::args::matches;
use crate::args::output::OutputFlags;
use crate::args::parse::parse;
use crate::atomic_file::Readers;
use crate::failure::Failure;
use crate::output::style::warn;
use crate::output::{Output, write_text};
use crate::runtime::runtime;
use crate::signals;

pub use command::{ABOUT, command};

/// Runs the simulated PBX.
pub fn run(rest: Vec<OsString>) -> Result<(), Failure> {
    let matches = parse(command(), rest)?;
    let output = Output::from(OutputFlags::format_of(&matches))?;
    let bind = matches::value::<IpAddr>(&matches, "bind").unwrap_or(Ipv4Addr::LOCALHOST.into());
    let builder = settings(&matches)?.bind(bind);
    runtime()?.block_on(async {
        signals::listen();
        let pbx = builder.start().await.map_err(failure)?;
        if !bind.is_loopback() {
            warn_of_others(bind, matches::flag(&matches, "tls"));
        }
        let ca_file = match (matches::value::<PathBuf>(&matches, "ca-out"), pbx.ca_pem()) {
            (Some(path), Some(certificate)) => Some(write_whole(&path, certificate)?),
            _ => None,
        };
        announce(&pbx, ca_file.as_deref(), &output)?;
        tokio::select! {
            () = pbx.wait() => Err(Failure::Simulator { reason: "it stopped".into() }),
            _ = signals::asked(1) => {
                pbx.stop().await;
                Ok(())
            }
        }
    })
}

/// What the command line says about the PBX, but for where it listens.
fn settings(matches: &ArgMatches) -> Result<Builder, Failure> {
    let mut builder = Pbx::builder();
    builder = given(builder, matches, "users", Builder::users);
    builder = given(builder, matches, "seed", Builder::seed);
    builder = given(builder, matches, "port", Builder::port);
    builder = given(builder, matches, "calls", Builder::calls);
    builder = given(builder, matches, "calls-from", Builder::calls_from);
    builder = given(builder, matches, "calls-to", Builder::calls_to);
    builder = given(builder, matches, "live-calls", |builder, live: String| builder.live_calls(live != "off"));
    builder = given(builder, matches, "clock", |builder, now: Timestamp| builder.clock(Clock::manual(now.as_second())));
    builder = given(builder, matches, "data", |builder, file: PathBuf| builder.data(file));
    builder = given(builder, matches, "role", |builder, role: String| builder.role(role));
    builder = given(builder, matches, "token-life", Builder::token_life);
    if let Some(api) = api(matches)? {
        builder = builder.api(api);
    }
    if matches::flag(matches, "tls") {
        builder = builder.tls(matches::many(matches, "tls-name"));
    }
    builder = matches::many::<LiveSwitch>(matches, "live").into_iter().fold(builder, Builder::live);
    builder = matches::many::<Fault>(matches, "fault").into_iter().fold(builder, Builder::fault);
    builder = matches::many::<Latency>(matches, "latency").into_iter().fold(builder, Builder::latency);
    match (matches::text(matches, "client-id"), matches::text(matches, "client-secret")) {
        (None, None) => Ok(builder),
        (Some(id), Some(secret)) => Ok(builder.client(&id, &secret)),
        _ => Err(Failure::usage("--client-id and --client-secret go together").next("Give both, or neither.")),
    }
}

/// Sets what was given, or has a default on the command line.
fn given<T: Any + Clone + Debug + Send + Sync>(
    builder: Builder,
    matches: &ArgMatches,
    id: &str,
    set: impl FnOnce(Builder, T) -> Builder,
) -> Builder {
    match matches::value(matches, id) {
        Some(value) => set(builder, value),
        None => builder,
    }
}

fn failure(error: Error) -> Failure {
    match error {
        Error::Certificate { .. } => {
            Failure::usage(error.to_string()).next("Give --tls-name a host name or an address, without port.")
        }
        other => Failure::Simulator { reason: other.to_string() },
    }
}

fn warn_of_others(bind: IpAddr, tls: bool) {
    let how = if tls {
        ", and control it over /sim/*. --tls-name puts the name that they use into its certificate."
    } else {
        ", over plain HTTP, and control it over /sim/*. Clients on other machines need --allow-http."
    };
    warn(&format!("it listens on {bind}: everyone who can reach this machine can use it{how}"));
}

/// Writes a file that a script may be waiting for, and returns its absolute path.
fn write_whole(path: &Path, text: &str) -> Result<PathBuf, Failure> {
    let name = path.display().to_string();
    write_text(&name, text, Readers::Everybody)?;
    path.canonicalize().map_err(|error| Failure::file(name, &error))
}

/// Says that it is ready, and how to use it.
fn announce(pbx: &Pbx, ca_file: Option<&Path>, output: &Output) -> Result<(), Failure> {
    let (url, id, secret) = (pbx.url(), pbx.client_id(), pbx.client_secret());
    let mut stdout = io::stdout().lock();
    if output.is_for_programs() {
        let mut ready = json!({"url": url, "client_id": id, "client_secret": secret});
        if let Some(ca_file) = ca_file {
            ready["ca_file"] = ca_file.display().to_string().into();
        }
        writeln!(stdout, "{ready}")?;
    } else {
        writeln!(
            stdout,
            "The simulated PBX is ready at {url}; open that in a browser to look at it. Ctrl-C stops it."
        )?;
        writeln!(stdout, "To use it in another terminal:\n")?;
        writeln!(stdout, "  export THREECX_URL={url}")?;
        writeln!(stdout, "  export THREECX_CLIENT_ID={id}")?;
        writeln!(stdout, "  export THREECX_CLIENT_SECRET={secret}")?;
        if let Some(ca_file) = ca_file {
            writeln!(stdout, "  export THREECX_CA_FILE={}", ca_file.display())?;
        }
        writeln!(stdout, "  threecx users list --top 5\n")?;
        if pbx.ca_pem().is_some() && ca_file.is_none() {
            writeln!(stdout, "Its certificate is not trusted yet: --ca-out FILE writes the authority to trust.\n")?;
        }
    }
    Ok(stdout.flush()?)
}
