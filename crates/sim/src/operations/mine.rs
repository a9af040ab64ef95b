//! `MyUser` and `MyGroup`: the caller's own extension and department, by other names.

use super::behaviours::Behaviour::{Changes, Reads};
use super::behaviours::{Answer, Behaviours};
use super::nature::{Nature, View, Wanted};
use super::numbered::keeps_number;
use super::{Call, entities, groups, users};
use crate::http::Problem;
use crate::state::{Entity, Key, Store};

pub(super) const BEHAVIOURS: Behaviours = &[
    ("MyGroup.GetMyGroup", Reads(|call, store| get(call, store, MY_GROUP))),
    (
        "MyGroup.GetMyGroupRestrictions",
        Reads(|call, store| groups::restrictions(call, store, find_group(call, store)?)),
    ),
    ("MyGroup.ListMyGroupMembers", Reads(|call, store| list(call, store, MY_GROUP, "Members"))),
    ("MyGroup.ListMyGroupRights", Reads(|call, store| list(call, store, MY_GROUP, "Rights"))),
    ("MyGroup.UpdateMyGroup", Changes(|call, store| update(call, store, MY_GROUP))),
    ("MyUser.GetMyUser", Reads(|call, store| get(call, store, MY_USER))),
    ("MyUser.ListMyUserForwardingProfiles", Reads(|call, store| list(call, store, MY_USER, "ForwardingProfiles"))),
    ("MyUser.ListMyUserGreetings", Reads(|call, store| list(call, store, MY_USER, "Greetings"))),
    ("MyUser.ListMyUserGroups", Reads(|call, store| list(call, store, MY_USER, "Groups"))),
    ("MyUser.UpdateMyUser", Changes(|call, store| update(call, store, MY_USER))),
];

/// Something of the caller's own: the set that it is in, and how it is found.
#[derive(Clone, Copy)]
struct Mine {
    nature: &'static Nature,
    find: for<'s> fn(&Call<'_>, &'s Store) -> Result<&'s Entity, Problem>,
}

const MY_USER: Mine = Mine { nature: &users::NATURE, find: find_user };
const MY_GROUP: Mine = Mine { nature: &groups::GROUPS, find: find_group };

fn find_user<'s>(call: &Call<'_>, store: &'s Store) -> Result<&'s Entity, Problem> {
    store.set("Users").and_then(|users| users.by_number(call.by)).ok_or(Problem::NoSuchEntity)
}

/// The primary department, or else the first.
fn find_group<'s>(call: &Call<'_>, store: &'s Store) -> Result<&'s Entity, Problem> {
    let user = find_user(call, store)?;
    let first = || user.get("Groups").as_list().first()?.as_object()?.int("GroupId");
    let id = user.int("PrimaryGroupId").or_else(first).ok_or(Problem::NoSuchEntity)?;
    store.set("Groups").and_then(|groups| groups.get(&Key::Int(id))).ok_or(Problem::NoSuchEntity)
}

fn view<'s>(call: &Call<'_>, store: &'s Store, mine: Mine, wanted: Wanted<'s>) -> Result<View<'s>, Problem> {
    let set = store.set(mine.nature.name).ok_or(Problem::NoSuchEntity)?;
    Ok(View { store, set, wanted, now: call.now })
}

fn get(call: &Call<'_>, store: &Store, mine: Mine) -> Answer {
    let entity = (mine.find)(call, store)?;
    let options = call.options(Some(entity.shape))?;
    let shown = (mine.nature.entity)(view(call, store, mine, Wanted::Options(&options))?, entity);
    let fragment = format!("{}{}", call.route.root, options.selection.context());
    Ok(call.entity(200, &fragment, &shown, &options.selection))
}

fn update(call: &Call<'_>, store: &mut Store, mine: Mine) -> Answer {
    let before = (mine.find)(call, store)?.clone();
    entities::change(call, store, mine.nature.name, mine.nature, &before, |before, after, _| {
        keeps_number(before, after)
    })
}

fn list(call: &Call<'_>, store: &Store, mine: Mine, property: &str) -> Answer {
    let entity = (mine.find)(call, store)?;
    let shown = (mine.nature.entity)(view(call, store, mine, Wanted::Property(property))?, entity);
    entities::rows_below(call, &shown, call.route.root, property)
}
