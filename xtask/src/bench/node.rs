//! What the n8n node's core costs in Node: planning a call, as WebAssembly.

use std::path::Path;

use crate::{package, steps};

/// Prints a table: what, best of many rounds.
pub fn run(root: &Path) -> Result<(), String> {
    package::build(root)?;
    let rows = steps::output(&root.join("n8n"), &["node", "tests/cost.mjs"])?;
    print!("| what | best |\n|---|---|\n{rows}");
    Ok(())
}
