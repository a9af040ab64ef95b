//! Entity sets and singletons, served from the catalogue alone: list, get, create, update,
//! delete, and the collections below an entity.

use threecx_catalog::{Content, Form, Span, Type, TypeRef, Verb};

use super::behaviours::{Answer, Behaviour};
use super::nature::{Nature, TextKeys, View, Wanted};
use super::references::settle;
use super::{Call, removal, rules, settings};
use crate::assumptions::DEFAULT_PAGE;
use crate::http::{Problem, Response};
use crate::odata::{Options, QueryError, Segment, Selection};
use crate::state::{Entity, Key, Row, Set, Store, Value, entity_from_json};

/// The most rows that `$top` may ask an entity set for (seen live).
const LARGEST_PAGE: usize = 100;
/// What is not in the answer to whoever created an entity with it.
const UNECHOED: [&str; 1] = ["AccessPassword"];
/// The first release with this limit: clients of earlier ones ask for 100,000.
const LIMITED_SINCE: &str = "20.0.6";

/// What an operation does that has no behaviour of its own. `below` are the segments of its path after
/// the first, which names a set or something else.
pub(super) fn behaviour(verb: Verb, form: &Form, below: Option<&[Segment]>, is_set: bool) -> Behaviour {
    match (verb, below.unwrap_or_default()) {
        (Verb::Function | Verb::Action, _) => settings::behaviour(form),
        (Verb::List, []) if is_set => Behaviour::Reads(list),
        (Verb::Get, []) if is_set => Behaviour::Reads(get),
        (Verb::Create, []) if is_set => Behaviour::Changes(|call, store| create(call, store, |_, _| Ok(()))),
        (Verb::Update, []) if is_set => Behaviour::Changes(|call, store| update(call, store, |_, _, _| Ok(()))),
        (Verb::Delete, []) if is_set => Behaviour::Changes(removal::delete),
        (Verb::Get, []) => Behaviour::Reads(singleton),
        (Verb::Update, []) => Behaviour::Changes(update_singleton),
        (Verb::List, [_]) => Behaviour::Reads(below_entity),
        _ => Behaviour::Reads(|_, _| Err(Problem::NoSuchPath)),
    }
}

fn list(call: &Call<'_>, store: &Store) -> Answer {
    let set = root(call, store)?;
    let options = call.options(Some(set.shape))?;
    limit(call, &options)?;
    let view = View { store, set, wanted: Wanted::Options(&options), now: call.now };
    let page = options.page((call.route.nature.rows)(view), DEFAULT_PAGE.max(options.top.unwrap_or(0)));
    let fragment = format!("{}{}", call.route.root, options.selection.context());
    Ok(call.rows(&fragment, page.rows, page.count, &options.selection))
}

/// Refuses `$top` over 100, in the words of a live PBX.
pub(super) fn limit(call: &Call<'_>, options: &Options) -> Result<(), Problem> {
    let limited = || Span::parse(LIMITED_SINCE).is_none_or(|since| call.release.last >= since.first);
    match options.top {
        Some(top) if top > LARGEST_PAGE && limited() => Err(Problem::Query(QueryError::new(format!(
            "The limit of '{LARGEST_PAGE}' for Top query has been exceeded. The value from the incoming request is '{top}'."
        )))),
        _ => Ok(()),
    }
}

/// The set that the path begins with.
pub(super) fn root<'s>(call: &Call<'_>, store: &'s Store) -> Result<&'s Set, Problem> {
    store.set(call.route.root).ok_or(Problem::NoSuchPath)
}

/// The number in the path: an alternate key, or until 20.0.7 a function's argument.
fn number<'c>(call: &'c Call<'_>) -> Option<&'c Value> {
    call.parameters.iter().find(|(name, _)| name.eq_ignore_ascii_case("Number")).map(|(_, number)| number)
}

