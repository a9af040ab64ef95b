//! Answers: every operation of every description is sent to a simulated PBX of its release with
//! valid arguments. The status has to be the declared one, and the body has to be what the
//! official schema says.

use std::time::Duration;

use jsonschema::{Registry, Validator};
use serde_json::{Value, json};
use threecx_catalog::{Content, Effect, Form, Operation, Span, Type, TypeRef, Verb, operations};
use threecx_sim::{Clock, Pbx};

use super::Description;
use super::samples::World;

/// Checks every description.
pub fn run(descriptions: &[Description]) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    let mut mistakes = Vec::new();
    let mut passed = 0;
    for description in descriptions {
        let release = Span::parse(&description.release.to_string()).ok_or("the catalogue lacks a release")?;
        let clock = Clock::real();
        let pbx = Pbx::builder().users(60).calls(400).api(release).clock(clock.clone());
        let pbx = runtime.block_on(pbx.start()).map_err(|error| error.to_string())?;
        let world = World::of(&pbx)?;
        let document = Document::read(description)?;
        let calls = calls(release);
        eprintln!("── answers: {}: {} operations", description.release, calls.len());
        for (operation, form) in calls {
            // What takes its time is done when the next call comes.
            clock.step(Duration::from_secs(5));
            let checked = check(&world, &document, operation, form, release);
            match checked {
                Ok(()) => passed += 1,
                Err(mistake) => mistakes.push(format!("{} {} {mistake}", description.release, operation.id)),
            }
        }
    }
    println!("answers: {passed} passed, {} failed", mistakes.len());
    if mistakes.is_empty() { Ok(()) } else { Err(format!("answers:\n{}", mistakes.join("\n"))) }
}

/// All operations of a release: what reads first, what destroys last.
fn calls(release: Span) -> Vec<(&'static Operation, &'static Form)> {
    let forms = operations().flat_map(|operation| operation.forms.iter().map(move |form| (operation, form)));
    let mut calls: Vec<_> = forms.filter(|(_, form)| form.span.overlaps(release)).collect();
    calls.sort_by_key(|(operation, _)| match (operation.verb, operation.effect) {
        (Verb::List | Verb::Get | Verb::Function, _) => 0,
        (Verb::Update, _) => 1,
        (Verb::Create, _) => 2,
        (Verb::Action, Effect::Destroys(_)) if operation.id.contains("Purge") => 6,
        (Verb::Action, Effect::Destroys(_)) => 5,
        (Verb::Action, _) => 3,
        (Verb::Delete, _) => 4,
    });
    calls
}

fn check(world: &World, document: &Document, operation: &Operation, form: &Form, release: Span) -> Result<(), String> {
    let path = world.path(operation, form)?;
    let body = world.body(operation, form, release)?;
    let answer = world.send(operation, form.method.as_str(), &path, body.as_ref())?;
    let came = || {
        format!("{} {path} {}: {} {}", form.method, body.as_ref().unwrap_or(&Value::Null), answer.status, answer.text())
    };
    let declared = form.answer_in(release);
    if answer.status != declared.status {
        return Err(format!("expected {}: {}", declared.status, came()));
    }
    world.remember(operation, &answer);
    match declared.content {
        Content::Nothing if answer.body.is_empty() => Ok(()),
        Content::Nothing => Err(format!("expected no body: {}", came())),
        Content::File(media, _) if answer.content_type.starts_with(media) && !answer.body.is_empty() => Ok(()),
        Content::File(media, _) => Err(format!("expected a file of {media}: {}", came())),
        Content::Value(ty) => {
            let json: Value = serde_json::from_slice(&answer.body).map_err(|error| format!("{error}: {}", came()))?;
            // The descriptions leave out that OData wraps members of enumerations, as it wraps numbers.
            let bare = matches!(ty, TypeRef { ty: Type::Enumeration(_), collection: false, .. });
            let json = if bare { json["value"].clone() } else { json };
            match document.validator(form, declared.status)?.validate(&json) {
                Ok(()) => Ok(()),
                Err(error) => Err(format!("{error} at {}: {}", error.instance_path(), came())),
            }
        }
    }
}

const DOCUMENT: &str = "urn:description";

/// A description whose schemas can be referred to.
struct Document {
    text: Value,
    registry: Registry<'static>,
}

impl Document {
    fn read(description: &Description) -> Result<Document, String> {
        let text = std::fs::read_to_string(&description.file).map_err(|error| error.to_string())?;
        let text = json_schema(serde_saphyr::from_str(&text).map_err(|error| error.to_string())?);
        let registry = Registry::new().add(DOCUMENT, text.clone()).map_err(|error| error.to_string())?;
        Ok(Document { text, registry: registry.prepare().map_err(|error| error.to_string())? })
    }

    /// What holds an answer to its schema.
    fn validator(&self, form: &Form, status: u16) -> Result<Validator, String> {
        let escaped = form.path.replace('~', "~0").replace('/', "~1");
        let method = form.method.as_str().to_lowercase();
        let mut response = format!("/paths/{escaped}/{method}/responses/{status}");
        let found = self.text.pointer(&response).ok_or(format!("{response} is not described"))?;
        if let Some(shared) = found["$ref"].as_str() {
            response = shared.trim_start_matches('#').to_owned();
        }
        let schema = percent_encoded(&format!("{response}/content/application~1json/schema"));
        let schema = json!({ "$ref": format!("{DOCUMENT}#{schema}") });
        // OData's times of day have no offset, which those of JSON Schema want.
        let options = jsonschema::options().with_registry(&self.registry).should_validate_formats(true);
        let options = options.with_format("time", |text: &str| text.parse::<jiff::civil::Time>().is_ok());
        options.build(&schema).map_err(|error| error.to_string())
    }
}

/// OpenAPI 3.0 has `nullable`, JSON Schema another type. And where a number may also be a text or
/// null, the descriptions say `oneOf`, which null could never satisfy.
fn json_schema(schema: Value) -> Value {
    match schema {
        Value::Array(items) => items.into_iter().map(json_schema).collect(),
        Value::Object(members) => {
            let mut members: serde_json::Map<String, Value> =
                members.into_iter().map(|(name, value)| (name, json_schema(value))).collect();
            if let Some(choices) = members.remove("oneOf") {
                members.insert("anyOf".into(), choices);
            }
            match members.remove("nullable") {
                Some(Value::Bool(true)) => json!({ "anyOf": [members, { "type": "null" }] }),
                _ => Value::Object(members),
            }
        }
        other => other,
    }
}

fn percent_encoded(pointer: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/~._-$:@!&'()*+,;=".contains(c);
    pointer.chars().map(|c| if plain(c) { c.to_string() } else { format!("%{:02X}", u32::from(c)) }).collect()
}
