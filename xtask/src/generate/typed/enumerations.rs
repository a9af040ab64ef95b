//! Enumerations, and the codes with which a PBX refuses.

use threecx_catalog::{Enumeration, Warning};

use super::areas::{Areas, Set};
use super::{HEADER, docs, idents};

/// Appends the enumerations of a module.
pub fn append(text: &mut String, enumerations: &[&'static Enumeration], areas: &Areas, around: &Set) {
    for enumeration in enumerations {
        let needed = areas.of_type(enumeration.name);
        if needed.is_empty() {
            continue;
        }
        let cfg = areas.cfg_unless(needed, around);
        let line = docs::enumeration(enumeration);
        text.push_str(&format!("\n{cfg}words! {{\n    /// {line}\n    {} {{\n", enumeration.name));
        for member in enumeration.members {
            // A PBX that says `Unknown` says no more than one with a new word.
            if member.name == "Unknown" {
                continue;
            }
            let when = docs::stretch(member.span).map(|when| format!(", {when}")).unwrap_or_default();
            text.push_str(&format!(
                "        /// `{}`{when}\n        {} = \"{}\",\n",
                member.name,
                idents::variant(member.name),
                member.name
            ));
        }
        text.push_str("    }\n}\n");
    }
}

/// `warnings.rs`
pub fn warnings(warnings: &[Warning]) -> String {
    let mut text = format!(
        "{HEADER}\n//! The codes with which a PBX explains why it refuses something.\n\nuse super::words;\n\nwords! {{\n    /// A code with which a PBX explains why it refuses something. What it means: [`Warning::sentence`].\n    Warning {{\n"
    );
    for warning in warnings {
        text.push_str(&format!(
            "        /// {}\n        {} = \"{}\",\n",
            warning.sentence,
            idents::camel(warning.code.trim_start_matches("WARNINGS.")),
            warning.code
        ));
    }
    text.push_str("    }\n}\n\nimpl Warning {\n    /// What the code means, for a person; the code itself where that is not known.\n    pub fn sentence(&self) -> &str {\n        threecx_catalog::warning(self.as_str()).map_or(self.as_str(), |warning| warning.sentence)\n    }\n}\n");
    text
}
