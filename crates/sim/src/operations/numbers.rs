//! What has a number: extensions, departments, queues, ring groups, digital receptionists,
//! parkings, fax extensions, trunks, service principals. They share one range of ids, no two
//! have the same number, and a number never changes.

use super::{Behaviour, Call, entities};
use crate::http::{Problem, Response};
use crate::odata::Selection;
use crate::state::{Entity, Set, Store, Value};

/// A set whose entities have a number.
struct Numbered {
    set: &'static str,
    /// Where their numbers begin.
    first: u64,
    /// The properties of a department's `Props` that hold the range that it has for them.
    range: Option<(&'static str, &'static str)>,
}

const USERS: Option<(&str, &str)> = Some(("UserNumberFrom", "UserNumberTo"));
const SYSTEM: Option<(&str, &str)> = Some(("SystemNumberFrom", "SystemNumberTo"));
const TRUNKS: Option<(&str, &str)> = Some(("TrunkNumberFrom", "TrunkNumberTo"));

const NUMBERED: [Numbered; 10] = [
    Numbered { set: "Users", first: 100, range: USERS },
    Numbered { set: "Groups", first: 0, range: None },
    Numbered { set: "Queues", first: 800, range: SYSTEM },
    Numbered { set: "RingGroups", first: 800, range: SYSTEM },
    Numbered { set: "Receptionists", first: 800, range: SYSTEM },
    Numbered { set: "Fax", first: 888, range: SYSTEM },
    Numbered { set: "CallFlowApps", first: 900, range: None },
    Numbered { set: "ServicePrincipals", first: 900, range: None },
    Numbered { set: "Parkings", first: 11, range: None },
    Numbered { set: "Trunks", first: 10_000, range: TRUNKS },
];

/// Collections of members, by number: agents of a queue, members of a ring group.
const MEMBERS: [&str; 3] = ["Agents", "Managers", "Members"];

pub(super) fn behaviour(operation: &str) -> Option<Behaviour> {
    let (resource, name) = operation.split_once('.')?;
    let numbered = NUMBERED.iter().any(|numbered| numbered.set == resource);
    let create = |call: &Call<'_>| create(call, |_, _| Ok(()));
    let update = |call: &Call<'_>| update(call, |_, _| Ok(()));
    Some(match name {
        "GetPeerByNumber" => by_number,
        _ if !numbered => return None,
        "GetFirstAvailableExtensionNumber"
        | "GetFirstAvailableHotdeskingNumber"
        | "GetFirstAvailableQueueNumber"
        | "GetFirstAvailableRingGroupNumber"
        | "GetFirstAvailableReceptionistNumber"
        | "GetFirstAvailableTrunkNumber" => first_available,
        "BatchDelete" | "BulkFaxDelete" => return None,
        _ if name.ends_with("ByNumber") && name.starts_with("Get") => by_number,
        _ if name.starts_with("Create") && !name.contains("ByNumber") => create,
        _ if name.starts_with("Update") => update,
        _ if name.starts_with("Delete") && !name.contains("Company") && !name.contains("File") => delete,
        _ => return None,
    })
}

