//! What the official descriptions do not say: `api/overrides.toml`, edited by hand.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use serde::Deserialize;

/// What the descriptions do not say. Keys are resources (`Users`), operations (`Users.ReprovisionAllPhones`) or parameters
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
    pub names: Naming,
    pub periods: Periods,
    pub content: Content,
    pub texts: Texts,
    /// By entity set and heading.
    pub columns: BTreeMap<String, BTreeMap<String, ForeignColumn>>,
    /// By resource or operation, and by name.
    pub examples: BTreeMap<String, BTreeMap<String, String>>,
    /// By entity set and word: `Queues.agents`.
    pub collections: IndexMap<String, CollectionRow>,
    #[serde(rename = "item-flags")]
    pub item_flags: IndexMap<String, ItemFlag>,
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

/// Properties by which people know one thing from another.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Naming {
    pub number: String,
    pub person: Vec<String>,
    pub name: Vec<String>,
    pub email: Vec<String>,
    pub label: Vec<String>,
    pub summary: Vec<String>,
    pub columns: Vec<String>,
    pub searched: Vec<String>,
    pub volatile: Vec<String>,
    pub numbered: Vec<String>,
    /// By entity set.
    pub keys: BTreeMap<String, String>,
}

impl Naming {
    /// All properties, with the list that names them.
    pub fn lists(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let lists: [(&'static str, &[String]); 10] = [
            ("number", std::slice::from_ref(&self.number)),
            ("person", &self.person),
            ("name", &self.name),
            ("email", &self.email),
            ("label", &self.label),
            ("summary", &self.summary),
            ("columns", &self.columns),
            ("searched", &self.searched),
            ("volatile", &self.volatile),
            ("numbered", &self.numbered),
        ];
        lists.into_iter().flat_map(|(list, names)| names.iter().map(move |name| (list, name.as_str())))
    }
}

/// How lists of what happened are asked for a period.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Periods {
    pub parameters: Vec<(String, String)>,
    pub by_day: BTreeSet<String>,
    pub when: BTreeMap<String, String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Content {
    pub names: Vec<String>,
}

/// Texts that are more than any text, by names.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Texts {
    pub mac: Vec<String>,
    pub did: Vec<String>,
    pub words: BTreeMap<String, Vec<String>>,
}

impl Texts {
    /// All names.
    pub fn names(&self) -> impl Iterator<Item = &String> {
        self.mac.iter().chain(&self.did).chain(self.words.keys())
    }
}

/// A column of a file that another program writes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForeignColumn {
    pub is: Option<String>,
    #[serde(default)]
    pub not: bool,
    #[serde(default)]
    pub words: Vec<String>,
    pub instead: Option<String>,
}

/// A collection that is changed item by item.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CollectionRow {
    pub property: String,
    pub expand: Option<String>,
    /// What identifies an item; nothing for texts.
    pub item: Option<ItemRow>,
    #[serde(default)]
    pub also: Vec<String>,
    #[serde(default)]
    pub columns: Vec<Column>,
    pub noun: String,
    /// Where it is not made from the noun by rule.
    pub plural: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ItemRow {
    /// The set whose numbers or keys the property holds.
    pub number_of: Option<String>,
    pub key_of: Option<String>,
    #[serde(rename = "in")]
    pub property: String,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Column {
    Property(String),
    #[serde(rename_all = "kebab-case")]
    Headed {
        heading: String,
        property: String,
    },
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ItemFlag {
    pub value: String,
    pub property: String,
    pub default: Option<String>,
    pub help: String,
}

impl Overrides {
    /// Every operation or resource that a table names, with the table, so that misspellings are found.
    pub fn names(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let tables: [(&'static str, Vec<&String>); 17] = [
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
            ("examples", self.examples.keys().collect()),
            ("periods.by-day", self.periods.by_day.iter().collect()),
            ("periods.when", self.periods.when.keys().collect()),
        ];
        tables.into_iter().flat_map(|(table, names)| names.into_iter().map(move |name| (table, name.as_str())))
    }
}
