//! Types: who owns one, and what it is in Rust.

use std::collections::{BTreeMap, BTreeSet};

use threecx_catalog::{
    Body, Content, Enumeration, Operation, Parameter, Property, Structure, Type, TypeRef, operations, resources,
    structures,
};

use super::keys::{self, Keys};
use super::{SHARED, idents};
use crate::record::Record;

/// In place of a module: outside `api`.
pub const ELSEWHERE: &str = "";

/// A property as all releases have it together.
pub struct Merged {
    pub name: &'static str,
    /// As the releases have it, oldest first.
    pub variants: Vec<&'static Property>,
}

impl Merged {
    pub fn newest(&self) -> &'static Property {
        self.variants[self.variants.len() - 1]
    }
}

pub struct Types {
    /// The module of every named type.
    owners: BTreeMap<String, String>,
    enumerations: BTreeMap<&'static str, &'static Enumeration>,
    /// Structures that contain themselves without a collection between.
    circular: BTreeSet<(&'static str, &'static str)>,
    /// Structures that hold nothing but a secret.
    secretive: BTreeSet<&'static str>,
    pub keys: Keys,
}

impl Types {
    pub fn of(record: &Record) -> Types {
        let mut owners = BTreeMap::new();
        for resource in resources() {
            if let Some(owned) = record.resources.get(resource.name) {
                owners.extend(owned.types.keys().map(|name| (name.clone(), idents::module(resource))));
            }
        }
        owners.extend(record.shared.keys().map(|name| (name.clone(), SHARED.to_owned())));
        let mut enumerations = BTreeMap::new();
        let of_structures = structures().iter().flat_map(|structure| structure.all_properties()).map(|p| p.ty.ty);
        for ty in of_structures.chain(operations().flat_map(of_operation)) {
            if let Type::Enumeration(enumeration) = ty {
                enumerations.insert(enumeration.name, enumeration);
            }
        }
        let secrets = structures().iter().flat_map(|structure| structure.all_properties()).filter(|p| p.secret);
        let secretive =
            secrets.filter_map(|property| structure(property.ty.ty)).map(|structure| structure.name).collect();
        let keys = Keys::of();
        Types { owners, enumerations, circular: circular(), secretive, keys }
    }

    pub fn owner(&self, name: &str) -> &str {
        self.owners.get(name).map_or(SHARED, String::as_str)
    }

    pub fn owned_by(&self, module: &str) -> Vec<&'static Structure> {
        structures().iter().filter(|structure| self.owner(structure.name) == module).copied().collect()
    }

    pub fn enumerations_of(&self, module: &str) -> Vec<&'static Enumeration> {
        self.enumerations.values().filter(|enumeration| self.owner(enumeration.name) == module).copied().collect()
    }

    /// A named type as it is called in `module`, or [`ELSEWHERE`].
    pub fn path(&self, name: &str, module: &str) -> String {
        at(self.owner(name), &idents::structure(name), module)
    }

    /// A type as it is used in `module`, without whether it may be null.
    pub fn reference(&self, ty: TypeRef, module: &str) -> String {
        let one = match ty.ty {
            Type::Boolean => "bool".to_owned(),
            Type::Byte => "u8".to_owned(),
            Type::Int32 => "i32".to_owned(),
            Type::Int64 => "i64".to_owned(),
            Type::Single | Type::Double => "f64".to_owned(),
            Type::Decimal => "Decimal".to_owned(),
            Type::String => "String".to_owned(),
            Type::Guid => "Guid".to_owned(),
            Type::Date => "Date".to_owned(),
            Type::TimeOfDay => "Time".to_owned(),
            Type::Duration => "Duration".to_owned(),
            Type::DateTimeOffset => "Timestamp".to_owned(),
            Type::Enumeration(enumeration) if enumeration.flags => {
                format!("Flags<{}>", self.path(enumeration.name, module))
            }
            Type::Enumeration(enumeration) => self.path(enumeration.name, module),
            Type::Structure(structure) => self.path(structure.name, module),
            Type::Opaque(_) => "Json".to_owned(),
        };
        if ty.collection { format!("Vec<{one}>") } else { one }
    }

    /// The type of a property of `structure`, or of a field of an action.
    pub fn property(&self, structure: Option<&Structure>, merged: &Merged, module: &str) -> String {
        let newest = merged.newest();
        let of_structure = structure.and_then(|structure| self.keys.property(structure.name, newest));
        if let Some(key) = of_structure.or_else(|| self.keys.referred(newest.refers_to, newest.name, newest.ty.ty)) {
            return collected(self.key_path(&key, module), newest.ty);
        }
        let secret = newest.secret || structure.is_some_and(|structure| self.secretive.contains(structure.name));
        let one = |property: &Property| match property.ty.ty {
            Type::String if secret => collected("Secret".to_owned(), property.ty),
            _ => self.reference(property.ty, module),
        };
        let boxed = |rust: String| match (structure, self::structure(newest.ty.ty)) {
            (Some(outer), Some(inner))
                if !newest.ty.collection && self.circular.contains(&(outer.name, inner.name)) =>
            {
                format!("Box<{rust}>")
            }
            _ => rust,
        };
        let kinds: Vec<Type> = merged.variants.iter().map(|property| property.ty.ty).collect();
        let older = merged.variants.iter().rev().find(|property| !reads_as(property.ty, newest.ty));
        match older {
            // The wider number holds both.
            _ if kinds.contains(&Type::Int64) && kinds.contains(&Type::Int32) => {
                self.reference(TypeRef { ty: Type::Int64, ..newest.ty }, module)
            }
            Some(older) => format!("Changed<{}, {}>", one(older), one(newest)),
            None => boxed(one(newest)),
        }
    }

    /// The type of a key or argument in a path.
    pub fn parameter(&self, operation: &Operation, parameter: &Parameter, module: &str) -> String {
        let own = self.keys.parameter(operation, parameter);
        match own.or_else(|| self.keys.referred(parameter.refers_to, parameter.name, parameter.ty.ty)) {
            Some(key) => collected(self.key_path(&key, module), parameter.ty),
            None => self.reference(parameter.ty, module),
        }
    }

    fn key_path(&self, key: &keys::Key, module: &str) -> String {
        match &key.module {
            Some(owner) => at(owner, &key.name, module),
            None => key.name.clone(),
        }
    }

    /// The type of an operation's answer.
    pub fn answer(&self, operation: &Operation, module: &str) -> String {
        let mut contents: Vec<Content> = Vec::new();
        for content in operation.forms.iter().flat_map(|form| form.answers).map(|dated| dated.value.content) {
            if !contents.iter().any(|known| same(*known, content)) {
                contents.push(content);
            }
        }
        let newest = contents.pop().unwrap_or(Content::Nothing);
        let rust = self.content(operation, newest, module);
        match contents.last() {
            Some(older) => format!("Changed<{}, {rust}>", self.content(operation, *older, module)),
            None => rust,
        }
    }

    fn content(&self, operation: &Operation, content: Content, module: &str) -> String {
        match content {
            Content::Nothing => "()".to_owned(),
            Content::File(_, Some(rows)) if structure(rows.ty).is_some() => {
                format!("Downloaded<{}>", self.reference(rows.element(), module))
            }
            Content::File(..) => "Downloaded".to_owned(),
            Content::Value(ty) if ty.ty == Type::String && operation.secret => collected("Secret".to_owned(), ty),
            Content::Value(ty) if ty.collection && operation.is_paged() => {
                format!("Page<{}>", self.reference(ty.element(), module))
            }
            Content::Value(ty) if ty.nullable && !ty.collection => format!("Option<{}>", self.reference(ty, module)),
            Content::Value(ty) => self.reference(ty, module),
        }
    }
}

