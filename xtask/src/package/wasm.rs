//! Builds `threecx-node` for WebAssembly.
//!
//! The toolchain that builds everything else does so where it has the target. Where it does not,
//! Debian's compiler is taken, which comes with the library's source, and only where there is none,
//! rustup is asked for the target.

use std::path::{Path, PathBuf};

use crate::steps;
use crate::tools;

const TARGET: &str = "wasm32-unknown-unknown";

/// What it is optimized for: see `[profile.node]` in Cargo.toml.
const PROFILE: &str = "node";

/// The module, freshly built.
pub fn build(root: &Path) -> Result<PathBuf, String> {
    let folder = root.join("target/node");
    let target = folder.display().to_string();
    let mut command = vec![
        "cargo",
        "build",
        "--package",
        "threecx-node",
        "--profile",
        PROFILE,
        "--target",
        TARGET,
        "--target-dir",
        &target,
    ];
    let environment = match Compiler::find(root)? {
        Compiler::Own => Vec::new(),
        Compiler::Debian { linker } => {
            command.extend(["-Zbuild-std=std,panic_abort", "--config", "profile.node.panic=\"abort\""]);
            vec![
                ("RUSTC".to_owned(), DEBIAN_RUSTC.to_owned()),
                ("RUSTC_BOOTSTRAP".to_owned(), "1".to_owned()),
                ("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER".to_owned(), linker.display().to_string()),
            ]
        }
    };
    let environment: Vec<(&str, &str)> =
        environment.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    steps::run_quiet("WebAssembly module", root, &command, &environment)?;
    Ok(folder.join(TARGET).join(PROFILE).join("threecx_node.wasm"))
}

const DEBIAN_RUSTC: &str = "/usr/bin/rustc";

/// Which compiler can do it.
enum Compiler {
    /// The one that builds everything else.
    Own,
    /// Debian's.
    Debian { linker: PathBuf },
}

impl Compiler {
    fn find(root: &Path) -> Result<Compiler, String> {
        if has_target(root, "rustc") {
            return Ok(Compiler::Own);
        }
        let debian = || {
            let missing = !Path::new(DEBIAN_RUSTC).is_file() || !source().is_some_and(|folder| folder.is_dir());
            if missing {
                tools::install(&["rustc-web", "rust-web-src"])?;
            }
            linker(root).map(|linker| Compiler::Debian { linker })
        };
        debian().or_else(|reason| {
            eprintln!("── WebAssembly: Debian's compiler cannot be had ({reason})");
            steps::run("WebAssembly target", root, &["rustup", "target", "add", TARGET])?;
            Ok(Compiler::Own)
        })
    }
}

/// True if the compiler has the target's library.
fn has_target(root: &Path, rustc: &str) -> bool {
    let printed = steps::output(root, &[rustc, "--print", "target-libdir", "--target", TARGET]);
    printed.is_ok_and(|folder| Path::new(folder.trim()).is_dir())
}

/// Where Debian's package puts the library's source.
fn source() -> Option<PathBuf> {
    let sysroot = steps::output(Path::new("/"), &[DEBIAN_RUSTC, "--print", "sysroot"]).ok()?;
    Some(Path::new(sysroot.trim()).join("lib/rustlib/src/rust/library"))
}

/// A linker for WebAssembly: the one that comes with the toolchain, or LLVM's.
fn linker(root: &Path) -> Result<PathBuf, String> {
    let sysroot = steps::output(root, &["rustc", "--print", "sysroot"])?;
    let host = std::env::consts::ARCH;
    let own = Path::new(sysroot.trim()).join(format!("lib/rustlib/{host}-unknown-linux-gnu/bin/rust-lld"));
    if own.is_file() {
        return Ok(own);
    }
    let names = ["wasm-ld", "wasm-ld-19", "lld"];
    names.iter().find_map(|name| tools::find(name)).ok_or_else(|| "there is no linker for WebAssembly".to_owned())
}
