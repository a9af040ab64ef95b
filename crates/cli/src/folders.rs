//! The folders of this user in which the program keeps something.

use std::path::PathBuf;

use etcetera::BaseStrategy;

use crate::env_vars;

/// Where profiles and secrets are kept; `None` if this user has no home.
pub fn config() -> Option<PathBuf> {
    let platform = || Some(etcetera::choose_base_strategy().ok()?.config_dir().join("threecx"));
    env_vars::CONFIG_DIR.get().map(PathBuf::from).or_else(platform)
}

/// Where tokens are kept: what may be lost.
pub fn cache() -> Option<PathBuf> {
    let platform = || Some(etcetera::choose_base_strategy().ok()?.cache_dir().join("threecx"));
    env_vars::CACHE_DIR.get().map(PathBuf::from).or_else(platform)
}

/// Where the journal of changes is kept: what must not be lost, and belongs to this machine.
pub fn state() -> Option<PathBuf> {
    let platform = || {
        let folders = etcetera::choose_base_strategy().ok()?;
        Some(folders.state_dir().unwrap_or_else(|| folders.data_dir()).join("threecx"))
    };
    env_vars::STATE_DIR.get().map(PathBuf::from).or_else(platform)
}
