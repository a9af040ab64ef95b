//! Functions and actions without a behaviour of their own: settings that are set by one and
//! read by another are kept; questions are answered from the library; everything else answers
//! what it declares, with nothing in it.

use serde_json::Value as Json;
use threecx_catalog::{Body, Content, Form, Structure, Type, TypeRef};

use super::behaviours::{Answer, Behaviour};
use super::nature::{View, Wanted};
use super::{Call, csv, entities, wav};
use crate::company::library;
use crate::http::{Problem, Response};
use crate::odata::{Arguments, Options};
use crate::state::{Entity, Store, Value, default, entity_from_json, known_entity, value_from_json};

/// What an operation of such a form does.
pub(super) fn behaviour(form: &Form) -> Behaviour {
    match settings_field(form) {
        Some(_) => Behaviour::Changes(keep),
        None => Behaviour::Reads(answer),
    }
}

/// Keeps the settings in the body, and answers.
fn keep(call: &Call<'_>, store: &mut Store) -> Answer {
    exists(call, store)?;
    let field = settings_field(call.form).and_then(|(name, ty)| Some((call.field(name)?, call.shapes.get(ty.name)?)));
    if let Some((given, shape)) = field.filter(|(given, _)| !given.is_null()) {
        let mut settings = Entity::new(shape);
        entity_from_json(&mut settings, given, call.shapes)?;
        store.settings.insert((call.operation.resource.name, shape.structure.name), settings);
    }
    respond(call, store)
}

fn answer(call: &Call<'_>, store: &Store) -> Answer {
    exists(call, store)?;
    respond(call, store)
}

fn respond(call: &Call<'_>, store: &Store) -> Answer {
    let answer = call.form.answer_in(call.release);
    match answer.content {
        Content::Nothing => Ok(Response::empty(answer.status)),
        Content::File(media, rows) => file(call, store, media, rows),
        Content::Value(ty) => value(call, store, ty),
    }
}

/// What is asked of an entity is asked of one that exists.
fn exists(call: &Call<'_>, store: &Store) -> Result<(), Problem> {
    let by_key = call.route.template.first().is_some_and(|root| matches!(root.arguments, Arguments::Key(_)));
    match store.set(call.route.root) {
        Some(set) if by_key => entities::exists(call, store, set),
        _ => Ok(()),
    }
}

/// The one structure that an action takes, if that is all it takes: settings to keep.
fn settings_field(form: &Form) -> Option<(&'static str, &'static Structure)> {
    let Body::Fields([field]) = form.body else { return None };
    match field.ty.ty {
        Type::Structure(structure) if !field.ty.collection => Some((field.name, structure)),
        _ => None,
    }
}

/// Fields have to be there and to be of their types.
pub(super) fn check_fields(call: &Call<'_>) -> Result<(), Problem> {
    let Body::Fields(fields) = call.form.body else { return Ok(()) };
    for field in fields.iter().filter(|field| field.span.overlaps(call.release)) {
        match call.field(field.name) {
            None if field.ty.nullable || field.default.is_some() => {}
            Some(Json::Null) if field.ty.nullable => {}
            None => return Err(call.required(field.name)),
            Some(json) => {
                value_from_json(json, field.ty, call.shapes).map_err(|misfit| misfit.below(field.name))?;
            }
        }
    }
    Ok(())
}

fn value(call: &Call<'_>, store: &Store, ty: TypeRef) -> Answer {
    let name = ty.ty.name();
    let answer = library::answer(call.operation.id);
    match ty.ty {
        Type::Structure(_) if ty.collection => {
            let shape = call.shapes.get(name).ok_or(Problem::NoSuchPath)?;
            let options = call.options(Some(shape))?;
            let answer = answer.and_then(Json::as_array).into_iter().flatten();
            let rows: Vec<Entity> = answer.map(|row| known_entity(Entity::new(shape), row, call.shapes)).collect();
            let page = options.page(rows.into_iter(), usize::MAX);
            let fragment = format!("Collection(Pbx.{name}){}", options.selection.context());
            Ok(call.rows(&fragment, page.rows, page.count, &options.selection))
        }
        Type::Structure(_) => {
            let shape = call.shapes.get(name).ok_or(Problem::NoSuchPath)?;
            let options = call.options(Some(shape))?;
            let kept = store.settings.get(&(call.operation.resource.name, name)).cloned();
            let usual = || match answer {
                Some(answer) => known_entity(Entity::new(shape), answer, call.shapes),
                None => Entity::new(shape),
            };
            let entity = kept.unwrap_or_else(usual);
            Ok(call.entity(answer_status(call), &format!("Pbx.{name}"), &entity, &options.selection))
        }
        _ => {
            let answer = answer.and_then(|answer| value_from_json(answer, ty, call.shapes).ok());
            let value = answer.unwrap_or_else(|| default(TypeRef { nullable: false, ..ty }, call.shapes));
            let namespace = if matches!(ty.ty, Type::Enumeration(_)) { "Pbx" } else { "Edm" };
            match value {
                Value::List(values) => call.values(&format!("{namespace}.{name}"), values),
                one => Ok(call.value(&format!("{namespace}.{name}"), &one)),
            }
        }
    }
}

fn answer_status(call: &Call<'_>) -> u16 {
    call.form.answer_in(call.release).status
}

/// A file. Exports have the rows of their set, if they are of its type; others have the names
/// of the columns.
fn file(call: &Call<'_>, store: &Store, media: &'static str, rows: Option<TypeRef>) -> Answer {
    let name = call.operation.name().trim_start_matches("Download").trim_start_matches("Export");
    if let (Some(shape), "text/csv") = (rows.and_then(|rows| call.shapes.get(rows.ty.name())), media) {
        let options = call.options(Some(shape))?;
        let set = store.set(call.route.root).filter(|set| std::ptr::eq(set.shape, shape));
        let rows = set
            .map(|set| (call.route.nature.rows)(View { store, set, wanted: Wanted::Options(&options), now: call.now }));
        let page = options.page(rows.into_iter().flatten(), usize::MAX);
        return csv::answer(call, shape, page.rows);
    }
    let (extension, body) = match media {
        "audio/x-wav" => ("wav", wav::tone(1)),
        "application/json" => ("json", b"{\"Version\":\"2012-10-17\",\"Statement\":[]}\n".to_vec()),
        "text/csv" => return export(call, store),
        _ => ("txt", b"# Generated by a simulated PBX\n".to_vec()),
    };
    Ok(Response::file(media, &format!("{name}.{extension}"), body))
}

/// An export of which no description says what rows it has: those of its set.
fn export(call: &Call<'_>, store: &Store) -> Answer {
    let set = entities::root(call, store)?;
    let options = Options::default();
    let view = View { store, set, wanted: Wanted::Options(&options), now: call.now };
    csv::answer(call, set.shape, (call.route.nature.rows)(view))
}
