//! `threecx users edit 100`: an entity in an editor, as YAML. What was changed is shown and sent,
//! and nothing else; what was written is never lost.

pub mod command;
pub mod document;
mod editor;

use std::ffi::OsString;

use serde_json::{Map, Value, json};
use similar::TextDiff;
use threecx::Error;
use threecx_catalog::{Property, Resource, Span, Structure, Type};
use threecx_change::Properties;

use crate::args::connection::ConnectionFlags;
use crate::args::matches;
use crate::args::output::OutputFlags;
use crate::args::parse::parse;
use crate::args::stdin::Stdin;
use crate::connect::Settings;
use crate::consent::{Consent, ask_if_interactive, is_interactive};
use crate::dry_run;
use crate::entity_change::{Kind, Seen};
use crate::failure::Failure;
use crate::journal;
use crate::output::shape::Shape;
use crate::output::style::{Style, one_line, painted};
use crate::output::{Output, value};
use crate::running::{check_one, run_one};
use crate::runtime::runtime;
use editor::Draft;

/// Begins the lines that say what is wrong, above the text.
const WRONG: &str = "#! ";

/// Carries out what was typed after `threecx <resource> edit`.
pub fn run(resource: &'static Resource, rest: Vec<OsString>) -> Result<(), Failure> {
    let Some((kind, structure)) = Kind::of(resource).and_then(|kind| Some((kind, kind.structure()?))) else {
        return Err(Failure::usage(format!("{} has nothing that can be both read and updated", resource.name))
            .next(format!("See `threecx {} --help` for its operations.", resource.command)));
    };
    let matches = parse(command::command(resource, &kind), rest)?;
    let output = Output::from(OutputFlags::of(&matches))?;
    let mut settings = Settings::from(ConnectionFlags::of(&matches)?)?;
    // Whoever edits takes their time.
    settings.times.each = true;
    runtime()?.block_on(async {
        let connection = settings.connect(&mut Stdin::default()).await?;
        let client = &connection.client;
        // A singleton is not named.
        let which = kind.set().and_then(|_| matches::text(&matches, "which"));
        let entity = match which {
            Some(given) => kind.find(client, &given).await?,
            None => None,
        };
        let (select, expand) = (matches::text(&matches, "select"), matches::text(&matches, "expand"));
        let seen = Seen { client, pbx: &connection.url, kind, entity, select, expand };
        let before = seen.read().await?;
        let draft = Draft::new(&seen.label())?;
        let sent = async {
            let mut text = first_text(&seen, &before, structure);
            let mut refused = None;
            let changes = loop {
                let changes = edit(&seen, &before, structure, &draft, (&mut text, refused)).await?;
                if changes.is_empty() {
                    break changes;
                }
                show(&with_empty(&seen, &before, structure), &changes, structure, &output);
                let plan = seen.plan(&before, &changes).await?;
                if matches::flag(&matches, "dry-run") {
                    return dry_run::print(&plan.steps[0].request(plan.release)?, &settings, &output);
                }
                let agreed = settings.sim || matches::flag(&matches, "yes");
                match Consent::to(&plan.findings(), agreed, || Some(seen.label()), settings.pbx())? {
                    Consent::Given => ask_if_interactive("Send", settings.pbx().as_deref(), agreed)?,
                    to_be_asked => to_be_asked.ask(Some(&seen.label()))?,
                }
                let log = journal::begin_call(&settings, &plan, &connection.identity)?;
                let ended = run_one(&plan, log, client, &output).await;
                match check_one(&plan, &ended.states, ended.trouble, ended.cause) {
                    Ok(()) => break changes,
                    // What the PBX rejects can be corrected in the text.
                    Err(failure @ Failure::Call(Error::Rejected(_))) if is_interactive() => refused = Some(failure),
                    Err(failure) => return Err(failure),
                }
            };
            done(&seen.label(), &changes, &output)
        };
        match sent.await {
            Err(failure) if !draft.was_edited() => Err(failure),
            Err(failure) => Err(match draft.keep() {
                Some(path) => Failure::Kept { failure: Box::new(failure), path: path.display().to_string() },
                None => failure,
            }),
            Ok(()) => Ok(()),
        }
    })
}

/// It as it is, as a text.
fn first_text(seen: &Seen<'_>, before: &Properties, structure: &'static Structure) -> String {
    let shown: Properties =
        with_empty(seen, before, structure).iter().filter(|(name, _)| !is_key(seen, name)).map(own).collect();
    format!("{}{}", head(seen, before, structure), document::write(&shown, structure, true))
}

/// Opens the editor until the text makes sense, and returns what has changed. `wrong` is what is
/// known to be wrong with it.
async fn edit(
    seen: &Seen<'_>,
    before: &Properties,
    structure: &'static Structure,
    draft: &Draft,
    (text, mut wrong): (&mut String, Option<Failure>),
) -> Result<Map<String, Value>, Failure> {
    loop {
        let above = wrong.as_ref().map(complaint).unwrap_or_default();
        let written = draft.edit(&format!("{above}{text}"))?;
        let written: String =
            written.lines().filter(|line| !line.starts_with(WRONG)).map(|line| format!("{line}\n")).collect();
        if let Some(failure) = wrong.take()
            && written == *text
        {
            // It was left unchanged: no one is going to correct it.
            return Err(failure);
        }
        *text = written;
        match changes(seen, before, text, structure).await {
            Ok(changes) => return Ok(changes),
            Err(failure) => wrong = Some(failure),
        }
    }
}

