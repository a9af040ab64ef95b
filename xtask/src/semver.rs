//! `xtask semver`: what the library promises may change with its version only. Compared with the last
//! version that was tagged, by cargo-semver-checks.

use std::path::Path;

use crate::{steps, tools};

/// The library crates that people add.
const CRATES: [&str; 4] = ["threecx", "threecx-catalog", "threecx-core", "threecx-sim"];

/// Compares; says so where there is nothing to compare with.
pub fn run(root: &Path) -> Result<(), String> {
    let tags = steps::output(root, &["git", "tag", "--list", "v*", "--sort=-version:refname"])?;
    let Some(last) = tags.lines().next() else {
        eprintln!("── semver: no version has been released yet (no tag v*)");
        return Ok(());
    };
    if tools::find("cargo-semver-checks").is_none() {
        return Err("semver: run `cargo install --locked cargo-semver-checks` first".into());
    }
    let mut command = vec!["cargo", "semver-checks", "--all-features", "--baseline-rev", last];
    command.extend(CRATES.iter().flat_map(|name| ["--package", *name]));
    steps::run("semver", root, &command)
}
