//! What should be done, as a person says it: an operation, what it is done to, named as people name
//! things, and its arguments. It comes from a command line, a row of a file, an agent or a
//! configuration file, and knows nothing of any PBX.

use serde::{Deserialize, Serialize};
use threecx_catalog::Operation;
use threecx_core::Arguments;

use crate::items::ItemChange;

/// Something that should be done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Intent {
    /// What is called.
    #[serde(with = "operation_id")]
    pub operation: &'static Operation,
    /// What it is done to.
    #[serde(default)]
    pub targets: Targets,
    /// What is given with it. Where the id of something is wanted, its number or name will do.
    #[serde(default)]
    pub arguments: Arguments,
    /// Single items of a collection that are added or removed, where it is about those. The operation
    /// is then the update of the entity that has them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub items: Option<ItemChange>,
    /// Where it comes from, counted from 1: the line of a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
}

/// What an operation is done to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Targets {
    /// Nothing in particular, or what the arguments say.
    #[default]
    Given,
    /// What these words name: `100`, `100-119`, `Ada Lovelace`, `ada@example.com`, `id:42`.
    Named(Vec<String>),
    /// Everything for which an OData filter is true.
    Where(String),
}

impl Targets {
    /// True if nothing is named.
    pub fn is_given(&self) -> bool {
        matches!(self, Targets::Given) || matches!(self, Targets::Named(words) if words.is_empty())
    }

    /// The words.
    pub fn words(&self) -> &[String] {
        match self {
            Targets::Named(words) => words,
            Targets::Given | Targets::Where(_) => &[],
        }
    }

    /// The filter.
    pub fn filter(&self) -> Option<&str> {
        match self {
            Targets::Where(filter) => Some(filter),
            Targets::Given | Targets::Named(_) => None,
        }
    }
}

impl Intent {
    /// An operation with these arguments.
    pub fn new(operation: &'static Operation, arguments: Arguments) -> Intent {
        Intent { operation, targets: Targets::Given, arguments, items: None, line: None }
    }

    /// The same, done to what these words name.
    #[must_use]
    pub fn to<S: Into<String>>(self, words: impl IntoIterator<Item = S>) -> Intent {
        Intent { targets: Targets::Named(words.into_iter().map(Into::into).collect()), ..self }
    }

    /// The same, done to everything for which a filter is true.
    #[must_use]
    pub fn to_where(self, filter: impl Into<String>) -> Intent {
        Intent { targets: Targets::Where(filter.into()), ..self }
    }
}

/// Operations are written as their ids.
pub(crate) mod operation_id {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};
    use threecx_catalog::{Operation, operation};

    pub fn serialize<S: Serializer>(operation: &Operation, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(operation.id)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<&'static Operation, D::Error> {
        let id = String::deserialize(deserializer)?;
        operation(&id).ok_or_else(|| D::Error::custom(format!("no operation is called {id}")))
    }
}
