//! Decides which resource's file a type is in, so that a file can be read on its own.
//!
//! The entity that a resource lists, creates or changes is the resource's. A type that
//! only one resource's operations and types mention is that resource's too. The rest are
//! shared. A type never moves again once it has a place, so that new releases make small diffs.

use std::collections::{BTreeMap, BTreeSet};

use crate::record::{Body, Kind, Operation, Record, Shape, Spec, TypeDef, Versioned};

/// Moves types from the shared file to the resources that own them.
pub fn settle(record: &mut Record) {
    let mut owners = entity_owners(record);
    let mentions = mentions(record);
    loop {
        let found: Vec<_> = record
            .shared
            .keys()
            .filter(|name| !owners.contains_key(*name))
            .filter_map(|name| Some((name.clone(), only_mentioner(mentions.get(name)?, &owners)?)))
            .collect();
        if found.is_empty() {
            break;
        }
        owners.extend(found);
    }
    for (name, owner) in owners {
        if let (Some(def), Some(resource)) = (record.shared.remove(&name), record.resources.get_mut(&owner)) {
            resource.types.insert(name, def);
        }
    }
    for resource in record.resources.values_mut() {
        resource.operations.sort_by(|a, b| (&a.path, method_rank(a)).cmp(&(&b.path, method_rank(b))));
    }
}

fn method_rank(operation: &Operation) -> usize {
    ["GET", "POST", "PATCH", "PUT", "DELETE"].iter().position(|m| *m == operation.method).unwrap_or(usize::MAX)
}

/// Types whose place is settled: those that are in a resource's file already, and the
/// entity behind each resource's own set or singleton.
fn entity_owners(record: &Record) -> BTreeMap<String, String> {
    let mut owners = BTreeMap::new();
    // A set has a better claim than a singleton: `User` belongs to Users, not to MyUser.
    for sets in [true, false] {
        for (owner, resource) in &record.resources {
            let is_set = resource.operations.iter().any(|operation| is_own(operation, owner) && lists(operation));
            let own = resource.operations.iter().filter(|operation| is_set == sets && is_own(operation, owner));
            for name in own.flat_map(operation_types) {
                owners.entry(name).or_insert_with(|| owner.clone());
            }
        }
    }
    for (owner, resource) in &record.resources {
        owners.extend(resource.types.keys().map(|name| (name.clone(), owner.clone())));
    }
    owners
}

/// True for an operation on the resource's own set or singleton, or on an entity by its key.
fn is_own(operation: &Operation, resource: &str) -> bool {
    let root = operation.path.trim_start_matches('/').split(['/', '(']).next();
    operation.kind == Kind::Entity && operation.path.matches('/').count() == 1 && root == Some(resource)
}

fn lists(operation: &Operation) -> bool {
    operation.answer.0.iter().any(|(text, _)| text.ends_with("[]"))
}

/// Who mentions a type: a resource by its operations, or another type.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Mentioner {
    Resource(String),
    Type(String),
}

fn mentions(record: &Record) -> BTreeMap<String, BTreeSet<Mentioner>> {
    let mut mentions: BTreeMap<String, BTreeSet<Mentioner>> = BTreeMap::new();
    for (owner, resource) in &record.resources {
        for name in resource.operations.iter().flat_map(operation_types) {
            mentions.entry(name).or_default().insert(Mentioner::Resource(owner.clone()));
        }
    }
    let types = record.resources.values().flat_map(|resource| &resource.types).chain(&record.shared);
    for (name, def) in types {
        for mentioned in structure_types(def).filter(|mentioned| mentioned != name) {
            mentions.entry(mentioned).or_default().insert(Mentioner::Type(name.clone()));
        }
    }
    mentions
}

fn only_mentioner(mentioners: &BTreeSet<Mentioner>, owners: &BTreeMap<String, String>) -> Option<String> {
    let mut only = None;
    for mentioner in mentioners {
        let owner = match mentioner {
            Mentioner::Resource(owner) => owner,
            Mentioner::Type(name) => owners.get(name)?,
        };
        if only.replace(owner).is_some_and(|before| before != owner) {
            return None;
        }
    }
    only.cloned()
}

fn operation_types(operation: &Operation) -> Vec<String> {
    let answer = operation.answer.0.iter().filter_map(|(text, _)| text.split_once(' ').map(|(_, ty)| ty));
    let mut names: Vec<_> = answer.filter_map(type_in).collect();
    match &operation.body {
        Body::None => {}
        Body::Entity(fact) => names.extend(fact_types(fact)),
        Body::Fields(fields) => names.extend(fields.values().flat_map(fact_types)),
    }
    names
}

fn structure_types(def: &TypeDef) -> impl Iterator<Item = String> {
    let (base, properties) = match &def.shape {
        Shape::Structure { base, properties } => (base.clone(), Some(properties)),
        Shape::Enumeration { .. } => (None, None),
    };
    base.into_iter().chain(properties.into_iter().flat_map(|p| p.values()).flat_map(fact_types))
}

fn fact_types(fact: &Versioned) -> impl Iterator<Item = String> {
    fact.0.iter().filter_map(|(text, _)| type_in(text))
}

fn type_in(text: &str) -> Option<String> {
    Spec::parse(text).ok().map(|spec| spec.ty.name)
}
