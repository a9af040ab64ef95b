//! Help texts beside their flags. clap puts all of them on lines of their own as soon as one
//! does not fit, which makes a list of 130 properties twice as long; so they are broken here.

use std::collections::HashMap;

use clap::{Arg, ArgAction, Command};

use crate::output::wrap::wrap;

/// `  -o, --` before a flag, and two spaces after it.
const AROUND: usize = 10;

/// The minimum width of help texts.
const LEAST: usize = 30;

/// Breaks the help texts of a command so that it fits into `width`.
pub fn fit(command: Command, width: usize) -> Command {
    let heading = |arg: &Arg| arg.get_help_heading().unwrap_or_default().to_owned();
    let mut longest: HashMap<String, usize> = HashMap::new();
    for arg in command.get_arguments().filter(|arg| !arg.is_hide_set()) {
        let longest = longest.entry(heading(arg)).or_default();
        *longest = (*longest).max(flag_width(arg));
    }
    command.term_width(0).mut_args(|arg| {
        let before = longest.get(&heading(&arg)).copied().unwrap_or_default() + AROUND;
        let Some(help) = arg.get_help().map(ToString::to_string) else { return arg };
        arg.help(wrap(&help, width.saturating_sub(before).max(LEAST)))
    })
}

/// `name <VALUE>`
fn flag_width(arg: &Arg) -> usize {
    let name = arg.get_long().map_or(0, str::len);
    let takes_values = matches!(arg.get_action(), ArgAction::Set | ArgAction::Append);
    let values = arg.get_value_names().unwrap_or_default();
    let values: usize = values.iter().filter(|_| takes_values).map(|value| value.chars().count() + 3).sum();
    let brackets = arg.get_num_args().is_some_and(|range| range.min_values() == 0 && takes_values);
    name + values + if brackets { 2 } else { 0 }
}
