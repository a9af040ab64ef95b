//! A thing that a word stands for, as the PBX lists it.

use serde_json::{Map, Value};

use super::set::Set;
use super::word::{Word, small};

/// Which parts of a name stand for the whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parts {
    /// A few letters.
    Any,
    /// Whole words.
    Words,
}

/// An entity: its key, number, names.
#[derive(Clone, Debug)]
pub struct Thing {
    row: Map<String, Value>,
    /// The key, as text.
    pub key: String,
    pub number: Option<String>,
    /// As it is shown.
    pub name: String,
    /// The names it answers to, in small letters.
    pub names: Vec<String>,
    /// In small letters.
    pub email: Option<String>,
}

impl Thing {
    /// From a row of the list.
    pub fn of(set: &Set, row: Map<String, Value>) -> Thing {
        let inside = |path: &str| match path.split_once('/') {
            Some((outer, inner)) => row.get(outer).and_then(|outer| outer.get(inner)),
            None => row.get(path),
        };
        let text = |path: &str| inside(path).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty());
        let person: Vec<&str> = ["FirstName", "LastName"].into_iter().filter_map(text).collect();
        let mut names = vec![person.join(" ")];
        names.extend(
            set.names.iter().filter(|name| !name.ends_with("stName")).filter_map(|name| text(name)).map(str::to_owned),
        );
        names.retain(|name| !name.is_empty());
        let number = text("Number").filter(|_| set.has_numbers).map(str::to_owned);
        let email = set.email.and_then(text).map(str::to_lowercase);
        let name = names.first().cloned().unwrap_or_default();
        let mut names: Vec<String> = names.iter().map(|name| small(name)).collect();
        names.dedup();
        let key = row.get(set.key.name).map(plain).unwrap_or_default();
        Thing { key, number, name, names, email, row }
    }

    /// A property as text.
    pub fn property(&self, name: &str) -> Option<String> {
        self.row.get(name).filter(|value| !value.is_null()).map(plain)
    }

    /// True if its number is in the range that a word is.
    pub fn is_in(&self, word: &Word) -> bool {
        self.number.as_ref().is_some_and(|number| word.spans(number))
    }

    /// True if all parts of a name, in small letters, are in one of its names.
    pub fn is_like(&self, name: &str, parts: Parts) -> bool {
        let given = || name.split([' ', ',']).filter(|part| !part.is_empty());
        let has = |name: &str, part: &str| match parts {
            Parts::Any => name.contains(part),
            Parts::Words => name.split([' ', ',']).any(|word| word == part),
        };
        self.names.iter().any(|name| given().all(|part| has(name, part)))
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
}

/// A JSON scalar as text.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
