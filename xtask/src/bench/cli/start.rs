//! One small thing: a help text, and one entity by its key.

use std::process::{Command, Stdio};

use super::{Bench, median, time};
use crate::server::Server;

const ROUNDS: usize = 60;
/// A Python takes long enough to be told from the others in a few rounds.
const PYTHON_ROUNDS: usize = 9;

const SDK: &str = r#"
import os
from threecx import ThreeCXClient
with ThreeCXClient(os.environ["THREECX_URL"], client_id=os.environ["THREECX_CLIENT_ID"],
                   client_secret=os.environ["THREECX_CLIENT_SECRET"]) as client:
    print(client.users.get(29).number)
"#;

/// Prints a table.
pub fn run(bench: &Bench) -> Result<(), String> {
    // A PBX keeps one token per client, so each has a PBX of its own.
    let [pbx, curls_pbx, pythons_pbx] = [bench.small()?, bench.small()?, bench.small()?];
    let get = ["users", "get", "--id", "29", "-o", "json"];
    let token = curls_pbx.token()?;
    let url = format!("{}/xapi/v1/Users(29)", curls_pbx.url);
    let (mut curls, mut gets, mut helps) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..ROUNDS + 5 {
        let mut curl = Command::new("curl");
        curl.args(["-s", "-f", "-o", "/dev/null", "-H", &token, &url]).stdin(Stdio::null());
        let times = [
            time("curl", &mut curl)?,
            time("threecx users get", &mut bench.threecx(&pbx, &get))?,
            time("threecx --help", &mut bench.threecx(&pbx, &["--help"]))?,
        ];
        // The first rounds warm the caches, and fetch the token that the others find.
        if round >= 5 {
            curls.push(times[0]);
            gets.push(times[1]);
            helps.push(times[2]);
        }
    }
    let mut pythons = Vec::new();
    for _ in 0..PYTHON_ROUNDS {
        pythons.push(time("the Python SDK", &mut bench.python(&pythons_pbx, SDK))?);
    }
    let curl = median(curls);
    println!("| one small thing | median | to curl |\n|---|---|---|");
    for (name, time) in [
        ("curl, one GET with a token", curl),
        ("`threecx users get --id 29`", median(gets)),
        ("`threecx --help`", median(helps)),
        ("the Python SDK, one GET", median(pythons)),
    ] {
        let ratio = time.as_secs_f64() / curl.as_secs_f64();
        println!("| {name} | {:.2} ms | {ratio:.2} |", time.as_secs_f64() * 1e3);
    }
    Ok(())
}

impl Bench {
    fn small(&self) -> Result<Server, String> {
        self.pbx(&["--users", "500"])
    }
}
