//! Entity sets and singletons, served from the catalogue alone: list, get, create, update,
//! delete, and the collections below an entity.

use threecx_catalog::{Content, Target, Type, TypeRef, Verb};

use super::references::settle;
use super::route::Routes;
use super::{Call, audit, declared, deleting, derived, groups, phones, rules, status, trunks};
use crate::assumptions::DEFAULT_PAGE;
use crate::http::{Problem, Response};
use crate::odata::{Options, QueryError};
use crate::state::{Entity, Key, Row, Set, Shapes, Store, Value, entity_from_json};

/// The most rows that `$top` may ask an entity set for (seen live).
const LARGEST_PAGE: usize = 100;

/// Empty sets, and singletons with their defaults, for everything that the release has.
pub(crate) fn empty_store(routes: &Routes, shapes: &'static Shapes) -> Store {
    let mut store = Store::default();
    for route in routes.all() {
        // What lies below something comes with it.
        if route.template.len() > 1 || !matches!(route.operation.verb, Verb::List | Verb::Get) {
            continue;
        }
        match route.form.target {
            // Some sets are not listed, but their entities can be read by key.
            Target::Set(set) | Target::Entity(set, _) => {
                let Some(shape) = shapes.get(set.structure.name) else { continue };
                let key = set.key.filter(|_| set.addressed).map(|key| key.name);
                let key = key.or_else(|| shape.likely_key()).unwrap_or("Id");
                store.sets.entry(set.name).or_insert_with(|| Set::new(shape, key));
            }
            Target::Singleton(singleton) => {
                let Some(shape) = shapes.get(singleton.structure.name) else { continue };
                store.singletons.insert(singleton.name, Entity::new(shape));
            }
            Target::Nothing | Target::Listed(..) => {}
        }
    }
    audit::install(&mut store, shapes);
    store
}

/// Carries out an operation of an entity set or singleton.
pub(super) fn carry_out(call: &Call<'_>) -> Result<Response, Problem> {
    if matches!(call.operation.verb, Verb::Function | Verb::Action) {
        return declared::carry_out(call);
    }
    let [root, below @ ..] = call.route.template.as_slice() else { return Err(Problem::NoSuchPath) };
    let name = root.name.as_str();
    let is_set = call.read().sets.contains_key(name);
    match (call.operation.verb, below) {
        (Verb::List, []) if is_set => list(call, name),
        (Verb::Get, []) if is_set => get(call, name),
        (Verb::Create, []) if is_set => create(call, name, |_, _| Ok(())),
        (Verb::Update, []) if is_set => update(call, name, |_, _, _| Ok(())),
        (Verb::Delete, []) if is_set => deleting::delete(call, name),
        (Verb::Get, []) => singleton(call, name),
        (Verb::Update, []) => update_singleton(call, name),
        (Verb::List, [property]) => below_entity(call, name, &property.name),
        _ => Err(Problem::NoSuchPath),
    }
}

fn list(call: &Call<'_>, name: &str) -> Result<Response, Problem> {
    let store = call.read();
    let set = store.set(name).ok_or(Problem::NoSuchPath)?;
    let options = call.options(Some(set.shape))?;
    limit(&options)?;
    let page =
        options.page(derived::rows(call, &store, set, name, &options), DEFAULT_PAGE.max(options.top.unwrap_or(0)));
    let fragment = format!("{name}{}", options.selection.context());
    Ok(call.rows(&fragment, page.rows, page.count, &options.selection))
}

/// Refuses `$top` over 100, in the words of a live PBX.
fn limit(options: &Options) -> Result<(), Problem> {
    match options.top {
        Some(top) if top > LARGEST_PAGE => Err(Problem::Query(QueryError::new(format!(
            "The limit of '{LARGEST_PAGE}' for Top query has been exceeded. The value from the incoming request is '{top}'."
        )))),
        _ => Ok(()),
    }
}

