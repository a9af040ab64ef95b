//! Names of files behind an `@`, which no shell completes by itself.

use std::path::Path;

use super::Candidate;

/// `@path` for what is in the folder that the path names so far.
pub fn after_at(typed: &str) -> Vec<Candidate> {
    let path = typed.strip_prefix('@').unwrap_or(typed);
    let (folder, begin) = path.rsplit_once('/').map_or(("", path), |(folder, begin)| (folder, begin));
    let shown = if path.contains('/') { format!("{folder}/") } else { String::new() };
    let folder = if shown.is_empty() { "." } else { shown.as_str() };
    let Ok(entries) = std::fs::read_dir(Path::new(folder)) else { return Vec::new() };
    let mut found: Vec<Candidate> = entries
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let hidden = name.starts_with('.') && !begin.starts_with('.');
            let folder = entry.path().is_dir();
            (!hidden && name.starts_with(begin))
                .then(|| Candidate::new(format!("@{shown}{name}{}", if folder { "/" } else { "" }), ""))
        })
        .collect();
    found.sort_by(|a, b| a.value.cmp(&b.value));
    found
}
