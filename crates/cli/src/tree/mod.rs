//! What the words of a command line name, from the catalogue. The words of a command line are looked at first
//! ([`choose`]); then only the one command that they name is built, as a flat clap command.
//! With 110 resources and 620 operations anything else would cost more than most calls.

pub mod command;
pub mod own;
pub mod resource;
pub mod root;
mod unknown;

use std::ffi::OsString;

use threecx_catalog::{Collection, Operation, Resource};

use crate::args::flag::kebab;
use crate::args::globals;
use crate::entity_change::Kind;
use crate::failure::Failure;
use crate::{collections, edit};

pub use own::Own;

/// What the words of a command line name.
#[derive(Clone, Copy, Debug)]
pub enum Chosen {
    /// No words at all.
    Nothing,
    /// One of the program's own commands: `threecx search`
    Own(&'static Own),
    /// A resource alone: `threecx users`
    Resource(&'static Resource),
    /// `threecx users list`
    Operation(&'static Operation),
    /// `threecx queues agents`
    Collection(&'static Collection),
    /// `threecx users edit`
    Edit(&'static Resource),
}

/// Takes the words that name a command out of the arguments (without the program's name) and
/// returns what they name, with the rest. `help users list` is `users list --help`.
pub fn choose(own: &'static [Own], arguments: Vec<OsString>) -> Result<(Chosen, Vec<OsString>), Failure> {
    let mut rest = Vec::with_capacity(arguments.len());
    let mut arguments = arguments.into_iter();
    let mut resource: Option<&'static Resource> = None;
    while let Some(argument) = arguments.next() {
        let word = argument.to_string_lossy().into_owned();
        if word == "--" {
            rest.push(argument);
            break;
        }
        if word.starts_with('-') && word != "-" {
            rest.push(argument);
            if globals::takes_next(&word) {
                rest.extend(arguments.next());
            }
            continue;
        }
        match resource {
            None if word == "help" => rest.push("--help".into()),
            None => match named(own, &word) {
                Some(Chosen::Resource(found)) => resource = Some(found),
                Some(chosen) => {
                    rest.extend(arguments);
                    return Ok((chosen, rest));
                }
                None => return Err(unknown::resource(own, &word, arguments.next())),
            },
            Some(resource) => {
                let Some(chosen) = below(resource, &word) else {
                    return Err(unknown::operation(resource, &word));
                };
                rest.extend(arguments);
                return Ok((chosen, rest));
            }
        }
    }
    rest.extend(arguments);
    Ok((resource.map_or(Chosen::Nothing, Chosen::Resource), rest))
}

fn named(own: &'static [Own], word: &str) -> Option<Chosen> {
    own::named(own, word).map(Chosen::Own).or_else(|| find_resource(word).map(Chosen::Resource))
}

/// The resource of this command or name, whatever its case: `users`, `Users`.
pub fn find_resource(word: &str) -> Option<&'static Resource> {
    threecx_catalog::resource(word).or_else(|| {
        let mut all = threecx_catalog::resources().iter().copied();
        all.find(|resource| resource.name.eq_ignore_ascii_case(word) || resource.command.eq_ignore_ascii_case(word))
    })
}

/// What a word after a resource names: an operation, a collection, or `edit`.
pub fn below(resource: &'static Resource, word: &str) -> Option<Chosen> {
    let operation = operation_of(resource, word).map(Chosen::Operation);
    let collection = || collection_named(resource, word).map(Chosen::Collection);
    let edit = || (word == EDIT && Kind::of(resource).is_some()).then_some(Chosen::Edit(resource));
    operation.or_else(collection).or_else(edit)
}

/// The word that opens an editor.
pub const EDIT: &str = "edit";

/// The words after a resource that are not operations, and what they are for.
pub fn besides(resource: &'static Resource) -> Vec<(&'static str, String)> {
    let collections = collections_of(resource);
    let collections = collections.map(|collection| (collection.word, collections::command::about(collection)));
    let edit = Kind::of(resource).map(|_| (EDIT, edit::command::ABOUT.to_owned()));
    collections.chain(edit).collect()
}

/// The operation of this command (`list`) or official id (`ListUser`, `list-user`).
pub fn operation_of(resource: &'static Resource, word: &str) -> Option<&'static Operation> {
    // The official id of one operation may be, in kebab case, the command of another.
    let exact = resource.operations.iter().find(|operation| operation.name() == word);
    let by_command = || resource.operations.iter().find(|operation| operation.command.eq_ignore_ascii_case(word));
    let similar = |operation: &&Operation| kebab(operation.name()).eq_ignore_ascii_case(&kebab(word));
    exact.or_else(by_command).or_else(|| resource.operations.iter().find(similar))
}

/// What words after `describe` name: `users list`, `Users.ListUser`, `queues agents add`.
pub fn find_operation(own: &'static [Own], words: &[String]) -> Result<Chosen, Failure> {
    let words: Vec<&str> = match words {
        [one] => one.split_once('.').map_or(vec![one.as_str()], |(resource, operation)| vec![resource, operation]),
        several => several.iter().map(String::as_str).collect(),
    };
    let (Some(first), second) = (words.first(), words.get(1)) else { return Ok(Chosen::Nothing) };
    let resource =
        find_resource(first).ok_or_else(|| unknown::resource(own, first, second.map(|word| OsString::from(*word))))?;
    match second {
        None => Ok(Chosen::Resource(resource)),
        Some(word) => below(resource, word).ok_or_else(|| unknown::operation(resource, word)),
    }
}

/// The collections of a resource that are changed item by item.
fn collections_of(resource: &Resource) -> impl Iterator<Item = &'static Collection> {
    threecx_catalog::collections().iter().filter(move |collection| collection.set.name == resource.name)
}

/// The collection that a word after a resource names.
fn collection_named(resource: &Resource, word: &str) -> Option<&'static Collection> {
    collections_of(resource).find(|collection| collection.word.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(line: &str) -> (Chosen, Vec<String>) {
        let arguments = line.split_whitespace().map(OsString::from).collect();
        let (chosen, rest) = choose(&[], arguments).expect(line);
        (chosen, rest.iter().map(|word| word.to_string_lossy().into_owned()).collect())
    }

    #[test]
    fn the_words_are_found_among_the_flags() {
        for line in ["users list --top 5", "Users List --top 5", "users list-user --top 5", "users ListUser --top 5"] {
            let (chosen, rest) = chosen(line);
            assert!(matches!(chosen, Chosen::Operation(operation) if operation.id == "Users.ListUser"), "{line}");
            assert_eq!(rest, ["--top", "5"]);
        }
        let (chosen, rest) = chosen("--url users -o json --sim users --api 20.0.7 list --filter users");
        assert!(matches!(chosen, Chosen::Operation(operation) if operation.id == "Users.ListUser"));
        assert_eq!(rest, ["--url", "users", "-o", "json", "--sim", "--api", "20.0.7", "--filter", "users"]);
    }

    #[test]
    fn no_collection_is_called_like_an_operation() {
        for collection in threecx_catalog::collections() {
            let resource = find_resource(collection.set.name).expect(collection.set.name);
            assert!(operation_of(resource, collection.word).is_none(), "{}", collection.word);
        }
    }

    #[test]
    fn help_may_stand_in_front() {
        let (chosen, rest) = chosen("help users");
        assert!(matches!(chosen, Chosen::Resource(resource) if resource.name == "Users"));
        assert_eq!(rest, ["--help"]);
    }

    #[test]
    fn every_operation_is_found_by_its_command_and_by_its_id() {
        for operation in threecx_catalog::operations() {
            let found = |word: &str| operation_of(operation.resource, word);
            assert_eq!(found(operation.name()).map(|found| found.id), Some(operation.id));
            assert_eq!(found(operation.command).map(|found| found.command), Some(operation.command));
            assert_eq!(find_resource(operation.resource.command).map(|r| r.name), Some(operation.resource.name));
        }
    }
}
