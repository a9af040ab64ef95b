//! `xtask conformance`: holds the project to the official API descriptions, which are not part
//! of it. What the command line sends is compared with them (`plans`), and what the simulated
//! PBX answers (`answers`).

mod absent;
mod answers;
mod plans;
mod samples;
mod schemas;
mod substance;
mod world;

use std::path::{Path, PathBuf};

use crate::record::Release;

/// The folder of official descriptions: `THREECX_DESCRIPTIONS`, or `shared/xapi` beside the repository.
pub fn descriptions(root: &Path) -> Option<PathBuf> {
    let named = std::env::var_os("THREECX_DESCRIPTIONS").map(PathBuf::from);
    let beside = root.parent().map(|parent| parent.join("shared/xapi"));
    named.or(beside).filter(|folder| folder.is_dir())
}

/// An official description.
pub struct Description {
    release: Release,
    file: PathBuf,
}

impl Description {
    /// Where it is.
    pub fn file(&self) -> &Path {
        &self.file
    }
}

/// The descriptions in a folder, oldest first.
pub fn read_folder(folder: &Path) -> Result<Vec<Description>, String> {
    let mut descriptions = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))? {
        let file = entry.map_err(|error| error.to_string())?.path();
        if file.extension().is_some_and(|extension| extension == "yaml") {
            let stem = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
            let release = Release::parse(&stem).ok_or(format!("{}: not VERSION_DATE.yaml", file.display()))?;
            descriptions.push(Description { release, file });
        }
    }
    descriptions.sort_by(|a, b| a.release.cmp(&b.release));
    Ok(descriptions)
}

/// Checks everything against every description in `folder`.
pub fn run(root: &Path, folder: &Path) -> Result<(), String> {
    let descriptions = read_folder(folder)?;
    plans::run(root, folder, &descriptions)?;
    answers::run(&descriptions)
}
