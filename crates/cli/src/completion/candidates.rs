//! What can come next on a command line.

use clap::{Arg, ArgAction, Command};
use threecx::{Operation, Span};
use threecx_catalog::{EntitySet, Release, Resource, Type};
use threecx_change::About;

use super::{Candidate, Next, SHELLS, files, numbers};
use crate::args::flag::{self, Flag, Place};
use crate::args::globals;
use crate::entity_change::Kind;
use crate::profiles::Profiles;
use crate::tree::{self, Chosen, Own};
use crate::typed;

/// What the words so far have named.
#[derive(Default)]
struct Line {
    chosen: Option<Chosen>,
    resource: Option<&'static Resource>,
    /// True if a word names nothing: then it is unknown what comes next.
    lost: bool,
    /// Further words that are not flags.
    positional: Vec<String>,
    /// The flags given so far, without dashes.
    given: Vec<String>,
    /// The flag whose value is wanted now, and whether it can do without one.
    open: Option<(String, bool)>,
}

/// What can come after these words, where the last one begins with `current`.
pub fn next(own: &'static [Own], before: &[String], current: &str) -> Next {
    let line = read(own, before);
    if line.lost {
        return Next::These(Vec::new());
    }
    let operation = match line.chosen {
        Some(Chosen::Operation(operation)) => Some(operation),
        _ => None,
    };
    let command = command_of(line.chosen);
    let flags = operation.map(flag::flags).unwrap_or_default();
    let value = |name: &str, typed: &str| {
        let arg = command.get_arguments().find(|arg| is_called(arg, name));
        let flag = flags.iter().find(|flag| flag.long == name);
        values(arg, flag, operation, before, typed)
    };
    if let Some((name, typed)) = current.strip_prefix("--").and_then(|flag| flag.split_once('=')) {
        return match value(name, typed) {
            Next::Files => Next::Files,
            Next::These(found) => {
                let whole = |found: Candidate| Candidate { value: format!("--{name}={}", found.value), ..found };
                Next::These(found.into_iter().map(whole).collect())
            }
        };
    }
    match &line.open {
        Some((name, optional)) if !(*optional && current.starts_with('-')) => return value(name, current),
        _ => {}
    }
    let found = match (current.starts_with('-'), line.chosen) {
        (false, None) => words_or_operations(own, line.resource),
        (false, Some(chosen)) => match positional(own, chosen, &line.positional, before) {
            Some(found) => found,
            None => flags_of(&command, &line.given),
        },
        (true, _) => flags_of(&command, &line.given),
    };
    Next::These(beginning(found, current))
}

fn beginning(mut found: Vec<Candidate>, typed: &str) -> Vec<Candidate> {
    found.retain(|candidate| candidate.value.get(..typed.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(typed)));
    found
}

/// Goes through the words as [`tree::choose`] does, but takes whatever it does not know.
fn read(own: &'static [Own], before: &[String]) -> Line {
    let mut line = Line::default();
    let mut takes: Option<Command> = None;
    for word in before {
        if let Some((_, optional)) = line.open.take()
            && !(optional && word.starts_with('-'))
        {
            continue;
        }
        if word.len() > 1 && word.starts_with('-') {
            let (name, has_value) = match word.trim_start_matches('-').split_once('=') {
                Some((name, _)) => (name, true),
                None => (word.trim_start_matches('-'), false),
            };
            let known = takes.get_or_insert_with(|| command_of(line.chosen));
            let arg = known.get_arguments().find(|arg| is_called(arg, name));
            let optional = arg.is_some_and(|arg| arg.get_num_args().is_some_and(|range| range.min_values() == 0));
            let takes_value = arg.is_some_and(takes_value);
            let long = arg.and_then(Arg::get_long).unwrap_or(name).to_owned();
            line.given.push(long.clone());
            line.open = (takes_value && !has_value).then_some((long, optional));
            continue;
        }
        match (line.chosen, line.resource) {
            (Some(_), _) => line.positional.push(word.clone()),
            (None, None) => {
                line.chosen = tree::own::named(own, word).map(Chosen::Own);
                line.resource = tree::find_resource(word);
                line.lost |= line.chosen.is_none() && line.resource.is_none() && word != "help";
            }
            (None, Some(resource)) => {
                line.chosen = tree::below(resource, word);
                line.lost |= line.chosen.is_none();
            }
        }
        takes = None;
    }
    line
}

