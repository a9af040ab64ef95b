//! Devices that are not given orders one by one: those that were detected and wait for a user,
//! and firmware for all phones of a kind.

use serde_json::{Value as Json, json};

use super::{Behaviour, Call, derived, phones};
use crate::company::library;
use crate::http::{Problem, Response};
use crate::state::{Entity, Key, Set, Store, Value};

pub(super) fn behaviour(operation: &str) -> Option<Behaviour> {
    Some(match operation {
        "DeviceInfos.Provision" => provision,
        "Firmwares.PushFirmwareForPhones" => |call| {
            let store = &mut *call.write();
            let key = call.parameters.get("Id").and_then(Key::of).ok_or(Problem::NoSuchEntity)?;
            let firmware =
                store.set("Firmwares").and_then(|set| set.get(&key)).cloned().ok_or(Problem::NoSuchEntity)?;
            push(store, call, &firmware, |_| true);
            Ok(Response::empty(204))
        },
        "SipDevices.PushFirmware" => push_to_one,
        "Users.InstallFirmware" => install,
        "Firmwares.GetFirmwareState" => state,
        "Firmwares.CleanUp" => |call| {
            if let Some(set) = call.write().set_mut("Firmwares") {
                set.clear();
            }
            Ok(Response::empty(call.form.answer_in(call.release).status))
        },
        _ => return None,
    })
}

/// Gives a detected device to a user.
fn provision(call: &Call<'_>) -> Result<Response, Problem> {
    let user = call.field("userId").and_then(Json::as_i64).ok_or_else(|| call.required("userId"))?;
    let store = &mut *call.write();
    let key = call.parameters.get("Id").and_then(Key::of).ok_or(Problem::NoSuchEntity)?;
    let device = store.set("DeviceInfos").and_then(|set| set.get(&key)).cloned().ok_or(Problem::NoSuchEntity)?;
    let users = store.set("Users").ok_or(Problem::NoSuchPath)?;
    let user = users.get(&Key::Int(user)).cloned().ok_or(Problem::refused("userId", "WARNINGS.XAPI.NOT_FOUND"))?;
    let next = users
        .rows()
        .flat_map(|user| user.get("Phones").as_list())
        .filter_map(Value::as_object)
        .filter_map(|phone| phone.int("Id"))
        .max();
    let template = store.set("PhoneTemplates").into_iter().flat_map(Set::rows).find(|template| {
        let models = template.get("Models").as_list().iter().filter_map(Value::as_object);
        models.into_iter().any(|model| model.text("Name").starts_with(device.text("Vendor")))
    });
    let phone = json!({
        "Id": next.unwrap_or(0) + 1,
        "Name": format!("{} {}", device.text("Vendor"), device.text("Model")),
        "MacAddress": device.text("MAC"),
        "TemplateName": template.map_or("", |template| template.text("Id")),
        "Settings": { "Firmware": device.text("FirmwareVersion"), "ProvisionType": "LocalLan" },
    });
    let phone = library::entity(call.shapes.entity("Phone").ok_or(Problem::NoSuchPath)?, &phone, call.shapes);
    let mut all = user.get("Phones").as_list().to_vec();
    all.push(Value::Object(Box::new(phone)));
    let user = user.with("Phones", Value::List(all));
    super::rules::check("Users", &user, Some(&user), store, call.now)?;
    if let Some(set) = store.set_mut("Users") {
        set.put(user);
    }
    if let Some(set) = store.set_mut("DeviceInfos") {
        set.remove(&key);
    }
    store.phones.provision(device.text("MAC"), call.now);
    Ok(Response::empty(204))
}

/// Loads a firmware onto the phones that are of its kind and meant.
fn push(store: &mut Store, call: &Call<'_>, firmware: &Entity, meant: impl Fn(&Entity) -> bool) -> usize {
    let fits = |phone: &Entity| {
        phone.text("Name").starts_with(firmware.text("Vendor")) && phone.text("Name").ends_with(firmware.text("Model"))
    };
    let macs: Vec<String> = derived::phones(store)
        .map(|(_, phone)| phone)
        .filter(|phone| fits(phone) && meant(phone))
        .map(|phone| phone.text("MacAddress").to_owned())
        .collect();
    for mac in &macs {
        phones::set_firmware(store, mac, firmware.text("Version"));
        store.phones.provision(mac, call.now);
    }
    macs.len()
}

fn push_to_one(call: &Call<'_>) -> Result<Response, Problem> {
    let id = call.text_field("firmwareId")?;
    let phone = call.parameters.get("Id").cloned().ok_or(Problem::NoSuchEntity)?;
    let store = &mut *call.write();
    let firmware = store.set("Firmwares").and_then(|set| set.get(&Key::Text(id.into()))).cloned();
    let firmware = firmware.ok_or(Problem::refused("firmwareId", "WARNINGS.XAPI.NOT_FOUND"))?;
    if derived::phones(store).all(|(_, known)| known.get("Id") != &phone) {
        return Err(Problem::NoSuchEntity);
    }
    match push(store, call, &firmware, |known| known.get("Id") == &phone) {
        0 => Err(Problem::refused("firmwareId", "WARNINGS.XAPI.NOT_SUPPORTED")),
        _ => Ok(Response::empty(204)),
    }
}

/// Loads the firmware for a model onto every phone of that model.
fn install(call: &Call<'_>) -> Result<Response, Problem> {
    let model = call.field("phone").and_then(|phone| phone["Model"].as_str()).unwrap_or_default().to_owned();
    let store = &mut *call.write();
    let known = store.set("Firmwares").into_iter().flat_map(Set::rows).find(|row| row.text("Model") == model).cloned();
    let firmware = known.ok_or(Problem::refused("Model", "WARNINGS.XAPI.NOT_FOUND"))?;
    push(store, call, &firmware, |_| true);
    Ok(Response::empty(204))
}

fn state(call: &Call<'_>) -> Result<Response, Problem> {
    let store = call.read();
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
    Ok(call.entity(200, "Pbx.FirmwareState", &answer, crate::odata::Selection::all()))
}
