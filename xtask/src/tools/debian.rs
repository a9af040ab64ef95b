//! Programs from Debian's packages.

use std::path::{Path, PathBuf};

use super::find;
use crate::steps;

/// The program, installed from the package if the machine does not have it.
pub fn need(program: &str, package: &str) -> Result<PathBuf, String> {
    if let Some(found) = find(program) {
        return Ok(found);
    }
    install(&[package])?;
    find(program).ok_or_else(|| format!("{program} is missing, though the package {package} is installed"))
}

/// Installs packages, as root or by a sudo that asks nothing.
pub fn install(packages: &[&str]) -> Result<(), String> {
    let missing =
        || format!("please install {}: this machine has no apt-get, or does not allow its use", packages.join(", "));
    find("apt-get").ok_or_else(missing)?;
    let root = steps::output(Path::new("/"), &["id", "-u"])?.trim() == "0";
    let run = |command: &[&str]| {
        let sudo: &[&str] = if root { &[] } else { &["sudo", "-n"] };
        let environment = [("DEBIAN_FRONTEND", "noninteractive")];
        steps::run_quiet("packages", Path::new("/"), &[sudo, command].concat(), &environment)
    };
    run(&["apt-get", "update"])?;
    run(&[&["apt-get", "install", "-y", "--no-install-recommends"], packages].concat()).map_err(|_| missing())
}
