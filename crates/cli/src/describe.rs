//! `threecx describe`: all that the catalogue knows about an operation.

use std::ffi::OsString;

use serde_json::{Value, json};
use threecx::{Operation, Span};
use threecx_catalog::words::kebab;
use threecx_catalog::{Body, Content, Effect, Release, Role, Structure, Type, TypeRef, Verb};
use threecx_change::About;
use threecx_core::guard::Finding;

use crate::args::connection::api;
use crate::args::flag::{Flag, Place, flags};
use crate::args::matches;
use crate::args::output::OutputFlags;
use crate::args::parse::parse;
use crate::args::plain::{READING, for_reading, plain};
use crate::args::wording::collection_words;
use crate::args::wording::{help, lifetime, warning};
use crate::example;
use crate::failure::Failure;
use crate::output::shape::Shape;
use crate::output::wrap::wrap;
use crate::output::{Output, Sink, value};
use crate::tree::{self, Chosen, Own, find_operation};
use clap::{Arg, Command};

/// What it does, for lists of commands.
pub const ABOUT: &str = "Explain an operation: what it takes, does and answers, in which releases, with an example";

/// `threecx describe`
pub fn command() -> Command {
    let words = Arg::new("words").num_args(1..=3).required(true).value_names(["RESOURCE", "OPERATION"]);
    let words = words.help("The words that call it, or its id: Users.ReprovisionAllPhones");
    let command = plain(ABOUT, "threecx describe <RESOURCE> <OPERATION> [--api VERSION] [-o json]");
    for_reading(command.arg(words), &READING).after_help("Example:\n  threecx describe users reprovision-all-phones")
}

/// Explains an operation; of a resource alone, lists the operations.
pub fn run(rest: Vec<OsString>, own: &'static [Own]) -> Result<(), Failure> {
    let matches = parse(command(), rest)?;
    let output = Output::from(OutputFlags::of(&matches))?;
    let target = api(&matches)?;
    let words: Vec<String> = matches::many(&matches, "words");
    let operation = match find_operation(own, &words)? {
        Chosen::Operation(operation) if words.len() <= 2 => operation,
        Chosen::Resource(resource) => {
            return Ok(tree::resource::command(resource).print_help()?);
        }
        // These are described by their help: they are not operations of the API.
        chosen @ (Chosen::Collection(_) | Chosen::Edit(_)) => {
            return Ok(tree::command::of(chosen).map_or(Ok(()), |mut command| command.print_help())?);
        }
        _ => {
            return Err(Failure::usage("name an operation").next("For example: threecx describe users list"));
        }
    };
    if let Some(target) = target {
        threecx_core::form(operation, target)?;
    }
    let target = target.unwrap_or(Span::ALL);
    let flags: Vec<Flag> = flags(operation).into_iter().filter(|flag| flag.span.overlaps(target)).collect();
    if output.is_for_programs() {
        return value::print_value(&as_json(operation, &flags, target).to_string(), &Shape::unknown(), &output);
    }
    let mut sink = output.open()?;
    as_text(operation, &flags, target, output.width(), &mut sink)?;
    sink.finish()
}

