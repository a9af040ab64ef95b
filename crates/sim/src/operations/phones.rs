//! Phones of users: orders to them, and what the registrar knows of them.

use super::Call;
use super::behaviours::Behaviour::{Changes, Reads};
use super::behaviours::{Answer, Behaviours};
use super::nature::{Nature, TextKeys};
use crate::assumptions::UNKNOWN_PHONE_CODE;
use crate::http::{Problem, Response};
use crate::odata::Selection;
use crate::state::{Entity, Key, Order, Set, Shape, Store, Value};

pub(super) const BEHAVIOURS: Behaviours = &[
    ("Users.GetPhoneRegistrar", Reads(registrar)),
    ("Users.GetPhoneRegistrars", Reads(registrars)),
    ("Users.RebootPhone", Changes(|call, store| order(call, store, Order::Reboot))),
    ("Users.ReprovisionAllPhones", Changes(reprovision_all)),
    ("Users.ReprovisionPhone", Changes(|call, store| order(call, store, Order::Provision))),
    (
        "Users.UpgradePhone",
        Changes(|call, store| {
            let (mac, version) = (call.text_field("mac")?, call.text_field("version")?);
            let answer = order(call, store, Order::Provision)?;
            set_firmware(store, mac, version);
            Ok(answer)
        }),
    ),
];

pub(super) const PHONE_TEMPLATES: Nature =
    Nature { name: "PhoneTemplates", text_keys: TextKeys::CustomFile(".ph.xml"), ..Nature::PLAIN };

/// Every phone with the user that it belongs to.
pub(super) fn phones(store: &Store) -> impl Iterator<Item = (&Entity, &Entity)> {
    let users = store.set("Users").into_iter().flat_map(Set::rows);
    users.flat_map(|user| {
        user.get("Phones").as_list().iter().filter_map(Value::as_object).map(move |phone| (user, phone))
    })
}

/// A MAC address without separators.
fn plain(mac: &str) -> String {
    mac.chars().filter(char::is_ascii_alphanumeric).collect()
}

/// The MAC addresses of a user's phones.
pub(crate) fn macs(user: &Entity) -> impl Iterator<Item = &str> {
    user.get("Phones").as_list().iter().filter_map(Value::as_object).map(|phone| phone.text("MacAddress"))
}

/// The user whose phone has this MAC address, written with or without separators.
pub(super) fn owner<'s>(store: &'s Store, mac: &str) -> Option<&'s Entity> {
    let plain = plain(mac);
    let users = store.set("Users")?;
    users.rows().find(|user| macs(user).any(|known| known.eq_ignore_ascii_case(&plain)))
}

/// What a phone runs from now on.
pub(super) fn set_firmware(store: &mut Store, mac: &str, version: &str) {
    let Some(mut user) = owner(store, mac).cloned() else { return };
    let plain = plain(mac);
    for (_, value) in user.own_mut().filter(|(name, _)| *name == "Phones") {
        let Value::List(phones) = value else { continue };
        for phone in phones.iter_mut().filter_map(Value::as_object_mut) {
            let is_it = phone.text("MacAddress").eq_ignore_ascii_case(&plain);
            for (_, settings) in phone.own_mut().filter(|(name, _)| is_it && *name == "Settings") {
                if let Some(settings) = settings.as_object_mut() {
                    settings.set("Firmware", Value::text(version));
                }
            }
        }
    }
    if let Some(set) = store.set_mut("Users") {
        set.put(user);
    }
}

/// What the registrar knows of a phone.
fn registrar(call: &Call<'_>, store: &Store) -> Answer {
    let mac = call.parameters.get("mac").and_then(Value::as_text).unwrap_or_default();
    let phone = phone(store, mac).ok_or_else(|| unknown("mac"))?;
    let shape = call.shapes.get("PhoneRegistrar").ok_or(Problem::NoSuchPath)?;
    Ok(call.whole(&registrar_of(shape, phone)))
}

/// The same for many; unknown ones are left out.
fn registrars(call: &Call<'_>, store: &Store) -> Answer {
    let shape = call.shapes.get("PhoneRegistrar").ok_or(Problem::NoSuchPath)?;
    let macs = call.field("macs").and_then(|macs| macs.as_array()).into_iter().flatten();
    let phones = macs.filter_map(|mac| phone(store, mac.as_str()?));
    let rows: Vec<_> = phones.map(|phone| registrar_of(shape, phone)).collect();
    Ok(call.rows("Collection(Pbx.PhoneRegistrar)", &rows, None, Selection::all()))
}

fn unknown(target: &str) -> Problem {
    Problem::Refused { target: target.to_owned(), code: UNKNOWN_PHONE_CODE }
}

/// Gives an order to the phone with the MAC address in the body.
fn order(call: &Call<'_>, store: &mut Store, order: Order) -> Answer {
    let mac = call.text_field("mac")?;
    let plain = plain(mac);
    let users = store.set("Users").ok_or(Problem::NoSuchPath)?;
    let known = users.rows().flat_map(macs).find(|known| known.eq_ignore_ascii_case(&plain)).map(str::to_owned);
    let known = known.ok_or_else(|| unknown("mac"))?;
    store.phones.give(&known, order, call.now);
    Ok(Response::empty(204))
}

/// All phones of the users with these ids, or none if one of the users does not exist.
fn reprovision_all(call: &Call<'_>, store: &mut Store) -> Answer {
    let ids = call.ids_field("ids")?;
    let macs = macs_of(store, &ids)?;
    for mac in macs {
        store.phones.give(&mac, Order::Provision, call.now);
    }
    Ok(Response::empty(204))
}

fn macs_of(store: &Store, ids: &[i64]) -> Result<Vec<String>, Problem> {
    let users = store.set("Users").ok_or(Problem::NoSuchPath)?;
    let mut found = Vec::new();
    for id in ids {
        let user = users.get(&Key::Int(*id)).ok_or_else(|| unknown("ids"))?;
        found.extend(macs(user).map(str::to_owned));
    }
    Ok(found)
}

/// What the registrar knows of a phone.
pub(super) fn registrar_of(shape: &'static Shape, phone: &Entity) -> Entity {
    identified(Entity::new(shape), phone)
}

/// An entity with what a phone says of itself: address, vendor, model and firmware.
pub(super) fn identified(entity: Entity, phone: &Entity) -> Entity {
    let (vendor, model) = phone.text("Name").split_once(' ').unwrap_or((phone.text("Name"), ""));
    let firmware = phone.get("Settings").as_object().map_or("", |settings| settings.text("Firmware"));
    entity
        .with("MAC", phone.get("MacAddress").clone())
        .with("Vendor", Value::text(vendor))
        .with("Model", Value::text(model))
        .with("FirmwareVersion", Value::text(firmware))
        .with("UserAgent", Value::text(format!("{vendor} {model} {firmware}")))
}

/// The phone with this MAC address.
fn phone<'s>(store: &'s Store, mac: &str) -> Option<&'s Entity> {
    phones(store).map(|(_, phone)| phone).find(|phone| phone.text("MacAddress").eq_ignore_ascii_case(mac))
}
