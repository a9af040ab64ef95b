//! Phones: what they were told to do, and what they are doing now.
//!
//! ```text
//!   Registered ── reprovision, upgrade ──► Provisioning ──► Restarting ──► Registered
//!       └────────────── reboot ───────────────────────────────▲
//! ```

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Behaviour, Call, derived};
use crate::assumptions::{PHONE_STEP_SECONDS, UNKNOWN_PHONE_CODE};
use crate::http::{Problem, Response};
use crate::odata::Selection;
use crate::state::{Key, Revisions, Row, Store, Value};

pub(super) fn behaviour(operation: &str) -> Option<Behaviour> {
    Some(match operation {
        "Users.RebootPhone" => |call| one(call, Order::Reboot),
        "Users.ReprovisionPhone" => |call| one(call, Order::Provision),
        "Users.UpgradePhone" => |call| {
            let response = one(call, Order::Provision)?;
            set_firmware(&mut call.write(), call.text_field("mac")?, call.text_field("version")?);
            Ok(response)
        },
        "Users.ReprovisionAllPhones" => reprovision_all,
        "Users.GetPhoneRegistrar" => registrar,
        "Users.GetPhoneRegistrars" => registrars,
        _ => return None,
    })
}

/// What a phone was told to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Order {
    Provision,
    Reboot,
}

/// What a phone is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhoneState {
    /// Ready for calls.
    Registered,
    /// Loading its configuration.
    Provisioning,
    /// Starting again.
    Restarting,
}

/// The last order that each phone got, by MAC address.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct PhoneOrders {
    /// With the second in which they were given.
    orders: HashMap<Box<str>, (Order, i64)>,
    /// Which phones were given one.
    #[serde(skip)]
    revisions: Revisions<Box<str>>,
}

impl PhoneOrders {
    /// Lets a phone load its configuration.
    pub fn provision(&mut self, mac: &str, now: Timestamp) {
        self.give(mac, Order::Provision, now);
    }

    fn give(&mut self, mac: &str, order: Order, now: Timestamp) {
        self.orders.insert(mac.into(), (order, now.as_second()));
        self.revisions.note(mac.into());
    }

    /// What a phone is doing at `now`.
    pub fn state(&self, mac: &str, now: Timestamp) -> PhoneState {
        self.orders.get(mac).map_or(PhoneState::Registered, |order| state(*order, now.as_second()))
    }

    /// Counts the orders.
    pub fn revision(&self) -> u64 {
        self.revisions.latest()
    }

    /// The phones that were given an order since a revision, or have passed into another state
    /// since a second; nothing if that can no longer be told.
    pub fn changed(&self, revision: u64, second: i64, now: Timestamp) -> Option<HashSet<&str>> {
        let ordered = self.revisions.since(revision)?.map(|mac| &**mac);
        let passed = self.orders.iter().filter(|(_, order)| state(**order, second) != state(**order, now.as_second()));
        Some(ordered.chain(passed.map(|(mac, _)| &**mac)).collect())
    }
}

/// What a phone is doing at a second, after an order and the second in which it was given.
fn state((order, given): (Order, i64), second: i64) -> PhoneState {
    match (order, (second - given) / PHONE_STEP_SECONDS) {
        (Order::Provision, 0) => PhoneState::Provisioning,
        (Order::Provision, 1) | (Order::Reboot, 0) => PhoneState::Restarting,
        _ => PhoneState::Registered,
    }
}

/// The MAC addresses of a user's phones.
pub(crate) fn macs(user: &crate::state::Entity) -> impl Iterator<Item = &str> {
    user.get("Phones").as_list().iter().filter_map(Value::as_object).map(|phone| phone.text("MacAddress"))
}

/// The user whose phone has this MAC address, written with or without separators.
pub(super) fn owner<'s>(store: &'s Store, mac: &str) -> Option<&'s crate::state::Entity> {
    let plain: String = mac.chars().filter(char::is_ascii_alphanumeric).collect();
    let users = store.set("Users")?;
    users.rows().find(|user| macs(user).any(|known| known.eq_ignore_ascii_case(&plain)))
}

/// What a phone runs from now on.
pub(super) fn set_firmware(store: &mut Store, mac: &str, version: &str) {
    let Some(mut user) = owner(store, mac).cloned() else { return };
    let plain: String = mac.chars().filter(char::is_ascii_alphanumeric).collect();
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

/// A user as he is now: whose phones are all starting again is not registered.
pub(super) fn shown<'s>(store: &'s Store, user: &'s crate::state::Entity, now: Timestamp) -> Row<'s> {
    if store.phones.orders.is_empty() || user.get("IsRegistered") != &Value::Bool(true) {
        return Row::Stored(user);
    }
    let mut phones = macs(user).peekable();
    let away = phones.peek().is_some() && phones.all(|mac| store.phones.state(mac, now) == PhoneState::Restarting);
    if away { user.clone().with("IsRegistered", Value::Bool(false)).into() } else { Row::Stored(user) }
}

/// What the registrar knows of a phone.
fn registrar(call: &Call<'_>) -> Result<Response, Problem> {
    let store = call.read();
    let mac = call.parameters.get("mac").and_then(Value::as_text).unwrap_or_default();
    let phone = derived::phone(&store, mac).ok_or_else(|| unknown("mac"))?;
    let shape = call.shapes.get("PhoneRegistrar").ok_or(Problem::NoSuchPath)?;
    Ok(call.entity(200, "Pbx.PhoneRegistrar", &derived::registrar_of(shape, phone), Selection::all()))
}

/// The same for many; those that nobody knows are left out.
fn registrars(call: &Call<'_>) -> Result<Response, Problem> {
    let store = call.read();
    let shape = call.shapes.get("PhoneRegistrar").ok_or(Problem::NoSuchPath)?;
    let macs = call.field("macs").and_then(|macs| macs.as_array()).cloned().unwrap_or_default();
    let phones = macs.iter().filter_map(|mac| derived::phone(&store, mac.as_str()?));
    let rows: Vec<_> = phones.map(|phone| derived::registrar_of(shape, phone)).collect();
    Ok(call.rows("Collection(Pbx.PhoneRegistrar)", &rows, None, Selection::all()))
}

fn unknown(target: &str) -> Problem {
    Problem::Refused { target: target.to_owned(), code: UNKNOWN_PHONE_CODE }
}

fn one(call: &Call<'_>, order: Order) -> Result<Response, Problem> {
    let mac = call.text_field("mac")?;
    let plain: String = mac.chars().filter(|c| c.is_ascii_alphanumeric()).collect();
    let mut store = call.write();
    let users = store.set("Users").ok_or(Problem::NoSuchPath)?;
    let known = users.rows().flat_map(macs).find(|known| known.eq_ignore_ascii_case(&plain)).map(str::to_owned);
    let known = known.ok_or_else(|| unknown("mac"))?;
    store.phones.give(&known, order, call.now);
    Ok(Response::empty(204))
}

/// All phones of the users with these ids, or none if one of the users does not exist.
fn reprovision_all(call: &Call<'_>) -> Result<Response, Problem> {
    let ids = call.ids_field("ids")?;
    let mut store = call.write();
    let macs = macs_of(&store, &ids)?;
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
