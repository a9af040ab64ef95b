//! Models: a struct for every structure, and for those that an update takes one with three states.

use std::collections::BTreeSet;

use threecx_catalog::{Body, Structure, Verb, operations};

use super::areas::{Areas, Set};
use super::types::{Types, merged};
use super::{docs, idents};

/// Appends the structures of a module.
pub fn append(text: &mut String, structures: &[&'static Structure], types: &Types, areas: &Areas, around: &Set) {
    let patched = patched();
    for structure in structures {
        let needed = areas.of_type(structure.name);
        // Nothing that can be called mentions it.
        if needed.is_empty() {
            continue;
        }
        let cfg = areas.cfg_unless(needed, around);
        text.push_str(&model(
            structure,
            "Option",
            &idents::structure(structure.name),
            &docs::structure(structure),
            types,
            &cfg,
        ));
        if patched.contains(structure.name) {
            let line = format!("A change of a [`{}`].", structure.name);
            let cfg = areas.cfg_unless(areas.of_type(structure.name), around);
            text.push_str(&model(structure, "Patch", &format!("{}Patch", structure.name), &line, types, &cfg));
        }
    }
}

fn model(structure: &'static Structure, slot: &str, name: &str, line: &str, types: &Types, cfg: &str) -> String {
    let module = types.owner(structure.name).to_owned();
    let mut text = format!("\n{cfg}model! {{\n    /// {line}\n    \"{}\" {name}: {slot} {{\n", structure.name);
    for property in merged(structure.all_properties()) {
        let line = match slot {
            "Patch" => {
                format!("See [`{}::{}`].", structure.name, idents::field(property.name).trim_start_matches("r#"))
            }
            _ => docs::property(&property, types, &module),
        };
        text.push_str(&format!(
            "        /// {line}\n        \"{}\" {}: {},\n",
            property.name,
            idents::field(property.name),
            types.property(Some(structure), &property, &module)
        ));
    }
    text.push_str("    }\n}\n");
    text
}

/// The structures that an update takes.
pub fn patched() -> BTreeSet<&'static str> {
    let updates = operations().filter(|operation| operation.verb == Verb::Update);
    let forms = updates.flat_map(|operation| operation.forms);
    forms
        .filter_map(|form| match form.body {
            Body::Entity(structure) => Some(structure.name),
            _ => None,
        })
        .collect()
}