/// The set behind an operation's resource.
fn resource(call: &Call<'_>) -> &'static str {
    call.operation.resource.name
}

/// Creates an entity with a number of its own; `complete` adds what its kind needs.
pub(super) fn create(
    call: &Call<'_>,
    complete: impl FnOnce(&mut Entity, &Store) -> Result<(), Problem>,
) -> Result<Response, Problem> {
    let name = resource(call);
    entities::create(call, name, |entity, store| {
        entity.set("Id", Value::Int(free_id(store)));
        if entity.text("Number").is_empty() {
            let number = free_number(store, name, department(entity, store))
                .ok_or(Problem::Refused { target: "Number".into(), code: "WARNINGS.NO_MORE_NUMBERS_AVAILABLE" })?;
            entity.set("Number", Value::text(number));
        } else if taken(store, entity.text("Number"), entity.int("Id")) {
            return Err(Problem::Refused { target: "Number".into(), code: "WARNINGS.XAPI.ALREADY_IN_USE" });
        }
        resolve_members(entity, store)?;
        complete(entity, store)
    })
}

/// Changes an entity, but not its number; `check` refuses what its kind does not take.
pub(super) fn update(
    call: &Call<'_>,
    check: impl FnOnce(&mut Entity, &Store) -> Result<(), Problem>,
) -> Result<Response, Problem> {
    entities::update(call, resource(call), |before, after, store| {
        if before.text("Number") != after.text("Number") {
            return Err(Problem::Refused { target: "Number".into(), code: "WARNINGS.XAPI.FORBIDDEN_CHANGE" });
        }
        resolve_members(after, store)?;
        check(after, store)
    })
}

/// Deletes an entity, and takes its number out of everything that refers to it.
pub(super) fn delete(call: &Call<'_>) -> Result<Response, Problem> {
    let name = resource(call);
    let number = {
        let store = call.read();
        let set = store.set(name).ok_or(Problem::NoSuchPath)?;
        entities::find(call, set)?.text("Number").to_owned()
    };
    let response = entities::delete(call, name)?;
    forget(&mut call.write(), &number);
    Ok(response)
}

/// The next id in the range that all of them share.
pub(crate) fn free_id(store: &Store) -> i64 {
    numbered(store).filter_map(Set::last_id).max().unwrap_or(0) + 1
}

/// Takes a number out of queues, ring groups and the destinations of rules.
pub(super) fn forget(store: &mut Store, number: &str) {
    if number.is_empty() {
        return;
    }
    for set in store.sets.values_mut() {
        let affected: Vec<Entity> = set.rows().filter(|row| refers(row, number)).cloned().collect();
        for mut row in affected {
            detach(&mut row, number);
            set.put(row);
        }
    }
}

fn refers(row: &Entity, number: &str) -> bool {
    row.own_indices().any(|index| match row.at(index) {
        Value::List(items) if MEMBERS.contains(&row.shape.properties[index].name) => {
            items.iter().any(|item| is_member(item, number))
        }
        Value::Object(inner) => is_destination(inner, number) || refers(inner, number),
        _ => false,
    })
}

fn detach(row: &mut Entity, number: &str) {
    for index in row.own_indices().collect::<Vec<_>>() {
        let changed = match row.at(index) {
            Value::List(items) if MEMBERS.contains(&row.shape.properties[index].name) => {
                Value::List(items.iter().filter(|item| !is_member(item, number)).cloned().collect())
            }
            Value::Object(inner) if is_destination(inner, number) => {
                let nowhere = (**inner)
                    .clone()
                    .with("To", Value::text("None"))
                    .with("Number", Value::text(""))
                    .with("Name", Value::Null);
                Value::Object(Box::new(nowhere))
            }
            Value::Object(inner) if refers(inner, number) => {
                let mut inner = inner.clone();
                detach(&mut inner, number);
                Value::Object(inner)
            }
            _ => continue,
        };
        row.set_at(index, changed);
    }
}

fn is_member(item: &Value, number: &str) -> bool {
    item.as_object().is_some_and(|member| member.text("Number") == number)
}

fn is_destination(entity: &Entity, number: &str) -> bool {
    entity.shape.index("To").is_some() && entity.text("Number") == number
}

/// The sets whose entities have numbers.
fn numbered(store: &Store) -> impl Iterator<Item = &Set> {
    NUMBERED.iter().filter_map(|numbered| store.set(numbered.set))
}

/// True if somebody other than `but` has the number.
fn taken(store: &Store, number: &str, but: Option<i64>) -> bool {
    numbered(store).filter_map(|set| set.by_number(number)).any(|found| found.int("Id") != but)
}

/// The department that an entity belongs to: the one named first, or the primary one.
fn department<'s>(entity: &Entity, store: &'s Store) -> Option<&'s Entity> {
    let named =
        entity.get("Groups").as_list().first().and_then(Value::as_object).and_then(|group| group.int("GroupId"));
    let id = named.or_else(|| entity.int("PrimaryGroupId"))?;
    store.set("Groups")?.get(&crate::state::Key::Int(id))
}

/// The lowest number that is free: in the department's range, else where such numbers begin.
pub(crate) fn free_number(store: &Store, set: &str, department: Option<&Entity>) -> Option<String> {
    let Numbered { first, range, .. } = NUMBERED.iter().find(|numbered| numbered.set == set)?;
    let free = |number: &String| !taken(store, number, None);
    if let Some((from, to)) = range
        && let Some(props) = department.and_then(|department| department.get("Props").as_object())
        && let (Ok(from), Ok(to)) = (props.text(from).parse::<u64>(), props.text(to).parse::<u64>())
    {
        return (from..=to).map(|number| number.to_string()).find(free);
    }
    if set == "Groups" {
        return (0..).map(|index| format!("GRP{index:04}")).find(free);
    }
    if set == "Parkings" {
        return (*first..).map(|index| format!("SP{index}")).find(free);
    }
    // Extensions go on from the first one, with as many digits.
    let first = match set {
        "Users" => store.set(set)?.rows().filter_map(|row| row.text("Number").parse().ok()).min().unwrap_or(*first),
        _ => *first,
    };
    (first..).map(|number| number.to_string()).find(free)
}

/// Fills in ids and names of members given by number; refuses numbers that nobody has.
fn resolve_members(entity: &mut Entity, store: &Store) -> Result<(), Problem> {
    for name in MEMBERS {
        let Some(index) = entity.shape.index(name) else { continue };
        let mut members = Vec::new();
        for member in entity.at(index).as_list().iter().filter_map(Value::as_object) {
            let number = member.text("Number");
            let unknown = || Problem::Refused { target: name.to_owned(), code: "WARNINGS.XAPI.NOT_FOUND" };
            let found = numbered(store).find_map(|set| set.by_number(number)).ok_or_else(unknown)?;
            let label =
                if found.text("DisplayName").is_empty() { found.text("Name") } else { found.text("DisplayName") };
            let id = found.int("Id").unwrap_or_default();
            let resolved = member.clone().with("Id", Value::Int(id)).with("Name", Value::text(label));
            members.push(Value::Object(Box::new(resolved)));
        }
        entity.set_at(index, Value::List(members));
    }
    Ok(())
}

fn by_number(call: &Call<'_>) -> Result<Response, Problem> {
    entities::get(call, resource(call))
}

fn first_available(call: &Call<'_>) -> Result<Response, Problem> {
    let number = free_number(&call.read(), resource(call), None).unwrap_or_default();
    let answer =
        call.shapes.entity("FirstAvailableNumber").ok_or(Problem::NoSuchPath)?.with("Number", Value::text(number));
    Ok(call.entity(200, "Pbx.FirstAvailableNumber", &answer, Selection::all()))
}
