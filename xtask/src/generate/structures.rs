//! Properties of structures, found by name in the record: overrides name them, and the tables refer
//! to them.

use std::collections::BTreeMap;

use crate::record::{Operation, Record, Shape, Spec, TypeDef};

/// All structures of the record.
pub struct Structures<'r> {
    types: BTreeMap<&'r str, &'r TypeDef>,
}

/// A property of a structure.
#[derive(Clone, Debug)]
pub struct Found<'r> {
    /// As the structure spells it.
    pub name: &'r str,
    /// As the newest release has it.
    pub spec: Spec,
}

impl Found<'_> {
    /// True for a single text.
    pub fn is_text(&self) -> bool {
        self.spec.ty.name == "String" && !self.spec.ty.collection
    }
}

impl<'r> Structures<'r> {
    pub fn of(record: &'r Record) -> Structures<'r> {
        let owned = record.resources.values().flat_map(|resource| &resource.types);
        Structures { types: owned.chain(&record.shared).map(|(name, def)| (name.as_str(), def)).collect() }
    }

    /// The property of this name, whatever its case, of the structure or of what it is based on.
    pub fn property(&self, structure: &str, name: &str) -> Option<Found<'r>> {
        let Shape::Structure { base, properties } = &self.types.get(structure)?.shape else { return None };
        let own = properties.iter().rfind(|(known, _)| known.eq_ignore_ascii_case(name));
        match own {
            Some((name, fact)) => {
                let (text, _) = fact.0.last()?;
                Some(Found { name, spec: Spec::parse(text).ok()? })
            }
            None => self.property(base.as_deref()?, name),
        }
    }

    /// The property at the end of a path: `Gateway/Name`.
    pub fn at(&self, structure: &str, path: &str) -> Option<Found<'r>> {
        match path.split_once('/') {
            None => self.property(structure, path),
            Some((outer, inner)) => {
                let outer = self.property(structure, outer).filter(|outer| !outer.spec.ty.collection)?;
                self.at(&outer.spec.ty.name, inner)
            }
        }
    }

    /// True if some structure has this property.
    pub fn any(&self, path: &str) -> bool {
        self.types.keys().any(|structure| self.at(structure, path).is_some())
    }

    /// The type that an operation answers with, in the newest of its releases.
    pub fn answered(operation: &Operation) -> Option<Spec> {
        let (text, _) = operation.answer.0.last()?;
        Spec::parse(text.split_once(' ')?.1).ok()
    }
}
