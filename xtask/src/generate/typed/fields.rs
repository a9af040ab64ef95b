//! The fields of rows, for filters, orders and selections.

use std::collections::BTreeSet;

use threecx_catalog::{Content, Options, Structure, operations};

use super::areas::{Areas, Set};
use super::types::{self, Types, merged};
use super::{Files, HEADER, idents};
use crate::generate::names;

/// The fields of a module's structures that lists consist of.
pub fn file(
    structures: &[&'static Structure],
    module: &str,
    types: &Types,
    areas: &Areas,
    around: &Set,
) -> Option<String> {
    let rows = rows();
    let mut text = format!("{HEADER}\nuse super::*;\nuse crate::api;\n");
    let mut found = false;
    for structure in structures.iter().filter(|structure| rows.contains(structure.name)) {
        let needed = areas.of_type(structure.name);
        if needed.is_empty() || structure.all_properties().next().is_none() {
            continue;
        }
        found = true;
        let (cfg, name) = (areas.cfg_unless(needed, around), idents::structure(structure.name));
        text.push_str(&format!(
            "\n{cfg}/// Fields of [`{name}`](crate::api::{module}::{name}).\npub mod {} {{\n    use super::*;\n\n    fields! {{\n        api::{module}::{name};\n",
            names::snake(&name)
        ));
        for property in merged(structure.all_properties()) {
            text.push_str(&format!(
                "        {}: {} = \"{}\",\n",
                idents::constant(property.name),
                types.property(Some(structure), &property, types::ELSEWHERE),
                property.name
            ));
        }
        text.push_str("    }\n}\n");
    }
    found.then_some(text)
}

/// Structures that can be filtered or selected from, and those in them.
fn rows() -> BTreeSet<&'static str> {
    let mut rows = BTreeSet::new();
    for form in operations().flat_map(|operation| operation.forms) {
        let asks = form
            .options
            .iter()
            .any(|dated| dated.value.contains(Options::FILTER) || dated.value.contains(Options::SELECT));
        for answer in form.answers.iter().filter(|_| asks) {
            if let Content::Value(ty) | Content::File(_, Some(ty)) = answer.value.content
                && let Some(structure) = types::structure(ty.ty)
            {
                rows.insert(structure.name);
                let inside = structure.all_properties().filter_map(|property| types::structure(property.ty.ty));
                rows.extend(inside.map(|inside| inside.name));
            }
        }
    }
    rows
}

/// `fields/mod.rs`
pub fn index(files: &Files, modules: &[(String, Set)], areas: &Areas) -> String {
    let mut text = format!(
        "{HEADER}\n//! The fields of rows, for filters, orders and selections: `fields::user::NUMBER`.\n\n#[allow(unused_imports)]\nuse jiff::Timestamp;\n#[allow(unused_imports)]\nuse jiff::civil::{{Date, Time}};\n\n// Few areas need all of them.\n#[allow(unused_imports)]\nuse crate::typed::{{Changed, Decimal, DnNumber, Duration, Field, Flags, Guid, Json, Secret}};\n\n"
    );
    text.push_str(
        "/// Constants for the fields of a row.\nmacro_rules! fields {\n    ($row:ty; $($name:ident: $ty:ty = $wire:literal,)*) => {$(\n        #[doc = concat!(\"`\", $wire, \"`\")]\n        pub const $name: Field<$row, $ty> = Field::new($wire);\n    )*};\n}\n\n",
    );
    for (module, of_module) in modules.iter().filter(|(module, _)| files.contains_key(&format!("{module}.rs"))) {
        let cfg = areas.cfg_unless(of_module.clone(), &areas.everywhere());
        text.push_str(&format!("{cfg}#[path = \"{module}.rs\"]\nmod of_{module};\n{cfg}pub use of_{module}::*;\n"));
    }
    text
}
