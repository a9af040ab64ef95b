//! Departments, and who belongs to them.

use jiff::Timestamp;
use serde_json::Value as Json;

use super::behaviours::Behaviour::{Changes, Reads};
use super::behaviours::{Answer, Behaviours};
use super::nature::{Dependant, Nature, View};
use super::numbered::{self, Finish};
use super::{Call, entities, removal};
use crate::http::{Problem, Response};
use crate::state::{
    Entity, Key, NUMBERED, Numbered, PeerKind, Range, Row, SYSTEM_NUMBERS, Set, Store, TRUNK_NUMBERS, USER_NUMBERS,
    Value, label, peer_by_number,
};

pub(super) const BEHAVIOURS: Behaviours = &[
    ("Groups.CreateGroup", Changes(|call, store| save(call, store, numbered::create))),
    (
        "Groups.DeleteCompanyById",
        Changes(|call, store| {
            let id = call.field("id").and_then(Json::as_i64).ok_or_else(|| call.required("id"))?;
            delete_company(store, &Key::Int(id))
        }),
    ),
    (
        "Groups.DeleteCompanyByNumber",
        Changes(|call, store| {
            let number = call.text_field("number")?;
            let group = store.set("Groups").and_then(|set| set.by_number(number));
            let key = group.and_then(|group| Key::of(group.get("Id")));
            delete_company(store, &key.ok_or(Problem::refused("number", "WARNINGS.XAPI.NOT_FOUND"))?)
        }),
    ),
    ("Groups.GetRestrictions", Reads(|call, store| restrictions(call, store, entities::named(call, store)?))),
    ("Groups.UpdateGroup", Changes(|call, store| save(call, store, numbered::update))),
];

pub(super) const GROUPS: Nature = Nature {
    name: "Groups",
    rows: |view| {
        let needs = Needs::of(view);
        Box::new(view.set.rows().map(move |group| shown(view, group, needs)))
    },
    entity: |view, group| shown(view, group, Needs::of(view)),
    filled: &["Name"],
    unique: &["Name"],
    check: |group, store, _| match is_time_zone(store, group.text("TimeZoneId")) {
        true => Ok(()),
        false => Err(Problem::refused("TimeZoneId", "WARNINGS.XAPI.INVALID_TIMEZONE")),
    },
    guard: |store, group| match group.get("IsDefault") {
        Value::Bool(true) => Some("WARNINGS.GROUP_CANNOT_BE_DELETED"),
        _ => members(store, group).next().map(|_| "WARNINGS.GROUP_WITH_MEMBERS_CANNOT_BE_DELETED"),
    },
    dependants: &[Dependant { set: "Holidays", belongs: |holiday, group| holiday.get("Group") == group.get("Number") }],
    ..Nature::PLAIN
};

/// Departments, as reports of old releases list them.
pub(super) const REPORT_GROUP: Nature = Nature {
    name: "ReportGroup",
    rows: |view| {
        Box::new(view.rows_of("Groups").map(move |group| {
            let row = Entity::new(view.shape()).with("GroupID", group.get("Id").clone());
            row.with("GroupName", group.get("Name").clone()).into()
        }))
    },
    ..Nature::PLAIN
};

/// True for the id of a time zone that the PBX knows, and for none at all.
fn is_time_zone(store: &Store, id: &str) -> bool {
    let zones = store.singletons.get("Defs").map_or(&[][..], |defs| defs.get("TimeZones").as_list());
    id.is_empty() || zones.iter().filter_map(Value::as_object).any(|zone| zone.text("Id") == id)
}

fn delete_company(store: &mut Store, key: &Key) -> Answer {
    match removal::remove(store, &GROUPS, GROUPS.name, key) {
        Ok(_) => Ok(Response::empty(204)),
        Err(Problem::NoSuchEntity) => Err(Problem::refused("id", "WARNINGS.XAPI.NOT_FOUND")),
        Err(problem) => Err(problem),
    }
}

/// What can belong to a department.
fn sets(store: &Store) -> impl Iterator<Item = (&'static Numbered, &Set)> {
    let belonging = NUMBERED.iter().filter(|numbered| numbered.kind != PeerKind::Group);
    belonging.filter_map(|numbered| Some((numbered, store.set(numbered.set)?)))
}

/// The memberships of a department: those that users, queues and the like say they have.
pub(super) fn members<'s>(store: &'s Store, group: &Entity) -> impl Iterator<Item = &'s Value> + use<'s> {
    let id = group.get("Id").clone();
    let memberships = sets(store).flat_map(|(_, set)| set.rows()).flat_map(|row| row.get("Groups").as_list());
    memberships
        .filter(move |membership| membership.as_object().is_some_and(|membership| membership.get("GroupId") == &id))
}

/// What is wanted of a department that has to be worked out.
#[derive(Clone, Copy)]
struct Needs {
    members: bool,
    has_members: bool,
}

impl Needs {
    fn of(view: View<'_>) -> Needs {
        Needs { members: view.needs("Members"), has_members: view.needs("HasMembers") }
    }
}

/// A department as it is now: hours that were forced for a while are over when it is, and
/// members are there if they are wanted.
fn shown<'s>(view: View<'s>, group: &'s Entity, needs: Needs) -> Row<'s> {
    let mut row = Row::Stored(group);
    let over = group.text("OverrideExpiresAt").parse::<Timestamp>().is_ok_and(|end| end <= view.now);
    if over && group.text("CurrentGroupHours") != "Default" {
        row = group.clone().with("CurrentGroupHours", Value::text("Default")).into();
    }
    if needs.members {
        let members: Vec<Value> = members(view.store, group).cloned().collect();
        let has = Value::Bool(!members.is_empty());
        return row.clone().with("HasMembers", has).with("Members", Value::List(members)).into();
    }
    // Looking for one costs little where there are some.
    let has_members = needs.has_members && members(view.store, group).next().is_some();
    if needs.has_members && row.get("HasMembers") != &Value::Bool(has_members) {
        row = row.clone().with("HasMembers", Value::Bool(has_members)).into();
    }
    row
}

