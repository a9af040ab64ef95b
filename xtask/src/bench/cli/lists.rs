//! A list of 100,000 extensions at the PBX's limit of 100 a page: against curl, against the Python
//! SDK, and against one page after the other where every request takes its time.

use std::fmt::Write as _;
use std::process::{Command, Stdio};
use std::time::Duration;

use super::{Bench, median, time};
use crate::server::Server;

const USERS: u32 = 100_000;
/// Enough to see how fast the SDK is.
const PYTHON_USERS: u32 = 5_000;
const ROUNDS: usize = 5;
const ALL: [&str; 5] = ["users", "list", "--all", "-o", "ndjson"];

const SDK: &str = r#"
import os
from threecx import ODataQuery, ThreeCXClient
with ThreeCXClient(os.environ["THREECX_URL"], client_id=os.environ["THREECX_CLIENT_ID"],
                   client_secret=os.environ["THREECX_CLIENT_SECRET"]) as client:
    rows = 0
    for page in range(50):
        rows += len(client.users.list(ODataQuery().top(100).skip(page * 100)))
    assert rows == 5000, rows
"#;

/// Prints a table.
pub fn run(bench: &Bench) -> Result<(), String> {
    let users = USERS.to_string();
    // A PBX keeps one token per client, so each has a PBX of its own; only one is asked at a time.
    let [pbx, curls_pbx] = [bench.pbx(&["--users", &users])?, bench.pbx(&["--users", &users])?];
    let requests = bench.folder.join("curl.config");
    std::fs::write(&requests, pages(&curls_pbx)?).map_err(|error| error.to_string())?;
    let (mut curls, mut lists) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let mut curl = Command::new("curl");
        curl.arg("-K").arg(&requests).stdin(Stdio::null()).stdout(Stdio::null());
        curls.push(time("curl", &mut curl)?);
        lists.push(time("threecx", &mut bench.threecx(&pbx, &ALL))?);
    }
    let rate = |rows: u32, time: Duration| f64::from(rows) / time.as_secs_f64();
    let (curl, list) = (median(curls), median(lists));
    let python = time("the Python SDK", &mut bench.python(&curls_pbx, SDK))?;
    println!("\n| {USERS} extensions, all properties, 100 a page | rows a second | time to curl |\n|---|---|---|");
    println!("| curl, one connection | {:.0} | 1.00 |", rate(USERS, curl));
    let ratio = list.as_secs_f64() / curl.as_secs_f64();
    println!("| `threecx users list --all -o ndjson` | {:.0} | {ratio:.2} |", rate(USERS, list));
    let slower = rate(USERS, curl) / rate(PYTHON_USERS, python);
    println!("| the Python SDK ({PYTHON_USERS} of them) | {:.0} | {slower:.2} |", rate(PYTHON_USERS, python));
    drop((pbx, curls_pbx));
    far_away(bench)
}

/// A page a request, all in one file of curl's, so that they share a connection.
fn pages(pbx: &Server) -> Result<String, String> {
    let token = pbx.token()?;
    let mut config = format!("silent\nfail\nheader = \"{token}\"\n");
    for page in 0..USERS / 100 {
        let url = format!("{}/xapi/v1/Users?$top=100&$skip={}", pbx.url, page * 100);
        let _ = write!(config, "url = \"{url}\"\noutput = \"/dev/null\"\n");
    }
    Ok(config)
}

/// Every request takes 20 ms longer.
fn far_away(bench: &Bench) -> Result<(), String> {
    let pbx = bench.pbx(&["--users", "10000", "--latency", "20ms"])?;
    let ahead = time("threecx", &mut bench.threecx(&pbx, &ALL))?;
    let sequential = [&ALL[..], &["--concurrency", "1"]].concat();
    let sequential = time("threecx", &mut bench.threecx(&pbx, &sequential))?;
    println!("\n| 10,000 extensions, 20 ms a request | time | faster |\n|---|---|---|");
    println!("| one page after the other (`--concurrency 1`) | {:.2} s | 1.0 |", sequential.as_secs_f64());
    let faster = sequential.as_secs_f64() / ahead.as_secs_f64();
    println!("| pages read ahead | {:.2} s | {faster:.1} |", ahead.as_secs_f64());
    Ok(())
}
