//! An entity that was looked up, as the PBX lists it.

use serde_json::{Map, Value};
use threecx_catalog::EntitySet;

use super::name_input::{NameInput, folded};

/// The two properties that make a person's name.
const PERSON: [&str; 2] = ["FirstName", "LastName"];

/// Which parts of a name stand for the whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Parts {
    /// A few letters.
    Letters,
    /// Whole words.
    Words,
}

/// An entity with its key, number and names.
#[derive(Clone, Debug)]
pub struct NamedEntity {
    /// The key, as text: `29`.
    pub key: String,
    /// The number that people dial or know it by.
    pub number: Option<String>,
    /// Its name for people; empty where it has none.
    pub name: String,
    /// All names that it answers to, folded.
    pub(super) names: Vec<String>,
    /// In lowercase.
    pub(super) email: Option<String>,
    row: Map<String, Value>,
}

impl NamedEntity {
    /// From a row of the list.
    pub fn of(set: &EntitySet, row: Map<String, Value>) -> NamedEntity {
        let inside = |path: &str| match path.split_once('/') {
            Some((outer, inner)) => row.get(outer).and_then(|outer| outer.get(inner)),
            None => row.get(path),
        };
        let text = |path: &str| inside(path).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty());
        let (person, others): (Vec<&str>, Vec<&str>) = set.names.iter().partition(|name| PERSON.contains(name));
        let person: Vec<&str> = person.into_iter().filter_map(text).collect();
        let others = others.into_iter().filter_map(text).map(str::to_owned);
        let names: Vec<String> = [person.join(" ")].into_iter().chain(others).filter(|name| !name.is_empty()).collect();
        let number = set.number.and_then(|number| text(number.name)).map(str::to_owned);
        let email = set.email.and_then(|email| text(email.name)).map(str::to_lowercase);
        let key = set.key.and_then(|key| row.get(key.name)).map(plain).unwrap_or_default();
        let name = names.first().cloned().unwrap_or_default();
        let mut names: Vec<String> = names.iter().map(|name| folded(name)).collect();
        names.dedup();
        NamedEntity { key, number, name, names, email, row }
    }

    /// One of which only this is known.
    pub fn known(key: String, number: Option<String>, name: String) -> NamedEntity {
        let names = vec![folded(&name)];
        NamedEntity { key, number, name, names, email: None, row: Map::new() }
    }

    /// A property as text; `None` for null and for what was not asked for.
    pub fn property(&self, name: &str) -> Option<String> {
        self.row.get(name).filter(|value| !value.is_null()).map(plain)
    }

    /// Everything that came of it.
    pub fn row(&self) -> &Map<String, Value> {
        &self.row
    }

    /// Takes over what a later row says.
    pub(super) fn update(&mut self, later: NamedEntity) {
        self.row.extend(later.row);
    }

    /// `100 Ada Lovelace (id 29)`; as much of it as there is.
    pub fn label(&self) -> String {
        match (self.short(), self.key.as_str()) {
            (short, key) if short == key => key.to_owned(),
            (short, key) => format!("{short} (id {key})"),
        }
    }

    /// `100 Ada Lovelace`
    pub fn short(&self) -> String {
        let name = Some(self.name.as_str()).filter(|name| !name.is_empty());
        let parts: Vec<&str> = self.number.as_deref().into_iter().chain(name).collect();
        if parts.is_empty() { self.key.clone() } else { parts.join(" ") }
    }

    /// True if its number is in the range that a word is.
    pub(super) fn is_in(&self, word: &NameInput) -> bool {
        self.number.as_ref().is_some_and(|number| word.spans(number))
    }

    /// True if all parts of a folded name are in one of its names.
    pub(super) fn is_like(&self, name: &str, parts: Parts) -> bool {
        let given = || name.split([' ', ',']).filter(|part| !part.is_empty());
        let has = |name: &str, part: &str| match parts {
            Parts::Letters => name.contains(part),
            Parts::Words => name.split([' ', ',']).any(|word| word == part),
        };
        self.names.iter().any(|name| given().all(|part| has(name, part)))
    }
}

/// A JSON scalar as text.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
