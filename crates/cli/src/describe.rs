//! `threecx describe`: all that the catalogue knows about an operation.

use std::ffi::OsString;

use serde_json::{Value, json};
use threecx::{Operation, Span};
use threecx_catalog::{Body, Content, Effect, Release, Role, Structure, Type, TypeRef, Verb};

use crate::command::flags::{Flag, Place, flags};
use crate::command::operation::{help, lifetime, warning};
use crate::command::{self, Chosen, find_operation};
use crate::connect::release;
use crate::example;
use crate::failure::Failure;
use crate::output::shape::Shape;
use crate::output::wrap::wrap;
use crate::output::{Output, Sink, answer, table, text};

/// Explains an operation; of a resource alone, lists the operations.
pub fn run(rest: Vec<OsString>) -> Result<(), Failure> {
    let matches = command::own::describe().try_get_matches_from(rest)?;
    let output = Output::from(&matches)?;
    let target = text(&matches, "api").map(|text| release(&text)).transpose()?;
    let words: Vec<String> = matches.get_many::<String>("words").unwrap_or_default().cloned().collect();
    let operation = match find_operation(&words)? {
        Chosen::Operation(operation) => operation,
        Chosen::Resource(resource) => {
            return Ok(command::resource::command(resource).print_help()?);
        }
        _ => return Err(Failure::Usage { message: "name an operation".into(), next_step: None }),
    };
    if let Some(target) = target {
        threecx_core::form(operation, target)?;
    }
    let target = target.unwrap_or(Span::ALL);
    let flags: Vec<Flag> = flags(operation).into_iter().filter(|flag| flag.span.overlaps(target)).collect();
    if output.is_json() {
        return answer::print_value(&as_json(operation, &flags, target).to_string(), &Shape::unknown(), &output);
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
        let rows: Vec<Vec<String>> = flags.iter().filter(|flag| flag.place == place).map(flag_row).collect();
        if rows.is_empty() {
            continue;
        }
        let about = match (place, operation.newest_form().body) {
            (Place::Field, Body::Entity(structure)) => format!(" (a {}; also as --body JSON|@FILE|-)", structure.name),
            (Place::Field, _) => " (also as --body JSON|@FILE|-)".into(),
            _ => String::new(),
        };
        sink.line(&format!("\n{title}{about}:"))?;
        for line in table::table(&["FLAG", "NAME", "TYPE", ""], rows, Some(width.saturating_sub(2))).lines() {
            sink.line(&format!("  {line}"))?;
        }
    }
    sink.line(&format!("\nAnswer: {}", answer_words(operation, target)))?;
    if let Some(structure) = answer_structure(operation, target) {
        for line in wrap(&properties(structure, target), width.saturating_sub(2)).lines() {
            sink.line(&format!("  {line}"))?;
        }
    }
    sink.line(&format!("\nExample:\n  {}", example::command_line(operation, flags)))
}

fn flag_row(flag: &Flag) -> Vec<String> {
    let required = if flag.required { "required; " } else { "" };
    let ty = if flag.place == Place::Option { flag.value_name() } else { flag.ty.to_string() };
    let about = format!("{required}{}", help(flag));
    vec![format!("--{}", flag.long), flag.name.to_owned(), ty, about.trim_end_matches("; ").to_owned()]
}

fn what_it_does(operation: &Operation) -> &'static str {
    let may_repeat = operation.repeatable;
    match (operation.verb, operation.effect) {
        (_, Effect::Reads) => "It reads and changes nothing.",
        (Verb::Create, _) => "It adds something. Sent twice, it adds it twice.",
        (Verb::Update, _) => {
            "It changes the properties that are named and leaves the others; a list is replaced whole."
        }
        (Verb::Delete, _) => "It removes something.",
        (_, _) if may_repeat => "Sent twice, it does no more than once.",
        _ => "It is never sent twice by itself: nobody knows whether that does harm.",
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
    let note = if names.iter().any(|name| name.ends_with('*')) { " (* comes with --expand only)" } else { "" };
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