/// What `name` in the module `owner` is called in `module`.
fn at(owner: &str, name: &str, module: &str) -> String {
    match module {
        ELSEWHERE => format!("api::{owner}::{name}"),
        _ if owner == module => name.to_owned(),
        _ => format!("{owner}::{name}"),
    }
}

fn collected(one: String, ty: TypeRef) -> String {
    if ty.collection { format!("Vec<{one}>") } else { one }
}

/// The properties of a structure, or fields of an action, those of one name together.
pub fn merged(properties: impl Iterator<Item = &'static Property>) -> Vec<Merged> {
    let mut all: Vec<Merged> = Vec::new();
    for property in properties {
        match all.iter_mut().find(|known| known.name == property.name) {
            Some(known) => known.variants.push(property),
            None => all.push(Merged { name: property.name, variants: vec![property] }),
        }
    }
    for known in &mut all {
        known.variants.sort_by_key(|property| property.span.last);
    }
    all
}

/// True if what was of the older type can be read as the newer one.
fn reads_as(older: TypeRef, newer: TypeRef) -> bool {
    let wordy = |ty: Type| matches!(ty, Type::String | Type::Enumeration(_));
    let structured = |ty: Type| matches!(ty, Type::Structure(_));
    older.ty == newer.ty
        || (wordy(older.ty) && wordy(newer.ty))
        // Nothing on the wire tells two structures apart; callers that need the older one have `raw`.
        || (structured(older.ty) && structured(newer.ty))
        || matches!((older.ty, newer.ty), (Type::Int32, Type::Int64) | (Type::Int64, Type::Int32))
}

/// True if two answers are read in the same way.
fn same(one: Content, other: Content) -> bool {
    match (one, other) {
        (Content::Value(one), Content::Value(other)) => one.ty == other.ty && one.collection == other.collection,
        (Content::File(..), Content::File(..)) => true,
        (one, other) => one == other,
    }
}

pub fn structure(ty: Type) -> Option<&'static Structure> {
    match ty {
        Type::Structure(structure) => Some(structure),
        _ => None,
    }
}

/// All types that an operation mentions, in every form.
pub fn of_operation(operation: &'static Operation) -> impl Iterator<Item = Type> {
    operation.forms.iter().flat_map(|form| {
        let parameters = form.parameters.iter().map(|parameter| parameter.ty.ty);
        let answers = form.answers.iter().filter_map(|dated| match dated.value.content {
            Content::Value(ty) | Content::File(_, Some(ty)) => Some(ty.ty),
            _ => None,
        });
        let body: Vec<Type> = match form.body {
            Body::None => Vec::new(),
            Body::Entity(structure) => vec![Type::Structure(structure)],
            Body::Fields(fields) => fields.iter().map(|field| field.ty.ty).collect(),
        };
        parameters.chain(answers).chain(body)
    })
}

/// Pairs of structures of which the first holds the second, and the second, in the end, the first.
fn circular() -> BTreeSet<(&'static str, &'static str)> {
    let holds = |structure: &'static Structure| {
        let single = structure.all_properties().filter(|property| !property.ty.collection);
        single.filter_map(|property| self::structure(property.ty.ty)).collect::<Vec<_>>()
    };
    let mut pairs = BTreeSet::new();
    for outer in structures() {
        for inner in holds(outer) {
            let (mut seen, mut next) = (BTreeSet::new(), vec![inner]);
            while let Some(structure) = next.pop() {
                if seen.insert(structure.name) {
                    next.extend(holds(structure));
                }
            }
            if seen.contains(outer.name) {
                pairs.insert((outer.name, inner.name));
            }
        }
    }
    pairs
}
