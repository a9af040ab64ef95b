//! Programs that only tests and figures need: taken as they are where the machine has them,
//! otherwise installed, with progress shown. What cannot be installed is named, and fails the
//! test that needs it.
//!
//! ```text
//!   a program of Debian's ── on the PATH? ──► apt-get install
//!   a lock file ── its hash ──► a folder in the cache: installed once, used by every run
//! ```

pub mod cargo;
pub mod debian;
mod n8n;
mod node;
mod python;

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

pub use debian::{install, need};
pub use n8n::{n8n, services};
pub use node::{modules, node};
pub use python::environment;

/// The program with this name on the PATH.
pub fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// Where installations are kept: `THREECX_TEST_CACHE`, or a folder of the user's cache.
fn cache() -> Result<PathBuf, String> {
    let named = std::env::var_os("THREECX_TEST_CACHE").map(PathBuf::from);
    let users = || std::env::var_os("XDG_CACHE_HOME").map(|folder| PathBuf::from(folder).join("threecx-tests"));
    let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache/threecx-tests"));
    named.or_else(users).or_else(home).ok_or_else(|| "where to install? Set THREECX_TEST_CACHE.".to_owned())
}

/// A folder of the cache for what a lock file names. `install` fills it once; if it breaks off,
/// the next run begins anew. Whoever else wants it meanwhile waits.
fn installed(kind: &str, lock: &Path, install: impl FnOnce(&Path) -> Result<(), String>) -> Result<PathBuf, String> {
    let fails = |path: &Path, error: std::io::Error| format!("{}: {error}", path.display());
    let text = std::fs::read(lock).map_err(|error| fails(lock, error))?;
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    let folder = cache()?.join(format!("{kind}-{:016x}", hasher.finish()));
    let done = folder.join(".installed");
    let parent = cache()?;
    std::fs::create_dir_all(&parent).map_err(|error| fails(&parent, error))?;
    let turn = parent.join(format!("{kind}.lock"));
    let turn = std::fs::File::create(&turn).and_then(|file| file.lock().map(|()| file));
    let _turn = turn.map_err(|error| fails(&parent, error))?;
    if !done.is_file() {
        if folder.exists() {
            std::fs::remove_dir_all(&folder).map_err(|error| fails(&folder, error))?;
        }
        std::fs::create_dir_all(&folder).map_err(|error| fails(&folder, error))?;
        install(&folder)?;
        std::fs::write(&done, "").map_err(|error| fails(&done, error))?;
    }
    Ok(folder)
}
