//! Every typed answer decodes what a simulated PBX of every release serves for it: as it comes, with
//! members and words that are not known yet, and with members missing.

mod every;
mod given;
// What valid arguments are is known to the conformance check.
#[allow(dead_code)]
#[path = "../../../xtask/src/conformance/samples.rs"]
mod samples;
#[allow(dead_code)]
#[path = "../../../xtask/src/conformance/world.rs"]
mod world;

use std::time::Duration;

use given::{Given, Visit};
use samples::Samples;
use serde_json::{Map, Value, json};
use threecx::{Call, Client, FromReply, Operation, Reply, Span, operations};
use threecx_catalog::{Content, Effect, Form, Structure, Type, Verb};
use threecx_sim::{Clock, Pbx};
use world::World;

/// Decodes an answer as a call's type.
struct Decode<'a>(&'a Reply);

impl Visit for Decode<'_> {
    type Out = Result<(), threecx::Error>;

    fn plain<T: FromReply>(self, _: Call<T>, _: &Given) -> Self::Out {
        T::from_reply(self.0).map(drop)
    }
}

#[test]
fn every_answer_decodes_in_20_0_4() {
    walk("20.0.4");
}

#[test]
fn every_answer_decodes_in_20_0_7() {
    walk("20.0.7");
}

#[test]
fn every_answer_decodes_in_20_0_8() {
    walk("20.0.8");
}

#[test]
fn every_answer_decodes_in_20_0_10() {
    walk("20.0.10");
}

fn walk(release: &str) {
    // The newest of several descriptions of a version.
    let last = Span::parse(release).expect("known").last;
    let release = Span { first: last, last };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("threads");
    let clock = Clock::real();
    let pbx = Pbx::builder().users(60).calls(400).api(release).clock(clock.clone()).start();
    let pbx = runtime.block_on(pbx).expect("a free port");
    let client = Client::builder(pbx.url()).credentials("900", "secret").release(release).build().expect("an address");
    let (world, known) = (World::of(&pbx).expect("a login"), samples::known().expect("JSON"));
    let mut mistakes = Vec::new();
    let mut decoded = 0;
    for (operation, form) in calls(release) {
        // What takes its time is done when the next call comes.
        clock.step(Duration::from_secs(5));
        let checked = check(&client, &world, &known, operation, form, release);
        match checked {
            Ok(()) => decoded += 1,
            Err(mistake) => mistakes.push(format!("{}: {mistake}", operation.id)),
        }
    }
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n"));
    assert!(decoded > 400, "{decoded}");
}

