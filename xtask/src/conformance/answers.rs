//! Answers: every operation of every description is sent to a simulated PBX of its release with
//! valid arguments. The status has to be the described one, the body has to be what the schema
//! of that release says and nothing more, and it has to say something: a demo company has
//! extensions, queues and calls to report.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;
use threecx_catalog::{Content, Effect, Form, Operation, Span, Type, TypeRef, Verb, foreign_column, operations};
use threecx_sim::{Clock, Pbx};

use super::Description;
use super::samples::{Samples, known};
use super::schemas::{Described, Schemas};
use super::world::{Answer, World};
use super::{absent, substance};

/// Checks every description.
pub fn run(descriptions: &[Description]) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    let known = known()?;
    let mut mistakes = Vec::new();
    let mut passed = 0;
    for description in descriptions {
        let release = Span::parse(&description.release.to_string()).ok_or("the catalogue lacks a release")?;
        let clock = Clock::real();
        let pbx = Pbx::builder().users(60).calls(400).api(release).clock(clock.clone());
        let pbx = runtime.block_on(pbx.start()).map_err(|error| error.to_string())?;
        let world = World::of(&pbx)?;
        let schemas = Schemas::read(description)?;
        let described = schemas.operations()?;
        let gone = absent::check(&world, &described);
        let mut tally = Tally { bare: 0, passed: gone.answered_404 };
        mistakes.extend(gone.mistakes.into_iter().map(|mistake| format!("{} {mistake}", description.release)));
        for call in calls(&described)? {
            // What takes its time is done when the next call comes.
            clock.step(Duration::from_secs(5));
            match check(&world, &known, &schemas, &call, release) {
                Ok(bare) => {
                    tally.passed += 1;
                    tally.bare += usize::from(bare);
                }
                Err(mistake) => mistakes.push(format!("{} {} {mistake}", description.release, call.operation.id)),
            }
        }
        eprintln!(
            "── answers: {}: {} operations, {} of them with nothing to tell; {} of other releases are refused",
            description.release,
            described.len(),
            tally.bare,
            gone.answered_404
        );
        passed += tally.passed;
    }
    println!("answers: {passed} passed, {} failed", mistakes.len());
    if mistakes.is_empty() { Ok(()) } else { Err(format!("answers:\n{}", mistakes.join("\n"))) }
}

struct Tally {
    passed: usize,
    /// Those that rightly answer nothing but empty lists and defaults.
    bare: usize,
}

/// An operation of the description, and what is known of its arguments.
struct Call<'d> {
    described: &'d Described<'d>,
    operation: &'static Operation,
    form: &'static Form,
}

/// All operations of a description: what reads first, what destroys last.
fn calls<'d>(described: &'d [Described<'d>]) -> Result<Vec<Call<'d>>, String> {
    let mut known = BTreeMap::new();
    for operation in operations() {
        known.extend(operation.forms.iter().map(|form| ((form.method.as_str(), form.path), (operation, form))));
    }
    let call = |described: &'d Described<'d>| {
        let found = known.get(&(described.method.as_str(), described.path));
        let (operation, form) = *found.ok_or(format!("the catalogue lacks {} {}", described.method, described.path))?;
        Ok(Call { described, operation, form })
    };
    let mut calls = described.iter().map(call).collect::<Result<Vec<_>, String>>()?;
    calls.sort_by_key(|Call { operation, .. }| match (operation.verb, operation.effect) {
        (Verb::List | Verb::Get | Verb::Function, _) => 0,
        (Verb::Update, _) => 1,
        (Verb::Create, _) => 2,
        (Verb::Action, Effect::Destroys(_)) if operation.id.contains("Purge") => 6,
        (Verb::Action, Effect::Destroys(_)) => 5,
        (Verb::Action, _) => 3,
        (Verb::Delete, _) => 4,
    });
    Ok(calls)
}

/// Checks one call; true if its answer has nothing to tell, and need not have.
fn check(world: &World, known: &Value, schemas: &Schemas, call: &Call<'_>, release: Span) -> Result<bool, String> {
    let Call { described, operation, form } = call;
    let samples = Samples::prepare(world, known, operation, release)?;
    let (path, body) = (samples.path(form)?, samples.body(form)?);
    let answer = world.send(operation, &described.method, &path, body.as_ref())?;
    let came = || {
        let sent = body.as_ref().unwrap_or(&Value::Null);
        format!("{} {path} {sent}: {} {}", form.method, answer.status, answer.text())
    };
    if answer.status != described.status {
        return Err(format!("expected {}: {}", described.status, came()));
    }
    world.remember(operation, &answer);
    let bare = match (&described.body, form.answer_in(release).content) {
        (_, Content::File(media, rows)) => file(&answer, media, (operation.resource.name, rows), release)
            .map_err(|error| format!("{error}: {}", came()))?,
        (Some(body), Content::Value(ty)) if !body.raw => {
            let json: Value = serde_json::from_slice(&answer.body).map_err(|error| format!("{error}: {}", came()))?;
            // The descriptions leave out that OData wraps members of enumerations, as it wraps numbers.
            let wrapped = matches!(ty, TypeRef { ty: Type::Enumeration(_), collection: false, .. });
            let value = if wrapped { &json["value"] } else { &json };
            let mistakes: Vec<String> = schemas
                .validator(body)?
                .iter_errors(value)
                .map(|error| format!("{error} at {}", error.instance_path()))
                .take(3)
                .collect();
            if !mistakes.is_empty() {
                return Err(format!("{}: {}", mistakes.join("; "), came()));
            }
            substance::is_bare(&json)
        }
        (None, Content::Nothing) | (Some(_), Content::Nothing) if answer.body.is_empty() => return Ok(false),
        _ => return Err(format!("a body where none is described, or none where one is: {}", came())),
    };
    substance::judge(known, operation, release, bare).map_err(|error| format!("{error}: {}", came()))?;
    Ok(bare)
}

/// A file has to be of its media type; rows in it may have the columns of the release, and those of the web console.
/// True if there are no rows.
fn file(answer: &Answer, media: &str, (set, rows): (&str, Option<TypeRef>), release: Span) -> Result<bool, String> {
    if !answer.content_type.starts_with(media) || answer.body.is_empty() {
        return Err(format!("expected a file of {media}, got `{}`", answer.content_type));
    }
    let Some(TypeRef { ty: Type::Structure(structure), .. }) = rows else { return Ok(false) };
    let text = String::from_utf8_lossy(&answer.body);
    let mut lines = text.lines();
    let columns = lines.next().unwrap_or_default().split(',');
    let known: Vec<&str> = structure.properties_in(release).map(|property| property.name).collect();
    let is_known = |column: &str| known.contains(&column) || foreign_column(set, column).is_some();
    match columns.into_iter().find(|column| !is_known(column)) {
        Some(foreign) => Err(format!("{} has no column `{foreign}` in this release", structure.name)),
        None => Ok(lines.next().is_none()),
    }
}
