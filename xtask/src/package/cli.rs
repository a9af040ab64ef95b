//! The command line as it is released: built with the crates of the lock file, without the paths of the
//! machine that built it, and with a list of what it is made of (CycloneDX).

use std::path::{Path, PathBuf};

use crate::{steps, tools};

/// The version of cargo-cyclonedx that is built where the machine has none.
const CARGO_CYCLONEDX: &str = "0.5.9";

/// Builds it; where the program and its list are.
pub fn build(root: &Path) -> Result<[PathBuf; 2], String> {
    let fails = |path: &Path, error: std::io::Error| format!("{}: {error}", path.display());
    let private = private_paths(root)?;
    let remaps = private.iter().map(|(path, name)| format!("--remap-path-prefix={path}={name}"));
    // Separated by what no path has in it.
    let flags = remaps.collect::<Vec<_>>().join("\u{1f}");
    let folder = root.join("target/package");
    let target = folder.join("build").display().to_string();
    let build = ["cargo", "build", "--release", "--locked", "--package", "threecx-cli", "--target-dir", &target];
    steps::run_with("release build", root, &build, &[("CARGO_ENCODED_RUSTFLAGS", &flags)])?;
    let program = format!("threecx{}", std::env::consts::EXE_SUFFIX);
    let built = Path::new(&target).join("release").join(&program);
    let bytes = std::fs::read(&built).map_err(|error| fails(&built, error))?;
    if let Some((path, _)) = private.iter().find(|(path, _)| contains(&bytes, path.as_bytes())) {
        return Err(format!("{} tells where it was built: {path} is in it", built.display()));
    }
    let released = folder.join(&program);
    std::fs::copy(&built, &released).map_err(|error| fails(&released, error))?;
    Ok([released, bill_of_materials(root, &folder)?])
}

/// The folders that give the machine away, the most specific last, since the compiler takes the last that fits; and
/// what stands for each.
fn private_paths(root: &Path) -> Result<Vec<(String, &'static str)>, String> {
    let home = std::env::var_os("HOME").or_else(|| std::env::var_os("USERPROFILE")).map(PathBuf::from);
    let cargo = std::env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(home.as_ref()?.join(".cargo")));
    let cargo = cargo.ok_or("where does cargo keep its crates? Set CARGO_HOME.")?;
    let sysroot = steps::output(root, &["rustc", "--print", "sysroot"])?;
    let mut paths = vec![(root.display().to_string(), "threecx"), (cargo.display().to_string(), "cargo")];
    paths.push((sysroot.trim().to_owned(), "rust"));
    paths.extend(home.map(|home| (home.display().to_string(), "home")));
    paths.sort_by_key(|(path, _)| path.len());
    Ok(paths)
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

/// What the program is made of, crate by crate.
fn bill_of_materials(root: &Path, folder: &Path) -> Result<PathBuf, String> {
    let manifest = root.join("crates/cli/Cargo.toml").display().to_string();
    let program = tools::cargo::program("cargo-cyclonedx", CARGO_CYCLONEDX)?.display().to_string();
    let list =
        [&*program, "cyclonedx", "--manifest-path", &manifest, "--format", "json", "--override-filename", "sbom"];
    steps::run_quiet("bill of materials", root, &list, &[])?;
    let (made, kept) = (root.join("crates/cli/sbom.json"), folder.join("threecx.cdx.json"));
    std::fs::rename(&made, &kept).map_err(|error| format!("{}: {error}", made.display()))?;
    Ok(kept)
}