fn takes_value(arg: &Arg) -> bool {
    matches!(arg.get_action(), ArgAction::Set | ArgAction::Append)
}

fn is_called(arg: &Arg, name: &str) -> bool {
    arg.get_long() == Some(name) || arg.get_short().is_some_and(|short| name.len() == 1 && name.starts_with(short))
}

/// The command with all its flags; before one is named, with those of the program.
fn command_of(chosen: Option<Chosen>) -> Command {
    match chosen {
        Some(Chosen::Operation(operation)) => {
            typed::command::command(operation, &flag::flags(operation), About::of(operation).as_ref())
        }
        Some(other) => tree::command::of(other).unwrap_or_default(),
        None => globals::add(Command::new("threecx").disable_help_flag(true), |_| true),
    }
}

fn words_or_operations(own: &'static [Own], resource: Option<&'static Resource>) -> Vec<Candidate> {
    match resource {
        Some(resource) => operations(resource),
        None => {
            let own = own.iter().map(|own| Candidate::new(own.name, own.about));
            own.chain(resources()).collect()
        }
    }
}

fn resources() -> impl Iterator<Item = Candidate> {
    threecx::resources().iter().map(|resource| Candidate::new(resource.command, resource.title))
}

fn operations(resource: &'static Resource) -> Vec<Candidate> {
    let operations = resource.operations.iter();
    let operations = operations.map(|operation| Candidate::new(operation.command, operation.title));
    let besides = tree::besides(resource).into_iter().map(|(word, about)| Candidate::new(word, about));
    operations.chain(besides).collect()
}

/// The words that a command of the program itself takes besides its flags.
fn positional(own: &'static [Own], chosen: Chosen, words_before: &[String], line: &[String]) -> Option<Vec<Candidate>> {
    let words = |words: &[&str]| words.iter().map(|word| Candidate::new(*word, "")).collect();
    let of_set = |set: &EntitySet| Some(numbers::of_set(set, line)).filter(|found| !found.is_empty());
    match (chosen, words_before) {
        (Chosen::Operation(operation), _) => of_set(About::of(operation)?.set),
        (Chosen::Edit(resource), []) => of_set(Kind::of(resource)?.set()?),
        (Chosen::Collection(collection), [_]) => of_set(collection.set),
        (Chosen::Collection(collection), [_, _, ..]) => of_set(collection.item.set()?),
        (Chosen::Collection(_), []) => Some(words(&["list", "add", "remove"])),
        (Chosen::Own(chosen), before) => match (chosen.name, before) {
            ("describe" | "man", []) => Some(words_or_operations(own, None)),
            ("describe", [resource]) => tree::find_resource(resource).map(operations),
            ("completion", []) => Some(words(&SHELLS.map(|(shell, _)| shell))),
            ("api", []) => Some(words(&["GET", "POST", "PATCH", "PUT", "DELETE"])),
            ("api", [_]) => Some(resources_as_paths()),
            _ => None,
        },
        _ => None,
    }
}

fn resources_as_paths() -> Vec<Candidate> {
    let paths = threecx::operations().map(|operation| operation.newest_form().path);
    let mut paths: Vec<&str> = paths.filter(|path| !path.contains('(') && !path.contains("Pbx.")).collect();
    paths.sort_unstable();
    paths.dedup();
    paths.into_iter().map(|path| Candidate::new(path, "")).collect()
}

/// The flags that were not given yet.
fn flags_of(command: &Command, given: &[String]) -> Vec<Candidate> {
    let open = command.get_arguments().filter(|arg| !arg.is_hide_set());
    let open = open.filter_map(|arg| Some((arg, arg.get_long()?))).filter(|(arg, long)| {
        matches!(arg.get_action(), ArgAction::Append) || !given.iter().any(|given| given == long)
    });
    let about = |arg: &Arg| arg.get_help().map(ToString::to_string).unwrap_or_default();
    open.map(|(arg, long)| Candidate::new(format!("--{long}"), about(arg))).collect()
}

