//! Node and npm packages.

use std::path::{Path, PathBuf};

use super::{debian, installed};
use crate::steps;

/// A folder with the `node_modules` that a `package.json` and its lock file beside it name.
/// Nothing that comes with them is run.
pub fn modules(package: &Path) -> Result<PathBuf, String> {
    let folder = package.parent().unwrap_or(Path::new("."));
    installed("node", &folder.join("package-lock.json"), |target| {
        debian::need("node", "nodejs")?;
        let npm = debian::need("npm", "npm")?.display().to_string();
        for name in ["package.json", "package-lock.json"] {
            std::fs::copy(folder.join(name), target.join(name)).map_err(|error| format!("{name}: {error}"))?;
        }
        let command = [&npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
        steps::run_quiet("node packages", target, &command, &[])
    })
}
