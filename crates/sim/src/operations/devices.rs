//! Devices that are not given orders one by one: those that were detected and wait for a user,
//! and firmware for all phones of a kind.

use serde_json::{Value as Json, json};

use super::behaviours::Behaviour::{Changes, Reads};
use super::behaviours::{Answer, Behaviours};
use super::nature::Nature;
use super::{Call, entities, peers, phones, rules, users};
use crate::http::{Problem, Response};
use crate::state::{Entity, Key, Order, PeerKind, Row, Set, Store, Value, known_entity, next_id};

pub(super) const BEHAVIOURS: Behaviours = &[
    ("DeviceInfos.Provision", Changes(provision)),
    (
        "Firmwares.CleanUp",
        Changes(|call, store| {
            if let Some(set) = store.set_mut(call.route.root) {
                set.clear();
            }
            Ok(Response::empty(call.form.answer_in(call.release).status))
        }),
    ),
    ("Firmwares.GetFirmwareState", Reads(state)),
    (
        "Firmwares.PushFirmwareForPhones",
        Changes(|call, store| {
            let firmware = entities::named(call, store)?.clone();
            push(store, call, &firmware, |_| true);
            Ok(Response::empty(204))
        }),
    ),
    ("SipDevices.PushFirmware", Changes(push_to_one)),
    ("Users.InstallFirmware", Changes(install)),
];

/// Those that are not assigned yet, then those of users.
pub(super) const DEVICE_INFOS: Nature = Nature {
    name: "DeviceInfos",
    rows: |view| {
        let of_users = phones::phones(view.store).map(move |(user, phone)| {
            phones::identified(Entity::new(view.shape()).with("Id", phone.get("Id").clone()), phone)
                .with("TemplateName", phone.get("TemplateName").clone())
                .with("Assigned", Value::Bool(true))
                .with("AssignedUser", user.get("Number").clone())
                .into()
        });
        Box::new(view.set.rows().map(Row::Stored).chain(of_users))
    },
    ..Nature::PLAIN
};

pub(super) const SIP_DEVICES: Nature = Nature {
    name: "SipDevices",
    rows: |view| {
        let (peer, registrar) = (view.shape().neighbour("Peer"), view.shape().neighbour("PhoneRegistrar"));
        Box::new(phones::phones(view.store).map(move |(user, phone)| {
            let object = |entity: Option<Entity>| entity.map_or(Value::Null, |entity| Value::Object(Box::new(entity)));
            Entity::new(view.shape())
                .with("Id", phone.get("Id").clone())
                .with("DN", object(peer.map(|shape| peers::peer(shape, user, PeerKind::Extension))))
                .with("Registrar", object(registrar.map(|shape| phones::registrar_of(shape, phone))))
                .into()
        }))
    },
    ..Nature::PLAIN
};

/// Gives a detected device to a user.
fn provision(call: &Call<'_>, store: &mut Store) -> Answer {
    let user = call.field("userId").and_then(Json::as_i64).ok_or_else(|| call.required("userId"))?;
    let key = call.parameters.get("Id").and_then(Key::of).ok_or(Problem::NoSuchEntity)?;
    let device = store.set("DeviceInfos").and_then(|set| set.get(&key)).cloned().ok_or(Problem::NoSuchEntity)?;
    let users = store.set("Users").ok_or(Problem::NoSuchPath)?;
    let user = users.get(&Key::Int(user)).cloned().ok_or(Problem::refused("userId", "WARNINGS.XAPI.NOT_FOUND"))?;
    let phones = users
        .rows()
        .flat_map(|user| user.get("Phones").as_list())
        .filter_map(Value::as_object)
        .filter_map(|phone| phone.int("Id"));
    let template = store.set("PhoneTemplates").into_iter().flat_map(Set::rows).find(|template| {
        let models = template.get("Models").as_list().iter().filter_map(Value::as_object);
        models.into_iter().any(|model| model.text("Name").starts_with(device.text("Vendor")))
    });
    let phone = json!({
        "Id": next_id(phones),
        "Name": format!("{} {}", device.text("Vendor"), device.text("Model")),
        "MacAddress": device.text("MAC"),
        "TemplateName": template.map_or("", |template| template.text("Id")),
        "Settings": { "Firmware": device.text("FirmwareVersion"), "ProvisionType": "LocalLan" },
    });
    let phone = known_entity(call.shapes.entity("Phone").ok_or(Problem::NoSuchPath)?, &phone, call.shapes);
    let mut all = user.get("Phones").as_list().to_vec();
    all.push(Value::Object(Box::new(phone)));
    let user = user.with("Phones", Value::List(all));
    rules::check(&users::NATURE, users, &user, Some(&user), store, call.now)?;
    if let Some(set) = store.set_mut("Users") {
        set.put(user);
    }
    if let Some(set) = store.set_mut("DeviceInfos") {
        set.remove(&key);
    }
    store.phones.give(device.text("MAC"), Order::Provision, call.now);
    Ok(Response::empty(204))
}

