//! Departments, and who belongs to them.

use super::{Behaviour, Call, entities, numbers};
use crate::http::{Problem, Response};
use crate::state::{Entity, Row, Set, Store, Value};

pub(super) fn behaviour(operation: &str) -> Option<Behaviour> {
    Some(match operation {
        "Groups.DeleteGroup" => delete,
        "Groups.UpdateGroup" => update,
        _ => return None,
    })
}

/// The memberships of a department: those that users, queues and the like say they have.
fn members<'s>(store: &'s Store, group: &'s Entity) -> impl Iterator<Item = &'s Value> {
    let id = group.get("Id");
    let sets = ["Users", "Queues", "RingGroups", "Receptionists", "Parkings", "Fax"];
    let rows = sets.into_iter().filter_map(|name| store.set(name)).flat_map(Set::rows);
    let memberships = rows.flat_map(|row| row.get("Groups").as_list());
    memberships
        .filter(move |membership| membership.as_object().is_some_and(|membership| membership.get("GroupId") == id))
}

/// A department as it is shown where its members are asked for.
pub(super) fn with_members<'s>(store: &'s Store, group: &'s Entity) -> Row<'s> {
    group.clone().with("Members", Value::List(members(store, group).cloned().collect())).into()
}

/// Members are given by number; they are kept with the extensions that they are.
fn update(call: &Call<'_>) -> Result<Response, Problem> {
    let Some(given) = call.field("Members").and_then(|members| members.as_array()).cloned() else {
        return numbers::update(call, |_, _| Ok(()));
    };
    let response = numbers::update(call, |_, _| Ok(()))?;
    let mut store = call.write();
    let group = entities::find(call, store.set("Groups").ok_or(Problem::NoSuchPath)?)?.clone();
    let wanted: Vec<&str> = given.iter().filter_map(|member| member["Number"].as_str()).collect();
    let shape = call.shapes.get("UserGroup").ok_or(Problem::NoSuchPath)?;
    let users = store.set_mut("Users").ok_or(Problem::NoSuchPath)?;
    let is_this = |membership: &Value| {
        membership.as_object().is_some_and(|membership| membership.get("GroupId") == group.get("Id"))
    };
    let affected: Vec<Entity> = users
        .rows()
        .filter(|user| wanted.contains(&user.text("Number")) || user.get("Groups").as_list().iter().any(is_this))
        .cloned()
        .collect();
    for mut user in affected {
        let mut memberships: Vec<Value> =
            user.get("Groups").as_list().iter().filter(|membership| !is_this(membership)).cloned().collect();
        if let Some(member) = given.iter().find(|member| member["Number"].as_str() == Some(user.text("Number"))) {
            let role = member["Rights"]["RoleName"].as_str().unwrap_or("users");
            let rights = call.shapes.entity("Rights").map(|rights| rights.with("RoleName", Value::text(role)));
            let membership = Entity::new(shape)
                .with("Id", user.get("Id").clone())
                .with("GroupId", group.get("Id").clone())
                .with("Name", group.get("Name").clone())
                .with("Number", user.get("Number").clone())
                .with("MemberName", user.get("DisplayName").clone())
                .with("Type", Value::text("Extension"))
                .with("Rights", rights.map_or(Value::Null, |rights| Value::Object(Box::new(rights))));
            memberships.push(Value::Object(Box::new(membership)));
        }
        user.set("Groups", Value::List(memberships));
        users.put(user);
    }
    Ok(response)
}

/// The DEFAULT department stays, and so does one that has members.
fn delete(call: &Call<'_>) -> Result<Response, Problem> {
    let refuse = |code| Err(Problem::Refused { target: "Id".into(), code });
    {
        let store = call.read();
        let group = entities::find(call, store.set("Groups").ok_or(Problem::NoSuchPath)?)?;
        if group.get("IsDefault") == &Value::Bool(true) {
            return refuse("WARNINGS.GROUP_CANNOT_BE_DELETED");
        }
        if members(&store, group).next().is_some() {
            return refuse("WARNINGS.GROUP_WITH_MEMBERS_CANNOT_BE_DELETED");
        }
    }
    entities::delete(call, "Groups")
}
