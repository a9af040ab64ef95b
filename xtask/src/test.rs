//! `xtask test`: everything that has to hold before a change lands.

use std::path::Path;

use crate::{browser, conformance, generate, n8n, opinions, package, steps, supply_chain, tools};

/// The library with all that it can bring.
const TYPED: &str = "--features=threecx/full,threecx/blocking,threecx/tracing";

/// Runs every check, those in a browser, in n8n and with other people's clients if they are wanted;
/// stops at the first that fails.
pub fn run(root: &Path, whole: bool) -> Result<(), String> {
    steps::run("format", root, &["cargo", "fmt", "--all", "--check"])?;
    eprintln!("── tables: generated from api/ and up to date?");
    generate::run(root, true)?;
    let lint = ["cargo", "clippy", "--workspace", TYPED, "--all-targets", "--quiet", "--", "-D", "warnings"];
    steps::run("lint", root, &lint)?;
    let docs = ["cargo", "doc", "--workspace", TYPED, "--no-deps", "--quiet"];
    steps::run_with("documentation", root, &docs, &[("RUSTDOCFLAGS", "-D warnings")])?;
    if whole {
        supply_chain::run(root)?;
        // Shells to complete in, and a judge of manual pages; tests leave out those that are missing.
        for (program, package) in [("bash", "bash"), ("zsh", "zsh"), ("fish", "fish"), ("mandoc", "mandoc")] {
            tools::debian::need(program, package)?;
        }
    }
    steps::run("tests", root, &["cargo", "test", "--workspace", TYPED, "--quiet"])?;
    package::check(root)?;
    if whole {
        browser::run(root)?;
        n8n::run(root, &[])?;
    } else {
        eprintln!("── browser, n8n: left out (--quick)");
    }
    let descriptions = conformance::descriptions(root);
    match &descriptions {
        Some(folder) => conformance::run(root, folder)?,
        None => eprintln!(
            "── conformance: left out, since the official API descriptions are not available (see CONTRIBUTING.md)"
        ),
    }
    if whole {
        opinions::run(root, descriptions.as_deref())
    } else {
        eprintln!("── schemathesis, Python SDK: left out (--quick)");
        Ok(())
    }
}