/// The key in the path; an alternate key is a number.
pub(super) fn find<'s>(call: &Call<'_>, set: &'s Set) -> Result<&'s Entity, Problem> {
    let alternate = number(call).filter(|_| set.key != "Number");
    let found = match alternate.and_then(Value::as_text) {
        Some(number) => set.by_number(number),
        None => call.parameters.get(set.key).and_then(Key::of).and_then(|key| set.get(&key)),
    };
    found.ok_or(Problem::NoSuchEntity)
}

/// The entity that the path names, out of the set that it begins with.
pub(super) fn named<'s>(call: &Call<'_>, store: &'s Store) -> Result<&'s Entity, Problem> {
    find(call, root(call, store)?)
}

pub(super) fn get(call: &Call<'_>, store: &Store) -> Answer {
    let set = root(call, store)?;
    let options = call.options(Some(set.shape))?;
    let view = View { store, set, wanted: Wanted::Options(&options), now: call.now };
    let entity = match find(call, set) {
        Ok(entity) => (call.route.nature.entity)(view, entity),
        Err(problem) => made(call, view).ok_or(problem)?,
    };
    let fragment = format!("{}{}/$entity", call.route.root, options.selection.context());
    Ok(call.entity(200, &fragment, &entity, &options.selection))
}

/// The row that the path names among those that are not stored but made.
fn made<'s>(call: &Call<'_>, view: View<'s>) -> Option<Row<'s>> {
    let (property, key) = match call.parameters.get(view.set.key) {
        Some(key) => (view.set.key, Some(key)),
        None => ("Number", number(call)),
    };
    (call.route.nature.rows)(view).find(|row| Some(row.get(property)) == key)
}

/// Refuses a key in the path that nothing has, stored or made.
pub(super) fn exists(call: &Call<'_>, store: &Store, set: &Set) -> Result<(), Problem> {
    let options = Options::default();
    let view = View { store, set, wanted: Wanted::Options(&options), now: call.now };
    match find(call, set) {
        Err(problem) if made(call, view).is_none() => Err(problem),
        _ => Ok(()),
    }
}

/// Creates an entity in the set that the path begins with; `complete` gives it what was not asked
/// for and refuses what must not be.
pub(super) fn create(
    call: &Call<'_>,
    store: &mut Store,
    complete: impl FnOnce(&mut Entity, &Store) -> Result<(), Problem>,
) -> Answer {
    let (name, nature) = (call.route.root, call.route.nature);
    let set = root(call, store)?;
    let mut entity = Entity::new(set.shape);
    entity_from_json(&mut entity, &call.body, call.shapes).map_err(|misfit| Problem::of_body(misfit, call.form))?;
    // No id, or one of 0, asks for a free one. The console sends 0.
    let free = match entity.get(set.key) {
        Value::Int(0) => Some(set.free_key()),
        Value::Text(text) if text.is_empty() => free_text(set, nature.text_keys),
        _ => None,
    };
    if let Some(free) = free {
        entity.set(set.key, free.into());
    }
    let key = Key::of(entity.get(set.key)).ok_or(Problem::refused(set.key, "WARNINGS.XAPI.REQUIRED"))?;
    if set.get(&key).is_some() {
        return Err(Problem::refused(set.key, "WARNINGS.XAPI.ALREADY_IN_USE"));
    }
    complete(&mut entity, store)?;
    settle(&mut entity, store)?;
    rules::check(nature, set, &entity, None, store, call.now)?;
    let echo = UNECHOED.iter().fold(entity.clone(), |echo, name| echo.with(name, Value::Null));
    let response = call.entity(201, &format!("{name}/$entity"), &echo, Selection::all());
    if let Some(set) = store.set_mut(name) {
        set.put(entity);
    }
    Ok(response)
}

/// A key that the PBX chooses itself, if it does.
fn free_text(set: &Set, keys: TextKeys) -> Option<Key> {
    match keys {
        TextKeys::Given => None,
        TextKeys::Counted => Some(set.free_text(|number| number.to_string())),
        TextKeys::CustomFile(ending) => Some(set.free_text(|number| format!("custom-{number}{ending}"))),
    }
}

