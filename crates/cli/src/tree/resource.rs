//! The help of a resource: its operations.

use clap::Command;
use threecx_catalog::{Effect, Operation, Resource};

use crate::args::globals;
use crate::args::wording::whole_lifetime;

/// Builds the command of a resource without an operation: it is there for its help.
pub fn command(resource: &'static Resource) -> Command {
    let after = format!(
        "Operations:\n{}{}\n\nHelp on one: threecx {} <OPERATION> --help",
        operations(resource.operations),
        besides(resource),
        resource.command
    );
    let command = Command::new("threecx")
        .no_binary_name(true)
        .disable_help_flag(true)
        .about(resource.title)
        .override_usage(format!("threecx {} <OPERATION> [OPTIONS]", resource.command))
        .help_template("{about}\n\n{usage-heading} {usage}{after-help}\n")
        .after_help(after);
    globals::add(command, |_| true)
}

/// What the program makes of some of them.
fn besides(resource: &'static Resource) -> String {
    let all = super::besides(resource);
    let width = all.iter().map(|(word, _)| word.len()).max().unwrap_or_default();
    let lines = all.iter().map(|(word, about)| format!("\n  {word:width$}  {about}"));
    if all.is_empty() { String::new() } else { format!("\n\nSafe changes:{}", lines.collect::<String>()) }
}

fn operations(operations: &[Operation]) -> String {
    let width = operations.iter().map(|operation| operation.command.len()).max().unwrap_or_default();
    let lines: Vec<String> = operations
        .iter()
        .map(|operation| {
            let mut facts: Vec<String> = Vec::new();
            match operation.effect {
                Effect::Reads | Effect::Writes => {}
                Effect::Interrupts(_) => facts.push("interrupts".into()),
                Effect::Destroys(_) => facts.push("destroys".into()),
            }
            facts.extend(whole_lifetime(operation));
            let facts = if facts.is_empty() { String::new() } else { format!(" ({})", facts.join("; ")) };
            format!("  {:width$}  {}{facts}", operation.command, operation.title)
        })
        .collect();
    lines.join("\n")
}
