//! The real n8n that the node is tested in, with the Node that it needs. Its lock file pins
//! every package; nothing that comes with them is run, and with PostgreSQL nothing of it has to
//! be compiled.

use std::path::{Path, PathBuf};

use super::{debian, installed};
use crate::steps;

/// A folder whose `node_modules` hold n8n and Node, as `package.json` in `tests` and its lock
/// file say. The first time takes some minutes and 3 GB.
pub fn n8n(tests: &Path) -> Result<PathBuf, String> {
    let lock = tests.join("package-lock.json");
    installed("n8n", &lock, |target| {
        debian::need("node", "nodejs")?;
        let npm = debian::need("npm", "npm")?.display().to_string();
        for name in ["package.json", "package-lock.json"] {
            std::fs::copy(tests.join(name), target.join(name)).map_err(|error| format!("{name}: {error}"))?;
        }
        eprintln!("── n8n: to be installed once; this takes some minutes and 3 GB");
        // `npm ci` finds fault with the peers that n8n's packages declare.
        let command = [&npm, "install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
        steps::run_quiet("n8n", target, &command, &[])
    })
}

/// PostgreSQL, Redis and a browser, for n8n's database, queue and editor.
pub fn services() -> Result<(), String> {
    if !Path::new("/usr/lib/postgresql").is_dir() {
        debian::install(&["postgresql"])?;
    }
    debian::need("redis-server", "redis-server")?;
    debian::need("chromium", "chromium").map(drop)
}
