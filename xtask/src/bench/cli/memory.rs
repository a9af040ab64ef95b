//! How much memory a long list takes: as much as a short one.

use super::{Bench, peak_memory};

/// Prints a table.
pub fn run(bench: &Bench) -> Result<(), String> {
    let pbx = bench.pbx(&["--users", "500", "--calls", "1000000"])?;
    println!("\n| call history, resident at most | 10,000 rows | 1,000,000 rows |\n|---|---|---|");
    for format in ["ndjson", "csv"] {
        let list = ["call-history", "list", "-o", format];
        let few = [&list[..], &["--top", "10000"]].concat();
        let few = peak_memory("threecx", &mut bench.threecx(&pbx, &few))?;
        let all = [&list[..], &["--all"]].concat();
        let all = peak_memory("threecx", &mut bench.threecx(&pbx, &all))?;
        println!("| `-o {format}` | {few:.1} MB | {all:.1} MB |");
    }
    Ok(())
}
