//! `MyUser` and `MyGroup`: the caller's own extension and department, by other names.

use super::{Behaviour, Call, entities, groups, phones};
use crate::http::{Problem, Response};
use crate::state::{Entity, Key, Row, Store, Value};

pub(super) fn behaviour(operation: &str) -> Option<Behaviour> {
    Some(match operation {
        "MyUser.GetMyUser" | "MyGroup.GetMyGroup" => get,
        "MyUser.UpdateMyUser" | "MyGroup.UpdateMyGroup" => update,
        "MyUser.ListMyUserForwardingProfiles" => |call| list(call, "ForwardingProfiles"),
        "MyUser.ListMyUserGreetings" => |call| list(call, "Greetings"),
        "MyUser.ListMyUserGroups" => |call| list(call, "Groups"),
        "MyGroup.ListMyGroupMembers" => |call| list(call, "Members"),
        "MyGroup.ListMyGroupRights" => |call| list(call, "Rights"),
        "MyGroup.GetMyGroupRestrictions" => {
            |call| groups::restrictions_of(call, |store| find(call, store).map(|(_, group)| group))
        }
        _ => return None,
    })
}

/// The entity that is meant, and the set that it is in.
fn find<'s>(call: &Call<'_>, store: &'s Store) -> Result<(&'static str, &'s Entity), Problem> {
    let user = store.set("Users").and_then(|users| users.by_number(call.by)).ok_or(Problem::NoSuchEntity)?;
    if call.operation.resource.name == "MyUser" {
        return Ok(("Users", user));
    }
    let first = || user.get("Groups").as_list().first()?.as_object()?.int("GroupId");
    let id = user.int("PrimaryGroupId").or_else(first).ok_or(Problem::NoSuchEntity)?;
    let group = store.set("Groups").and_then(|groups| groups.get(&Key::Int(id)));
    Ok(("Groups", group.ok_or(Problem::NoSuchEntity)?))
}

fn get(call: &Call<'_>) -> Result<Response, Problem> {
    let store = call.read();
    let (set, entity) = find(call, &store)?;
    let options = call.options(Some(entity.shape))?;
    let shown: Row<'_> = match set {
        "Users" => phones::shown(&store, entity, call.now),
        _ => groups::shown(&store, entity, groups::Wanted::of(&options, entity.shape), call.now),
    };
    let fragment = format!("{}{}", call.operation.resource.name, options.selection.context());
    Ok(call.entity(200, &fragment, &shown, &options.selection))
}

fn update(call: &Call<'_>) -> Result<Response, Problem> {
    let store = &mut *call.write();
    let (set, before) = find(call, store)?;
    let before = before.clone();
    entities::change(call, store, set, &before, |before, after, _| match before.get("Number") == after.get("Number") {
        true => Ok(()),
        false => Err(Problem::refused("Number", "WARNINGS.XAPI.FORBIDDEN_CHANGE")),
    })
}

fn list(call: &Call<'_>, property: &str) -> Result<Response, Problem> {
    let store = call.read();
    let (set, entity) = find(call, &store)?;
    let entity = match set {
        "Groups" => groups::with_members(&store, Row::Stored(entity)),
        _ => Row::Stored(entity),
    };
    let rows: Vec<&Entity> = entity.get(property).as_list().iter().filter_map(Value::as_object).collect();
    entities::rows_below(call, &format!("{}/{property}", call.operation.resource.name), rows)
}
