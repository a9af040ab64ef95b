//! What the simulated PBX serves with 100,000 extensions, against a bare axum that says hello;
//! how much memory it takes, and how soon it is ready.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use crate::server::Server;
use crate::{steps, tools};

pub(super) const CLIENT: [&str; 2] = ["bench", "bench-secret"];
/// A page of a hundred, of those that pass.
const PAGE: &str = "/xapi/v1/Users?$filter=IsRegistered%20eq%20true%20and%20contains(LastName,%27an%27)&$top=100";

/// Prints a table.
pub fn run(root: &Path) -> Result<(), String> {
    steps::run("release build", root, &["cargo", "build", "--release", "--quiet", "--package", "threecx-cli"])?;
    let example = ["cargo", "build", "--release", "--quiet", "--package", "threecx-sim", "--example", "hello"];
    steps::run("hello", root, &example)?;
    tools::need("wrk", "wrk")?;
    let hello = Server::start(&root.join("target/release/examples/hello"), &[])?;
    let program = root.join("target/release/threecx");
    let large = Server::start(&program, &sim("100000"))?;
    let token = large.token()?;
    let before = large.memory()?;
    let paths = [("`GET /Users(5029)`", "/xapi/v1/Users(5029)"), ("a filtered page of 100", PAGE)];
    println!("| request | requests a second | to hello |\n|---|---|---|");
    let base = hello.load("/", "")?;
    println!("| hello (axum) | {base:.0} | 1.00 |");
    for (name, path) in paths {
        let rate = large.load(path, &token)?;
        println!("| {name} | {rate:.0} | {:.2} |", rate / base);
    }
    println!("\n| figure | value |\n|---|---|");
    println!("| memory with 100,000 extensions | {before:.0} MB |");
    println!("| the same after the load | {:.0} MB |", large.memory()?);
    drop(large);
    let mut times: Vec<f64> = Vec::new();
    for _ in 0..21 {
        let start = Instant::now();
        drop(Server::start(&program, &sim("500"))?);
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    println!("| ready with 500 extensions, median of 21 | {:.1} ms |", times[10]);
    history(&program)
}

/// A filter over a million call segments: how long, and what it costs in memory.
fn history(program: &Path) -> Result<(), String> {
    let arguments = [&sim("500")[..], &["--calls", "1000000"]].concat();
    let server = Server::start(program, &arguments)?;
    let (token, before, start) = (server.token()?, server.memory()?, Instant::now());
    let path = "/xapi/v1/CallHistoryView?$filter=CallAnswered%20eq%20true%20and%20contains(DstDisplayName,%27an%27)&$top=5&$count=true&$orderby=CallTime%20desc";
    let curl = ["-s", "-f", "-H", &token, &format!("{}{path}", server.url)].map(str::to_owned);
    let output = Command::new("curl").args(curl).output().map_err(|error| format!("curl: {error}"))?;
    if !output.status.success() {
        return Err(format!("curl: {}", output.status));
    }
    let seconds = start.elapsed().as_secs_f64();
    println!("| `$filter`, `$orderby` and `$count` over 1,000,000 call segments | {seconds:.2} s |");
    println!("| memory before and after that | {before:.0} MB, {:.0} MB |", server.memory()?);
    Ok(())
}

fn sim(users: &'static str) -> Vec<&'static str> {
    let [id, secret] = CLIENT;
    vec!["sim", "--port", "0", "-o", "json", "--client-id", id, "--client-secret", secret, "--users", users]
}

impl Server {
    /// The header that carries a token.
    pub(super) fn token(&self) -> Result<String, String> {
        let [id, secret] = CLIENT;
        let form = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
        let url = format!("{}/connect/token", self.url);
        let output =
            Command::new("curl").args(["-s", "-d", &form, &url]).output().map_err(|error| error.to_string())?;
        let granted: serde_json::Value = serde_json::from_slice(&output.stdout).map_err(|error| error.to_string())?;
        Ok(format!("Authorization: Bearer {}", granted["access_token"].as_str().ok_or("no token")?))
    }

    /// Requests a second over five seconds, with one thread of wrk and 32 connections.
    fn load(&self, path: &str, header: &str) -> Result<f64, String> {
        let header = if header.is_empty() { "Accept: */*" } else { header };
        self.wrk(path, &["-c32", "-d5s", "-H", header])
    }

    /// What one thread of wrk reaches with these settings.
    pub(super) fn wrk(&self, path: &str, settings: &[&str]) -> Result<f64, String> {
        let url = format!("{}{path}", self.url);
        let arguments = [&["-t1"], settings, &[&url]].concat();
        let output = Command::new("wrk").args(arguments).output().map_err(|error| format!("wrk: {error}"))?;
        let text = String::from_utf8_lossy(&output.stdout);
        if text.contains("Non-2xx") {
            return Err(format!("{path}: {text}"));
        }
        let rate = text.lines().find_map(|line| line.strip_prefix("Requests/sec:"));
        rate.and_then(|rate| rate.trim().parse().ok()).ok_or(format!("wrk said: {text}"))
    }

    /// The resident memory in MB.
    fn memory(&self) -> Result<f64, String> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id()));
        let status = status.map_err(|error| error.to_string())?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
        let kilobytes: f64 = line.trim().trim_end_matches(" kB").parse().map_err(|_| line.to_owned())?;
        Ok(kilobytes / 1024.0)
    }
}
