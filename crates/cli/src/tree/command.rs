//! The clap command of what words name, where that is not an operation of the API.

use clap::Command;

use super::Chosen;
use crate::{collections, edit};

/// The command; `None` for operations and for what has no command.
pub fn of(chosen: Chosen) -> Option<Command> {
    match chosen {
        Chosen::Own(own) => Some((own.command)()),
        Chosen::Collection(collection) => Some(collections::command::command(collection)),
        Chosen::Edit(resource) => edit::command::of(resource),
        Chosen::Nothing | Chosen::Resource(_) | Chosen::Operation(_) => None,
    }
}
