//! What has a number: extensions, departments, queues, ring groups, digital receptionists,
//! parkings, fax extensions, trunks, service principals. They share one range of ids, no two
//! have the same number, and a number never changes.

use super::behaviours::Behaviour::{Changes, Reads};
use super::behaviours::{Answer, Behaviours};
use super::{Call, entities};
use crate::http::Problem;
use crate::state::{Entity, Key, Store, Value, free_id, free_number, is_taken};

pub(super) const BEHAVIOURS: Behaviours = &[
    ("CallFlowApps.CreateCallFlowApp", Changes(create_plain)),
    ("CallFlowApps.UpdateCallFlowApp", Changes(update_plain)),
    ("Fax.CreateFax", Changes(create_plain)),
    ("Fax.GetFaxByNumber", Reads(entities::get)),
    ("Fax.UpdateFax", Changes(update_plain)),
    ("Parkings.CreateParking", Changes(create_plain)),
    ("Parkings.GetParkingByNumber", Reads(entities::get)),
    ("Parkings.UpdateParking", Changes(update_plain)),
    ("Peers.GetPeerByNumber", Reads(entities::get)),
    ("Queues.CreateQueue", Changes(create_plain)),
    ("Queues.GetFirstAvailableQueueNumber", Reads(first_available)),
    ("Queues.GetQueueByNumber", Reads(entities::get)),
    ("Queues.UpdateQueue", Changes(update_plain)),
    ("Receptionists.CreateReceptionist", Changes(create_plain)),
    ("Receptionists.GetFirstAvailableReceptionistNumber", Reads(first_available)),
    ("Receptionists.GetReceptionistByNumber", Reads(entities::get)),
    ("Receptionists.UpdateReceptionist", Changes(update_plain)),
    ("RingGroups.CreateRingGroup", Changes(create_plain)),
    ("RingGroups.GetFirstAvailableRingGroupNumber", Reads(first_available)),
    ("RingGroups.GetRingGroupByNumber", Reads(entities::get)),
    ("RingGroups.UpdateRingGroup", Changes(update_plain)),
    ("ServicePrincipals.CreateServicePrincipal", Changes(create_plain)),
    ("ServicePrincipals.UpdateServicePrincipal", Changes(update_plain)),
    ("Trunks.GetFirstAvailableTrunkNumber", Reads(first_available)),
    ("Trunks.GetTrunkByNumber", Reads(entities::get)),
    ("Users.GetFirstAvailableExtensionNumber", Reads(first_available)),
    ("Users.GetFirstAvailableHotdeskingNumber", Reads(first_available)),
    ("Users.GetUserByNumber", Reads(entities::get)),
    ("Users.UpdateUser", Changes(update_plain)),
];

/// Gives an entity that is about to be kept what its kind needs, or refuses it.
pub(super) type Finish<'f> = &'f mut dyn FnMut(&mut Entity, &Store) -> Result<(), Problem>;

fn create_plain(call: &Call<'_>, store: &mut Store) -> Answer {
    create(call, store, &mut |_, _| Ok(()))
}

fn update_plain(call: &Call<'_>, store: &mut Store) -> Answer {
    update(call, store, &mut |_, _| Ok(()))
}

/// Creates an entity with a number of its own.
pub(super) fn create(call: &Call<'_>, store: &mut Store, finish: Finish<'_>) -> Answer {
    entities::create(call, store, |entity, store| {
        entity.set("Id", Value::Int(free_id(store)));
        if entity.text("Number").is_empty() {
            let number = free_number(store, call.route.root, department(entity, store));
            let number = number.ok_or(Problem::refused("Number", "WARNINGS.NO_MORE_NUMBERS_AVAILABLE"))?;
            entity.set("Number", Value::text(number));
        } else if is_taken(store, entity.text("Number"), entity.int("Id")) {
            return Err(Problem::refused("Number", "WARNINGS.XAPI.ALREADY_IN_USE"));
        }
        finish(entity, store)
    })
}

/// Changes an entity, but not its number.
pub(super) fn update(call: &Call<'_>, store: &mut Store, finish: Finish<'_>) -> Answer {
    entities::update(call, store, |before, after, store| {
        keeps_number(before, after)?;
        finish(after, store)
    })
}

/// Refuses another number.
pub(super) fn keeps_number(before: &Entity, after: &Entity) -> Result<(), Problem> {
    match before.text("Number") == after.text("Number") {
        true => Ok(()),
        false => Err(Problem::refused("Number", "WARNINGS.XAPI.FORBIDDEN_CHANGE")),
    }
}

/// The department that an entity belongs to: the one named first, or the primary one.
fn department<'s>(entity: &Entity, store: &'s Store) -> Option<&'s Entity> {
    let named =
        entity.get("Groups").as_list().first().and_then(Value::as_object).and_then(|group| group.int("GroupId"));
    let id = named.or_else(|| entity.int("PrimaryGroupId"))?;
    store.set("Groups")?.get(&Key::Int(id))
}

fn first_available(call: &Call<'_>, store: &Store) -> Answer {
    let number = free_number(store, call.route.root, None).unwrap_or_default();
    let answer = call.shapes.entity("FirstAvailableNumber").ok_or(Problem::NoSuchPath)?;
    Ok(call.whole(&answer.with("Number", Value::text(number))))
}
