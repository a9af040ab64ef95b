//! `xtask generate`: writes the catalogue's tables from the record in `api/`, the n8n node's
//! description and the typed API from the catalogue, and the README's pictures from the transcripts.

mod check;
mod emit;
mod facts;
pub mod n8n;
pub mod names;
mod pictures;
mod roots;
mod structures;
mod tables;
mod typed;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::record::{self, Overrides, Record};
use crate::steps;

/// Where the tables go, below the repository's root.
const TABLES: &str = "crates/catalog/src/generated";

/// Writes the tables and the description, or with `check` says whether they are what would be
/// written.
pub fn run(root: &Path, check: bool) -> Result<(), String> {
    let record = Record::read(&root.join("api"))?;
    let overrides: Overrides = record::parse(&root.join("api/overrides.toml"))?;
    check::overrides(&record, &overrides)?;
    let tables = tables::files(&record, &overrides)?;
    if compare(root, TABLES, &tables).is_ok() {
        return from_tables(root, check, &record, &overrides);
    }
    if check {
        return compare(root, TABLES, &tables);
    }
    write(&root.join(TABLES), &tables)?;
    // This program still has the old tables in it.
    steps::run("n8n, typed API", root, &["cargo", "xtask", "generate"])
}

/// What is made from the tables that this program was built with: the n8n node's description and the
/// typed API; and the pictures.
fn from_tables(root: &Path, check: bool, record: &Record, overrides: &Overrides) -> Result<(), String> {
    let mut folders = vec![(n8n::FOLDER, n8n::files())];
    folders.extend(typed::files(record, overrides)?);
    folders.iter().try_for_each(|(folder, files)| settle(root, check, folder, files))?;
    settle(root, check, pictures::FOLDER, &pictures::files(root)?)
}

fn settle(root: &Path, check: bool, folder: &str, files: &BTreeMap<String, String>) -> Result<(), String> {
    if check { compare(root, folder, files) } else { write(&root.join(folder), files) }
}

fn write(folder: &Path, files: &BTreeMap<String, String>) -> Result<(), String> {
    let fail = |e: std::io::Error| format!("{}: {e}", folder.display());
    fs::create_dir_all(folder).map_err(fail)?;
    for name in present(folder)? {
        if !files.contains_key(&name) {
            fs::remove_file(folder.join(name)).map_err(fail)?;
        }
    }
    for (name, text) in files {
        let path = folder.join(name);
        // Left alone where nothing changed, so that nothing is compiled again for it.
        if fs::read_to_string(&path).ok().as_ref() != Some(text) {
            fs::write(&path, text).map_err(|e| format!("{}: {e}", path.display()))?;
        }
    }
    Ok(())
}

fn compare(root: &Path, below: &str, files: &BTreeMap<String, String>) -> Result<(), String> {
    let folder = &root.join(below);
    let mut stale: Vec<String> = present(folder)?.into_iter().filter(|name| !files.contains_key(name)).collect();
    for (name, text) in files {
        if fs::read_to_string(folder.join(name)).ok().as_ref() != Some(text) {
            stale.push(name.clone());
        }
    }
    match stale.is_empty() {
        true => Ok(()),
        false => Err(format!("run `cargo xtask generate`; out of date in {below}: {}", stale.join(", "))),
    }
}

fn present(folder: &Path) -> Result<Vec<String>, String> {
    let entries = fs::read_dir(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    entries.map(|entry| Ok(entry.map_err(|e| e.to_string())?.file_name().to_string_lossy().into_owned())).collect()
}