/// Changes what the body names of the entity that the path names; `check` gets the entity before
/// and after, and refuses what must not be changed.
pub(super) fn update(
    call: &Call<'_>,
    store: &mut Store,
    check: impl FnOnce(&Entity, &mut Entity, &Store) -> Result<(), Problem>,
) -> Answer {
    let before = named(call, store)?.clone();
    change(call, store, call.route.root, call.route.nature, &before, check)
}

/// The same for an entity of any set that was found already.
pub(super) fn change(
    call: &Call<'_>,
    store: &mut Store,
    name: &str,
    nature: &Nature,
    before: &Entity,
    check: impl FnOnce(&Entity, &mut Entity, &Store) -> Result<(), Problem>,
) -> Answer {
    let mut entity = before.clone();
    entity_from_json(&mut entity, &call.body, call.shapes).map_err(|misfit| Problem::of_body(misfit, call.form))?;
    let set = store.set(name).ok_or(Problem::NoSuchPath)?;
    if entity.get(set.key) != before.get(set.key) {
        return Err(Problem::refused(set.key, "WARNINGS.XAPI.FORBIDDEN_CHANGE"));
    }
    check(before, &mut entity, store)?;
    settle(&mut entity, store)?;
    rules::check(nature, set, &entity, Some(before), store, call.now)?;
    if let Some(set) = store.set_mut(name) {
        set.put(entity);
    }
    Ok(Response::empty(204))
}

fn singleton(call: &Call<'_>, store: &Store) -> Answer {
    let name = call.route.root;
    let entity = store.singletons.get(name).ok_or(Problem::NoSuchPath)?;
    let options = call.options(Some(entity.shape))?;
    let entity = (call.route.nature.current)(call, store, entity);
    Ok(call.entity(200, &format!("{name}{}", options.selection.context()), &entity, &options.selection))
}

fn update_singleton(call: &Call<'_>, store: &mut Store) -> Answer {
    let name = call.route.root;
    let mut changed = store.singletons.get(name).ok_or(Problem::NoSuchPath)?.clone();
    entity_from_json(&mut changed, &call.body, call.shapes).map_err(|misfit| Problem::of_body(misfit, call.form))?;
    settle(&mut changed, store)?;
    if let Some(entity) = store.singletons.get_mut(name) {
        *entity = changed;
    }
    Ok(Response::empty(204))
}

/// `Users(29)/Groups`, `Defs/Codecs`
fn below_entity(call: &Call<'_>, store: &Store) -> Answer {
    let name = call.route.root;
    let property = call.route.template.last().map_or("", |last| last.name.as_str());
    match store.set(name) {
        Some(set) => {
            let view = View { store, set, wanted: Wanted::Property(property), now: call.now };
            let entity = (call.route.nature.entity)(view, find(call, set)?);
            rows_below(call, &entity, name, property)
        }
        None => rows_below(call, store.singletons.get(name).ok_or(Problem::NoSuchPath)?, name, property),
    }
}

/// The collection that a property of an entity is; `place` is what the path calls the entity's set.
pub(super) fn rows_below(call: &Call<'_>, entity: &Entity, place: &str, property: &str) -> Answer {
    let Content::Value(TypeRef { ty: Type::Structure(structure), .. }) = call.form.answers[0].value.content else {
        return Err(Problem::NoSuchPath);
    };
    let options = call.options(call.shapes.get(structure.name))?;
    limit(call, &options)?;
    let rows = entity.get(property).as_list().iter().filter_map(Value::as_object);
    let page = options.page(rows, usize::MAX);
    let fragment = format!("{place}/{property}{}", options.selection.context());
    Ok(call.rows(&fragment, page.rows, page.count, &options.selection))
}
