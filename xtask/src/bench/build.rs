//! What our own crates cost to build in release, once their dependencies are built, and how
//! large the binary is.

use std::path::Path;
use std::time::Instant;

use crate::steps;

const CRATES: [&str; 5] = ["threecx-catalog", "threecx-core", "threecx", "threecx-sim", "threecx-cli"];

/// Builds everything, then our crates alone, and prints the processor time that those took.
pub fn run(root: &Path) -> Result<(), String> {
    let build = ["cargo", "build", "--release", "--quiet", "--package", "threecx-cli"];
    steps::run("everything", root, &build)?;
    let mut clean = vec!["cargo", "clean", "--release", "--quiet"];
    clean.extend(CRATES.iter().flat_map(|name| ["--package", name]));
    steps::run("clean", root, &clean)?;
    let (before, start) = (children_cpu_seconds()?, Instant::now());
    steps::run("our crates", root, &build)?;
    let cpu = children_cpu_seconds()? - before;
    let size = std::fs::metadata(root.join("target/release/threecx")).map_err(|error| error.to_string())?.len();
    println!("| figure | value |\n|---|---|");
    println!("| processor time of our crates, release | {cpu:.1} s |");
    println!("| the same by the clock | {:.1} s |", start.elapsed().as_secs_f64());
    println!("| binary, stripped | {:.2} MB |", size as f64 / 1e6);
    Ok(())
}

/// The processor time of all processes that this one has started and waited for.
pub(super) fn children_cpu_seconds() -> Result<f64, String> {
    let stat = std::fs::read_to_string("/proc/self/stat").map_err(|error| format!("/proc/self/stat: {error}"))?;
    // After the program's name in parentheses: cutime and cstime are fields 16 and 17 of all.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |index: usize| fields.get(index).and_then(|field| field.parse::<f64>().ok());
    // Linux counts in hundredths of a second on every platform that we build on.
    ticks(13).zip(ticks(14)).map(|(user, system)| (user + system) / 100.0).ok_or("an unknown /proc/self/stat".into())
}
