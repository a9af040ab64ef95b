//! Departments, and who belongs to them.

use jiff::Timestamp;
use serde_json::Value as Json;

use super::{Behaviour, Call, deleting, entities, numbers, peers};
use crate::http::{Problem, Response};
use crate::odata::{Options, Selection};
use crate::state::{Entity, Key, Row, Set, Shape, Store, Value};

pub(super) fn behaviour(operation: &str) -> Option<Behaviour> {
    Some(match operation {
        "Groups.CreateGroup" => create,
        "Groups.UpdateGroup" => update,
        "Groups.DeleteCompanyById" => |call| {
            let id = call.field("id").and_then(Json::as_i64).ok_or_else(|| call.required("id"))?;
            delete_company(call, &Key::Int(id))
        },
        "Groups.DeleteCompanyByNumber" => |call| {
            let number = call.text_field("number")?;
            let found =
                call.read().set("Groups").and_then(|set| set.by_number(number)).map(|group| group.get("Id").clone());
            let key = found.as_ref().and_then(Key::of).ok_or(Problem::refused("number", "WARNINGS.XAPI.NOT_FOUND"))?;
            delete_company(call, &key)
        },
        "Groups.GetRestrictions" => restrictions,
        _ => return None,
    })
}

fn delete_company(call: &Call<'_>, key: &Key) -> Result<Response, Problem> {
    match deleting::remove(&mut call.write(), "Groups", key) {
        Ok(_) => Ok(Response::empty(204)),
        Err(Problem::NoSuchEntity) => Err(Problem::refused("id", "WARNINGS.XAPI.NOT_FOUND")),
        Err(problem) => Err(problem),
    }
}

/// What can belong to a department.
fn sets(store: &Store) -> impl Iterator<Item = (&'static str, &'static str, &Set)> {
    let kinds = peers::KINDS.iter().filter(|(name, _)| *name != "Groups");
    kinds.filter_map(|(name, kind)| Some((*name, *kind, store.set(name)?)))
}

/// The memberships of a department: those that users, queues and the like say they have.
pub(super) fn members<'s>(store: &'s Store, group: &Entity) -> impl Iterator<Item = &'s Value> + use<'s> {
    let id = group.get("Id").clone();
    let memberships = sets(store).flat_map(|(_, _, set)| set.rows()).flat_map(|row| row.get("Groups").as_list());
    memberships
        .filter(move |membership| membership.as_object().is_some_and(|membership| membership.get("GroupId") == &id))
}

/// What is asked of a department that has to be worked out.
#[derive(Clone, Copy)]
pub(super) struct Wanted {
    members: bool,
    has_members: bool,
}

impl Wanted {
    pub fn of(options: &Options, shape: &Shape) -> Wanted {
        Wanted { members: options.needs("Members", shape), has_members: options.needs("HasMembers", shape) }
    }
}

/// A department as it is now: hours that were forced for a while are over when it is, and
/// members are told if they are asked for.
pub(super) fn shown<'s>(store: &'s Store, group: &'s Entity, wanted: Wanted, now: Timestamp) -> Row<'s> {
    let mut row = Row::Stored(group);
    let over = group.text("OverrideExpiresAt").parse::<Timestamp>().is_ok_and(|end| end <= now);
    if over && group.text("CurrentGroupHours") != "Default" {
        row = group.clone().with("CurrentGroupHours", Value::text("Default")).into();
    }
    if wanted.members {
        return with_members(store, row);
    }
    // Looking for one costs little where there are some.
    let has_members = wanted.has_members && members(store, group).next().is_some();
    if wanted.has_members && row.get("HasMembers") != &Value::Bool(has_members) {
        row = row.clone().with("HasMembers", Value::Bool(has_members)).into();
    }
    row
}

/// A department with its members.
pub(super) fn with_members<'s>(store: &'s Store, group: Row<'s>) -> Row<'s> {
    let members: Vec<Value> = members(store, &group).cloned().collect();
    let has = Value::Bool(!members.is_empty());
    group.clone().with("HasMembers", has).with("Members", Value::List(members)).into()
}

fn create(call: &Call<'_>) -> Result<Response, Problem> {
    let members = wanted(call)?;
    let mut id = Value::Null;
    let response = numbers::create(call, |group, _| {
        group.set("Members", Value::List(Vec::new()));
        id = group.get("Id").clone();
        Ok(())
    })?;
    assign(call, &id, members);
    Ok(response)
}

fn update(call: &Call<'_>) -> Result<Response, Problem> {
    let members = wanted(call)?;
    let mut id = Value::Null;
    let response = numbers::update(call, |group, _| {
        group.set("Members", Value::List(Vec::new()));
        id = group.get("Id").clone();
        Ok(())
    })?;
    assign(call, &id, members);
    Ok(response)
}

/// The members that the body names, if it names any; all of them have to exist.
fn wanted(call: &Call<'_>) -> Result<Option<Vec<Json>>, Problem> {
    let Some(given) = call.field("Members").and_then(Json::as_array) else { return Ok(None) };
    let store = call.read();
    for member in given {
        let number = member["Number"].as_str().unwrap_or_default();
        if peers::by_number(&store, number).is_none_or(|(_, kind)| kind == "Group") {
            return Err(Problem::refused("Members", "WARNINGS.XAPI.NOT_FOUND"));
        }
    }
    Ok(Some(given.clone()))
}

