//! The clap command `threecx <resource> edit`.

use clap::{Arg, Command};
use threecx_catalog::Resource;

use crate::args::plain::plain;
use crate::args::{globals, layout};
use crate::guarded::Kind;
use crate::output::width;

/// What `edit` does, for lists of commands.
pub const ABOUT: &str = "Change it in an editor, as YAML";

/// `threecx users edit`
pub fn command(resource: &'static Resource, kind: &Kind) -> Command {
    let mut usage = format!("threecx {} edit", resource.command);
    let mut command = plain(
        format!(
            "{ABOUT}. What was changed is shown, and sent if nobody else changed it meanwhile;\n\
             what was not changed is not sent. Secrets are left out of the text."
        ),
        "",
    );
    if let Some((set, _)) = &kind.set {
        usage.push_str(&format!(" <{}>", set.placeholder()));
        let ways = if set.has_numbers { "number, name" } else { "name" };
        let which = Arg::new("which").required(true).value_name(set.placeholder());
        command = command.arg(which.help(format!("Which {}: its {ways}, or id:…", set.noun())));
    }
    let option = |name: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name("NAMES").help(help).help_heading("What of it")
    };
    let command = command
        .override_usage(format!("{usage} [OPTIONS]"))
        .arg(option("select", "Only these properties: FirstName,LastName"))
        .arg(option("expand", "With these collections, which are then sent whole if they are changed"));
    layout::fit(globals::add(command, |global| global.name != "curl"), width()).after_help(
        "The editor is that of VISUAL or EDITOR. If something goes wrong after you have written something, the text\n\
         is kept in a file that is named. --dry-run shows the request instead of sending it.",
    )
}

/// The same, if the resource has something that can be edited.
pub fn of(resource: &'static Resource) -> Option<Command> {
    Kind::of(resource).map(|kind| command(resource, &kind))
}
