//! Users: extensions with e-mail addresses of their own.

use fastrand::Rng;
use jiff::Timestamp;
use serde_json::Value as Json;

use super::behaviours::Behaviour::{Changes, Reads};
use super::behaviours::{Answer, Behaviours};
use super::call_handling::is_operator;
use super::nature::{Nature, View};
use super::phones::{self, macs};
use super::rules::{self, is_mac};
use super::{Call, entities, extensions_file, numbered, references, removal};
use crate::assumptions::MAX_PHONES;
use crate::company::{DEFAULT_GROUP, web_name, with_credentials};
use crate::http::{Problem, Response};
use crate::odata::Selection;
use crate::state::{Entity, Key, PhoneState, Row, Set, Store, Value, known_entity};

pub(super) const BEHAVIOURS: Behaviours = &[
    ("Users.BatchDelete", Changes(batch_delete)),
    ("Users.BulkUpdate", Changes(update_many)),
    ("Users.CreateUser", Changes(create)),
    ("Users.ExportExtensions", Reads(extensions_file::export)),
    ("Users.GetDuplicatedEmails", Reads(duplicated_emails)),
    ("Users.HasDuplicatedEmail", Reads(has_duplicated_email)),
    ("Users.MultiUserUpdate", Changes(update_many)),
    ("Users.Regenerate", Changes(regenerate)),
    ("Users.RegeneratePasswords", Changes(regenerate)),
];

pub(super) const NATURE: Nature = Nature {
    name: "Users",
    rows: |view| Box::new(view.set.rows().map(move |user| shown(view, user))),
    entity: shown,
    unique: &["EmailAddress", "ClickToCallId"],
    check,
    guard: is_operator,
    ..Nature::PLAIN
};

/// A user as of now: not registered while all of their phones are restarting.
fn shown<'s>(view: View<'s>, user: &'s Entity) -> Row<'s> {
    let orders = &view.store.phones;
    if orders.is_empty() || user.get("IsRegistered") != &Value::Bool(true) {
        return Row::Stored(user);
    }
    let mut phones = macs(user).peekable();
    let away = phones.peek().is_some() && phones.all(|mac| orders.state(mac, view.now) == PhoneState::Restarting);
    if away { user.clone().with("IsRegistered", Value::Bool(false)).into() } else { Row::Stored(user) }
}

fn check(user: &Entity, store: &Store, _: Timestamp) -> Result<(), Problem> {
    let refuse = |target: &str, code: &'static str| Err(Problem::refused(target, code));
    let (email, pin) = (user.text("EmailAddress"), user.text("VMPIN"));
    if !email.is_empty() && !email.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty()) {
        return refuse("EmailAddress", "WARNINGS.INVALID");
    }
    let is_pin = (4..=10).contains(&pin.len()) && pin.bytes().all(|digit| digit.is_ascii_digit());
    if !pin.is_empty() && !is_pin {
        return refuse("VMPIN", "WARNINGS.XAPI.INVALID_PIN_NUMBER");
    }
    let profiles = user.get("ForwardingProfiles").as_list().iter().filter_map(Value::as_object);
    let mut names = profiles.flat_map(|profile| [profile.text("Name"), profile.text("CustomName")]);
    let current = user.text("CurrentProfileName");
    if !current.is_empty() && !names.any(|name| name == current) {
        return refuse("CurrentProfileName", "WARNINGS.XAPI.NOT_FOUND");
    }
    if user.get("Phones").as_list().len() > MAX_PHONES {
        return refuse("Phones", "WARNINGS.XAPI.TOO_MANY_PHONES");
    }
    for mac in macs(user).filter(|mac| !mac.is_empty()) {
        if !is_mac(mac) {
            return refuse("Phones", "WARNINGS.INVALID_HEX_CHARACTER");
        }
        if phones::owner(store, mac).is_some_and(|other| other.get("Id") != user.get("Id")) {
            return refuse("Phones", "WARNINGS.XAPI.MAC_USED_BY");
        }
    }
    Ok(())
}

fn create(call: &Call<'_>, store: &mut Store) -> Answer {
    numbered::create(call, store, &mut |user, store| {
        let seed = call.now.as_nanosecond() as u64 ^ user.int("Id").unwrap_or(0) as u64;
        let blank = with_credentials(Entity::new(user.shape), &mut Rng::with_seed(seed));
        for index in blank.own_indices() {
            if user.own_indices().all(|own| own != index) {
                user.set_at(index, blank.at(index).clone());
            }
        }
        if user.get("DisplayName") == &Value::Null {
            let name = format!("{}, {}", user.text("LastName"), user.text("FirstName"));
            user.set("DisplayName", Value::text(name.trim_matches([',', ' '])));
        }
        if user.get("PrimaryGroupId") == &Value::Null {
            let first = user.get("Groups").as_list().first().and_then(Value::as_object);
            let department = first.and_then(|membership| membership.int("GroupId")).unwrap_or(DEFAULT_GROUP);
            user.set("PrimaryGroupId", Value::Int(department));
        }
        for name in ["ClickToCallId", "WebMeetingFriendlyName"] {
            if user.text(name).is_empty() {
                let alias = web_name(user.text("FirstName"), user.text("LastName"), user.text("Number"));
                user.set(name, Value::text(alias));
            }
        }
        let licensed = store.singletons.get("SystemStatus").and_then(|status| status.int("MaxUserExtensions"));
        let users = store.set("Users").map_or(0, Set::len) as i64;
        match licensed {
            Some(most) if users >= most => Err(Problem::refused("Number", "WARNINGS.LIMIT_REACHED")),
            _ => Ok(()),
        }
    })
}

