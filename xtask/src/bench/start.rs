//! How long the command line takes to start, against the least that a Rust program takes.

use std::path::Path;

use super::{Contestant, medians};
use crate::steps;

const ROUNDS: usize = 200;

/// Prints a table: what, median, and the ratio to hello world.
pub fn run(root: &Path) -> Result<(), String> {
    steps::run("release build", root, &["cargo", "build", "--release", "--quiet", "--package", "threecx-cli"])?;
    let folder = root.join("target/bench");
    std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    std::fs::write(folder.join("hello.rs"), "fn main() { println!(\"Hello, world!\"); }\n")
        .map_err(|error| error.to_string())?;
    steps::run("hello world", &folder, &["rustc", "-O", "-C", "strip=symbols", "hello.rs"])?;
    let (hello, threecx) = (folder.join("hello"), root.join("target/release/threecx"));
    let contestants = [
        Contestant { name: "hello world", program: &hello, arguments: &[] },
        Contestant { name: "threecx --help", program: &threecx, arguments: &["--help"] },
        Contestant { name: "threecx users --help", program: &threecx, arguments: &["users", "--help"] },
        Contestant {
            name: "threecx users reprovision-all-phones --help",
            program: &threecx,
            arguments: &["users", "reprovision-all-phones", "--help"],
        },
        Contestant { name: "threecx operations", program: &threecx, arguments: &["operations"] },
    ];
    let medians = medians(&contestants, ROUNDS)?;
    println!("| program | median of {ROUNDS} | ratio |\n|---|---|---|");
    for (contestant, median) in contestants.iter().zip(&medians) {
        let ratio = median.as_secs_f64() / medians[0].as_secs_f64();
        println!("| `{}` | {:.2} ms | {ratio:.2} |", contestant.name, median.as_secs_f64() * 1e3);
    }
    Ok(())
}
