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
        check(after, store)
    })
}

/// The next id in the range that all of them share.
pub(crate) fn free_id(store: &Store) -> i64 {
    numbered(store).filter_map(Set::last_id).max().unwrap_or(0) + 1
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

fn by_number(call: &Call<'_>) -> Result<Response, Problem> {
    entities::get(call, resource(call))
}

fn first_available(call: &Call<'_>) -> Result<Response, Problem> {
    let number = free_number(&call.read(), resource(call), None).unwrap_or_default();
    let answer =
        call.shapes.entity("FirstAvailableNumber").ok_or(Problem::NoSuchPath)?.with("Number", Value::text(number));
    Ok(call.entity(200, "Pbx.FirstAvailableNumber", &answer, Selection::all()))
}
