//! What people see in a browser, tested in one: `tests/browser` with the real binary, Debian's
//! Chromium and Node's own test runner.

use std::path::Path;

use crate::{steps, tools};

/// Runs the tests; installs what they need and the machine lacks.
pub fn run(root: &Path) -> Result<(), String> {
    steps::run("binary", root, &["cargo", "build", "--quiet", "--package", "threecx-cli"])?;
    let folder = root.join("tests/browser");
    let modules = tools::modules(&folder.join("package.json"))?.join("node_modules").display().to_string();
    let node = tools::node()?.display().to_string();
    let chromium = tools::need("chromium", "chromium")?.display().to_string();
    let threecx = root.join("target/debug/threecx").display().to_string();
    let environment = [("NODE_PATH", &*modules), ("CHROMIUM", &*chromium), ("THREECX", &*threecx)];
    steps::run_with("browser", &folder, &[&node, "--test", "--test-reporter=spec"], &environment)
}