/// It with the properties that a PBX leaves out because they have no value, where all were asked for.
fn with_empty(seen: &Seen<'_>, before: &Properties, structure: &'static Structure) -> Properties {
    match seen.select {
        Some(_) => before.clone(),
        None => filled(before, structure, seen.client.target()),
    }
}

/// The same for an object, and for the objects in it.
fn filled(members: &Properties, structure: &'static Structure, target: Span) -> Properties {
    let inside = |property: &Property, value: &Value| match (property.ty.ty, value) {
        (Type::Structure(inner), Value::Object(members)) => Value::Object(filled(members, inner, target)),
        _ => value.clone(),
    };
    let known = structure.properties_in(target).filter_map(|property| match members.get(property.name) {
        Some(value) => Some((property.name.to_owned(), inside(property, value))),
        None if property.navigation || property.ty.collection => None,
        None => Some((property.name.to_owned(), Value::Null)),
    });
    let mut whole: Properties = known.collect();
    let unknown = members.iter().filter(|(name, _)| !whole.contains_key(*name)).map(own).collect::<Vec<_>>();
    whole.extend(unknown);
    whole
}

fn own((name, value): (&String, &Value)) -> (String, Value) {
    (name.clone(), value.clone())
}

fn is_key(seen: &Seen<'_>, name: &str) -> bool {
    seen.kind.about.is_some_and(|about| about.by.name == name)
}

/// The comments above the text.
fn head(seen: &Seen<'_>, before: &Properties, structure: &'static Structure) -> String {
    let mut head = format!(
        "# {}\n# Make your changes, save, and leave the editor. What you leave unchanged or delete is not sent.\n",
        one_line(&seen.label())
    );
    let mut missing: Vec<&str> = Vec::new();
    for property in structure.all_properties().filter(|property| property.navigation) {
        if !before.contains_key(property.name) && !missing.contains(&property.name) {
            missing.push(property.name);
        }
    }
    if !missing.is_empty() {
        head.push_str(&format!("# There are also {}: see --expand.\n", missing.join(", ")));
    }
    head.push('\n');
    head
}

/// What is wrong, in comments above the text.
fn complaint(failure: &Failure) -> String {
    let mut lines: Vec<String> = failure.to_string().lines().map(str::to_owned).collect();
    lines.extend(failure.next_step());
    lines.push("Leave the text unchanged to give up.".to_owned());
    lines.iter().map(|line| format!("{WRONG}{line}\n")).collect()
}

/// What the text changes, as it would be sent.
async fn changes(
    seen: &Seen<'_>,
    before: &Properties,
    text: &str,
    structure: &'static Structure,
) -> Result<Map<String, Value>, Failure> {
    let edited = document::read(text, structure).map_err(|reason| Failure::Document { reason })?;
    let mut changes = Map::new();
    let shown = with_empty(seen, before, structure);
    for (name, value) in edited {
        let ty = seen.kind.property(&name).map(|property| property.ty);
        let was = shown.get(&name);
        if was.map(|was| document::visible(was, ty)).as_ref() != Some(&value) {
            let whole = was.map_or_else(|| value.clone(), |was| document::with_secrets(&value, was, ty));
            changes.insert(name, whole);
        }
    }
    if !changes.is_empty() {
        seen.plan(before, &changes).await.map_err(in_the_text)?;
    }
    Ok(changes)
}

/// What does not fit, as a person sees it who knows of no body and no JSON.
fn in_the_text(error: Error) -> Error {
    let Error::Input(mut error) = error else { return error };
    let inside = std::mem::take(&mut error.path);
    inside.trim_start_matches('.').clone_into(&mut error.argument);
    if error.argument.is_empty() {
        error.argument = "the text".into();
    }
    error.position = None;
    Error::Input(error)
}

/// The difference, line by line.
fn show(before: &Properties, changes: &Map<String, Value>, structure: &'static Structure, output: &Output) {
    if output.is_for_programs() {
        return;
    }
    let was = before.iter().filter(|(name, _)| changes.contains_key(*name)).map(own).collect();
    let becomes: Properties = changes.iter().map(own).collect();
    let mut was: Properties = was;
    was.sort_keys();
    let secrets = becomes
        .keys()
        .filter(|name| structure.all_properties().any(|property| property.secret && property.name == name.as_str()));
    let secrets: Vec<String> = secrets.cloned().collect();
    let (was, becomes) = (document::write(&was, structure, false), document::write(&becomes, structure, false));
    let style = Style::for_stderr();
    let difference = TextDiff::from_lines(&was, &becomes);
    for hunk in difference.unified_diff().context_radius(1).iter_hunks() {
        for change in hunk.iter_changes() {
            let line = format!("{}{}", change.tag(), one_line(change.value().trim_end_matches('\n')));
            painted(&match change.tag() {
                similar::ChangeTag::Insert => style.green(&line),
                similar::ChangeTag::Delete => style.red(&line),
                similar::ChangeTag::Equal => line,
            });
        }
    }
    for name in secrets {
        painted(&style.green(&format!("+{name}: ***")));
    }
}

fn done(label: &str, changes: &Map<String, Value>, output: &Output) -> Result<(), Failure> {
    let names: Vec<&str> = changes.keys().map(String::as_str).collect();
    if output.is_for_programs() {
        let report = json!({"what": label, "changed": names, "sent": !names.is_empty()});
        return value::print_value(&report.to_string(), &Shape::unknown(), output);
    }
    let mut sink = output.open()?;
    if names.is_empty() {
        sink.line("Nothing was changed, so nothing was sent.")?;
    } else {
        sink.line(&format!("Done: changed {} of {}.", names.join(", "), one_line(label)))?;
    }
    sink.finish()
}
