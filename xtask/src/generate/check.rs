//! Finds mistakes in `api/overrides.toml`: names that do not exist, and gaps.

use std::collections::BTreeSet;

use crate::record::{Overrides, Record, Shape};

/// Complains about every name that means nothing, and about what ought to be there and is not.
pub fn overrides(record: &Record, overrides: &Overrides) -> Result<(), String> {
    let mut known: BTreeSet<String> = record.resources.keys().cloned().collect();
    let mut last_seen = std::collections::BTreeMap::new();
    for (name, resource) in &record.resources {
        for operation in &resource.operations {
            let id = format!("{name}.{}", operation.id);
            let last = last_seen.entry(id.clone()).or_insert(0);
            *last = operation.span.last.max(*last);
            known.insert(id);
        }
    }
    let mut mistakes = Vec::new();
    for (table, name) in overrides.names() {
        if !known.contains(name) {
            mistakes.push(format!("[{table}] names {name}, which does not exist"));
        }
    }
    for (id, last) in last_seen {
        let successor = overrides.replaced.contains_key(&id) || overrides.renamed.contains_key(&id);
        if last < record.all().last && !successor {
            mistakes
                .push(format!("{id} no longer exists: [replaced] should say what to use instead (\"\" if nothing)"));
        }
    }
    for code in warning_codes(record) {
        if !overrides.warnings.contains_key(&code) {
            mistakes.push(format!("[warnings] lacks {code}"));
        }
    }
    if mistakes.is_empty() { Ok(()) } else { Err(format!("api/overrides.toml:\n  {}", mistakes.join("\n  "))) }
}

fn warning_codes(record: &Record) -> Vec<String> {
    let types = record.resources.values().flat_map(|resource| &resource.types).chain(&record.shared);
    let mut codes = Vec::new();
    for (name, def) in types {
        if let Shape::Enumeration { members, .. } = &def.shape
            && name == "Warnings"
        {
            codes.extend(members.iter().map(|(code, _)| code.clone()));
        }
    }
    codes
}