/// Loads a firmware onto the phones that are of its kind and meant.
fn push(store: &mut Store, call: &Call<'_>, firmware: &Entity, meant: impl Fn(&Entity) -> bool) -> usize {
    let fits = |phone: &Entity| {
        phone.text("Name").starts_with(firmware.text("Vendor")) && phone.text("Name").ends_with(firmware.text("Model"))
    };
    let macs: Vec<String> = phones::phones(store)
        .map(|(_, phone)| phone)
        .filter(|phone| fits(phone) && meant(phone))
        .map(|phone| phone.text("MacAddress").to_owned())
        .collect();
    for mac in &macs {
        phones::set_firmware(store, mac, firmware.text("Version"));
        store.phones.give(mac, Order::Provision, call.now);
    }
    macs.len()
}

fn push_to_one(call: &Call<'_>, store: &mut Store) -> Answer {
    let id = call.text_field("firmwareId")?;
    let phone = call.parameters.get("Id").cloned().ok_or(Problem::NoSuchEntity)?;
    let firmware = store.set("Firmwares").and_then(|set| set.get(&Key::Text(id.into()))).cloned();
    let firmware = firmware.ok_or(Problem::refused("firmwareId", "WARNINGS.XAPI.NOT_FOUND"))?;
    if phones::phones(store).all(|(_, known)| known.get("Id") != &phone) {
        return Err(Problem::NoSuchEntity);
    }
    match push(store, call, &firmware, |known| known.get("Id") == &phone) {
        0 => Err(Problem::refused("firmwareId", "WARNINGS.XAPI.NOT_SUPPORTED")),
        _ => Ok(Response::empty(204)),
    }
}

/// Loads the firmware for a model onto every phone of that model.
fn install(call: &Call<'_>, store: &mut Store) -> Answer {
    let model = call.field("phone").and_then(|phone| phone["Model"].as_str()).unwrap_or_default().to_owned();
    let known = store.set("Firmwares").into_iter().flat_map(Set::rows).find(|row| row.text("Model") == model).cloned();
    let firmware = known.ok_or(Problem::refused("Model", "WARNINGS.XAPI.NOT_FOUND"))?;
    push(store, call, &firmware, |_| true);
    Ok(Response::empty(204))
}

fn state(call: &Call<'_>, store: &Store) -> Answer {
    let names: Vec<Value> =
        store.set("Firmwares").into_iter().flat_map(Set::rows).map(|row| row.get("Filename").clone()).collect();
    let answer = call
        .shapes
        .entity("FirmwareState")
        .ok_or(Problem::NoSuchPath)?
        .with("Id", Value::text("1"))
        .with("Count", Value::Int(names.len() as i64))
        .with("TotalSize", Value::Int(names.len() as i64 * 24_000_000))
        .with("FileNames", Value::List(names));
    Ok(call.whole(&answer))
}
