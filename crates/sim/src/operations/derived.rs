//! Sets that say again, in another way, what stands elsewhere: phones as devices, everything
//! with a number as a peer, the DIDs of trunks.

use super::{Call, backups, groups, history, peers, services, trunks};
use crate::odata::Options;
use crate::state::{Entity, Row, Rows, Set, Shape, Store, Value};

/// The rows of a set, whether they are stored or derived.
pub(super) fn rows<'s>(call: &'s Call<'_>, store: &'s Store, set: &'s Set, name: &str, options: &Options) -> Rows<'s> {
    match name {
        "Peers" => Box::new(peers(store, set.shape)),
        "DidNumbers" => Box::new(trunks::dids(store, set.shape)),
        "Trunks" => {
            let with_rules = options.needs("RoutingRules", set.shape);
            Box::new(set.rows().map(move |trunk| trunks::shown(store, trunk, with_rules)))
        }
        // Those that nobody has been given yet, then those of users.
        "DeviceInfos" => Box::new(set.rows().map(Row::Stored).chain(devices(store, set.shape))),
        "SipDevices" => Box::new(sip_devices(store, set.shape)),
        "Users" => Box::new(set.rows().map(move |user| super::phones::shown(store, user, call.now))),
        "Services" => Box::new(services::rows(store, set, call.now)),
        "Backups" => Box::new(backups::rows(set, call.now)),
        "ActiveCalls" => Box::new(history::active(store, set.shape, call.now)),
        "CallHistoryView" => Box::new(history::segments(store, set.shape, call.now)),
        "ChatHistoryView" | "ChatMessagesHistoryView" => Box::new(history::chats(store, set.shape, call.now)),
        "ReportGroup" => Box::new(report_groups(store, set.shape)),
        "Recordings" => Box::new(history::recordings(store, set.shape, call.now)),
        "LastCdrAndChatMessageTimestamp" => Box::new(history::last_call(store, set.shape, call.now)),
        "Groups" => {
            let wanted = groups::Wanted::of(options, set.shape);
            Box::new(set.rows().map(move |group| groups::shown(store, group, wanted, call.now)))
        }
        _ => Box::new(set.rows().map(Row::Stored)),
    }
}

fn peers<'s>(store: &'s Store, shape: &'static Shape) -> impl Iterator<Item = Row<'s>> {
    // Trunks and departments are no peers that somebody could call.
    let kinds = peers::KINDS.iter().filter(|(name, _)| !matches!(*name, "Trunks" | "Groups"));
    let sets = kinds.filter_map(|(name, kind)| Some((store.set(name)?, *kind)));
    sets.flat_map(move |(set, kind)| set.rows().map(move |row| peer(shape, row, kind).into()))
}

/// Something with a number as others refer to it.
pub(super) fn peer(shape: &'static Shape, row: &Entity, kind: &str) -> Entity {
    Entity::new(shape)
        .with("Id", row.get("Id").clone())
        .with("Number", row.get("Number").clone())
        .with("Name", Value::text(peers::label(row)))
        .with("Type", Value::text(kind))
}

/// Departments, as reports of old releases list them.
fn report_groups<'s>(store: &'s Store, shape: &'static Shape) -> impl Iterator<Item = Row<'s>> {
    store.set("Groups").into_iter().flat_map(Set::rows).map(move |group| {
        let row = Entity::new(shape).with("GroupID", group.get("Id").clone());
        row.with("GroupName", group.get("Name").clone()).into()
    })
}

/// Every phone with the user that it belongs to.
pub(super) fn phones(store: &Store) -> impl Iterator<Item = (&Entity, &Entity)> {
    let users = store.set("Users").into_iter().flat_map(Set::rows);
    users.flat_map(|user| {
        user.get("Phones").as_list().iter().filter_map(Value::as_object).map(move |phone| (user, phone))
    })
}

fn devices<'s>(store: &'s Store, shape: &'static Shape) -> impl Iterator<Item = Row<'s>> {
    phones(store).map(move |(user, phone)| {
        let (vendor, model) = phone.text("Name").split_once(' ').unwrap_or((phone.text("Name"), ""));
        let firmware = phone.get("Settings").as_object().map_or("", |settings| settings.text("Firmware"));
        Entity::new(shape)
            .with("Id", phone.get("Id").clone())
            .with("MAC", phone.get("MacAddress").clone())
            .with("Vendor", Value::text(vendor))
            .with("Model", Value::text(model))
            .with("FirmwareVersion", Value::text(firmware))
            .with("UserAgent", Value::text(format!("{vendor} {model} {firmware}")))
            .with("TemplateName", phone.get("TemplateName").clone())
            .with("Assigned", Value::Bool(true))
            .with("AssignedUser", user.get("Number").clone())
            .into()
    })
}

fn sip_devices<'s>(store: &'s Store, shape: &'static Shape) -> impl Iterator<Item = Row<'s>> {
    let peer = shape.neighbour("Peer");
    let registrar = shape.neighbour("PhoneRegistrar");
    phones(store).map(move |(user, phone)| {
        let object = |entity: Option<Entity>| entity.map_or(Value::Null, |entity| Value::Object(Box::new(entity)));
        let dn = peer.map(|peer| {
            let peer = Entity::new(peer).with("Id", user.get("Id").clone()).with("Number", user.get("Number").clone());
            peer.with("Name", user.get("DisplayName").clone()).with("Type", Value::text("Extension"))
        });
        Entity::new(shape)
            .with("Id", phone.get("Id").clone())
            .with("DN", object(dn))
            .with("Registrar", object(registrar.map(|shape| registrar_of(shape, phone))))
            .into()
    })
}

/// What the registrar knows of a phone.
pub(super) fn registrar_of(shape: &'static Shape, phone: &Entity) -> Entity {
    let (vendor, model) = phone.text("Name").split_once(' ').unwrap_or((phone.text("Name"), ""));
    let firmware = phone.get("Settings").as_object().map_or("", |settings| settings.text("Firmware"));
    Entity::new(shape)
        .with("MAC", phone.get("MacAddress").clone())
        .with("Vendor", Value::text(vendor))
        .with("Model", Value::text(model))
        .with("FirmwareVersion", Value::text(firmware))
        .with("UserAgent", Value::text(format!("{vendor} {model} {firmware}")))
}

/// The phone with this MAC address.
pub(super) fn phone<'s>(store: &'s Store, mac: &str) -> Option<&'s Entity> {
    phones(store).map(|(_, phone)| phone).find(|phone| phone.text("MacAddress").eq_ignore_ascii_case(mac))
}
