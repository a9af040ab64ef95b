//! What the program's own commands begin with, and the flags of those that need no PBX.

use clap::{Command, Id};

use super::{globals, layout};
use crate::output::width;

/// A command without any flags yet.
pub fn plain(about: impl Into<String>, usage: impl Into<String>) -> Command {
    Command::new("threecx")
        .no_binary_name(true)
        .disable_help_flag(true)
        .about(about.into())
        .override_usage(usage.into())
}

/// The flags that the help of a command shows which reads only the catalogue, and of one that
/// prints something else than rows.
pub const READING: [&str; 3] = ["api", "output", "help"];
pub const PRINTING: [&str; 2] = ["output-file", "help"];

/// What reads only the catalogue takes the flags of a connection too, so that an alias with
/// an address in it works everywhere; its help does not show them.
pub fn for_reading(command: Command, shown: &'static [&str]) -> Command {
    let own: Vec<Id> = command.get_arguments().map(|arg| arg.get_id().clone()).collect();
    let command = globals::add(command, |_| true);
    let command = command.mut_args(move |arg| {
        let hide = !own.contains(arg.get_id()) && !shown.contains(&arg.get_id().as_str());
        arg.hide(hide)
    });
    layout::fit(command, width())
}
