//! `xtask bench`: figures, measured side by side in one run. Ratios count, not seconds.

mod build;
mod cli;
mod n8n;
mod node;
mod sim;
mod start;
mod typed;

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Runs the named bench.
pub fn run(root: &Path, name: &str) -> Result<(), String> {
    match name {
        "start" => start::run(root),
        "build" => build::run(root),
        "cli" => cli::run(root),
        "sim" => sim::run(root),
        "node" => node::run(root),
        "n8n" => n8n::run(root),
        "typed" => typed::run(root),
        other => Err(format!("there is no bench `{other}`; there are: start, build, cli, sim, node, n8n, typed")),
    }
}

/// A program to be timed.
struct Contestant<'a> {
    name: &'a str,
    program: &'a Path,
    arguments: &'a [&'a str],
}

/// The median time of each, run in turns so that what else the machine does hits all alike.
fn medians(contestants: &[Contestant<'_>], rounds: usize) -> Result<Vec<Duration>, String> {
    let mut times = vec![Vec::with_capacity(rounds); contestants.len()];
    for round in 0..rounds + 5 {
        for (contestant, times) in contestants.iter().zip(&mut times) {
            let mut command = Command::new(contestant.program);
            command.args(contestant.arguments).stdout(Stdio::null()).stderr(Stdio::null());
            let start = Instant::now();
            let status = command.status().map_err(|error| format!("{}: {error}", contestant.name))?;
            let time = start.elapsed();
            if !status.success() {
                return Err(format!("{} failed ({status})", contestant.name));
            }
            // The first rounds warm the caches.
            if round >= 5 {
                times.push(time);
            }
        }
    }
    let median = |mut times: Vec<Duration>| {
        times.sort();
        times[times.len() / 2]
    };
    Ok(times.into_iter().map(median).collect())
}
