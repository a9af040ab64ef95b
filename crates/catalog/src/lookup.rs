//! Finding things in the tables.

use crate::collection::Collection;
use crate::entity_set::EntitySet;
use crate::generated::{COLLECTIONS, ENTITY_SETS, EXAMPLES, FILE_CONTENTS, RESOURCES, STRUCTURES, WARNINGS};
use crate::operation::{Operation, Resource};
use crate::types::{Structure, Warning};

/// All resources, by name.
pub fn resources() -> &'static [&'static Resource] {
    RESOURCES
}

/// The resource with this name (`Users`) or command (`users`).
pub fn resource(name: &str) -> Option<&'static Resource> {
    let known = RESOURCES.binary_search_by(|resource| resource.name.cmp(name)).ok().map(|index| RESOURCES[index]);
    known.or_else(|| RESOURCES.iter().find(|resource| resource.command == name).copied())
}

/// All operations of all releases, resource by resource.
pub fn operations() -> impl Iterator<Item = &'static Operation> {
    RESOURCES.iter().flat_map(|resource| resource.operations)
}

/// The operation with this id (`Users.ReprovisionAllPhones`).
pub fn operation(id: &str) -> Option<&'static Operation> {
    let (name, _) = id.split_once('.')?;
    resource(name)?.operations.iter().find(|operation| operation.id == id)
}

/// All structures, by name.
pub fn structures() -> &'static [&'static Structure] {
    STRUCTURES
}

/// The structure with this name (`User`).
pub fn structure(name: &str) -> Option<&'static Structure> {
    STRUCTURES.binary_search_by(|structure| structure.name.cmp(name)).ok().map(|index| STRUCTURES[index])
}

/// All refusal codes, by code.
pub fn warnings() -> &'static [Warning] {
    WARNINGS
}

/// What a refusal code means.
pub fn warning(code: &str) -> Option<&'static Warning> {
    WARNINGS.binary_search_by(|warning| warning.code.cmp(code)).ok().map(|index| &WARNINGS[index])
}

/// All entity sets, by name.
pub fn entity_sets() -> &'static [&'static EntitySet] {
    ENTITY_SETS
}

/// The entity set with this name (`Users`).
pub fn entity_set(name: &str) -> Option<&'static EntitySet> {
    ENTITY_SETS.binary_search_by(|set| set.name.cmp(name)).ok().map(|index| ENTITY_SETS[index])
}

/// The collections that are changed item by item.
pub fn collections() -> &'static [Collection] {
    COLLECTIONS
}

/// True for the name of a text, a property or a field, that may hold the content of a file: a
/// template of a phone or a trunk, say.
pub fn holds_file(name: &str) -> bool {
    FILE_CONTENTS.contains(&name)
}

/// The values of examples that are known of a resource (`Users`) or an operation (`Users.MakeCall`), by name.
pub fn examples(owner: &str) -> &'static [(&'static str, &'static str)] {
    EXAMPLES.iter().find(|(known, _)| *known == owner).map_or(&[], |(_, values)| values)
}
