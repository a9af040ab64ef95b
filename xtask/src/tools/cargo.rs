//! Programs from crates.io, built once, each with the lock file that its version was released with.

use std::path::PathBuf;

use super::{cache, find};
use crate::steps;

/// The program of this crate: from the PATH, whatever its version, or built into the cache at this one.
pub fn program(name: &str, version: &str) -> Result<PathBuf, String> {
    let folder = cache()?.join(format!("{name}-{version}"));
    let built = folder.join("bin").join(name);
    if let Some(found) = find(name).or_else(|| Some(built.clone()).filter(|built| built.is_file())) {
        return Ok(found);
    }
    std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let root = folder.display().to_string();
    // What runs for seconds need not be optimised for minutes.
    let install = ["cargo", "install", name, "--version", version, "--locked", "--debug", "--quiet", "--root", &root];
    steps::run(name, &folder, &install)?;
    Ok(built)
}
