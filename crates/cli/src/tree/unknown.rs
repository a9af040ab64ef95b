//! What to say about a word that names nothing: the word that was probably meant, or the
//! full command where the word exists elsewhere.

use std::ffi::OsString;

use threecx_catalog::{Resource, operations, resources};
use threecx_core::closest;

use super::{Own, operation_of};
use crate::args::flag::kebab;
use crate::failure::Failure;

/// The maximum number of commands that are offered.
const MOST: usize = 4;

/// No resource is called so. `next` is the word after it.
pub fn resource(own: &'static [Own], word: &str, next: Option<OsString>) -> Failure {
    let next = next.map(|word| word.to_string_lossy().into_owned()).filter(|word| !word.starts_with('-'));
    let commands = resources().iter().map(|resource| resource.command);
    let known: Vec<&str> = own.iter().map(|own| own.name).chain(commands).collect();
    let same = elsewhere(word);
    let close = closest(&kebab(word), &known);
    let hint = match (same.is_empty(), close) {
        (false, _) => format!("Did you mean {}?", same.join(" or ")),
        (true, Some(close)) => {
            let after =
                super::find_resource(close).zip(next).and_then(|(resource, next)| operation_of(resource, &next));
            match after {
                Some(operation) => format!("Did you mean `threecx {close} {}`?", operation.command),
                None => format!("Did you mean `threecx {close}`?"),
            }
        }
        (true, None) => format!("Search for it: `threecx search {word}`. `threecx --help` lists all resources."),
    };
    Failure::usage(format!("there is no resource or command `{word}`")).next(hint)
}

/// The resource has no operation of this name.
pub fn operation(resource: &'static Resource, word: &str) -> Failure {
    let others = super::besides(resource).into_iter().map(|(word, _)| word);
    let known: Vec<&str> = resource.operations.iter().map(|operation| operation.command).chain(others).collect();
    let same = elsewhere(word);
    let close = closest(&kebab(word), &known);
    let hint = match (close, same.is_empty()) {
        (Some(close), _) => format!("Did you mean `threecx {} {close}`?", resource.command),
        (None, false) => format!("Did you mean {}?", same.join(" or ")),
        (None, true) => format!("See `threecx {} --help` for its operations.", resource.command),
    };
    let message = format!("{} has no operation `{word}`", resource.name);
    Failure::usage(message).next(hint)
}

/// The full commands of this operation in other resources, if they are few enough to help.
fn elsewhere(word: &str) -> Vec<String> {
    let word = kebab(word);
    let same = operations().filter(|operation| operation.command == word || kebab(operation.name()) == word);
    let commands: Vec<String> =
        same.map(|operation| format!("`threecx {} {}`", operation.resource.command, operation.command)).collect();
    if commands.len() <= MOST { commands } else { Vec::new() }
}
