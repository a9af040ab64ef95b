//! From what was typed to the arguments of a call. `@file` stands for what is in the file, `@@text` for a text that
//! begins with `@`.

use clap::ArgMatches;
use threecx::{Arguments, Input};

use super::flag::{Flag, Place};
use super::matches;
use super::stdin::{Stdin, Typed, content, read_file};
use crate::failure::Failure;
use crate::text_file::{self, STDIN};

/// What was given for an operation.
pub fn gather(flags: &[Flag], matches: &ArgMatches, stdin: &mut Stdin) -> Result<Arguments, Failure> {
    let mut arguments = Arguments::default();
    for flag in flags {
        let Some(value) = matches::text(matches, &flag.long) else { continue };
        let value = match Typed::of(&value) {
            Typed::File(path) if flag.is_content() => {
                if path == STDIN {
                    stdin.take(&format!("--{}", flag.long))?;
                }
                threecx_core::content::encoded(text_file::bytes(path)?)
            }
            _ if flag.takes_files() => content(&format!("--{}", flag.long), value, stdin)?,
            Typed::File(STDIN) if flag.is_text() => line(stdin.read(&format!("--{}", flag.long))?),
            Typed::File(path) if flag.is_text() => line(read_file(path)?),
            Typed::Text(text) if flag.is_text() => text.to_owned(),
            _ => value,
        };
        let input = Input::Text(value);
        put(flag, input, &mut arguments);
    }
    Ok(arguments)
}

/// A text without the end of its last line, which editors add.
fn line(mut text: String) -> String {
    if text.ends_with('\n') {
        text.truncate(text.len() - if text.ends_with("\r\n") { 2 } else { 1 });
    }
    text
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
