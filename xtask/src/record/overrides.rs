//! What the official descriptions do not say: `api/overrides.toml`, edited by hand.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

/// Keys are resources (`Users`), operations (`Users.ReprovisionAllPhones`) or parameters
/// (`Users.ReprovisionAllPhones.ids`); the file itself says what each table is for.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Overrides {
    pub areas: BTreeMap<String, Vec<String>>,
    pub resources: BTreeMap<String, ResourceNames>,
    pub titles: BTreeMap<String, String>,
    pub commands: BTreeMap<String, String>,
    pub files: BTreeMap<String, String>,
    pub empty: Operations,
    pub literals: Literals,
    pub roles: BTreeMap<String, RoleName>,
    pub destroys: BTreeMap<String, String>,
    pub interrupts: BTreeMap<String, String>,
    pub writes: Operations,
    pub repeatable: Operations,
    pub renamed: BTreeMap<String, String>,
    pub replaced: BTreeMap<String, String>,
    pub secrets: Secrets,
    pub people: BTreeMap<String, String>,
    pub warnings: BTreeMap<String, String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResourceNames {
    pub title: Option<String>,
    pub command: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Operations {
    pub operations: BTreeSet<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Literals {
    pub types: BTreeMap<String, Quoting>,
    #[serde(default)]
    pub parameters: BTreeMap<String, Quoting>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Quoting {
    Quoted,
    Bare,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoleName {
    SystemOwners,
    SystemAdmins,
    User,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Secrets {
    pub names: BTreeSet<String>,
    pub operations: BTreeSet<String>,
}

impl Overrides {
    /// Every operation or resource that a table names, with the table, so that misspellings are found.
    pub fn names(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let tables: [(&'static str, Vec<&String>); 14] = [
            ("areas", self.areas.values().flatten().collect()),
            ("resources", self.resources.keys().collect()),
            ("titles", self.titles.keys().collect()),
            ("commands", self.commands.keys().collect()),
            ("files", self.files.keys().collect()),
            ("empty", self.empty.operations.iter().collect()),
            ("roles", self.roles.keys().collect()),
            ("destroys", self.destroys.keys().collect()),
            ("interrupts", self.interrupts.keys().collect()),
            ("writes", self.writes.operations.iter().collect()),
            ("repeatable", self.repeatable.operations.iter().collect()),
            ("renamed", self.renamed.iter().flat_map(|(old, new)| [old, new]).collect()),
            ("replaced", self.replaced.keys().chain(self.replaced.values().filter(|new| !new.is_empty())).collect()),
            ("secrets", self.secrets.operations.iter().collect()),
        ];
        tables.into_iter().flat_map(|(table, names)| names.into_iter().map(move |name| (table, name.as_str())))
    }
}