/// All operations of a release: what reads first, what destroys last.
fn calls(release: Span) -> Vec<(&'static Operation, &'static Form)> {
    let of_release = |operation: &'static Operation| Some((operation, operation.form(release)?));
    let mut calls: Vec<_> = operations().filter_map(of_release).collect();
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

fn check(
    client: &Client,
    world: &World,
    known: &Value,
    operation: &'static Operation,
    form: &'static Form,
    release: Span,
) -> Result<(), String> {
    let samples = Samples::prepare(world, known, operation, release)?;
    let (path, body) = (samples.path(form)?, samples.body(form)?);
    let answer = world.send(operation, form.method.as_str(), &path, body.as_ref())?;
    if !(200..300).contains(&answer.status) {
        return Err(format!("{path}: {} {}", answer.status, answer.text()));
    }
    world.remember(operation, &answer);
    let reply = |body: Vec<u8>| {
        let response = http::Response::builder().status(answer.status).header("content-type", &answer.content_type);
        Reply::of(operation, form.answer_in(release), response.body(body.into()).expect("a response"))
    };
    let decode = |body: Vec<u8>| {
        let result = every::every(client, operation.id, &arguments(form), Decode(&reply(body)));
        result.ok_or("it has no typed call")?.map_err(|error| format!("{error}: {}", answer.text()))
    };
    decode(answer.body.clone())?;
    let Content::Value(ty) = form.answer_in(release).content else { return Ok(()) };
    let (Type::Structure(structure), Ok(json)) = (ty.ty, serde_json::from_slice::<Value>(&answer.body)) else {
        return Ok(());
    };
    let rows = match &json["value"] {
        Value::Array(rows) => rows.iter().collect(),
        _ => vec![&json],
    };
    for row in rows {
        let again = every::again(structure.name, row).ok_or(format!("{} has no model", structure.name))?;
        if plain(row) != plain(&again) {
            return Err(format!("{row} is {again} when it is decoded and encoded again"));
        }
    }
    for change in [Change::Novel, Change::Missing] {
        let changed = match &json["value"] {
            Value::Array(rows) => {
                json!({ "value": rows.iter().map(|row| change.of(row, structure)).collect::<Vec<_>>() })
            }
            _ => change.of(&json, structure),
        };
        decode(changed.to_string().into_bytes())?;
    }
    Ok(())
}

/// A value without what says nothing: nulls, and the protocol's annotations. Numbers and durations count,
/// not how they are written.
fn plain(json: &Value) -> Value {
    match json {
        Value::Object(members) => {
            let telling = members.iter().filter(|(name, value)| !name.contains('@') && !value.is_null());
            Value::Object(telling.map(|(name, value)| (name.clone(), plain(value))).collect())
        }
        Value::Array(items) => items.iter().map(plain).collect(),
        Value::Number(number) => json!(number.as_f64()),
        Value::String(text) if text.starts_with('P') => {
            let duration = text.parse::<threecx::Duration>();
            duration.map_or_else(|_| json.clone(), |duration| json!(duration.to_string()))
        }
        other => other.clone(),
    }
}

/// Arguments for building a call of which only the type counts.
fn arguments(form: &Form) -> Given {
    let value = |ty: Type| match ty {
        Type::String | Type::Guid | Type::Enumeration(_) => json!("x"),
        Type::DateTimeOffset => json!("2026-01-31T09:30:00Z"),
        Type::Date => json!("2026-01-31"),
        Type::Boolean => json!(true),
        Type::Structure(_) => json!({}),
        _ => json!(1),
    };
    let mut fields = Map::new();
    if let threecx_catalog::Body::Fields(known) = form.body {
        for field in known {
            fields.insert(field.name.into(), if field.ty.collection { json!([]) } else { value(field.ty.ty) });
        }
    }
    let parameters: Map<String, Value> =
        form.parameters.iter().map(|parameter| (parameter.name.to_owned(), value(parameter.ty.ty))).collect();
    Given(json!({ "parameters": parameters, "fields": fields, "body": {} }))
}

/// How a PBX of another release may answer.
#[derive(Clone, Copy)]
enum Change {
    /// With members and words that are not known.
    Novel,
    /// With every second member alone.
    Missing,
}

impl Change {
    fn of(self, json: &Value, structure: &'static Structure) -> Value {
        let Value::Object(members) = json else { return json.clone() };
        let mut changed = Map::new();
        for (index, (name, value)) in members.iter().enumerate() {
            if matches!(self, Change::Missing) && index % 2 == 0 {
                continue;
            }
            let property = structure.all_properties().filter(|property| property.name == name).last();
            let value = match (self, property.map(|property| property.ty.ty), value) {
                (Change::Novel, Some(Type::Enumeration(_)), Value::String(_)) => json!("NobodyKnowsThisWord"),
                (_, Some(Type::Structure(inner)), Value::Array(items)) => {
                    items.iter().map(|item| self.of(item, inner)).collect()
                }
                (_, Some(Type::Structure(inner)), Value::Object(_)) => self.of(value, inner),
                _ => value.clone(),
            };
            changed.insert(name.clone(), value);
        }
        if matches!(self, Change::Novel) {
            changed.insert("NobodyKnowsThisMember".into(), json!({ "Deep": [1, { "Down": null }] }));
        }
        Value::Object(changed)
    }
}
