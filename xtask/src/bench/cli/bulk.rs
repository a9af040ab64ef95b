//! Ten thousand small orders from a file, with a journal, against wrk, which only sends.

use std::fmt::Write as _;

use super::{Bench, median, time};

const ROWS: usize = 10_000;
const ROUNDS: usize = 3;

/// Prints a table.
pub fn run(bench: &Bench) -> Result<(), String> {
    let script = bench.folder.join("post.lua");
    let body = r#"{"FirstName":"Ada","LastName":"Lovelace","PhoneNumber":"+49305550100"}"#;
    let lua = format!("wrk.method = 'POST'\nwrk.headers['Content-Type'] = 'application/json'\nwrk.body = '{body}'\n");
    std::fs::write(&script, lua).map_err(|error| error.to_string())?;
    let script = script.display().to_string();
    let mut times = Vec::new();
    let mut rates = Vec::new();
    for round in 0..ROUNDS {
        // A PBX that is as new to the one as to the other.
        let pbx = bench.pbx(&["--users", "500"])?;
        let token = pbx.token()?;
        rates.push(pbx.wrk("/xapi/v1/Contacts", &["-c32", "-d2s", "-s", &script, "-H", &token])?);
        let pbx = bench.pbx(&["--users", "500"])?;
        let input = bench.folder.join(format!("contacts-{round}.csv"));
        let mut rows = String::from("FirstName,LastName,PhoneNumber\n");
        for row in 0..ROWS {
            let _ = writeln!(rows, "Ada,Lovelace,+4930{row:06}");
        }
        std::fs::write(&input, rows).map_err(|error| error.to_string())?;
        let input = input.display().to_string();
        let arguments = ["contacts", "create", "--from", &input, "--concurrency", "32"];
        times.push(time("threecx", &mut bench.threecx(&pbx, &arguments))?);
    }
    rates.sort_by(f64::total_cmp);
    let (wrk, time) = (rates[ROUNDS / 2], median(times));
    let rate = ROWS as f64 / time.as_secs_f64();
    println!("\n| {ROWS} contacts created | requests a second | to wrk |\n|---|---|---|");
    println!("| wrk, 32 connections | {wrk:.0} | 1.00 |");
    println!("| `threecx contacts create --from contacts.csv` | {rate:.0} | {:.2} |", rate / wrk);
    Ok(())
}
