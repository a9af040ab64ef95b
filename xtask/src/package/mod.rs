//! `xtask package`: builds what is published.
//!
//! ```text
//!   crates/node ── wasm ──► core.gen.ts ─┐
//!   catalogue ── generate ──► *.gen.ts ──┼─ n8n-node build ──► dist ── npm pack ──► .tgz
//!   n8n/nodes, n8n/credentials ──────────┘
//! ```

mod check;
mod cli;
mod n8n;
mod wasm;

use std::path::Path;

pub use check::run as check;
pub use n8n::{build, pack};

/// Builds the named package.
pub fn run(root: &Path, name: &str) -> Result<(), String> {
    match name {
        "n8n" => {
            let tarball = n8n::pack(root)?;
            println!("{}", tarball.display());
            Ok(())
        }
        "cli" => cli::build(root).map(|files| files.iter().for_each(|file| println!("{}", file.display()))),
        "n8n-core" => n8n::core(root).map(|module| println!("{}", module.display())),
        other => Err(format!("there is no package `{other}`; there are: cli, n8n, n8n-core")),
    }
}
