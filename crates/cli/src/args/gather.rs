//! From what was typed to the arguments of a call. A value that cannot be a file is taken
//! verbatim, so that a text may begin with `@`.

use clap::ArgMatches;
use threecx::{Arguments, Input};

use super::flag::{Flag, Place};
use super::matches;
use super::stdin::{Stdin, content};
use crate::failure::Failure;

/// What was given for an operation.
pub fn gather(flags: &[Flag], matches: &ArgMatches, stdin: &mut Stdin) -> Result<Arguments, Failure> {
    let mut arguments = Arguments::default();
    for flag in flags {
        let Some(value) = matches::text(matches, &flag.long) else { continue };
        let value = match value.strip_prefix('@') {
            Some(path) if flag.is_content() => {
                let file = std::fs::read(path).map_err(|error| Failure::file(path, &error))?;
                threecx_core::content::encoded(file)
            }
            _ if flag.takes_files() => content(&format!("--{}", flag.long), value, stdin)?,
            _ => value,
        };
        let input = Input::Text(value);
        put(flag, input, &mut arguments);
    }
    Ok(arguments)
}

/// Puts a value where its flag says that it goes.
pub fn put(flag: &Flag, input: Input, arguments: &mut Arguments) {
    let place = match flag.place {
        Place::Path => &mut arguments.parameters,
        Place::Field => &mut arguments.fields,
        Place::Option => &mut arguments.options,
        Place::Body => {
            arguments.body = Some(input);
            return;
        }
    };
    place.insert(flag.name.to_owned(), input);
}
