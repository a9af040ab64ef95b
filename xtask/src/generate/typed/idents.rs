//! Rust's names for the API's: modules, methods, fields, variants.

use threecx_catalog::{Operation, Resource, Structure};

use super::super::names;

/// Words that Rust keeps for itself and that the API uses as names.
const KEYWORDS: [&str; 12] =
    ["type", "move", "ref", "match", "loop", "use", "in", "for", "where", "if", "else", "async"];

/// `call_history` for the resource whose command is `call-history`.
pub fn module(resource: &Resource) -> String {
    resource.command.replace('-', "_")
}

/// `CallHistoryHandle`
pub fn handle(resource: &Resource) -> String {
    format!("{}Handle", camel(resource.command))
}

/// `reprovision_all_phones`
pub fn method(operation: &Operation) -> String {
    escaped(operation.command.replace('-', "_"))
}

/// `MakeCall`: the struct of an operation's arguments.
pub fn arguments(operation: &Operation) -> String {
    let name = camel(operation.command);
    let taken = threecx_catalog::structures().iter().any(|structure: &&Structure| structure.name == name);
    if taken { format!("{name}Arguments") } else { name }
}

/// `User`
pub fn structure(name: &str) -> String {
    if name.contains('_') { camel(name) } else { name.to_owned() }
}

/// `first_name`
pub fn field(name: &str) -> String {
    escaped(names::snake(name))
}

/// `FIRST_NAME`
pub fn constant(name: &str) -> String {
    names::constant(name)
}

/// `SkillBasedRoutingRingAll`; a word that begins with a digit is the name of the maker.
pub fn variant(word: &str) -> String {
    let spelled = word.replace("3CX", "ThreeCx");
    match spelled.contains(['_', '.']) || spelled.starts_with(|c: char| c.is_ascii_lowercase()) {
        true => camel(&spelled),
        false => spelled,
    }
}

/// Words joined, each with a capital.
pub fn camel(name: &str) -> String {
    let words = name.split(['-', '_', '.', ' ']).filter(|word| !word.is_empty());
    words
        .map(|word| {
            // Constants shout; other words keep their capitals.
            let shouts =
                word.len() > 1 && !word.contains(|c: char| c.is_ascii_lowercase()) && name.contains(['_', '.']);
            let word = if shouts { word.to_ascii_lowercase() } else { word.to_owned() };
            let mut chars = word.chars();
            chars.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(chars).collect::<String>()
        })
        .collect()
}

fn escaped(name: String) -> String {
    if KEYWORDS.contains(&name.as_str()) { format!("r#{name}") } else { name }
}
