//! The clap command of one operation.

use clap::{Arg, Command};
use threecx_catalog::Operation;
use threecx_change::About;

use super::targets::ways;
use crate::args::flag::{Flag, Place};
use crate::args::wording::{self, help};
use crate::args::{bulk, globals, layout, period, run};
use crate::output::width;

/// Builds the command of an operation. `subject` is what it is about, if that may be named.
pub fn command(operation: &'static Operation, flags: &[Flag], about: Option<&About>) -> Command {
    let mut usage = format!("threecx {} {}", operation.resource.command, operation.command);
    let mut ordered: Vec<&Flag> = flags.iter().filter(|flag| flag.required).collect();
    if let Some(about) = about {
        usage.push_str(&format!(" <{}>...", about.set.placeholder()));
    }
    let named = |flag: &&&Flag| about.is_some_and(|about| about.by.name == flag.name);
    for flag in ordered.iter().filter(|flag| !named(flag)) {
        usage.push_str(&format!(" --{} <{}>", flag.long, flag.value_name()));
    }
    usage.push_str(" [OPTIONS]");
    ordered.extend(flags.iter().filter(|flag| !flag.required));
    let mut command = Command::new("threecx")
        .no_binary_name(true)
        .disable_help_flag(true)
        .about(wording::about(operation))
        .override_usage(usage)
        .after_help(format!("More: threecx describe {} {}", operation.resource.command, operation.command));
    if let Some(about) = about {
        command = command.args(which(about));
    }
    for flag in ordered {
        command = command.arg(arg(flag));
    }
    if operation.is_paged() {
        command = command.arg(run::all());
    }
    if period::is_taken_by(operation) {
        command = command.args(period::args());
    }
    layout::fit(globals::add(command.args(bulk::args()), |_| true), width())
}

/// The arguments that name what an operation is about.
fn which(about: &About) -> [Arg; 2] {
    let heading = format!("Which {}", about.set.nouns());
    let several = if about.listed { "one call for all" } else { "one call for each" };
    let words = Arg::new("words")
        .num_args(0..)
        .value_name(about.set.placeholder())
        .display_order(0)
        .help_heading(heading.clone())
        .help(format!("By {}; {several}", ways(about.set)));
    let example = if about.set.number.is_some() { "startswith(Number,'1')" } else { "contains(Name,'a')" };
    let filter = Arg::new("where")
        .long("where")
        .value_name("FILTER")
        .display_order(1)
        .help_heading(heading)
        .conflicts_with("words")
        .help(format!("Those that match this $filter: \"{example}\""));
    [words, filter]
}

fn arg(flag: &Flag) -> Arg {
    let heading = match flag.place {
        Place::Path => "Path",
        Place::Field | Place::Body => "Body",
        Place::Option => "Query options",
    };
    let arg = Arg::new(flag.long.clone())
        .long(flag.long.clone())
        .value_name(flag.value_name())
        .allow_negative_numbers(true)
        .help_heading(heading)
        .help(help(flag));
    if flag.is_switch() { arg.num_args(0..=1).default_missing_value("true") } else { arg.num_args(1) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::flag::flags;

    /// clap checks a command when it is built in debug mode: names that come twice and the like.
    #[test]
    fn every_operation_makes_a_sound_command() {
        for operation in threecx_catalog::operations() {
            command(operation, &flags(operation), About::of(operation).as_ref()).debug_assert();
        }
    }
}
