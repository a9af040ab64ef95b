//! Node and npm packages.

use std::path::{Path, PathBuf};

use super::{debian, installed};
use crate::steps;

/// The oldest Node that our tests and their packages run on.
const OLDEST: u32 = 20;

/// Node itself, new enough.
pub fn node() -> Result<PathBuf, String> {
    let node = debian::need("node", "nodejs")?;
    let version = steps::output(Path::new("/"), &[&node.display().to_string(), "--version"])?;
    let major = version.trim().trim_start_matches('v').split('.').next().and_then(|major| major.parse::<u32>().ok());
    match major {
        Some(major) if major >= OLDEST => Ok(node),
        _ => Err(format!("Node {OLDEST} or newer is needed, and {} is {}", node.display(), version.trim())),
    }
}

/// A folder with the `node_modules` that a `package.json` and its lock file beside it name.
/// Nothing that comes with them is run.
pub fn modules(package: &Path) -> Result<PathBuf, String> {
    let folder = package.parent().unwrap_or(Path::new("."));
    installed("node", &folder.join("package-lock.json"), |target| {
        node()?;
        let npm = debian::need("npm", "npm")?.display().to_string();
        for name in ["package.json", "package-lock.json"] {
            std::fs::copy(folder.join(name), target.join(name)).map_err(|error| format!("{name}: {error}"))?;
        }
        let command = [&npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
        steps::run_quiet("node packages", target, &command, &[])
    })
}
