//! What our programs are made of: licences, sources and crates that are not allowed, by cargo-deny with
//! `deny.toml`. Advisories where their database can be reached.

use std::path::Path;

use crate::{steps, tools};

/// The version of cargo-deny that is built where the machine has none.
const CARGO_DENY: &str = "0.20.2";

/// Checks; stops at the first that fails.
pub fn run(root: &Path) -> Result<(), String> {
    let deny = tools::cargo::program("cargo-deny", CARGO_DENY)?.display().to_string();
    let check = [&*deny, "--locked", "--workspace", "check", "--hide-inclusion-graph", "licenses", "bans", "sources"];
    steps::run_quiet("licences, sources, bans", root, &check, &[])?;
    if steps::output(root, &[&deny, "--workspace", "fetch", "db"]).is_err() {
        eprintln!("── advisories: left out, since their database cannot be reached");
        return Ok(());
    }
    steps::run_quiet("advisories", root, &[&deny, "--locked", "--workspace", "check", "advisories"], &[])
}
