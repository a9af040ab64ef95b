//! The node in a real n8n: `n8n/tests/real`, with the package as people install it, the real
//! binary as the PBX, and PostgreSQL and Redis of the test's own.

use std::path::Path;

use crate::{package, steps, tools};

/// Runs the tests in these files, or all; installs what they need and the machine lacks.
pub fn run(root: &Path, files: &[String]) -> Result<(), String> {
    steps::run("binary", root, &["cargo", "build", "--quiet", "--package", "threecx-cli"])?;
    // One file after the other: each starts an n8n of its own.
    let mut arguments = vec!["--test", "--test-concurrency=1", "--test-reporter=spec"];
    arguments.extend(files.iter().map(String::as_str));
    node(root, &root.join("target/debug/threecx"), "n8n", &arguments)
}

/// Starts a simulated PBX and an n8n with everything in it that it takes to try the node, until Ctrl-C.
pub fn demo(root: &Path, arguments: &[String]) -> Result<(), String> {
    steps::run("binary", root, &["cargo", "build", "--quiet", "--package", "threecx-cli"])?;
    let arguments: Vec<&str> = std::iter::once("demo.mjs").chain(arguments.iter().map(String::as_str)).collect();
    node(root, &root.join("target/debug/threecx"), "demo", &arguments)
}

/// Runs Node beside the tests, where it finds n8n, the package and `threecx` as the PBX.
pub fn node(root: &Path, threecx: &Path, title: &str, arguments: &[&str]) -> Result<(), String> {
    let tests = root.join("n8n/tests/real");
    tools::services()?;
    let n8n = tools::n8n(&tests)?.display().to_string();
    let modules = tools::modules(&root.join("tests/browser/package.json"))?.join("node_modules").display().to_string();
    let node = tools::node()?.display().to_string();
    let chromium = tools::need("chromium", "chromium")?.display().to_string();
    let package = package::pack(root)?.display().to_string();
    let threecx = threecx.display().to_string();
    let environment = [
        ("NODE_PATH", &*modules),
        ("CHROMIUM", &*chromium),
        ("THREECX", &*threecx),
        ("THREECX_N8N", &*n8n),
        ("THREECX_PACKAGE", &*package),
    ];
    steps::run_with(title, &tests, &[&[&*node], arguments].concat(), &environment)
}
