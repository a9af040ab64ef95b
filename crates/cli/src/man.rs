//! `threecx man`: manual pages, made from what the help is made from. One for the program, one
//! for each of its own commands, one for each resource with its operations and their flags.

use std::ffi::OsString;
use std::fs;
use std::path::Path;

use clap::Command;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, italic, roman};
use threecx_catalog::{Operation, Release, Resource};

use crate::args::flag::{Flag, flags};
use crate::args::globals;
use crate::args::matches;
use crate::args::output::OutputFlags;
use crate::args::parse::parse;
use crate::args::plain::{PRINTING, for_reading, plain};
use crate::args::wording::whole_lifetime;
use crate::args::wording::{about, help, warning};
use crate::atomic_file::{self, Readers};
use crate::failure::{Failure, exit_codes, reason_of};
use crate::output::Output;
use crate::output::style::note;
use crate::tree::{self, Chosen, Own};
use crate::{env_vars, example};
use clap::Arg;

const MANUAL: &str = "threecx manual";

/// What it does, for lists of commands.
pub const ABOUT: &str = "Print a manual page, or write all of them to a folder";

/// `threecx man`
pub fn command() -> Command {
    let words =
        Arg::new("words").num_args(0..=2).value_name("WORD").help("A command or a resource [default: the program]");
    let to =
        Arg::new("to").long("to").value_name("DIR").conflicts_with("words").help("Write all pages into this folder");
    let command = plain(
        format!("{ABOUT}: one for the program, one for each of its commands and each resource"),
        "threecx man [WORD]\n       threecx man --to <DIR>",
    );
    for_reading(command.arg(words).arg(to), &PRINTING)
        .after_help("Examples:\n  threecx man users | man -l -\n  threecx man --to ~/.local/share/man/man1")
}

/// Prints one page, or writes all.
pub fn run(rest: Vec<OsString>, own: &'static [Own]) -> Result<(), Failure> {
    let matches = parse(command(), rest)?;
    if let Some(folder) = matches::text(&matches, "to") {
        let pages = all(own);
        let number = pages.len();
        for (name, page) in pages {
            let path = Path::new(&folder).join(format!("{name}.1"));
            let written =
                fs::create_dir_all(&folder).and_then(|()| atomic_file::write(&path, &page, Readers::Everybody));
            written.map_err(|error| Failure::File { path: path.display().to_string(), reason: reason_of(&error) })?;
        }
        note(&format!("{number} pages are in {folder}."));
        return Ok(());
    }
    let words: Vec<String> = matches::many(&matches, "words");
    let of_the_program = words.first().and_then(|word| tree::own::named(own, word));
    let page = match (words.as_slice(), of_the_program) {
        ([], _) => program(own),
        (_, Some(found)) => own_command(found),
        // A page has all operations of its resource.
        _ => match tree::find_operation(own, &words)? {
            Chosen::Operation(operation) => of_resource(operation.resource),
            Chosen::Resource(found) | Chosen::Edit(found) => of_resource(found),
            Chosen::Collection(found) => threecx::resource(found.set.name).map_or_else(|| program(own), of_resource),
            _ => program(own),
        },
    };
    let mut sink = Output::from(OutputFlags::of(&matches))?.open()?;
    sink.raw(page.as_bytes())?;
    sink.finish()
}

/// All pages by name.
fn all(own: &'static [Own]) -> Vec<(String, String)> {
    let pages = own.iter().map(|own| (page_name(own.name), own_command(own)));
    let resources = threecx::resources().iter();
    let resources = resources.map(|resource| (page_name(resource.command), of_resource(resource)));
    std::iter::once(("threecx".to_owned(), program(own))).chain(pages).chain(resources).collect()
}

fn page_name(command: &str) -> String {
    format!("threecx-{command}")
}

/// The page of the program.
fn program(own: &'static [Own]) -> String {
    let command = globals::add(Command::new("threecx").disable_help_flag(true), |_| true)
        .version(env!("CARGO_PKG_VERSION"))
        .about("the command line for 3CX phone systems")
        .override_usage("threecx <RESOURCE> <OPERATION> [OPTIONS]\n       threecx <COMMAND> [OPTIONS]");
    let mut page = Page::new("threecx");
    page.head(command);
    page.text.control("SH", ["COMMANDS"]);
    for own in own {
        page.item(&format!("threecx-{}(1)", own.name), own.about);
    }
    page.text.control("SH", ["RESOURCES"]);
    page.line("Each has a page of its own with its operations and their flags.");
    for resource in threecx::resources() {
        page.item(&format!("threecx-{}(1)", resource.command), resource.title);
    }
    page.environment();
    page.text.control("SH", ["EXIT STATUS"]);
    for (code, meaning) in exit_codes() {
        page.item(&code.to_string(), &meaning);
    }
    page.text.control("SH", ["API RELEASES"]);
    page.line(&format!("{} to {}.", Release::OLDEST, Release::NEWEST));
    page.finish()
}