/// Creates or changes a department, whose members are kept with those who are it.
fn save(call: &Call<'_>, store: &mut Store, write: fn(&Call<'_>, &mut Store, Finish<'_>) -> Answer) -> Answer {
    let members = wanted(call, store)?;
    let mut id = Value::Null;
    let answer = write(call, store, &mut |group, _| {
        group.set("Members", Value::List(Vec::new()));
        id = group.get("Id").clone();
        Ok(())
    })?;
    assign(call, store, &id, members);
    Ok(answer)
}

/// The members that the body names, if it names any; all of them have to exist.
fn wanted(call: &Call<'_>, store: &Store) -> Result<Option<Vec<Json>>, Problem> {
    let Some(given) = call.field("Members").and_then(Json::as_array) else { return Ok(None) };
    for member in given {
        let number = member["Number"].as_str().unwrap_or_default();
        if peer_by_number(store, number).is_none_or(|(_, kind)| kind == PeerKind::Group) {
            return Err(Problem::refused("Members", "WARNINGS.XAPI.NOT_FOUND"));
        }
    }
    Ok(Some(given.clone()))
}

/// Members are given by number; the memberships are kept with the extensions that they are.
fn assign(call: &Call<'_>, store: &mut Store, id: &Value, members: Option<Vec<Json>>) {
    let Some(members) = members else { return };
    let Some(group) = Key::of(id).and_then(|key| store.set("Groups")?.get(&key)).cloned() else { return };
    let is_this = |membership: &Value| {
        membership.as_object().is_some_and(|membership| membership.get("GroupId") == group.get("Id"))
    };
    let member = |row: &Entity| members.iter().find(|member| member["Number"].as_str() == Some(row.text("Number")));
    let mut changed = Vec::new();
    for (numbered, set) in sets(store) {
        let affected =
            set.rows().filter(|row| member(row).is_some() || row.get("Groups").as_list().iter().any(is_this));
        for row in affected {
            let others = row.get("Groups").as_list().iter().filter(|membership| !is_this(membership)).cloned();
            let mut memberships: Vec<Value> = others.collect();
            memberships.extend(member(row).and_then(|member| membership(call, &group, row, numbered.kind, member)));
            changed.push((numbered.set, row.clone().with("Groups", Value::List(memberships))));
        }
    }
    for (name, row) in changed {
        if let Some(set) = store.set_mut(name) {
            set.put(row);
        }
    }
}

fn membership(call: &Call<'_>, group: &Entity, row: &Entity, kind: PeerKind, member: &Json) -> Option<Value> {
    let role = member["Rights"]["RoleName"].as_str().unwrap_or("users");
    let rights = call.shapes.entity("Rights")?.with("RoleName", Value::text(role));
    let membership = call
        .shapes
        .entity("UserGroup")?
        .with("Id", row.get("Id").clone())
        .with("GroupId", group.get("Id").clone())
        .with("Name", group.get("Name").clone())
        .with("Number", row.get("Number").clone())
        .with("MemberName", Value::text(label(row)))
        .with("Type", Value::text(kind.name()))
        .with("CanDelete", Value::Bool(true))
        .with("Rights", Value::Object(Box::new(rights)));
    Some(Value::Object(Box::new(membership)))
}

/// How many of everything a department may have, by its `Props`, and has.
pub(super) fn restrictions(call: &Call<'_>, store: &Store, group: &Entity) -> Answer {
    let props = group.get("Props").as_object();
    let limit = |name: &str| props.and_then(|props| props.int(name));
    let count = |kind: PeerKind| {
        let members = members(store, group).filter_map(Value::as_object);
        members.filter(|member| member.text("Type") == kind.name()).count() as i64
    };
    let owned = |set: &str| {
        let rows = store.set(set).into_iter().flat_map(Set::rows);
        rows.filter(|row| row.get("Group") == group.get("Number")).count() as i64
    };
    let system = [PeerKind::Queue, PeerKind::RingGroup, PeerKind::Receptionist, PeerKind::Fax, PeerKind::RoutePoint];
    let system = system.into_iter().map(count).sum();
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
        .with("Users", one(count(PeerKind::Extension), numbers(props, USER_NUMBERS)))
        .with("System", one(system, numbers(props, SYSTEM_NUMBERS)))
        .with(
            "Trunks",
            one(count(PeerKind::ExternalLine), limit("TrunksMaxCount").or_else(|| numbers(props, TRUNK_NUMBERS))),
        )
        .with("Sbcs", one(owned("Sbcs"), limit("SbcMaxCount")))
        .with("LiveChats", one(owned("WebsiteLinks"), limit("LiveChatMaxCount")))
        .with("Dects", one(owned("Fxs"), limit("DectMaxCount")))
        .with("MaxPrompts", limit("PromptsMaxCount").map_or(Value::Null, Value::Int));
    Ok(call.whole(&answer))
}

/// How many numbers a range has.
fn numbers(props: Option<&Entity>, (from, to): Range) -> Option<i64> {
    let number = |name: &str| props?.text(name).parse::<i64>().ok();
    Some(number(to)? - number(from)? + 1)
}
