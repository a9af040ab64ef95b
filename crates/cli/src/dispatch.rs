//! From the words of a command line to the code that carries it out, and the one table of the
//! program's own commands.

use std::ffi::OsString;

use clap::Command;

use crate::failure::Failure;
use crate::tree::{self, Chosen, Own};
use crate::{
    api, collections, completion, describe, doctor, edit, login, logout, man, operation, operations, output, profiles,
    runs, search, simulate,
};

/// The program's own commands, in the order of the help. Those that show what commands there are
/// are handed the table.
pub static OWN: [Own; 15] = [
    Own { name: "login", about: login::ABOUT, command: login::command, run: login::run },
    Own {
        name: "profiles",
        about: profiles::command::ABOUT,
        command: profiles::command::command,
        run: profiles::command::run,
    },
    Own { name: "logout", about: logout::ABOUT, command: logout::command, run: logout::run },
    Own { name: "doctor", about: doctor::ABOUT, command: doctor::command, run: doctor::run },
    Own { name: "search", about: search::ABOUT, command: search::command, run: |rest| search::run(rest, &OWN) },
    Own { name: "operations", about: operations::ABOUT, command: operations::command, run: operations::run },
    Own { name: "describe", about: describe::ABOUT, command: describe::command, run: |rest| describe::run(rest, &OWN) },
    Own { name: "api", about: api::ABOUT, command: api::command, run: api::run },
    Own { name: "history", about: runs::history::ABOUT, command: runs::history::command, run: runs::history::run },
    Own { name: "undo", about: runs::undo::ABOUT, command: runs::undo::command, run: runs::undo::run },
    Own { name: "retry", about: runs::retry::ABOUT, command: runs::retry::command, run: runs::retry::run },
    Own {
        name: "apply-plan",
        about: runs::apply_plan::ABOUT,
        command: runs::apply_plan::command,
        run: runs::apply_plan::run,
    },
    Own { name: "completion", about: completion::ABOUT, command: completion::command, run: completion::run },
    Own { name: "man", about: man::ABOUT, command: man::command, run: |rest| man::run(rest, &OWN) },
    Own { name: "sim", about: simulate::ABOUT, command: simulate::command, run: simulate::run },
];

/// Carries out a command line, given without the program's name.
pub fn run(arguments: Vec<OsString>) -> Result<(), Failure> {
    let nothing = arguments.is_empty();
    let (chosen, rest) = tree::choose(&OWN, arguments)?;
    match chosen {
        Chosen::Nothing => {
            let command = tree::root::command(&OWN, output::width());
            help(command, rest, nothing, "name a resource and an operation, or a command")
        }
        Chosen::Resource(resource) => {
            let alone = rest.is_empty();
            help(tree::resource::command(resource), rest, alone, "name an operation")
        }
        Chosen::Operation(operation) => operation::run(operation, rest),
        Chosen::Collection(collection) => collections::run(collection, rest),
        Chosen::Edit(resource) => edit::run(resource, rest),
        Chosen::Own(own) => (own.run)(rest),
    }
}

/// A command that is there for its help only: shows it, if that is what was asked for.
fn help(mut command: Command, rest: Vec<OsString>, alone: bool, missing: &str) -> Result<(), Failure> {
    if alone {
        return Ok(command.print_help()?);
    }
    command.try_get_matches_from_mut(rest)?;
    Err(Failure::usage(missing).next("See `threecx --help`."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_resource_is_called_like_a_command_of_the_program() {
        for (index, own) in OWN.iter().enumerate() {
            assert!(tree::find_resource(own.name).is_none(), "{}", own.name);
            assert!(!OWN[..index].iter().any(|other| other.name == own.name), "{} comes twice", own.name);
        }
    }

    /// clap checks a command when it is built in debug mode: names that come twice and the like.
    #[test]
    fn every_command_of_the_program_is_sound_and_says_what_the_table_says() {
        for own in &OWN {
            let command = (own.command)();
            let about = command.get_about().map(ToString::to_string).unwrap_or_default();
            assert!(about.starts_with(own.about), "{}: {about}", own.name);
            command.debug_assert();
        }
    }
}
