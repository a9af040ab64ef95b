//! Users: extensions with e-mail addresses that nobody else has.

use fastrand::Rng;
use serde_json::Value as Json;

use super::{Behaviour, Call, deleting, entities, numbers, references, rules};
use crate::company::{DEFAULT_GROUP, library, web_name, with_credentials};
use crate::http::{Problem, Response};
use crate::odata::Selection;
use crate::state::{Entity, Key, Set, Value};

pub(super) fn behaviour(operation: &str) -> Option<Behaviour> {
    Some(match operation {
        "Users.CreateUser" => create,
        "Users.BatchDelete" => batch_delete,
        "Users.BulkUpdate" | "Users.MultiUserUpdate" => update_many,
        "Users.HasDuplicatedEmail" => has_duplicated_email,
        "Users.GetDuplicatedEmails" => duplicated_emails,
        "Users.Regenerate" | "Users.RegeneratePasswords" => regenerate,
        _ => return None,
    })
}

fn create(call: &Call<'_>) -> Result<Response, Problem> {
    numbers::create(call, |user, store| {
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

fn has_duplicated_email(call: &Call<'_>) -> Result<Response, Problem> {
    let store = call.read();
    let users = store.set("Users").ok_or(Problem::NoSuchPath)?;
    let user = entities::find(call, users)?;
    let taken = has_email(users, user.text("EmailAddress"), user.int("Id"));
    Ok(call.value("Edm.Boolean", &Value::Bool(taken)))
}

fn duplicated_emails(call: &Call<'_>) -> Result<Response, Problem> {
    let store = call.read();
    let users = store.set("Users").ok_or(Problem::NoSuchPath)?;
    let given = call.field("emails").and_then(Json::as_array).cloned().unwrap_or_default();
    let taken = given.iter().filter_map(Json::as_str).filter(|email| has_email(users, email, None));
    Ok(call.value("Collection(Edm.String)", &Value::List(taken.map(Value::text).collect())))
}

/// Deletes those that exist, and lists what could not be deleted.
fn batch_delete(call: &Call<'_>) -> Result<Response, Problem> {
    let ids = call.ids_field("ids")?;
    let shape = call.shapes.get("UserDeleteError").ok_or(Problem::NoSuchPath)?;
    let mut store = call.write();
    let numbers: Vec<String> = ids
        .iter()
        .map(|id| {
            let user = store.set("Users").and_then(|users| users.get(&Key::Int(*id)));
            user.map_or_else(|| id.to_string(), |user| user.text("Number").to_owned())
        })
        .collect();
    let keys: Vec<Key> = ids.into_iter().map(Key::Int).collect();
    let mut failed = Vec::new();
    for (number, result) in numbers.into_iter().zip(deleting::remove_all(&mut store, "Users", &keys)) {
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
fn update_many(call: &Call<'_>) -> Result<Response, Problem> {
    let ids = call.ids_field("ids")?;
    let changes = call.field("user").cloned().unwrap_or_default();
    let mut store = call.write();
    let mut changed = Vec::new();
    for id in ids {
        let unknown = || Problem::refused("ids", "WARNINGS.XAPI.NOT_FOUND");
        let before = store.set("Users").and_then(|users| users.get(&Key::Int(id))).ok_or_else(unknown)?;
        // The type for many users has members that one user has not.
        let mut user = library::entity(before.clone(), &changes, call.shapes);
        user.set("Id", Value::Int(id));
        let number = before.get("Number").clone();
        user.set("Number", number);
        references::settle(&mut user, &store)?;
        rules::check("Users", &user, Some(before), &store, call.now)?;
        changed.push(user);
    }
    if let Some(users) = store.set_mut("Users") {
        changed.into_iter().for_each(|user| users.put(user));
    }
    Ok(Response::empty(204))
}

/// Makes new passwords where the options ask for them.
fn regenerate(call: &Call<'_>) -> Result<Response, Problem> {
    let ids = match call.parameters.get("Id").and_then(Value::as_int) {
        Some(id) => vec![id],
        None => call.ids_field("Ids")?,
    };
    // 20.0.4 has the options beside the ids, later releases in an object.
    let chosen =
        |name: &str| call.field("opts").unwrap_or(&call.body).get(name).and_then(Json::as_bool).unwrap_or(false);
    let mut store = call.write();
    let users = store.set_mut("Users").ok_or(Problem::NoSuchPath)?;
    for id in ids {
        let mut user = users.get(&Key::Int(id)).ok_or(Problem::NoSuchEntity)?.clone();
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
