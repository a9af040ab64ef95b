//! What there is to know of one of the program's own commands.

use std::ffi::OsString;

use clap::Command;

use crate::failure::Failure;

/// One of the program's own commands.
#[derive(Clone, Copy, Debug)]
pub struct Own {
    /// The word that calls it.
    pub name: &'static str,
    /// What it does, for lists of commands.
    pub about: &'static str,
    /// The clap command, with the help.
    pub command: fn() -> Command,
    /// Carries out what was typed after the name.
    pub run: fn(Vec<OsString>) -> Result<(), Failure>,
}

/// The one of this name.
pub fn named(own: &'static [Own], name: &str) -> Option<&'static Own> {
    own.iter().find(|own| own.name == name)
}
