//! `threecx sim`: a simulated PBX on its own, until Ctrl-C.

use std::ffi::OsString;
use std::io::Write;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

use clap::ArgMatches;
use serde_json::json;
use threecx_sim::{Clock, Pbx, Timestamp};

use crate::connect::release;
use crate::failure::Failure;
use crate::output::style::warn;
use crate::output::{Output, text};
use crate::{command, runtime};

/// Runs the simulated PBX.
pub fn run(rest: Vec<OsString>) -> Result<(), Failure> {
    let matches = command::own::sim().try_get_matches_from(rest)?;
    let output = Output::from(&matches);
    let bind = given::<IpAddr>(&matches, "bind").unwrap_or(Ipv4Addr::LOCALHOST.into());
    let mut builder = Pbx::builder()
        .users(given(&matches, "users").unwrap_or(500))
        .seed(given(&matches, "seed").unwrap_or(7))
        .port(given(&matches, "port").unwrap_or(5004))
        .bind(bind);
    if let Some(calls) = given(&matches, "calls") {
        builder = builder.calls(calls);
    }
    if let Some(from) = given::<Timestamp>(&matches, "calls-from") {
        builder = builder.calls_from(from);
    }
    if let Some(to) = given::<Timestamp>(&matches, "calls-to") {
        builder = builder.calls_to(to);
    }
    if let Some(instant) = given::<Timestamp>(&matches, "clock") {
        builder = builder.clock(Clock::manual(instant.as_second()));
    }
    if let Some(file) = given::<PathBuf>(&matches, "data") {
        builder = builder.data(file);
    }
    if let Some(api) = text(&matches, "api") {
        builder = builder.api(release(&api)?);
    }
    builder = match (text(&matches, "client-id"), text(&matches, "client-secret")) {
        (None, None) => builder,
        (Some(id), Some(secret)) => builder.client(&id, &secret),
        _ => {
            return Err(Failure::Usage {
                message: "--client-id and --client-secret go together".into(),
                next_step: Some("Give both, or neither.".into()),
            });
        }
    };
    runtime()?.block_on(async {
        let pbx = builder.start().await.map_err(|error| Failure::Simulator { reason: error.to_string() })?;
        if !bind.is_loopback() {
            warn(&format!(
                "it listens on {bind}: everybody who reaches this machine can reach it, over plain HTTP. \
                 Clients on other machines need --allow-http."
            ));
        }
        announce(&pbx, &output)?;
        tokio::select! {
            () = pbx.wait() => Err(Failure::Simulator { reason: "it stopped".into() }),
            _ = tokio::signal::ctrl_c() => Ok(()),
        }
    })
}

/// Says that it is ready, and how to use it.
fn announce(pbx: &Pbx, output: &Output) -> Result<(), Failure> {
    let (url, id, secret) = (pbx.url(), pbx.client_id(), pbx.client_secret());
    let mut stdout = std::io::stdout().lock();
    if output.is_json() {
        writeln!(stdout, "{}", json!({"url": url, "client_id": id, "client_secret": secret}))?;
    } else {
        writeln!(
            stdout,
            "The simulated PBX is ready at {url}; open that in a browser to look at it. Ctrl-C stops it."
        )?;
        writeln!(stdout, "To use it in another terminal:\n")?;
        writeln!(stdout, "  export THREECX_URL={url}")?;
        writeln!(stdout, "  export THREECX_CLIENT_ID={id}")?;
        writeln!(stdout, "  export THREECX_CLIENT_SECRET={secret}")?;
        writeln!(stdout, "  threecx users list --top 5\n")?;
    }
    Ok(stdout.flush()?)
}

fn given<T: Clone + Send + Sync + 'static>(matches: &ArgMatches, name: &str) -> Option<T> {
    matches.get_one::<T>(name).cloned()
}
