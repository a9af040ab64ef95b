//! The clap command `threecx <resource> edit`.

use clap::{Arg, Command};
use threecx_catalog::Resource;

use crate::args::plain::plain;
use crate::args::{globals, layout};
use crate::entity_change::Kind;
use crate::output::width;

/// What `edit` does, for lists of commands.
pub const ABOUT: &str = "Change it in an editor, as YAML";

/// `threecx users edit`
pub fn command(resource: &'static Resource, kind: &Kind) -> Command {
    let mut usage = format!("threecx {} edit", resource.command);
    let mut command = plain(
        format!(
            "{ABOUT}. The changes are shown, and sent unless someone else has changed the same properties;\n\
             what was not changed is not sent. Secrets are left out of the text."
        ),
        "",
    );
    if let Some(set) = kind.set() {
        usage.push_str(&format!(" <{}>", set.placeholder()));
        let ways = if set.number.is_some() { "number, name" } else { "name" };
        let which = Arg::new("which").required(true).value_name(set.placeholder());
        command = command.arg(which.help(format!("Which {}: its {ways}, or id:…", set.noun())));
    }
    let option = |name: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name("NAMES").help(help).help_heading("Properties")
    };
    let command = command
        .override_usage(format!("{usage} [OPTIONS]"))
        .arg(option("select", "Only these properties: FirstName,LastName"))
        .arg(option("expand", "Include these collections, which are sent as a whole if changed"));
    layout::fit(globals::add(command, |global| !matches!(global.name, "curl" | "plan-out")), width()).after_help(
        "The editor is taken from VISUAL or EDITOR. If something goes wrong after you have written something, the text\n\
         is kept in a file, whose name is printed. --dry-run shows the request instead of sending it.",
    )
}

/// The same, if the resource has something that can be edited.
pub fn of(resource: &'static Resource) -> Option<Command> {
    Kind::of(resource).map(|kind| command(resource, &kind))
}