/// The page of one of the program's own commands.
fn own_command(own: &Own) -> String {
    let command = (own.command)();
    let after = command.get_after_help().map(ToString::to_string);
    let mut page = Page::new(&page_name(own.name));
    page.head(command.after_help(""));
    if let Some(after) = after {
        page.text.control("SH", ["NOTES"]);
        page.as_it_is(&after);
    }
    page.environment();
    page.see_also();
    page.finish()
}

/// The page of a resource.
fn of_resource(resource: &'static Resource) -> String {
    let command = Command::new("threecx")
        .disable_help_flag(true)
        .about(resource.title)
        .override_usage(format!("threecx {} <OPERATION> [OPTIONS]", resource.command));
    let mut page = Page::new(&page_name(resource.command));
    page.head(command);
    page.text.control("SH", ["OPERATIONS"]);
    for operation in resource.operations {
        page.operation(operation);
    }
    let besides = tree::besides(resource);
    if !besides.is_empty() {
        page.text.control("SH", ["SAFE CHANGES"]);
    }
    for (word, about) in besides {
        page.text.control("SS", [word]);
        page.line(&format!("{about}."));
        let command = tree::below(resource, word).and_then(tree::command::of);
        if let Some(after) = command.as_ref().and_then(|command| command.get_after_help()) {
            page.as_it_is(&after.to_string());
        }
    }
    page.text.control("SH", ["OPTIONS"]);
    page.line("Beside the flags of each operation there are those of the program: see threecx(1).");
    page.see_also();
    page.finish()
}

struct Page {
    name: String,
    bytes: Vec<u8>,
    text: Roff,
}

impl Page {
    fn new(name: &str) -> Page {
        Page { name: name.to_owned(), bytes: Vec::new(), text: Roff::new() }
    }

    /// Title, name, synopsis, description and options, as clap knows them.
    fn head(&mut self, command: Command) {
        let options = command.get_arguments().any(|arg| !arg.is_hide_set());
        let version = concat!("threecx ", env!("CARGO_PKG_VERSION"));
        let about = command.get_about().map(ToString::to_string).unwrap_or_default();
        // What is wrapped for a terminal is filled anew on a page.
        let command = command.display_name(self.name.clone()).about(about.replace('\n', " "));
        let man = Man::new(command)
            .title(self.name.to_uppercase())
            .manual(MANUAL)
            .source(version)
            .date(Release::NEWEST.date());
        // Writing into memory does not fail.
        let _ = man.render_title(&mut self.bytes);
        let _ = man.render_name_section(&mut self.bytes);
        let _ = man.render_synopsis_section(&mut self.bytes);
        let _ = man.render_description_section(&mut self.bytes);
        if options {
            let _ = man.render_options_section(&mut self.bytes);
        }
    }

    fn operation(&mut self, operation: &'static Operation) {
        self.text.control("SS", [operation.command]);
        let lifetime = whole_lifetime(operation).map(|lifetime| format!(" ({lifetime})")).unwrap_or_default();
        let what = about(operation);
        let what = what.lines().next().unwrap_or_default();
        self.line(&format!("{what}{}.", if what.ends_with(')') { "" } else { &lifetime }));
        if let Some(warning) = warning(operation) {
            self.paragraph(&warning);
        }
        let flags = flags(operation);
        for flag in flags.iter().filter(|flag| flag.required).chain(flags.iter().filter(|flag| !flag.required)) {
            self.flag(flag);
        }
        self.paragraph("Example:");
        self.as_it_is(&format!("  {}", example::command_line(operation, &flags)));
    }

    fn flag(&mut self, flag: &Flag) {
        self.text.control("TP", []);
        self.text.text([bold(format!("--{}", flag.long)), roman(" "), italic(flag.value_name())]);
        let about = help(flag);
        let required = if flag.required { "Required. " } else { "" };
        let about = format!("{required}{about}");
        let about = if about.trim().is_empty() { flag.name.to_owned() } else { about };
        self.line(&about);
    }

    fn item(&mut self, tag: &str, about: &str) {
        self.text.control("TP", []);
        self.text.text([bold(tag)]);
        self.line(about);
    }

    fn paragraph(&mut self, text: &str) {
        self.text.control("PP", []);
        self.line(text);
    }

    fn line(&mut self, text: &str) {
        self.text.text([roman(text.trim_end())]);
    }

    /// Lines that stay as they are.
    fn as_it_is(&mut self, text: &str) {
        self.text.control("nf", []);
        for line in text.lines() {
            match line {
                "" => drop(self.text.control("sp", [])),
                _ => self.line(line),
            }
        }
        self.text.control("fi", []);
    }

    fn environment(&mut self) {
        self.text.control("SH", ["ENVIRONMENT"]);
        for variable in env_vars::ALL {
            self.item(variable.name, variable.meaning);
        }
    }

    fn see_also(&mut self) {
        self.text.control("SH", ["SEE ALSO"]);
        self.text.text([bold("threecx"), roman("(1), "), bold("threecx-search"), roman("(1)")]);
    }

    fn finish(mut self) -> String {
        self.bytes.extend(self.text.to_roff().into_bytes());
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}
