//! Extensions and their phones, as they are at a moment.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use serde::Serialize;

use super::MOST_EXTENSIONS;
use super::cursor::Cursor;
use crate::operations::macs;
use crate::state::{Entity, Key, PhoneState, Set, Store, Value};

/// An extension.
#[derive(Serialize)]
pub(super) struct Extension<'s> {
    id: i64,
    number: &'s str,
    name: &'s str,
    department: &'s str,
    registered: bool,
    phones: Vec<Phone<'s>>,
}

#[derive(Serialize)]
struct Phone<'s> {
    mac: &'s str,
    model: &'s str,
    state: &'static str,
}

/// What is new to somebody.
#[derive(Default)]
pub(super) struct Update<'s> {
    pub extensions: Vec<Extension<'s>>,
    /// The ids of those that no longer exist.
    pub gone: Vec<i64>,
    /// The last that was told of, if there are more to come.
    pub last: Option<i64>,
}

/// The extensions whose ids come after `last`, as many as one answer may have.
pub(super) fn after(store: &Store, last: i64, now: Timestamp) -> Update<'_> {
    let reader = Reader::of(store, now);
    let mut rest = store.set("Users").into_iter().flat_map(|users| users.rows_after(&Key::Int(last)));
    let extensions: Vec<_> = rest.by_ref().take(MOST_EXTENSIONS).map(|(_, user)| reader.extension(user)).collect();
    let last = extensions.last().map(|extension| extension.id).filter(|_| rest.next().is_some());
    Update { extensions, last, ..Update::default() }
}

/// What has changed since somebody looked, and the next ones if they have not seen all; nothing if
/// they have to start again.
pub(super) fn changed<'s>(store: &'s Store, seen: &Cursor, now: Timestamp) -> Option<Update<'s>> {
    let (users, groups) = (store.set("Users")?, store.set("Groups")?);
    // The rows of all members of a department contain its name.
    if seen.groups != groups.revisions().latest() {
        return None;
    }
    let mut keys: HashSet<&Key> = users.revisions().since(seen.users)?.collect();
    let phones = store.phones.changed(seen.phones, seen.second, now)?;
    if !phones.is_empty() {
        let all = users.rows_after(&Key::Int(i64::MIN));
        let owners = all.filter(|(_, user)| macs(user).any(|mac| phones.contains(mac)));
        keys.extend(owners.map(|(key, _)| key));
    }
    if keys.len() > MOST_EXTENSIONS {
        return None;
    }
    let mut update = seen.last.map(|last| after(store, last, now)).unwrap_or_default();
    let reader = Reader::of(store, now);
    for key in keys {
        match (users.get(key), key) {
            (Some(user), _) => update.extensions.push(reader.extension(user)),
            (None, Key::Int(id)) => update.gone.push(*id),
            (None, Key::Text(_)) => {}
        }
    }
    Some(update)
}

/// Reads extensions out of the store.
struct Reader<'s> {
    departments: HashMap<i64, &'s str>,
    store: &'s Store,
    now: Timestamp,
}

impl<'s> Reader<'s> {
    fn of(store: &'s Store, now: Timestamp) -> Reader<'s> {
        let groups = store.set("Groups").into_iter().flat_map(Set::rows);
        let departments = groups.filter_map(|group| Some((group.int("Id")?, group.text("Name")))).collect();
        Reader { departments, store, now }
    }

    fn extension(&self, user: &'s Entity) -> Extension<'s> {
        let registered = user.get("IsRegistered") == &Value::Bool(true);
        let phones = user.get("Phones").as_list().iter().filter_map(Value::as_object);
        let department = user.int("PrimaryGroupId").and_then(|id| self.departments.get(&id));
        Extension {
            id: user.int("Id").unwrap_or(0),
            number: user.text("Number"),
            name: user.text("DisplayName"),
            department: department.copied().unwrap_or_default(),
            registered,
            phones: phones.map(|phone| self.phone(phone, registered)).collect(),
        }
    }

    fn phone(&self, phone: &'s Entity, registered: bool) -> Phone<'s> {
        let mac = phone.text("MacAddress");
        let state = match self.store.phones.state(mac, self.now) {
            PhoneState::Provisioning => "provisioning",
            PhoneState::Restarting => "restarting",
            // Whether a phone is there is a property of its extension.
            PhoneState::Registered if registered => "registered",
            PhoneState::Registered => "unregistered",
        };
        Phone { mac, model: phone.text("Name"), state }
    }
}