/// What a flag takes.
fn values(
    arg: Option<&Arg>,
    flag: Option<&Flag>,
    operation: Option<&'static Operation>,
    before: &[String],
    typed: &str,
) -> Next {
    let Some(arg) = arg else { return Next::These(Vec::new()) };
    let possible = arg.get_possible_values();
    if !possible.is_empty() && flag.is_none() && takes_value(arg) {
        let found = possible.iter().filter(|value| !value.is_hide_set());
        return Next::These(beginning(found.map(|value| Candidate::new(value.get_name(), "")).collect(), typed));
    }
    if let Some(flag) = flag {
        return Next::These(flag_values(flag, operation, before, typed));
    }
    let value_name = arg.get_value_names().and_then(<[_]>::first).map(ToString::to_string).unwrap_or_default();
    match (arg.get_long(), value_name.as_str()) {
        (Some("profile"), _) => Next::These(beginning(profiles(), typed)),
        (Some("api"), _) => Next::These(beginning(releases(), typed)),
        (_, name) if name.contains("@FILE") => {
            let found = if typed.starts_with('@') { files::after_at(typed) } else { Vec::new() };
            Next::These(found)
        }
        (_, name) if name.contains("FILE") || matches!(name, "PEM" | "DIR") => Next::Files,
        _ => Next::These(Vec::new()),
    }
}

fn profiles() -> Vec<Candidate> {
    let profiles = Profiles::load().unwrap_or_default().profiles;
    profiles.iter().map(|(name, profile)| Candidate::new(name, &profile.url)).collect()
}

fn releases() -> Vec<Candidate> {
    let mut versions: Vec<&str> = Release::all().rev().map(Release::version).collect();
    versions.dedup();
    let labels =
        Release::all().rev().map(|release| Candidate::new(release.to_string(), "this description of it alone"));
    versions.into_iter().map(|version| Candidate::new(version, "")).chain(labels).collect()
}

/// What the flag of an operation takes; of a list, its last item.
fn flag_values(flag: &Flag, operation: Option<&'static Operation>, before: &[String], typed: &str) -> Vec<Candidate> {
    if flag.takes_files() && typed.starts_with('@') {
        return files::after_at(typed);
    }
    let list =
        flag.ty.collection || matches!(flag.name, "select" | "expand" | "orderby") && flag.place == Place::Option;
    let flags_of_an_enumeration = matches!(flag.ty.ty, Type::Enumeration(enumeration) if enumeration.flags);
    let last = typed.rfind([',', '[']).filter(|_| list || flags_of_an_enumeration).map_or(0, |place| place + 1);
    let (head, typed) = typed.split_at(last);
    let found = match (flag.place, flag.name, flag.ty.ty) {
        (Place::Option, "select" | "orderby", _) => properties(operation, false),
        (Place::Option, "expand", _) => properties(operation, true),
        (_, _, Type::Boolean) => vec![Candidate::new("true", ""), Candidate::new("false", "")],
        (_, _, Type::Enumeration(enumeration)) => {
            enumeration.members.iter().map(|member| Candidate::new(member.name, "")).collect()
        }
        _ => numbers::of(flag, operation, before),
    };
    let whole = |found: Candidate| Candidate { value: format!("{head}{}", found.value), ..found };
    beginning(found, typed).into_iter().map(whole).collect()
}

/// The properties of what an operation answers: those that come by themselves, or those that
/// have to be expanded.
fn properties(operation: Option<&'static Operation>, navigation: bool) -> Vec<Candidate> {
    let structure = operation.and_then(|operation| operation.newest_form().entity(Span::NEWEST));
    let Some(structure) = structure else { return Vec::new() };
    let wanted = structure.properties_in(Span::NEWEST).filter(|property| property.navigation == navigation);
    wanted.map(|property| Candidate::new(property.name, property.ty.to_string())).collect()
}