/// Members are given by number; the memberships are kept with the extensions that they are.
fn assign(call: &Call<'_>, id: &Value, members: Option<Vec<Json>>) {
    let Some(members) = members else { return };
    let mut store = call.write();
    let Some(group) = Key::of(id).and_then(|key| store.set("Groups")?.get(&key)).cloned() else { return };
    let is_this = |membership: &Value| {
        membership.as_object().is_some_and(|membership| membership.get("GroupId") == group.get("Id"))
    };
    let member = |row: &Entity| members.iter().find(|member| member["Number"].as_str() == Some(row.text("Number")));
    let mut changed = Vec::new();
    for (name, kind, set) in sets(&store) {
        let affected =
            set.rows().filter(|row| member(row).is_some() || row.get("Groups").as_list().iter().any(is_this));
        for row in affected {
            let others = row.get("Groups").as_list().iter().filter(|membership| !is_this(membership)).cloned();
            let mut memberships: Vec<Value> = others.collect();
            memberships.extend(member(row).and_then(|member| membership(call, &group, row, kind, member)));
            changed.push((name, row.clone().with("Groups", Value::List(memberships))));
        }
    }
    for (name, row) in changed {
        if let Some(set) = store.set_mut(name) {
            set.put(row);
        }
    }
}

fn membership(call: &Call<'_>, group: &Entity, row: &Entity, kind: &str, member: &Json) -> Option<Value> {
    let role = member["Rights"]["RoleName"].as_str().unwrap_or("users");
    let rights = call.shapes.entity("Rights")?.with("RoleName", Value::text(role));
    let membership = call
        .shapes
        .entity("UserGroup")?
        .with("Id", row.get("Id").clone())
        .with("GroupId", group.get("Id").clone())
        .with("Name", group.get("Name").clone())
        .with("Number", row.get("Number").clone())
        .with("MemberName", Value::text(peers::label(row)))
        .with("Type", Value::text(kind))
        .with("CanDelete", Value::Bool(true))
        .with("Rights", Value::Object(Box::new(rights)));
    Some(Value::Object(Box::new(membership)))
}

/// How many of everything a department may have, by its `Props`, and has.
fn restrictions(call: &Call<'_>) -> Result<Response, Problem> {
    restrictions_of(call, |store| entities::find(call, store.set("Groups").ok_or(Problem::NoSuchPath)?))
}

/// The same for a department that is found in some way.
pub(super) fn restrictions_of(
    call: &Call<'_>,
    find: impl for<'s> FnOnce(&'s Store) -> Result<&'s Entity, Problem>,
) -> Result<Response, Problem> {
    let store = call.read();
    let group = find(&store)?;
    let props = group.get("Props").as_object();
    let limit = |name: &str| props.and_then(|props| props.int(name));
    let count = |kind: &str| {
        members(&store, group).filter_map(Value::as_object).filter(|member| member.text("Type") == kind).count() as i64
    };
    let owned = |set: &str| {
        let rows = store.set(set).into_iter().flat_map(Set::rows);
        rows.filter(|row| row.get("Group") == group.get("Number")).count() as i64
    };
    let system = ["Queue", "RingGroup", "IVR", "Fax", "RoutePoint"].into_iter().map(count).sum();
    let answer = call.shapes.entity("Restrictions").ok_or(Problem::NoSuchPath)?;
    let one = |used: i64, allowed: Option<i64>| {
        let restriction = call.shapes.entity("EntityRestrictions").map(|restriction| {
            restriction
                .with("Used", Value::Int(used))
                .with("Allowed", allowed.map_or(Value::Null, Value::Int))
                .with("Unlimited", Value::Bool(allowed.is_none()))
        });
        restriction.map_or(Value::Null, |restriction| Value::Object(Box::new(restriction)))
    };
    let answer = answer
        .with("Users", one(count("Extension"), range(props, "UserNumberFrom", "UserNumberTo")))
        .with("System", one(system, range(props, "SystemNumberFrom", "SystemNumberTo")))
        .with(
            "Trunks",
            one(
                count("ExternalLine"),
                limit("TrunksMaxCount").or_else(|| range(props, "TrunkNumberFrom", "TrunkNumberTo")),
            ),
        )
        .with("Sbcs", one(owned("Sbcs"), limit("SbcMaxCount")))
        .with("LiveChats", one(owned("WebsiteLinks"), limit("LiveChatMaxCount")))
        .with("Dects", one(owned("Fxs"), limit("DectMaxCount")))
        .with("MaxPrompts", limit("PromptsMaxCount").map_or(Value::Null, Value::Int));
    Ok(call.entity(200, "Pbx.Restrictions", &answer, Selection::all()))
}

/// How many numbers a range has.
fn range(props: Option<&Entity>, from: &str, to: &str) -> Option<i64> {
    let number = |name: &str| props?.text(name).parse::<i64>().ok();
    Some(number(to)? - number(from)? + 1)
}