/// The number in the path: an alternate key, or until 20.0.7 a function's argument.
pub(super) fn number<'c>(call: &'c Call<'_>) -> Option<&'c Value> {
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

pub(super) fn get(call: &Call<'_>, name: &str) -> Result<Response, Problem> {
    let store = call.read();
    let set = store.set(name).ok_or(Problem::NoSuchPath)?;
    let options = call.options(Some(set.shape))?;
    let (property, key) = match call.parameters.get(set.key) {
        Some(key) => (set.key, Some(key)),
        None => ("Number", number(call)),
    };
    let derived = || derived::rows(call, &store, set, name, &options).find(|row| Some(row.get(property)) == key);
    let entity = match find(call, set) {
        Ok(entity) if name == "Groups" => {
            groups::shown(&store, entity, groups::Wanted::of(&options, set.shape), call.now)
        }
        Ok(entity) if name == "Users" => phones::shown(&store, entity, call.now),
        Ok(entity) if name == "Trunks" => trunks::shown(&store, entity, options.needs("RoutingRules", set.shape)),
        Ok(entity) => Row::Stored(entity),
        Err(problem) => derived().ok_or(problem)?,
    };
    Ok(call.entity(200, &format!("{name}{}/$entity", options.selection.context()), &entity, &options.selection))
}

/// Creates an entity; `complete` gives it what nobody asked for and refuses what must not be.
pub(super) fn create(
    call: &Call<'_>,
    name: &str,
    complete: impl FnOnce(&mut Entity, &Store) -> Result<(), Problem>,
) -> Result<Response, Problem> {
    let mut store = call.write();
    let set = store.set(name).ok_or(Problem::NoSuchPath)?;
    let mut entity = Entity::new(set.shape);
    entity_from_json(&mut entity, &call.body, call.shapes)?;
    // No id, or one of 0, asks for a free one. The console sends 0.
    let free = match entity.get(set.key) {
        Value::Int(0) => Some(set.free_key()),
        Value::Text(text) if text.is_empty() => free_text(name, set),
        _ => None,
    };
    if let Some(free) = free {
        entity.set(set.key, free.into());
    }
    let key = Key::of(entity.get(set.key))
        .ok_or(Problem::Refused { target: set.key.to_owned(), code: "WARNINGS.XAPI.REQUIRED" })?;
    if set.get(&key).is_some() {
        return Err(Problem::Refused { target: set.key.to_owned(), code: "WARNINGS.XAPI.ALREADY_IN_USE" });
    }
    complete(&mut entity, &store)?;
    settle(&mut entity, &store)?;
    rules::check(name, &entity, None, &store, call.now)?;
    let response = call.entity(201, &format!("{name}/$entity"), &entity, crate::odata::Selection::all());
    if let Some(set) = store.set_mut(name) {
        set.put(entity);
    }
    Ok(response)
}

/// Keys that are texts and that the PBX chooses itself.
fn free_text(name: &str, set: &Set) -> Option<Key> {
    let ending = match name {
        "BlackListNumbers" => "",
        "PhoneTemplates" => ".ph.xml",
        "TrunkTemplates" => ".pv.xml",
        "FxsTemplates" => ".fxs.xml",
        _ => return None,
    };
    let keys = (set.len() + 1..).map(|number| match ending {
        "" => number.to_string(),
        _ => format!("custom-{number}{ending}"),
    });
    keys.map(|text| Key::Text(text.into())).find(|key| set.get(key).is_none())
}

/// Changes what the body names; `check` gets the entity before and after, and refuses what
/// must not be changed.
pub(super) fn update(
    call: &Call<'_>,
    name: &str,
    check: impl FnOnce(&Entity, &mut Entity, &Store) -> Result<(), Problem>,
) -> Result<Response, Problem> {
    let store = &mut *call.write();
    let before = find(call, store.set(name).ok_or(Problem::NoSuchPath)?)?.clone();
    change(call, store, name, &before, check)
}

/// The same for an entity that was found already.
pub(super) fn change(
    call: &Call<'_>,
    store: &mut Store,
    name: &str,
    before: &Entity,
    check: impl FnOnce(&Entity, &mut Entity, &Store) -> Result<(), Problem>,
) -> Result<Response, Problem> {
    let mut entity = before.clone();
    entity_from_json(&mut entity, &call.body, call.shapes)?;
    let key = store.set(name).ok_or(Problem::NoSuchPath)?.key;
    if entity.get(key) != before.get(key) {
        return Err(Problem::refused(key, "WARNINGS.XAPI.FORBIDDEN_CHANGE"));
    }
    check(before, &mut entity, store)?;
    settle(&mut entity, store)?;
    rules::check(name, &entity, Some(before), store, call.now)?;
    if let Some(set) = store.set_mut(name) {
        set.put(entity);
    }
    Ok(Response::empty(204))
}

fn singleton(call: &Call<'_>, name: &str) -> Result<Response, Problem> {
    let store = call.read();
    let entity = store.singletons.get(name).ok_or(Problem::NoSuchPath)?;
    let options = call.options(Some(entity.shape))?;
    let entity = status::now(call, &store, name, entity);
    Ok(call.entity(200, &format!("{name}{}", options.selection.context()), &entity, &options.selection))
}

fn update_singleton(call: &Call<'_>, name: &str) -> Result<Response, Problem> {
    let mut store = call.write();
    let mut changed = store.singletons.get(name).ok_or(Problem::NoSuchPath)?.clone();
    entity_from_json(&mut changed, &call.body, call.shapes)?;
    settle(&mut changed, &store)?;
    if let Some(entity) = store.singletons.get_mut(name) {
        *entity = changed;
    }
    Ok(Response::empty(204))
}

/// `Users(29)/Groups`, `Defs/Codecs`
pub(super) fn below_entity(call: &Call<'_>, name: &str, property: &str) -> Result<Response, Problem> {
    let store = call.read();
    let entity = match store.set(name) {
        Some(set) => find(call, set)?,
        None => store.singletons.get(name).ok_or(Problem::NoSuchPath)?,
    };
    let entity = if name == "Groups" { groups::with_members(&store, Row::Stored(entity)) } else { Row::Stored(entity) };
    let rows: Vec<&Entity> = entity.get(property).as_list().iter().filter_map(Value::as_object).collect();
    rows_below(call, &format!("{name}/{property}"), rows)
}

/// A collection below something.
pub(super) fn rows_below(call: &Call<'_>, place: &str, rows: Vec<&Entity>) -> Result<Response, Problem> {
    let Content::Value(TypeRef { ty: Type::Structure(structure), .. }) = call.form.answers[0].value.content else {
        return Err(Problem::NoSuchPath);
    };
    let options = call.options(call.shapes.get(structure.name))?;
    limit(&options)?;
    let page = options.page(rows.into_iter(), usize::MAX);
    Ok(call.rows(&format!("{place}{}", options.selection.context()), page.rows, page.count, &options.selection))
}