/// True if somebody other than `but` has the address.
fn has_email(users: &Set, email: &str, but: Option<i64>) -> bool {
    !email.is_empty()
        && users.rows().any(|user| user.text("EmailAddress").eq_ignore_ascii_case(email) && user.int("Id") != but)
}

fn has_duplicated_email(call: &Call<'_>, store: &Store) -> Answer {
    let users = store.set("Users").ok_or(Problem::NoSuchPath)?;
    let user = entities::find(call, users)?;
    let taken = has_email(users, user.text("EmailAddress"), user.int("Id"));
    Ok(call.value("Edm.Boolean", &Value::Bool(taken)))
}

fn duplicated_emails(call: &Call<'_>, store: &Store) -> Answer {
    let users = store.set("Users").ok_or(Problem::NoSuchPath)?;
    let given = call.field("emails").and_then(Json::as_array).cloned().unwrap_or_default();
    let taken = given.iter().filter_map(Json::as_str).filter(|email| has_email(users, email, None));
    Ok(call.value("Collection(Edm.String)", &Value::List(taken.map(Value::text).collect())))
}

/// Deletes those that exist, and lists what could not be deleted.
fn batch_delete(call: &Call<'_>, store: &mut Store) -> Answer {
    let ids = call.ids_field("ids")?;
    let shape = call.shapes.get("UserDeleteError").ok_or(Problem::NoSuchPath)?;
    let numbers: Vec<String> = ids
        .iter()
        .map(|id| {
            let user = store.set("Users").and_then(|users| users.get(&Key::Int(*id)));
            user.map_or_else(|| id.to_string(), |user| user.text("Number").to_owned())
        })
        .collect();
    let keys: Vec<Key> = ids.into_iter().map(Key::Int).collect();
    let mut failed = Vec::new();
    for (number, result) in numbers.into_iter().zip(removal::remove_all(store, &NATURE, NATURE.name, &keys)) {
        let code = match result {
            Ok(()) => continue,
            Err(Problem::Refused { code, .. }) => code,
            Err(_) => "WARNINGS.XAPI.NOT_FOUND",
        };
        let error = Entity::new(shape).with("Error", Value::text(code));
        failed.push(error.with("ExtensionNumber", Value::text(number)));
    }
    Ok(call.rows("Collection(Pbx.UserDeleteError)", &failed, None, Selection::all()))
}

/// Writes the same properties into many users, or into none if one of them cannot take them.
fn update_many(call: &Call<'_>, store: &mut Store) -> Answer {
    let ids = call.ids_field("ids")?;
    let changes = call.field("user").cloned().unwrap_or_default();
    let users = store.set("Users").ok_or(Problem::NoSuchPath)?;
    let mut changed = Vec::new();
    for id in ids {
        let unknown = || Problem::refused("ids", "WARNINGS.XAPI.NOT_FOUND");
        let before = users.get(&Key::Int(id)).ok_or_else(unknown)?;
        // The type for many users has members that one user has not.
        let mut user = known_entity(before.clone(), &changes, call.shapes);
        user.set("Id", Value::Int(id));
        let number = before.get("Number").clone();
        user.set("Number", number);
        references::settle(&mut user, store)?;
        rules::check(&NATURE, users, &user, Some(before), store, call.now)?;
        changed.push(user);
    }
    if let Some(users) = store.set_mut("Users") {
        changed.into_iter().for_each(|user| users.put(user));
    }
    Ok(Response::empty(204))
}

/// Makes new passwords where the options ask for them.
fn regenerate(call: &Call<'_>, store: &mut Store) -> Answer {
    let ids = match call.parameters.get("Id").and_then(Value::as_int) {
        Some(id) => vec![id],
        None => call.ids_field("Ids")?,
    };
    // 20.0.4 has the options beside the ids, later releases in an object.
    let chosen =
        |name: &str| call.field("opts").unwrap_or(&call.body).get(name).and_then(Json::as_bool).unwrap_or(false);
    let users = store.set_mut("Users").ok_or(Problem::NoSuchPath)?;
    // All of them, or none if one does not exist.
    let chosen_users = ids.into_iter().map(|id| Some((id, users.get(&Key::Int(id))?.clone())));
    let chosen_users = chosen_users.collect::<Option<Vec<_>>>().ok_or(Problem::NoSuchEntity)?;
    for (id, mut user) in chosen_users {
        let mut rng = Rng::with_seed(call.now.as_nanosecond() as u64 ^ id as u64);
        let text =
            |rng: &mut Rng, length: usize| Value::text((0..length).map(|_| rng.alphanumeric()).collect::<String>());
        for (option, property, length) in [
            ("SipAuth", "AuthPassword", 10),
            ("DeskphonePassword", "DeskphonePassword", 10),
            ("WebclientPassword", "AccessPassword", 12),
        ] {
            if chosen(option) {
                user.set(property, text(&mut rng, length));
            }
        }
        if chosen("VoicemailPIN") {
            user.set("VMPIN", Value::text(format!("{:06}", rng.u32(..1_000_000))));
        }
        users.put(user);
    }
    Ok(Response::empty(204))
}