fn as_text(
    operation: &'static Operation,
    flags: &[Flag],
    target: Span,
    width: usize,
    sink: &mut Sink,
) -> Result<(), Failure> {
    sink.line(&format!("{} ({})", operation.title, operation.id))?;
    for form in operation.forms.iter().filter(|form| form.span.overlaps(target)) {
        let when = lifetime(form.span).unwrap_or_else(|| "in every release".into());
        sink.line(&format!("  {} {}  [{when}]", form.method, form.path))?;
    }
    sink.line("")?;
    if let Some(warning) = warning(operation) {
        sink.line(&warning.to_uppercase())?;
    }
    sink.line(what_it_does(operation))?;
    if let Some(role) = operation.role {
        sink.line(&format!("Needs: {}.", role_words(role)))?;
    }
    if let Some(new) = operation.replaced_by.and_then(threecx::operation) {
        sink.line(&format!("Replaced by: threecx {} {} ({}).", new.resource.command, new.command, new.id))?;
    }
    for (title, place) in [("Path", Place::Path), ("Body", Place::Field), ("Query options", Place::Option)] {
        let mut of_place: Vec<&Flag> = flags.iter().filter(|flag| flag.place == place).collect();
        of_place.sort_by_key(|flag| !flag.required);
        let rows: Vec<[String; 4]> = of_place.into_iter().map(flag_row).collect();
        if rows.is_empty() {
            continue;
        }
        let about = match (place, operation.newest_form().body) {
            (Place::Field, Body::Entity(structure)) => format!(" (a {}; also as --body JSON|@FILE|-)", structure.name),
            (Place::Field, _) => " (also as --body JSON|@FILE|-)".into(),
            _ => String::new(),
        };
        sink.line(&format!("\n{title}{about}:"))?;
        for line in arguments(&rows, width) {
            sink.line(&line)?;
        }
    }
    let objects = objects(flags, target);
    if !objects.is_empty() {
        sink.line("\nObjects:")?;
        for line in objects
            .iter()
            .flat_map(|object| wrap(object, width.saturating_sub(4)).lines().map(str::to_owned).collect::<Vec<_>>())
        {
            sink.line(&format!("  {line}"))?;
        }
    }
    sink.line(&format!("\nAnswer: {}", answer_words(operation, target)))?;
    if let Some(structure) = answer_structure(operation, target) {
        for line in wrap(&properties(structure, target), width.saturating_sub(2)).lines() {
            sink.line(&format!("  {line}"))?;
        }
    }
    // What cannot be listed cannot be found by its name.
    let subject = About::of(operation).filter(|subject| subject.set.list.is_some());
    if let Some(subject) = &subject {
        let ways = if subject.set.number.is_some() { "number, range of numbers (100-119), name" } else { "name" };
        let instead = kebab(subject.by.name);
        sink.line(&format!("\nInstead of --{instead}: the {ways} or id:… of the {}.", subject.set.noun()))?;
    }
    sink.line(&format!("\nExample:\n  {}", example::command_line(operation, flags)))?;
    if let Some(subject) = &subject {
        sink.line(&format!("  {}", example::by_name(operation, flags, subject)))?;
    }
    let Operation { resource, title, .. } = operation;
    sink.line(&format!("For other programs: add --curl. In n8n: resource {}, operation {title}.", resource.title))
}

/// The arguments with what is to be known about each, which may take several lines.
fn arguments(rows: &[[String; 4]], width: usize) -> Vec<String> {
    const LEAST: usize = 30;
    let widest = |column: usize, title: &str| {
        rows.iter().map(|row| row[column].chars().count()).chain([title.len()]).max().unwrap_or_default()
    };
    let [flag, name, ty] = [widest(0, "FLAG"), widest(1, "NAME"), widest(2, "TYPE")];
    let line = |a: &str, b: &str, c: &str, about: &str| {
        format!("  {a:flag$}  {b:name$}  {c:ty$}  {about}").trim_end().to_owned()
    };
    let room = width.saturating_sub(flag + name + ty + 8).max(LEAST);
    let mut lines = vec![line("FLAG", "NAME", "TYPE", "")];
    for [a, b, c, about] in rows {
        let about = wrap(about, room);
        let mut parts = about.lines();
        lines.push(line(a, b, c, parts.next().unwrap_or_default()));
        lines.extend(parts.map(|part| line("", "", "", part)));
    }
    lines
}

/// What the objects hold that arguments take, one each: `Schedule: Type RuleHoursType?, …`.
fn objects(flags: &[Flag], target: Span) -> Vec<String> {
    let mut structures: Vec<&'static Structure> = Vec::new();
    for flag in flags.iter().filter(|flag| flag.place != Place::Option) {
        if let Type::Structure(structure) = flag.ty.ty
            && !structures.iter().any(|known| known.name == structure.name)
        {
            structures.push(structure);
        }
    }
    structures
        .iter()
        .map(|structure| {
            let properties: Vec<String> =
                structure.properties_in(target).map(|property| format!("{} {}", property.name, property.ty)).collect();
            format!("{}: {}", structure.name, properties.join(", "))
        })
        .collect()
}

fn flag_row(flag: &Flag) -> [String; 4] {
    let required = if flag.required { "required; " } else { "" };
    let ty = if flag.place == Place::Option { flag.value_name() } else { flag.ty.to_string() };
    let about = format!("{required}{}", help(flag));
    [format!("--{}", flag.long), flag.name.to_owned(), ty, about.trim_end_matches("; ").to_owned()]
}

fn what_it_does(operation: &Operation) -> &'static str {
    let may_repeat = operation.repeatable;
    match (operation.verb, operation.effect) {
        (_, Effect::Reads) => "It reads and changes nothing.",
        (Verb::Create, _) => "It adds something. Sent twice, it adds it twice.",
        (Verb::Update, _) => "It changes the given properties and leaves the others; a list is replaced as a whole.",
        (Verb::Delete, _) => "It removes something.",
        (_, _) if may_repeat => "Sent twice, it does no more than once.",
        _ => "It is never retried automatically: whether that does harm is unknown.",
    }
}

fn role_words(role: Role) -> &'static str {
    match role {
        Role::SystemOwners => "a service principal with the role System Owner",
        Role::SystemAdmins => "a service principal with the role System Admin",
        Role::User => "a logged-in user; service principals are refused",
    }
}

