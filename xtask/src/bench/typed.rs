//! What the typed API costs: decoding, beside serde_json into a struct written by hand, and streaming.

use std::path::Path;

use crate::steps;

/// Prints two tables: decoding, and memory while streaming. Not in this program: it must not depend on
/// what it generates.
pub fn run(root: &Path) -> Result<(), String> {
    steps::run("typed", root, &["cargo", "bench", "--quiet", "--package", "threecx", "--bench", "typed"])
}
