//! What the node costs in a real n8n: a list of 10,000 users against n8n's own HTTP Request node, in
//! the same run and in turns, and how much more the editor has to load.

use std::path::Path;

use crate::{n8n, steps};

/// Prints a table.
pub fn run(root: &Path) -> Result<(), String> {
    // A slow PBX would hide what the nodes cost.
    steps::run("release build", root, &["cargo", "build", "--release", "--quiet", "--package", "threecx-cli"])?;
    println!("| figure | value |\n|---|---|");
    n8n::node(root, &root.join("target/release/threecx"), "n8n cost", &["cost.mjs"])
}