fn answer_words(operation: &Operation, target: Span) -> String {
    let Some(form) = operation.form(target) else { return String::new() };
    let answer = form.answer_in(target);
    match answer.content {
        Content::Nothing => format!("{}, nothing to read", answer.status),
        Content::File(media_type, _) => {
            format!("{}, a file ({media_type}); --output-file says where to", answer.status)
        }
        Content::Value(TypeRef { ty, collection: true, .. }) => format!("{}, a list of {}", answer.status, ty.name()),
        Content::Value(ty) => format!("{}, {ty}", answer.status),
    }
}

fn answer_structure(operation: &Operation, target: Span) -> Option<&'static Structure> {
    match operation.form(target)?.answer_in(target).content {
        Content::Value(TypeRef { ty: Type::Structure(structure), .. }) => Some(structure),
        _ => None,
    }
}

/// The names of the properties; those that want `$expand` are marked.
fn properties(structure: &Structure, target: Span) -> String {
    let names = structure.properties_in(target);
    let names: Vec<String> = names
        .map(|property| if property.navigation { format!("{}*", property.name) } else { property.name.into() })
        .collect();
    let note = if names.iter().any(|name| name.ends_with('*')) { " (* only with --expand)" } else { "" };
    format!("{}{note}", names.join(", "))
}

fn as_json(operation: &'static Operation, flags: &[Flag], target: Span) -> Value {
    let forms: Vec<Value> = operation
        .forms
        .iter()
        .filter(|form| form.span.overlaps(target))
        .map(|form| {
            json!({
                "method": form.method.as_str(),
                "path": form.path,
                "since": form.span.since(),
                "until": form.span.until(),
                "releases": Release::all().filter(|release| form.span.first <= *release && *release <= form.span.last)
                    .map(|release| release.to_string()).collect::<Vec<_>>(),
            })
        })
        .collect();
    let (effect, warning) = match operation.effect {
        Effect::Reads => ("reads", None),
        Effect::Writes => ("writes", None),
        Effect::Interrupts(_) => ("interrupts", warning(operation)),
        Effect::Destroys(_) => ("destroys", warning(operation)),
    };
    let arguments: Vec<Value> = flags.iter().map(flag_json).collect();
    json!({
        "id": operation.id,
        "resource": operation.resource.title,
        "title": operation.title,
        "command": format!("{} {}", operation.resource.command, operation.command),
        "forms": forms,
        "effect": effect,
        "warning": warning,
        "repeatable": operation.repeatable,
        "role": operation.role.map(|role| match role {
            Role::SystemOwners => "system_owners",
            Role::SystemAdmins => "system_admins",
            Role::User => "user",
        }),
        "replaced_by": operation.replaced_by,
        "arguments": arguments,
        "answer": answer_json(operation, target),
        "example": example::command_line(operation, flags),
    })
}

fn flag_json(flag: &Flag) -> Value {
    let place = match flag.place {
        Place::Path => "path",
        Place::Field => "field",
        Place::Body => "body",
        Place::Option => "option",
    };
    let members: Option<Vec<&str>> = match flag.ty.ty {
        Type::Enumeration(enumeration) => Some(enumeration.members.iter().map(|member| member.name).collect()),
        _ => None,
    };
    json!({
        "flag": format!("--{}", flag.long),
        "name": flag.name,
        "in": place,
        "type": if flag.place == Place::Body { "JSON".to_owned() } else { flag.ty.to_string() },
        "required": flag.required,
        "members": members,
        "max_length": flag.max_length,
        "default": flag.default,
        "secret": flag.secret,
        "confirm": flag.asks.as_ref().map(Finding::sentence),
        "one_by_one": flag.replaces.map(|collection| format!("threecx {}", collection_words(collection))),
        "since": flag.span.since(),
        "until": flag.span.until(),
    })
}

fn answer_json(operation: &Operation, target: Span) -> Value {
    let Some(form) = operation.form(target) else { return Value::Null };
    let answer = form.answer_in(target);
    let structure = answer_structure(operation, target);
    let properties: Option<Vec<Value>> = structure.map(|structure| {
        let properties = structure.properties_in(target);
        properties
            .map(|property| {
                json!({
                    "name": property.name,
                    "type": property.ty.to_string(),
                    "expand": property.navigation,
                    "since": property.span.since(),
                    "until": property.span.until(),
                })
            })
            .collect()
    });
    let (kind, ty) = match answer.content {
        Content::Nothing => ("nothing", None),
        Content::File(media_type, _) => ("file", Some(media_type.to_owned())),
        Content::Value(ty) => ("value", Some(ty.to_string())),
    };
    json!({"status": answer.status, "kind": kind, "type": ty, "properties": properties})
}
