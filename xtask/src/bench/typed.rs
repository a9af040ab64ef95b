//! What the typed API costs: to check, to decode compared with serde_json into a struct written by hand, and to
//! stream.

use std::path::Path;

use super::build::children_cpu_seconds;
use crate::steps;

/// Prints three tables: checking, decoding, and memory while streaming. What is measured is not in this
/// program: it must not depend on what it generates.
pub fn run(root: &Path) -> Result<(), String> {
    println!("| `cargo check` of the crate alone | processor time |\n|---|---|");
    for (what, features) in [("default features", "default"), ("`full`", "full")] {
        let check = ["cargo", "check", "--quiet", "--package", "threecx", "--features", features];
        steps::run("dependencies", root, &check)?;
        steps::run("clean", root, &["cargo", "clean", "--quiet", "--package", "threecx"])?;
        let before = children_cpu_seconds()?;
        steps::run("the crate", root, &check)?;
        println!("| {what} | {:.1} s |", children_cpu_seconds()? - before);
    }
    println!();
    steps::run("typed", root, &["cargo", "bench", "--quiet", "--package", "threecx", "--bench", "typed"])
}
