//! One thing with all that is known of it: `/sim/received/N` and `/sim/users/ID`.

use serde_json::{Map, Value as Json, json};

use crate::http::{API, Response};
use crate::state::{Entity, Key, Value, write_value};
use crate::system::System;

/// A request with what it said and was told, and the values of the parameters in its path.
pub(super) fn request(system: &System, number: &str) -> Response {
    let Some(received) = number.parse().ok().and_then(|number| system.journal.find(number)) else {
        return super::refuse(404, "no such request is remembered");
    };
    let path = received.path.split('?').next().unwrap_or_default();
    let path = path.strip_prefix(API).map(|path| path.strip_suffix("/$count").unwrap_or(path));
    let found = path.and_then(|path| system.routes.find(&received.method, path).ok());
    let parameters = found.map(|(_, parameters)| parameters).unwrap_or_default();
    let parameters: Map<String, Json> =
        parameters.iter().map(|(name, value)| ((*name).to_owned(), json_of(value))).collect();
    let mut entry = super::received::entry(&received);
    entry["parameters"] = parameters.into();
    super::ok(&entry)
}

/// What the page shows of an extension besides what it lists.
const OF_USERS: [&str; 8] = [
    "EmailAddress",
    "Mobile",
    "Enabled",
    "CurrentProfileName",
    "QueueStatus",
    "VMEnabled",
    "Language",
    "OutboundCallerID",
];

/// An extension: properties as the API calls them, none of them secret.
pub(super) fn user(system: &System, id: &str) -> Response {
    let store = system.read();
    let key = id.parse().ok().map(Key::Int);
    let Some(user) = key.and_then(|key| store.set("Users")?.get(&key)) else {
        return super::refuse(404, "no such extension");
    };
    let objects = |name: &str| user.get(name).as_list().iter().filter_map(Value::as_object).collect::<Vec<&Entity>>();
    let properties = OF_USERS.iter().filter(|name| user.shape.index(name).is_some());
    let properties: Map<String, Json> = properties.map(|name| ((*name).to_owned(), json_of(user.get(name)))).collect();
    let groups = objects("Groups").into_iter().map(|group| {
        let role = group.get("Rights").as_object().map_or("", |rights| rights.text("RoleName"));
        json!({ "name": group.text("Name"), "role": role })
    });
    let phones = objects("Phones").into_iter().map(|phone| {
        let firmware = phone.get("Settings").as_object().map_or("", |settings| settings.text("Firmware"));
        json!({ "mac": phone.text("MacAddress"), "template": phone.text("TemplateName"), "firmware": firmware })
    });
    super::ok(&json!({
        "properties": properties,
        "groups": groups.collect::<Vec<_>>(),
        "phones": phones.collect::<Vec<_>>(),
    }))
}

fn json_of(value: &Value) -> Json {
    let mut text = String::new();
    write_value(value, &mut text);
    serde_json::from_str(&text).unwrap_or_default()
}
