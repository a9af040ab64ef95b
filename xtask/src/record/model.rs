//! What the record holds: resources with their operations and types, and facts that may
//! differ from release to release.

use std::collections::BTreeMap;

use super::{Release, Span};

/// The whole API, all releases merged.
#[derive(Debug, Default)]
pub struct Record {
    /// Oldest first; spans hold indices into this list.
    pub releases: Vec<Release>,
    /// By name, as the official descriptions tag them (`Users`).
    pub resources: BTreeMap<String, Resource>,
    /// Types that no single resource owns.
    pub shared: BTreeMap<String, TypeDef>,
}

/// A resource: one file in `api/`.
#[derive(Debug, Default)]
pub struct Resource {
    pub operations: Vec<Operation>,
    pub types: BTreeMap<String, TypeDef>,
}

/// One method on one path. Several may share an `id`: the same operation, which a later
/// release reaches in another way.
#[derive(Clone, Debug)]
pub struct Operation {
    /// The official operation id (`ReprovisionAllPhones`).
    pub id: String,
    pub kind: Kind,
    pub method: String,
    /// The path template with `{name}` for parameters.
    pub path: String,
    pub span: Span,
    /// Types of the parameters in `path`.
    pub parameters: BTreeMap<String, Versioned>,
    /// The query options it takes, without their `$`, and `if-match` for the header.
    pub options: Option<Versioned>,
    pub body: Body,
    /// The status and type of success (`200 User[]`, `204`).
    pub answer: Versioned,
}

/// What the official descriptions say an operation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Reading, creating, changing or deleting an entity of a set, or a singleton.
    Entity,
    Function,
    Action,
}

/// What an operation takes as its JSON body.
#[derive(Clone, Debug)]
pub enum Body {
    None,
    /// An entity, or the part of it to change.
    Entity(Versioned),
    /// The named parameters of an action.
    Fields(BTreeMap<String, Versioned>),
}

/// A named type of the 3CX namespace.
#[derive(Clone, Debug)]
pub struct TypeDef {
    pub span: Span,
    pub shape: Shape,
}

#[derive(Clone, Debug)]
pub enum Shape {
    Structure {
        base: Option<String>,
        properties: BTreeMap<String, Versioned>,
    },
    /// Members in the order of their numeric values.
    Enumeration {
        flags: bool,
        members: Vec<(String, Span)>,
    },
}

/// A fact in the record's notation, with the stretch of releases in which it reads so.
/// Stretches do not overlap; the oldest is first.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Versioned(pub Vec<(String, Span)>);

impl Versioned {
    /// Notes that `release` has this fact, as `text`.
    pub fn note(&mut self, text: &str, release: usize) {
        let extended = match self.0.last_mut() {
            Some((last, span)) if last == text => span.extend(release),
            _ => false,
        };
        if !extended {
            self.0.push((text.to_owned(), Span::at(release)));
        }
    }
}
