//! Everything that has to hold for the n8n package and needs no n8n: its rules, its types, its
//! behaviour with a stand-in for n8n, and what n8n's scanner says of what is published.

use std::path::Path;

use super::n8n;
use crate::steps;

/// Builds the package and runs the checks; stops at the first that fails.
pub fn run(root: &Path) -> Result<(), String> {
    let tarball = n8n::pack(root)?;
    let folder = root.join("n8n");
    steps::run_quiet("n8n rules", &folder, &["npm", "run", "--silent", "lint"], &[])?;
    steps::run_quiet("n8n format", &folder, &["npm", "run", "--silent", "format"], &[])?;
    steps::run_quiet("n8n tests", &folder, &["npm", "run", "--silent", "test"], &[])?;
    let unpacked = root.join("target/package/unpacked");
    if unpacked.exists() {
        std::fs::remove_dir_all(&unpacked).map_err(|error| format!("{}: {error}", unpacked.display()))?;
    }
    std::fs::create_dir_all(&unpacked).map_err(|error| format!("{}: {error}", unpacked.display()))?;
    let (tarball, target) = (tarball.display().to_string(), unpacked.display().to_string());
    steps::run_quiet("n8n tarball", root, &["tar", "-xzf", &tarball, "-C", &target, "--strip-components=1"], &[])?;
    steps::run_quiet("n8n scanner", &folder, &["node", "tests/scan.mjs", &target], &[])
}
