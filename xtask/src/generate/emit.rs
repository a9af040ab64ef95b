//! Rust source for single facts.

use std::collections::BTreeMap;

use crate::record::{Record, Shape, Span, Spec, TypeExpr};

use super::names;

const PRIMITIVES: [&str; 13] = [
    "Boolean",
    "Byte",
    "Int32",
    "Int64",
    "Single",
    "Double",
    "Decimal",
    "String",
    "Guid",
    "Date",
    "TimeOfDay",
    "Duration",
    "DateTimeOffset",
];

/// Where every named type's table is, so that tables can refer to each other.
pub struct Types {
    /// By type name: its module and whether it is a structure.
    places: BTreeMap<String, (String, bool)>,
}

/// The module of types that no single resource owns.
pub const SHARED: &str = "shared_types";

impl Types {
    pub fn of(record: &Record) -> Types {
        let mut places = BTreeMap::new();
        let owned = record.resources.iter().map(|(name, resource)| (names::snake(name), &resource.types));
        for (module, types) in owned.chain([(SHARED.to_owned(), &record.shared)]) {
            for (name, def) in types {
                let structure = matches!(def.shape, Shape::Structure { .. });
                places.insert(name.clone(), (module.clone(), structure));
            }
        }
        Types { places }
    }

    /// A `TypeRef`.
    pub fn reference(&self, ty: &TypeExpr) -> String {
        format!("TypeRef::new({}, {}, {})", self.named(&ty.name), ty.collection, ty.nullable)
    }

    fn named(&self, name: &str) -> String {
        match self.places.get(name) {
            _ if PRIMITIVES.contains(&name) => format!("Type::{name}"),
            Some((_, true)) => format!("Type::Structure({})", self.table(name)),
            Some((_, false)) => format!("Type::Enumeration({})", self.table(name)),
            None => format!("Type::Opaque(\"{name}\")"),
        }
    }

    /// A reference to the table of a named type.
    pub fn table(&self, name: &str) -> String {
        let module = self.places.get(name).map_or(SHARED, |(module, _)| module);
        format!("&super::{module}::{}", names::constant(name))
    }

    pub fn is_structure(&self, name: &str) -> bool {
        self.places.get(name).is_some_and(|(_, structure)| *structure)
    }

    /// The names of all structures, with references to their tables.
    pub fn structures(&self) -> impl Iterator<Item = String> {
        self.places.iter().filter(|(_, (_, structure))| *structure).map(|(name, _)| {
            let table = self.table(name);
            table.replace("super::", "")
        })
    }

    /// A `Property`.
    pub fn property(&self, name: &str, spec: &Spec, span: Span, secret: bool, refers_to: Option<&str>) -> String {
        format!(
            "Property {{ name: \"{name}\", ty: {}, max_length: {:?}, navigation: {}, default: {:?}, secret: {secret}, refers_to: {refers_to:?}, span: {} }}",
            self.reference(&spec.ty),
            spec.max_length,
            spec.navigation,
            spec.default,
            self::span(span),
        )
    }
}

/// A `Span`.
pub fn span(span: Span) -> String {
    format!("Span::new({}, {})", span.first, span.last)
}

/// A slice, one element a line.
pub fn slice(indent: &str, elements: impl IntoIterator<Item = String>) -> String {
    let lines: String = elements.into_iter().map(|element| format!("{indent}    {element},\n")).collect();
    if lines.is_empty() { "&[]".to_owned() } else { format!("&[\n{lines}{indent}]") }
}
