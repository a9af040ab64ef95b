//! What the rows of a set consist of, as the catalogue has it.

use serde_json::Value as Json;
use threecx_catalog::{Enumeration, Property, Span, Structure, Type};

/// The kind of a value.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    Bool,
    Int,
    Decimal,
    Text,
    Member(&'static Enumeration),
    Instant,
    Date,
    Time,
    Duration,
    Object(&'static Structure),
}

impl PartialEq for Kind {
    fn eq(&self, other: &Kind) -> bool {
        match (self, other) {
            (Kind::Member(a), Kind::Member(b)) => a.name == b.name,
            (Kind::Object(a), Kind::Object(b)) => a.name == b.name,
            _ => std::mem::discriminant(self) == std::mem::discriminant(other),
        }
    }
}

impl Kind {
    /// The kind of a property; nothing for those that are left out here.
    pub fn of(ty: Type) -> Option<Kind> {
        Some(match ty {
            Type::Boolean => Kind::Bool,
            Type::Byte | Type::Int32 | Type::Int64 => Kind::Int,
            Type::Decimal => Kind::Decimal,
            Type::String => Kind::Text,
            Type::Enumeration(enumeration) => Kind::Member(enumeration),
            Type::DateTimeOffset => Kind::Instant,
            Type::TimeOfDay => Kind::Time,
            Type::Duration => Kind::Duration,
            Type::Structure(structure) => Kind::Object(structure),
            _ => return None,
        })
    }
}

/// A property of a row, or of an object in it.
#[derive(Clone, Debug)]
pub struct Path {
    pub names: Vec<&'static str>,
    pub kind: Kind,
    pub collection: bool,
}

impl Path {
    pub fn value<'j>(&self, row: &'j Json) -> &'j Json {
        self.names.iter().fold(row, |json, name| &json[*name])
    }
}

/// The properties that the newest release has.
pub fn properties(structure: &'static Structure) -> impl Iterator<Item = (&'static Property, Kind)> {
    structure.properties_in(Span::NEWEST).filter_map(|property| Some((property, Kind::of(property.ty.ty)?)))
}

/// Every way down from a structure that does not lead through a collection.
pub fn paths(structure: &'static Structure, levels: usize) -> Vec<Path> {
    let mut paths = Vec::new();
    for (property, kind) in properties(structure) {
        paths.push(Path { names: vec![property.name], kind, collection: property.ty.collection });
        if let (Kind::Object(inner), false, true) = (kind, property.ty.collection, levels > 0) {
            let below = self::paths(inner, levels - 1).into_iter();
            paths.extend(below.map(|path| Path { names: [vec![property.name], path.names].concat(), ..path }));
        }
    }
    paths
}

/// The `$expand` that shows everything that paths of so many levels lead to.
pub fn expand(structure: &'static Structure, levels: usize) -> String {
    let navigation = properties(structure).filter(|(property, _)| property.navigation);
    let parts = navigation.filter_map(|(property, kind)| {
        let Kind::Object(inner) = kind else { return None };
        let below = if levels > 0 { expand(inner, levels - 1) } else { String::new() };
        Some(if below.is_empty() { property.name.to_owned() } else { format!("{}($expand={below})", property.name) })
    });
    parts.collect::<Vec<_>>().join(",")
}
