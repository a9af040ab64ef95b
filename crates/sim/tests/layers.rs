//! The parts of the simulator import each other in one direction only: whatever a part is built on
//! does not know it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The parts that a source text imports.
fn imports(text: &str) -> impl Iterator<Item = &str> {
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    code.flat_map(|line| line.split("crate::").skip(1)).map(|rest| {
        let end = rest.find(|c: char| c != '_' && !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
        &rest[..end]
    })
}

/// Adds what the files of a part import.
fn read(path: &Path, imported: &mut BTreeSet<String>) {
    if path.is_dir() {
        for entry in fs::read_dir(path).expect("a folder") {
            read(&entry.expect("an entry").path(), imported);
        }
    } else if path.extension().is_some_and(|extension| extension == "rs") {
        imported.extend(imports(&fs::read_to_string(path).expect("text")).map(str::to_owned));
    }
}

/// What each part imports: each file and each folder under `src` is one.
fn parts() -> BTreeMap<String, BTreeSet<String>> {
    let mut parts: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).expect("sources") {
        let path = entry.expect("an entry").path();
        let name = path.file_stem().and_then(|stem| stem.to_str()).expect("a name").to_owned();
        read(&path, parts.entry(name).or_default());
    }
    let known: BTreeSet<String> = parts.keys().cloned().collect();
    for (name, imported) in &mut parts {
        imported.retain(|import| import != name && known.contains(import));
    }
    parts
}

#[test]
fn no_part_is_imported_by_what_it_imports() {
    let mut parts = parts();
    assert!(parts["operations"].contains("state"), "nothing was read: {parts:?}");
    // Parts that import nothing that is left are taken away, until all are gone.
    while let Some(bottom) = parts.iter().find(|(_, imported)| imported.is_empty()).map(|(name, _)| name.clone()) {
        parts.remove(&bottom);
        for imported in parts.values_mut() {
            imported.remove(&bottom);
        }
    }
    assert!(parts.is_empty(), "these import each other: {parts:#?}");
}

#[test]
fn the_state_knows_neither_odata_nor_http() {
    let parts = parts();
    for (part, unknown) in [("state", "odata"), ("state", "http"), ("state", "operations"), ("odata", "http")] {
        assert!(!parts[part].contains(unknown), "{part} imports {unknown}");
    }
    assert!(parts["assumptions"].is_empty(), "assumptions imports {:?}", parts["assumptions"]);
}
