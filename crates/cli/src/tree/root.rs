//! The help of the whole program.

use clap::Command;
use threecx_catalog::{Release, resources};

use super::Own;
use crate::args::{globals, layout};
use crate::env_vars;
use crate::failure::exit_codes;

const EXAMPLES: &str = "  threecx --sim users reprovision-all-phones --ids '[123, 456]'
  threecx users list --filter \"startswith(Number,'1')\" --select Id,Number,LastName
  threecx users update ada@example.com --mobile +441234567 --dry-run
  threecx users create --from people.csv
  threecx queues agents add 800 100-105
  threecx search reboot phone
  threecx describe users make-call";

/// Builds the command of the program as a whole.
pub fn command(own: &'static [Own], width: usize) -> Command {
    let command = Command::new("threecx")
        .no_binary_name(true)
        .disable_help_flag(true)
        .version(env!("CARGO_PKG_VERSION"))
        .about("The command line for 3CX phone systems: everything that their Configuration API can do")
        .override_usage("threecx <RESOURCE> <OPERATION> [OPTIONS]\n       threecx <COMMAND> [OPTIONS]")
        .help_template("{about}\n\n{usage-heading} {usage}\n\n{before-help}{all-args}{after-help}\n")
        .before_help(format!(
            "Examples:\n{EXAMPLES}\n\nCommands:\n{}\n\nResources (threecx <RESOURCE> --help lists the operations):\n{}",
            commands(own),
            all_resources(width)
        ))
        .after_help(after());
    layout::fit(globals::add(command, |_| true), width)
}

fn commands(own: &'static [Own]) -> String {
    let lines: Vec<String> = own.iter().map(|own| format!("  {:<11} {}", own.name, own.about)).collect();
    lines.join("\n")
}

fn after() -> String {
    let variables: Vec<String> =
        env_vars::ALL.iter().map(|variable| format!("  {:<24} {}", variable.name, variable.meaning)).collect();
    let codes: Vec<String> = exit_codes().map(|(code, meaning)| format!("  {code:>3}  {meaning}")).collect();
    format!(
        "Values:\n  Wherever an id is expected, a number, a range (100-119), a name or an e-mail address will do.\n  \
         Lists, objects and --body take @file for a file and - for stdin; text is taken literally.\n  \
         A path parameter with the name of a flag of this program gets the prefix --arg-, a body field\n  \
         with the name of such a flag or of a path parameter --body-: `users update --id 1 --body-id 1`.\n\n\
         Environment variables:\n{}\n\nExit codes:\n{}\n\nAPI releases: {} to {}",
        variables.join("\n"),
        codes.join("\n"),
        Release::OLDEST,
        Release::NEWEST
    )
}

/// The resources' commands in columns; the reports, which are many and long, for themselves.
fn all_resources(width: usize) -> String {
    let mut names: Vec<&str> = resources().iter().map(|resource| resource.command).collect();
    names.sort_unstable();
    let (reports, others): (Vec<&str>, Vec<&str>) = names.into_iter().partition(|name| name.starts_with("report-"));
    format!("{}\n\n{}", in_columns(&others, width), in_columns(&reports, width))
}

/// Words in columns, to be read downwards.
fn in_columns(words: &[&str], width: usize) -> String {
    let cell = words.iter().map(|word| word.len()).max().unwrap_or_default() + 2;
    let columns = (width / cell).max(1);
    let rows = words.len().div_ceil(columns);
    let row = |row: usize| {
        let cells = (0..columns).filter_map(|column| words.get(column * rows + row));
        let line: String = cells.map(|word| format!("{word:cell$}")).collect();
        format!("  {}", line.trim_end())
    };
    (0..rows).map(row).collect::<Vec<_>>().join("\n")
}
